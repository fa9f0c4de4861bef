"""What the plots show, as values: curves, samples, bands, captions. No widgets."""
