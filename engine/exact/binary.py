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

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.exact import triple_double
from engine.exact.close_targets import is_trusted
from engine.exact.double_double import (
    FARTHEST_ORDINARY_ARGUMENT,
    DoubleDouble,
    Floats,
    difference,
    from_float64,
    from_fraction,
    is_ordinary,
    two_sum,
    where,
)
from engine.exact.exp_log1p import exp, log1p
from engine.exact.hard_cases import cancels, softmax_residuals
from engine.exact.slices import slices
from engine.exact.triple_double import TripleDouble
from engine.floats.rounding import failures_are_results

Factors = tuple[Floats, Floats | None, Floats | None]
"""Target, weight and pos_weight; None stands for 1."""

_LARGEST_FACTOR = 2.0**250
"""Two of these leave room for three parts of a product."""
_ONE = from_fraction(Fraction(1), scaled=False)


@failures_are_results
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

    Raises
    ------
    ValueError
        If the arrays do not broadcast against one another.

    Notes
    -----
    -weight * (pos_weight*y*log(sigmoid(z)) + (1 - y)*log(1 - sigmoid(z))), in the form at the top of
    this module. BCEWithLogitsLoss evaluates (1 - y)*z - log_sigmoid(z), which for y = 0 and z < 0
    subtracts two nearly equal numbers. Evaluated some 30,000 elements at a time, in some 10 MB beyond
    the result.

    References
    ----------
    PyTorch, aten/src/ATen/native/Loss.cpp, binary_cross_entropy_with_logits.

    Examples
    --------
    >>> float(exact_binary_loss(40.0, 1.0))
    4.248354255291589e-18
    """
    return _in_slices(_loss, logits, target, weight, pos_weight)


@failures_are_results
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

    Raises
    ------
    ValueError
        As for `exact_binary_loss`.

    Notes
    -----
    The form at the top of this module, with numerator and denominator times e^-z for z > 0.
    PyTorch's sigmoid(z) - y is 0 for y = 1 from z = 37 on in float64, where the truth is -e^-z.
    Elements whose two terms agree in their first 12 bits, which takes a soft target within 0.03 %
    of the prediction, are computed again in more digits, at about three times the cost. Evaluated some
    30,000 elements at a time, in up to some 20 MB beyond the result.

    Examples
    --------
    >>> float(exact_binary_loss_grad(40.0, 1.0))
    -4.248354255291589e-18
    """
    return _in_slices(_gradient, logits, target, weight, pos_weight)


@failures_are_results
def exact_binary_loss_then_grad(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
) -> tuple[Floats, Callable[[], Floats]]:
    """`exact_binary_loss`, and `exact_binary_loss_grad` to be called for: both begin with the same terms.

    These are kept for the whole batch until the gradient is let go, some 150 bytes an element.
    """
    terms = _prepare(logits, target, weight, pos_weight)
    return _loss(terms), failures_are_results(lambda: _gradient(terms))


class _Terms(NamedTuple):
    """A problem in the terms of this module's formulas, all of one shape.

    Attributes
    ----------
    z : array
    factors : Factors
    scaled : bool
        Whether some product may leave float64's range or some value is not finite.
    a, b : DoubleDouble
    distance, small : DoubleDouble
        |z| and e^-|z|; of no meaning where z is not finite, but e^-inf is 0.
    """

    z: Floats
    factors: Factors
    scaled: bool
    a: DoubleDouble
    b: DoubleDouble
    distance: DoubleDouble
    small: DoubleDouble

    @property
    def is_defined(self) -> NDArray[np.bool_]:
        finite = [np.isfinite(factor) for factor in self.factors if factor is not None]
        return np.asarray(np.logical_and.reduce([~np.isnan(self.z), *finite]))


def _in_slices(form: Callable[[_Terms], Floats], *arguments: ArrayLike | None) -> Floats:
    """Evaluate a form some thousand elements at a time."""
    given = [None if values is None else np.asarray(values) for values in arguments]
    result = np.empty(np.broadcast_shapes(*(values.shape for values in given if values is not None)))
    flat = [None if values is None else np.broadcast_to(values, result.shape).flat for values in given]
    for piece in slices(result.size):
        terms = _prepare(*(None if values is None else values[piece] for values in flat))
        result.flat[piece] = form(terms)
    return result


def _prepare(*arguments: ArrayLike | None) -> _Terms:
    """Read the arguments logits, target, weight and pos_weight."""
    _, _, weight, pos_weight = arguments
    given = [values for values in arguments if values is not None]
    arrays = iter(np.broadcast_arrays(*(np.asarray(values).astype(np.float64) for values in given)))
    z, y = next(arrays), next(arrays)
    factors = (y, None if weight is None else next(arrays), None if pos_weight is None else next(arrays))
    ordinary = (np.abs(z) <= FARTHEST_ORDINARY_ARGUMENT).all()
    scaled = not (ordinary and all(is_ordinary(factor) for factor in factors if factor is not None))
    a, b = _coefficients(factors, scaled=scaled)
    distance = from_float64(np.nan_to_num(np.abs(z)) if scaled else np.abs(z), scaled=scaled)
    return _Terms(z, factors, scaled, a, b, distance, exp(-distance))


def _loss(terms: _Terms) -> Floats:
    slope = where(terms.z < 0, terms.a, terms.b)
    tail = log1p(terms.small)
    if any(factor is not None for factor in terms.factors[1:]):  # else a + b is 1
        tail = (terms.a + terms.b) * tail
    loss = np.asarray((slope * terms.distance + tail).to_float64())
    if not terms.scaled:
        return loss
    limit = np.where(slope.high == 0.0, 0.0, np.copysign(np.inf, slope.high))
    return np.where(terms.is_defined, np.where(np.isinf(terms.z), limit, loss), np.nan)


def _gradient(terms: _Terms) -> Floats:
    positive = terms.z > 0
    first = where(positive, terms.b, terms.a)
    numerator = first - where(positive, terms.a, terms.b) * terms.small
    size = (numerator / (_ONE + terms.small)).to_float64()
    gradient = np.asarray(np.where(positive, size, -size))
    doubtful = cancels(numerator, first)
    if terms.scaled:
        gradient = np.where(terms.is_defined, gradient, np.nan)
        doubtful &= terms.is_defined & np.isfinite(terms.z)
    if doubtful.any():
        _settle_close(terms, doubtful, gradient)
    for index in map(tuple, np.argwhere(doubtful)):
        a, b = _exact_coefficients(terms.factors, index)
        gradient[index] = softmax_residuals((float(terms.z[index]), 0.0), {0: a}, a + b)[0]
    return gradient


def _settle_close(terms: _Terms, doubtful: NDArray[np.bool_], gradient: Floats) -> None:
    """Compute doubtful elements in three floats a number, by `_gradient`'s formula, where these do."""
    y, weight, pos_weight = terms.factors
    regular = doubtful & (np.abs(terms.z) <= FARTHEST_ORDINARY_ARGUMENT) & (y >= 0) & (y <= 1)
    for factor in (weight, pos_weight):
        if factor is not None:
            regular &= (factor >= 0) & (factor <= _LARGEST_FACTOR)
    close = np.nonzero(regular)
    z, y = terms.z[close], y[close]
    zero, one, positive = np.zeros_like(z), np.ones_like(z), z > 0
    a, b = triple_double.from_float64(y), TripleDouble(*two_sum(one, -y), zero)
    if pos_weight is not None:
        a = a * triple_double.from_float64(pos_weight[close])
    if weight is not None:
        common = triple_double.from_float64(weight[close])
        a, b = a * common, b * common
    first, small = triple_double.where(positive, b, a), triple_double.exp(DoubleDouble(-np.abs(z), zero))
    numerator = (first - triple_double.where(positive, a, b) * small).to_double_double()
    size = (numerator / (triple_double.from_float64(one) + small).to_double_double()).to_float64()
    trusted = is_trusted(numerator, first)
    gradient[close] = np.where(trusted, np.where(positive, size, -size), gradient[close])
    doubtful[close] = ~trusted


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
