"""What puts words and lessons into the window."""
