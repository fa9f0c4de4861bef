"""Batches that broke a loss in training: what keeps them, and what judges them."""
