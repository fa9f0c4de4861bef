"""Files: sessions, import, export, recovery."""
