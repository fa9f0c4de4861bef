"""The catalogue: every way to compute a loss from logits, as named steps."""
