"""Scales and axes: logits by value or by floats, values linear or logarithmic."""
