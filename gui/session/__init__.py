"""Sessions: files of work, and what is remembered of the view."""
