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
from collections.abc import Sequence
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


def softmax_residual(logits: Sequence[float], index: int, own: Fraction, total: Fraction) -> float:
    """(e_i * sum of the other a_k - a_i * sum of the other e_k) / (sum of all e_k), e_k = exp(z_k).

    Parameters
    ----------
    logits : finite floats or -inf, not all -inf
    index : int
        The class i to whose logit the gradient is taken, with a finite logit.
    own, total : Fraction
        Its coefficient a_i = weight * target > 0, and the sum of all of them, none negative.

    Returns
    -------
    float
        softmax_i * sum(a) - a_i, correctly rounded but for double rounding.
    """
    # exp(z_k - z_i): the common factor e_i is divided out. Where that is 1 it is counted, not rounded.
    unequal = Counter(logits)
    equal = unequal.pop(logits[index])
    unequal.pop(float("-inf"), None)
    rational = total - own * equal
    digits = _FIRST_DIGITS
    while True:
        with localcontext(prec=digits, Emin=MIN_EMIN, Emax=MAX_EMAX):
            powers = ((Decimal(z) - Decimal(logits[index])).exp() * count for z, count in unequal.items())
            rest = sum(powers, Decimal(0))
            size = _decimal(rational)
            residual = size - _decimal(own) * rest
            if not rational or abs(residual) > abs(size) * Decimal(10) ** (_GUARD_DIGITS - digits):
                return float(residual / (equal + rest))
        digits *= 2


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
