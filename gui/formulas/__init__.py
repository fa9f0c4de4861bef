"""Which formulas are shown, and home-made stabilisers to try against them."""
