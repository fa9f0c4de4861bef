"""What an opened problem's author wants looked at."""
