"""Left of the plots: the selected row, the values at the pointer, the changes since a baseline."""
