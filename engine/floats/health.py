"""What kind of number each value is: the counts that tell at a glance whether a column is sound."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FloatArray, format_of


class Health(IntEnum):
    """The kind of one number; every number is of just one."""

    NEGATIVE = 0
    """Finite and normal, below 0."""
    ZERO = 1
    """0 or -0."""
    POSITIVE = 2
    """Finite and normal, above 0."""
    SUBNORMAL = 3
    """Not 0, and nearer to it than the smallest normal number of the format: digits are missing."""
    INFINITE = 4
    """inf or -inf."""
    NAN = 5
    IGNORED = 6
    """The row's target is `ignore_index`, whatever the number."""


def health_of(
    values: FloatArray | NDArray[np.int64], ignored: NDArray[np.bool_] | None = None
) -> NDArray[np.uint8]:
    """Each value's `Health`.

    Parameters
    ----------
    values : array
        In one of the four formats, or whole numbers.
    ignored : bool array, shape of `values`, optional
        True where the row does not count.

    Returns
    -------
    uint8 array, shape of `values`
    """
    values = np.asarray(values)
    if values.dtype.kind in "iub":
        signs = np.asarray(np.sign(values) + Health.ZERO, dtype=np.uint8)
        return _with_ignored(signs, ignored)
    smallest = format_of(values.dtype).smallest_normal
    # float64 holds every number of the other formats, and compares them faster than ml_dtypes does.
    wide = values if values.dtype in (np.float32, np.float64) else values.astype(np.float32)
    size = np.abs(wide)
    kinds = np.full(values.shape, Health.POSITIVE, dtype=np.uint8)
    kinds[wide < 0] = Health.NEGATIVE
    kinds[size < smallest] = Health.SUBNORMAL
    kinds[wide == 0] = Health.ZERO
    kinds[np.isinf(wide)] = Health.INFINITE
    kinds[np.isnan(wide)] = Health.NAN
    return _with_ignored(kinds, ignored)


def _with_ignored(kinds: NDArray[np.uint8], ignored: NDArray[np.bool_] | None) -> NDArray[np.uint8]:
    if ignored is not None:
        kinds[ignored] = Health.IGNORED
    return kinds


def health_counts(kinds: NDArray[np.uint8]) -> tuple[int, ...]:
    """How many of each `Health` there are.

    Parameters
    ----------
    kinds : uint8 array of `Health` values, any shape

    Returns
    -------
    tuple of int
        One number for each `Health`, in its order.
    """
    return tuple(np.bincount(kinds.ravel(), minlength=len(Health)).tolist())
