"""A pinned baseline: what was, as ghosts and changes beside what is."""
