"""The table itself: model, view, cells, columns, header."""
