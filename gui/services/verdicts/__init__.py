"""Verdicts on losses and gradients, in words."""
