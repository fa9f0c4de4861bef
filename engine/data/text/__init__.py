"""Numbers and words in text: delimited files, and what other programs put on the clipboard."""
