"""What stands around the picture: docks, what is in them, and how they are arranged."""
