"""What the values of columns side by side look like: one-hot, probabilities, bits, or any numbers."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.faults import fault
from engine.data.guesses.guess import Guess
from engine.floats.formats import BFLOAT16

Look = Literal["one_hot", "probabilities", "bits", "numbers"]

MOST_DECIMALS = 6
CHANCE = 0.01
"""Of random bits to pass as one-hot: below it nobody is asked."""

_SUM_OFF = {np.dtype(np.float16): 4e-4, BFLOAT16.dtype: 3e-3, np.dtype(np.float32): 1e-5}
"""How far from 1 a softmax's sum may be, measured in float64; float64's own stays below 1e-9."""


def look_of(rows: NDArray[Any], decimals: int | None = None) -> Guess[Look]:
    """What rows of numbers look like.

    Parameters
    ----------
    rows : array, shape (n, C)
    decimals : int, optional
        To how many digits after the point they were written, where this is known; otherwise it is
        found in the values.

    Returns
    -------
    Guess of str
        `one_hot` (0 and 1, one 1 a row), `probabilities` (in [0, 1], summing to 1), `bits` (0 and 1
        alone) or `numbers`. Rows with a nan are passed over.

    Examples
    --------
    >>> look_of(np.eye(3)[[0, 2, 1, 1, 0]]).value
    'one_hot'
    >>> look_of(np.array([[0.33, 0.33, 0.33], [0.1, 0.2, 0.7]])).value
    'probabilities'
    """
    dtype = rows.dtype
    numbers = rows.astype(np.float64)
    numbers = numbers[np.isfinite(numbers).all(axis=1)]
    classes = rows.shape[1]
    if not numbers.size or classes < 2 or numbers.min() < 0 or numbers.max() > 1:
        return Guess("numbers", True, fault("beyond_unit", "values outside 0 to 1"))
    sums = numbers.sum(axis=1)
    if bool(((numbers == 0) | (numbers == 1)).all()):
        return _of_bits(sums, classes)
    known = decimals if decimals is not None else decimals_of(rows)
    off = _SUM_OFF.get(dtype.newbyteorder("="), 1e-9)
    if known is not None:
        off = max(off, classes / 2 * 10.0**-known)
    if bool((np.abs(sums - 1) <= off * (1 + 1e-9)).all()):
        is_sure = known is None or off < 0.5
        return Guess("probabilities", is_sure, fault("sums_to_one", "each row sums to 1"), ("numbers",))
    return Guess("numbers", True, fault("no_sum", "the rows do not sum to 1"), ("probabilities",))


def _of_bits(sums: NDArray[np.float64], classes: int) -> Guess[Look]:
    if not (sums == 1).all():
        return Guess("bits", True, fault("many_bits", "0 and 1, not one 1 a row: several labels a row"))
    chance = (classes / 2.0 ** min(classes, 1000)) ** len(sums)
    return Guess("one_hot", chance < CHANCE, fault("one_bit", "0 and 1, one 1 a row"), ("bits",))


def decimals_of(values: NDArray[Any]) -> int | None:
    """To how many digits after the point all values are rounded; None beyond `MOST_DECIMALS`.

    Examples
    --------
    >>> decimals_of(np.array([0.25, 0.5])), decimals_of(np.array([1 / 3]))
    (2, None)
    """
    numbers = values.astype(np.float64)
    numbers = numbers[np.isfinite(numbers)]
    with np.errstate(over="ignore", invalid="ignore"):  # beyond any rounding to digits, and so unequal
        for digits in range(MOST_DECIMALS + 1):
            if (np.round(numbers, digits).astype(values.dtype) == numbers).all():
                return digits
    return None


def are_class_numbers(values: NDArray[Any], classes: int | None = None) -> bool:
    """Whether numbers can be class indices: whole, and but for a few marks such as -100 or 255 below C.

    Examples
    --------
    >>> are_class_numbers(np.array([0, 2, -100]), 3), are_class_numbers(np.array([0.5, 2]))
    (True, False)
    """
    if values.dtype.kind not in "iufb":
        return False
    numbers = values.astype(np.float64)
    numbers = numbers[~np.isnan(numbers)]
    if not numbers.size or not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
        return False
    usual = numbers[(numbers >= 0) & (numbers != 255)]
    return classes is None or not usual.size or bool(usual.max() <= classes)
