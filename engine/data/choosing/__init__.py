"""What a file's arrays and columns are for, told by their names, shapes and values; knows no files."""
