"""The lines over the plots: which panels are shown, what is shown in them, and by which scales."""
