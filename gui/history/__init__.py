"""The list of undo steps."""
