"""'What makes my loss ...?': the field, and the dock with its answers."""
