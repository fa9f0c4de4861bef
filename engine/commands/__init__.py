"""The commands that need no window: explain, scan and judge, and how they speak in a terminal."""
