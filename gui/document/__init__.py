"""The problem being edited: state, undo steps as values, history. The one source of truth."""
