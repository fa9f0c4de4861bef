"""Gradients that double-double arithmetic cannot decide, one by one in as many digits as they need.

sigmoid(z) - y or softmax(z) - t is the difference of two numbers that can agree to any number of
digits when the target is soft. How many is not known beforehand, so the working precision is
doubled until the rest is certain (Ziv's strategy). It ends: e to distinct rational powers is linearly
independent over the rationals (Lindemann-Weierstrass), so that a difference can be 0 only in what equal
logits contribute. That is a rational number and computed as one. Where it is 0, nothing cancels any
more, however far below the others' powers lie: e**-1e30 has more digits before it than there is memory.

References
----------
A. Ziv, "Fast evaluation of elementary mathematical functions with correctly rounded last bit",
ACM TOMS 17, 1991.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Decimal, localcontext
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.exact.double_double import DoubleDouble

TRUSTED_RESIDUE = 2.0**-12
"""A difference this large beside its terms keeps 57 of the 69 bits that `exp_log1p.exp` gives them."""

_FIRST_DIGITS = 50
_GUARD_DIGITS = 22
"""Digits kept after the cancellation: float64's 17 and 5 for the roundings of a thousand terms."""


def cancels(remainder: DoubleDouble, term: DoubleDouble) -> NDArray[np.bool_]:
    """Where a difference is too small beside its positive first term to be trusted."""
    rest, size = np.abs(remainder.high), term.high
    if remainder.exponent is not None and term.exponent is not None:
        size = np.ldexp(size, term.exponent - remainder.exponent)
    return np.asarray(rest < TRUSTED_RESIDUE * size)


def softmax_residuals(
    logits: Sequence[float], own: Mapping[int, Fraction], total: Fraction
) -> dict[int, float]:
    """(e_i * sum of the other a_k - a_i * sum of the other e_k) / (sum of all e_k), e_k = exp(z_k).

    Parameters
    ----------
    logits : finite floats or -inf, not all -inf
        One row's.
    own : mapping
        The classes i to whose logits gradients are taken, all finite, and their coefficients
        a_i = weight * target > 0.
    total : Fraction
        The sum of the coefficients of all classes, none negative.

    Returns
    -------
    dict
        softmax_i * sum(a) - a_i by class, correctly rounded but for double rounding.

    Notes
    -----
    The row's powers are computed once for all classes, relative to the largest. What equal logits
    contribute to a class is counted, not rounded.
    """
    counts = Counter(logits)
    counts.pop(float("-inf"), None)
    found: dict[int, float] = {}
    digits = _FIRST_DIGITS
    while len(found) < len(own):
        with localcontext(prec=digits, Emin=MIN_EMIN, Emax=MAX_EMAX):
            row = _Powers(counts)
            for index in own.keys() - found.keys():
                power, rest = row.power(logits[index]), row.rest(logits[index])
                rational = total - own[index] * counts[logits[index]]
                size = power * _decimal(rational)
                residual = size - _decimal(own[index]) * rest
                if not rational or abs(residual) > abs(size) * Decimal(10) ** (_GUARD_DIGITS - digits):
                    found[index] = float(residual / row.sum)
        digits *= 2
    return found


class _Powers:
    """The distinct powers of one row, relative to the largest, in the digits of the present context."""

    def __init__(self, counts: Counter[float]) -> None:
        self._counts, self._top = counts, max(counts)
        top = Decimal(self._top)
        self._powers = {z: (Decimal(z) - top).exp() for z in counts}
        self._below = sum((self._powers[z] * n for z, n in counts.items() if z != self._top), Decimal(0))
        self.sum = self._below + counts[self._top]

    def power(self, z: float) -> Decimal:
        """exp(z - top)."""
        return self._powers[z]

    def rest(self, z: float) -> Decimal:
        """The sum of the powers of all other logits; nothing cancels, for the largest alone is 1."""
        return self._below if z == self._top else self.sum - self._powers[z] * self._counts[z]


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
