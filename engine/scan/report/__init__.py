"""What is said of a scan: the verdict, the page, and the forms that programs read."""
