"""Which floats of a format the sigmoid takes to a probability, if any: an exact search along the line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.curves.known import Ordinals
from engine.floats.formats import FloatArray, Format, from_ordinals, ordinals
from engine.floats.rounding import failures_are_results
from engine.pytorch.activations import sigmoid

BESIDE = 4096
"""Floats beside the place where the sigmoid passes p that are all looked at: rounded as it is, it may step
back by one float of its results, and elsewhere never does."""

PARTS = 64
"""Into which the stretch that is left is cut at every step of the search."""

REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class LogitsOf:
    """The finite logits whose sigmoid is a probability, rounded as PyTorch rounds it.

    Attributes
    ----------
    nearest : float
        Of these the one nearest to log(p / (1 - p)); for p = 0 and p = 1 the one nearest to 0.
    low, high : float
        The first and the last one.
    """

    nearest: float
    low: float
    high: float


@lru_cache(maxsize=REMEMBERED)
@failures_are_results
def logits_of(p: float, form: Format) -> LogitsOf | None:
    """The logits that a probability stands for.

    Parameters
    ----------
    p : float
        In [0, 1]; rounded to the format.
    form : Format

    Returns
    -------
    LogitsOf or None
        None where no finite float's sigmoid is p: near 1, sums 1 + exp(-z) are floats above 1, and their
        reciprocals are no more than every other float below it.

    Raises
    ------
    ValueError
        If p is not in [0, 1].

    Examples
    --------
    >>> from engine.floats.formats import FLOAT32
    >>> logits_of(0.5, FLOAT32).nearest, logits_of(1 - 2**-24, FLOAT32)
    (0.0, None)
    >>> logits_of(1.0, FLOAT32).low
    16.63553237915039
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"p: expected a number from 0 to 1, got {p!r}")
    wanted = form.round(np.array(p))
    largest = int(ordinals(form.round(np.array(form.max))))
    if form.is_half:
        numbers = np.arange(-largest, largest + 1)
    else:
        passed = (_passing(wanted, form, largest, or_equal=each) for each in (True, False))
        numbers = np.unique(np.concatenate([_around(at, largest) for at in passed]))
    found = numbers[_sigmoids(numbers, form) == wanted]
    if not found.size:
        return None
    low, high = int(found[0]), int(found[-1])
    return LogitsOf(_nearest(float(wanted), found, form), *(_float(each, form) for each in (low, high)))


def _passing(wanted: FloatArray, form: Format, largest: int, *, or_equal: bool) -> int:
    """The ordinal of the first float, found by bisection, whose sigmoid is above p (or equal to it)."""
    below, above = -largest - 1, largest + 1
    while above - below > 1:
        inside = [below + (above - below) * part // PARTS for part in range(1, PARTS)]
        numbers = sorted({each for each in inside if below < each < above})
        values = _sigmoids(np.array(numbers), form)
        is_past = (values > wanted) | (or_equal & (values == wanted))
        first = int(np.argmax(is_past)) if is_past.any() else len(numbers)
        bounds = [below, *numbers, above]
        below, above = bounds[first], bounds[first + 1]
    return above


def _around(at: int, largest: int) -> Ordinals:
    numbers = np.arange(max(at - BESIDE, -largest), min(at + BESIDE, largest) + 1)
    return numbers.astype(np.int64)


def _sigmoids(numbers: Ordinals, form: Format) -> FloatArray:
    return sigmoid(from_ordinals(numbers, form))


def _nearest(p: float, found: Ordinals, form: Format) -> float:
    """The logit nearest to the true one among those found and all between."""
    low, high = (_float(int(each), form) for each in (found[0], found[-1]))
    if p in (0.0, 1.0):
        return high if p == 0.0 else low
    true = math.log(p) - math.log1p(-p)
    at = int(ordinals(form.round(np.array(min(max(true, low), high)))))
    return _float(int(found[np.argmin(np.abs(found - at))]) if len(found) < 2 * BESIDE else at, form)


def _float(number: int, form: Format) -> float:
    return float(from_ordinals(np.array([number]), form)[0])
