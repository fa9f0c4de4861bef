"""What the numbers give away: silent mistakes and surprising losses, by name."""
