"""One sample through all four losses, live."""
