"""The selected row, step by step."""
