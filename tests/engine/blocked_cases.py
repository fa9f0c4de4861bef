"""Arrays with every threshold in every block, and how near a blocked result has to be to the readable one."""

from __future__ import annotations

import numpy as np

from engine.floats.formats import next_float

LOGIT_EDGES = (
    0.0, -0.0, 1e-45, -1e-45, 1e-320, -1e-320, 14.556, -14.556, 15.942384719848633, 16.63553237915039,
    36.04365340911715, 36.73680056967711, 87.3365478515625, 88.72283172607422, 88.72283935546875, 89.0, 100.0,
    102.87346649169922, 103.97208404541016, 104.0, 708.3964185322642, 709.782712893384, 709.7827128933841,
    744.0346068132732, 745.1332191019412, 1e4, 1e30, 1e300, np.inf, np.nan,
)  # fmt: skip
"""Where PyTorch's losses have a threshold; each is tried with both signs and both neighbours."""


def with_neighbours(values, fmt):
    with np.errstate(over="ignore"):
        plain = np.array(values, dtype=fmt.dtype)
    signed = np.concatenate([plain, -plain])
    return np.concatenate([signed, next_float(signed), next_float(signed, -1)])


def planted(base, special, block):
    """`base` with the special values at its first and last places and around every block's border."""
    array = base.copy()
    flat = array.reshape(-1)
    for border in (*range(0, flat.size, block), flat.size):
        start = min(max(border - len(special) // 2, 0), flat.size - len(special))
        flat[start : start + len(special)] = special
    return array


def same_failures(fast, readable):
    np.testing.assert_array_equal(np.isnan(fast), np.isnan(readable))
    np.testing.assert_array_equal(np.isinf(fast), np.isinf(readable))
    infinite = np.isinf(readable)
    np.testing.assert_array_equal(fast[infinite], readable[infinite])


def agree(fast, readable, k, scale, fmt, zeros="same"):
    """Within k * eps * scale, with the same nan, inf and, unless told otherwise, zeros."""
    assert fast.dtype == readable.dtype == fmt.dtype
    assert fast.shape == readable.shape
    same_failures(fast, readable)
    if zeros == "same":
        np.testing.assert_array_equal(fast == 0, readable == 0)
    finite = np.isfinite(readable)
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(fast.astype(np.float64) - readable.astype(np.float64))
        allowed = np.broadcast_to(k * fmt.eps * np.asarray(scale, dtype=np.float64), distance.shape)
    assert np.all(distance[finite] <= allowed[finite])
