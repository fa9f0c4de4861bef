"""What the numbers give away: silent mistakes and surprising losses, named above the explanation."""
