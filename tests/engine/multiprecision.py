"""The true losses and gradients in multi-precision, straight from their definitions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mpmath
from mpmath import mpf

BITS = 3000
"""Enough that 1e-324 beside 1 keeps 500 digits."""


def row_loss(logits: Sequence[float], coefficients: Sequence[mpf]) -> mpf:
    """sum_c a_c * (log(sum_k e^z_k) - z_c)."""
    with mpmath.workprec(BITS):
        top = max(logits)
        rest = mpmath.fsum(mpmath.exp(mpf(z) - top) for k, z in enumerate(logits) if k != logits.index(top))
        log_sum = mpmath.log1p(rest)
        return mpmath.fsum(a * (log_sum + (mpf(top) - z)) for a, z in zip(coefficients, logits, strict=True))


def row_gradient(logits: Sequence[float], coefficients: Sequence[mpf], index: int) -> mpf:
    """softmax_i * sum(a) - a_i, over one denominator so that a one-hot target cancels nothing."""
    with mpmath.workprec(BITS):
        powers = [mpmath.exp(mpf(z) - max(logits)) for z in logits]
        others = [k for k in range(len(logits)) if k != index]
        gain = powers[index] * mpmath.fsum(coefficients[k] for k in others)
        loss = coefficients[index] * mpmath.fsum(powers[k] for k in others)
        return (gain - loss) / mpmath.fsum(powers)


def row_gradients(logits: Sequence[float], coefficients: Sequence[mpf]) -> list[mpf]:
    """`row_gradient` of every class, each power computed once."""
    with mpmath.workprec(BITS):
        powers = [mpmath.exp(mpf(z) - max(logits)) for z in logits]
        total, mass = mpmath.fsum(powers), mpmath.fsum(coefficients)
        return [(p * (mass - a) - a * (total - p)) / total for p, a in zip(powers, coefficients, strict=True)]


def binary_coefficients(target: float, weight: float, pos_weight: float) -> list[mpf]:
    """The coefficients of the two-class row (z, 0) that a binary loss is."""
    with mpmath.workprec(BITS):
        return [mpf(weight) * mpf(pos_weight) * mpf(target), mpf(weight) * (1 - mpf(target))]


def class_coefficients(target: Sequence[float], weight: Sequence[float], smoothing: float) -> list[mpf]:
    """weight_c * ((1 - smoothing) * t_c + smoothing / C)."""
    with mpmath.workprec(BITS):
        even = mpf(smoothing) / len(target)
        return [mpf(w) * ((1 - mpf(smoothing)) * t + even) for w, t in zip(weight, target, strict=True)]


def ulps_apart(computed: float, truth: mpf | str) -> float:
    """|computed - truth| in float64's ULP at truth; what overflows must be inf."""
    with mpmath.workprec(BITS):
        exact = mpf(truth)
        rounded = float(exact)
        if math.isinf(rounded) or not math.isfinite(computed):
            return 0.0 if computed == rounded else math.inf
        place = max(math.frexp(float(exact))[1] - 53, -1074) if rounded else -1074
        return float(abs(mpf(computed) - exact) / mpf(2) ** place)
