"""Pictures and tables of curves."""
