"""One logit moved: sweeps, bands of regimes, and edges to the last float."""
