"""The strip: one formula's regimes along the logit."""
