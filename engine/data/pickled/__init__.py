"""Tensors and arrays in pickles, by an interpreter that can build records alone: nothing in them runs."""
