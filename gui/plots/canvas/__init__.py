"""What is drawn in one plot: curves, markers, rails and items that keep their size in pixels."""
