"""A problem's values, its columns and their truth: everything that is shown of it."""
