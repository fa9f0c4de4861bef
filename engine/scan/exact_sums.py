"""Sums that are exact, so that blocks added in any order give the same number to the last bit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.floats.formats import FloatArray

UNIT_BITS = 1074
"""Every finite float64 is a whole multiple of 2**-1074."""

_UNIT = 1 << UNIT_BITS
_LARGEST = 2.0**900


@dataclass(frozen=True, slots=True)
class ExactSum:
    """A sum of floats, and what of them is not finite.

    Attributes
    ----------
    count : int
        Numbers added.
    units : int
        The sum of the finite ones in units of 2**-1074.
    above, below, nans : int
        How many are inf, -inf and nan.
    """

    count: int = 0
    units: int = 0
    above: int = 0
    below: int = 0
    nans: int = 0

    def __add__(self, other: ExactSum) -> ExactSum:
        return ExactSum(
            self.count + other.count,
            self.units + other.units,
            self.above + other.above,
            self.below + other.below,
            self.nans + other.nans,
        )

    @property
    def value(self) -> float:
        """The sum, rounded once; nan or inf as IEEE 754 adds them."""
        return self._over(1)

    @property
    def mean(self) -> float:
        """The mean, rounded once; nan of nothing."""
        return self._over(self.count) if self.count else math.nan

    @property
    def finite_mean(self) -> float:
        """The mean of the finite ones, rounded once; nan of nothing."""
        finite = self.count - self.above - self.below - self.nans
        return _quotient(self.units, finite * _UNIT) if finite else math.nan

    def _over(self, divisor: int) -> float:
        if self.nans or (self.above and self.below):
            return math.nan
        if self.above or self.below:
            return math.inf if self.above else -math.inf
        return _quotient(self.units, divisor * _UNIT)


def _quotient(numerator: int, denominator: int) -> float:
    try:
        return numerator / denominator  # of integers: correctly rounded
    except OverflowError:
        return math.copysign(math.inf, numerator)


def exact_sum(values: FloatArray) -> ExactSum:
    """The sum of an array of any of the four formats.

    Examples
    --------
    >>> exact_sum(np.array([1e16, 1.0, -1e16])).value
    1.0

    References
    ----------
    Rump, Ogita and Oishi, "Accurate floating-point summation", 2008: the leading bits of all numbers are
    extracted against one power of two, and add without an error.
    """
    wide = values.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    units = 0
    large = np.abs(finite) >= _LARGEST
    if large.any():
        units += sum(map(_units, finite[large].tolist()))
        finite = finite[~large]
    room = max(len(finite), 1).bit_length() + 1
    while finite.size:
        most = float(np.max(np.abs(finite)))
        if most == 0.0:
            break
        anchor = math.ldexp(1.0, math.frexp(most)[1] + room)
        leading = (anchor + finite) - anchor
        units += _units(float(leading.sum()))
        finite = finite - leading
        finite = finite[finite != 0.0]
    return ExactSum(
        len(wide),
        units,
        int(np.count_nonzero(wide == np.inf)),
        int(np.count_nonzero(wide == -np.inf)),
        int(np.count_nonzero(np.isnan(wide))),
    )


def _units(number: float) -> int:
    numerator, denominator = number.as_integer_ratio()
    return numerator * (_UNIT // denominator)
