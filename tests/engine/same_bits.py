"""Comparing floats as they are, not as they compare."""

from __future__ import annotations

import numpy as np


def same_bits(mine, theirs):
    """Whether float64 arrays hold the same floats, signed zeros and nan included."""
    mine, theirs = np.asarray(mine, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    same = (mine == theirs) & (np.signbit(mine) == np.signbit(theirs)) | (np.isnan(mine) & np.isnan(theirs))
    return mine.shape == theirs.shape and bool(same.all())


def assert_same(mine, theirs, name=""):
    """Equal float for float; ml_dtypes' bfloat16 has no comparison that knows nan."""
    if not isinstance(theirs, np.ndarray):
        assert mine is theirs or mine == theirs, name
        return
    assert mine.dtype == theirs.dtype, name
    wide = [np.asarray(each, dtype=np.float64) for each in (mine, theirs)]
    np.testing.assert_array_equal(*wide, err_msg=name)
    np.testing.assert_array_equal(*map(np.signbit, np.nan_to_num(wide)), err_msg=name)
