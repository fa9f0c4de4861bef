"""Comparing floats as they are, not as they compare."""

from __future__ import annotations

import numpy as np


def same_bits(mine, theirs):
    """Whether float64 arrays hold the same floats, signed zeros and nan included."""
    mine, theirs = np.asarray(mine, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    same = (mine == theirs) & (np.signbit(mine) == np.signbit(theirs)) | (np.isnan(mine) & np.isnan(theirs))
    return mine.shape == theirs.shape and bool(same.all())
