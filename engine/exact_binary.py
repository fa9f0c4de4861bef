"""The true value of the binary losses and of their gradient, rounded to float64.

In real numbers BCELoss after sigmoid and BCEWithLogitsLoss are one function. With the coefficients
a = weight * pos_weight * y and b = weight * (1 - y) it is

    loss     = (a |z| if z < 0 else b z) + (a + b) log1p(e^-|z|)
    gradient = (b e^z - a) / (1 + e^z)

For a target in [0, 1] the loss is a sum of non-negative terms: nothing cancels and every digit is
kept. The gradient's difference is taken in double-double arithmetic and, where even that does not
suffice, in as many digits as it needs.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.double_double import (
    FARTHEST_ORDINARY_ARGUMENT,
    DoubleDouble,
    Floats,
    difference,
    from_float64,
    from_fraction,
    is_ordinary,
    where,
)
from engine.exp_log1p import exp, log1p
from engine.hard_cases import cancels, softmax_residual

Factors = tuple[Floats, Floats | None, Floats | None]
"""Target, weight and pos_weight; None stands for 1."""

_ONE = from_fraction(Fraction(1))


def exact_binary_loss(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
) -> Floats:
    """The true binary cross-entropy of a logit, element by element.

    Parameters
    ----------
    logits : array of any of the four formats
    target : array
        Each in [0, 1]. Elsewhere the same linear formula is used, with no promise of accuracy.
    weight, pos_weight : array, optional
        Non-negative; 1 where not given. All four broadcast against one another.

    Returns
    -------
    float64 array of the broadcast shape
        Within 2 ULP of the true value for every finite logit, subnormal results included. An
        infinite logit gives the loss's limit, 0 or inf; a nan anywhere gives nan, and so does a
        weight or target that is infinite.

    Notes
    -----
    -weight * (pos_weight*y*log(sigmoid(z)) + (1 - y)*log(1 - sigmoid(z))), in the form at the top of
    this module. BCEWithLogitsLoss evaluates (1 - y)*z - log_sigmoid(z), which for y = 0 and z < 0
    subtracts two nearly equal numbers.

    References
    ----------
    PyTorch, aten/src/ATen/native/Loss.cpp, binary_cross_entropy_with_logits.

    Examples
    --------
    >>> float(exact_binary_loss(40.0, 1.0))
    4.248354255291589e-18
    """
    with np.errstate(all="ignore"):  # an overflow, underflow or nan here is the result itself
        z, factors = _broadcast(logits, target, weight, pos_weight)
        scaled = _needs_exponents(z, factors)
        a, b = _coefficients(factors, scaled=scaled)
        distance = _magnitude(z, scaled=scaled)
        slope = where(z < 0, a, b)
        tail = log1p(exp(-distance))
        if weight is not None or pos_weight is not None:
            tail = (a + b) * tail
        loss = (slope * distance + tail).to_float64()
        if not scaled:
            return np.asarray(loss)
        limit = np.where(slope.high == 0.0, 0.0, np.copysign(np.inf, slope.high))
        loss = np.where(np.isinf(z), limit, loss)
        return np.where(_is_defined(z, factors), loss, np.nan)


def exact_binary_loss_grad(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
) -> Floats:
    """The true derivative of each `exact_binary_loss` with respect to its own logit.

    Parameters
    ----------
    logits, target, weight, pos_weight
        As for `exact_binary_loss`.

    Returns
    -------
    float64 array of the broadcast shape
        Within 2 ULP of the true value for every finite logit, also where sigmoid(z) all but equals
        the target. An infinite logit gives the limit; nan as for `exact_binary_loss`.

    Notes
    -----
    The form at the top of this module, with numerator and denominator times e^-z for z > 0.
    PyTorch's sigmoid(z) - y is 0 for y = 1 from z = 37 on in float64, where the truth is -e^-z.
    Elements whose two terms agree in their first 12 bits, which takes a soft target within 0.03 %
    of the prediction, go one by one through `engine.hard_cases`, some 20 microseconds each.

    Examples
    --------
    >>> float(exact_binary_loss_grad(40.0, 1.0))
    -4.248354255291589e-18
    """
    with np.errstate(all="ignore"):  # an overflow, underflow or nan here is the result itself
        z, factors = _broadcast(logits, target, weight, pos_weight)
        scaled = _needs_exponents(z, factors)
        a, b = _coefficients(factors, scaled=scaled)
        small = exp(-_magnitude(z, scaled=scaled))
        positive = z > 0
        first, second = where(positive, b, a), where(positive, a, b) * small
        numerator = first - second
        gradient = np.where(positive, 1.0, -1.0) * (numerator / (_ONE + small)).to_float64()
        doubtful = cancels(numerator, first)
        if scaled:
            doubtful &= np.isfinite(z)
            gradient = np.where(_is_defined(z, factors), gradient, np.nan)
        gradient = np.asarray(gradient)
        for index in map(tuple, np.argwhere(doubtful)):
            pair = _exact_coefficients(factors, index)
            gradient[index] = softmax_residual((float(z[index]), 0.0), pair, 0)
        return gradient


def _broadcast(
    logits: ArrayLike, target: ArrayLike, weight: ArrayLike | None, pos_weight: ArrayLike | None
) -> tuple[Floats, Factors]:
    """The logits, and target, weight and pos_weight, as float64 arrays of one shape."""
    given = [values for values in (logits, target, weight, pos_weight) if values is not None]
    arrays = iter(np.broadcast_arrays(*(np.asarray(values).astype(np.float64) for values in given)))
    z, y = next(arrays), next(arrays)
    return z, (y, None if weight is None else next(arrays), None if pos_weight is None else next(arrays))


def _magnitude(z: Floats, *, scaled: bool) -> DoubleDouble:
    """|z|, with a finite number of no meaning where z is not finite."""
    size = np.abs(z)
    return from_float64(np.nan_to_num(size) if scaled else size, scaled=scaled)


def _needs_exponents(z: Floats, factors: Factors) -> bool:
    """Whether some product may leave float64's range, or some value is not finite."""
    ordinary = (np.abs(z) <= FARTHEST_ORDINARY_ARGUMENT).all()
    return not (ordinary and all(is_ordinary(factor) for factor in factors if factor is not None))


def _coefficients(factors: Factors, *, scaled: bool) -> tuple[DoubleDouble, DoubleDouble]:
    """The coefficients weight * pos_weight * y and weight * (1 - y)."""
    y, weight, pos_weight = factors
    a = from_float64(y, scaled=scaled)
    b = difference(np.ones_like(y), y, scaled=scaled)
    if pos_weight is not None:
        a = a * from_float64(pos_weight, scaled=scaled)
    if weight is not None:
        common = from_float64(weight, scaled=scaled)
        a, b = a * common, b * common
    return a, b


def _exact_coefficients(factors: Factors, index: tuple[int, ...]) -> tuple[Fraction, Fraction]:
    """One element's coefficients without any rounding."""
    one = Fraction(1)
    y, weight, pos_weight = (one if factor is None else Fraction(float(factor[index])) for factor in factors)
    return weight * pos_weight * y, weight * (1 - y)


def _is_defined(z: Floats, factors: Factors) -> NDArray[np.bool_]:
    finite = [np.isfinite(factor) for factor in factors if factor is not None]
    return np.asarray(np.logical_and.reduce([~np.isnan(z), *finite]))
