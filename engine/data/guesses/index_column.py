"""Whether a table's first column is its index, as pandas and R write it, and no class."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.faults import fault
from engine.data.guesses.guess import Guess

_NAME = re.compile(r"|unnamed: \d+|index|level_\d+", re.IGNORECASE)
_OFFERED = re.compile(r"(row_?)?(id|nr|no|number)\.?|row|sample|sample_?id|idx|key", re.IGNORECASE)
LEAST_RISING, LEAST_UNIQUE = 3, 10
"""Rows from which rising or different whole numbers are no labels by chance."""


def index_of(name: str, values: NDArray[Any], *, has_name: bool = True) -> Guess[bool] | None:
    """Whether the first column is an index, to be left out.

    Parameters
    ----------
    name : str
        The first column's own name, blank as pandas writes it above an index.
    values : array, shape (n,)
        Its numbers, or its words as strings: all of them, or the first.
    has_name : bool
        False where the header is one field short, as R writes it.

    Returns
    -------
    Guess of bool, or None
        True to leave it out. None where neither the name nor the header speaks of an index. A column
        named id is kept, and leaving it out is offered.

    Examples
    --------
    >>> index_of("", np.arange(5.0)).value
    True
    >>> index_of("", np.array([0.0, 1.0, 1.0])).is_sure
    False
    >>> index_of("z", np.arange(5.0)) is None
    True
    """
    name = name.strip()
    if has_name and not _NAME.fullmatch(name):
        if not _OFFERED.fullmatch(name):
            return None
        return Guess(False, True, fault("perhaps_index", "it may number the rows"), (True,))
    if len(values) < LEAST_RISING:
        reason = fault("few_rows", "too few rows to tell an index from numbers")
    elif values.dtype.kind in "US":
        if len(np.unique(values)) == len(values):
            return Guess(True, True, fault("unique_words", "a different word in each row"), (False,))
        reason = fault("repeated_index", "a column without a name whose values occur more than once")
    elif _counts(numbers := values.astype(np.float64)):
        return Guess(True, True, fault("counts_rows", "it counts the rows"), (False,))
    elif len(numbers) >= LEAST_UNIQUE and _are_whole(numbers) and len(np.unique(numbers)) == len(numbers):
        return Guess(True, True, fault("unique_numbers", "a different whole number in each row"), (False,))
    else:
        reason = fault("unsure_index", "a column without a name that does not count the rows")
    return Guess(True, False, reason, (False,))


def _counts(numbers: NDArray[np.float64]) -> bool:
    """Whether whole numbers only rise, as 0..n-1, 1..n and an index of which rows were left out do."""
    return _are_whole(numbers) and bool((np.diff(numbers) > 0).all())


def _are_whole(numbers: NDArray[np.float64]) -> bool:
    return bool(np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all())
