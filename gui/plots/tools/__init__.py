"""What the hands do in a plot: dragging, crosshair, brush, keys."""
