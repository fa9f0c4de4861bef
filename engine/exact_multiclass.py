"""The true value of CrossEntropyLoss and of its gradient, rounded to float64, row by row.

Class indices, probabilities, weights and label smoothing all become one coefficient a class,
a_c = weight_c * t_c. With m the row's largest logit, e_c = exp(z_c - m) and r the sum of e_c over
all classes but the one that attains m,

    loss       = sum_c a_c (m - z_c) + (sum_c a_c) log1p(r)
    gradient_j = (e_j * sum of the other a_c - a_j * sum of the other e_c) / (1 + r)

For non-negative coefficients the loss is a sum of non-negative terms: nothing cancels.
"""

from __future__ import annotations

from dataclasses import dataclass
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

Mask = NDArray[np.bool_]


def exact_multiclass_loss(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Floats:
    """The true cross-entropy of each row of logits, as CrossEntropyLoss with 'none' defines it.

    Parameters
    ----------
    logits : (N, C) array of any of the four formats
    target : (N,) integers or (N, C) floats
        Class indices, or class probabilities, each in [0, 1]; a row need not sum to 1. Outside
        [0, 1] the same linear formula is used, with no promise of accuracy.
    weight : (C,) array, optional
        Non-negative weight of each class.
    ignore_index : int
        Rows with this class index give 0.
    label_smoothing : float
        Share of the target that is spread evenly over the classes. PyTorch takes a negative one as 0.

    Returns
    -------
    (N,) float64 array
        Within 2 ULP of the true value for all finite logits. Infinite logits give the limit: a
        class at -inf counts only if its coefficient is not 0 (then inf); one class at inf gives 0 if
        all other coefficients are 0, else inf; where there is no limit (several at inf, all at
        -inf) and for nan the row is nan.

    Raises
    ------
    IndexError
        If a class index is neither in [0, C) nor `ignore_index`.

    Notes
    -----
    sum_c a_c * (log(sum_k e^z_k) - z_c), in the form at the top of this module; the rounding errors
    of m - z_c, of the products and of the sums are carried along.

    References
    ----------
    PyTorch, aten/src/ATen/native/LossNLL.cpp, cross_entropy_loss.

    Examples
    --------
    >>> exact_multiclass_loss([[40.0, 0.0, 0.0]], [0])
    array([8.49670851e-18])
    """
    with np.errstate(all="ignore"):  # an overflow, underflow or nan here is the result itself
        rows = _prepare(logits, target, weight, ignore_index, label_smoothing)
        coefficients = rows.coefficients()
        below_top = rows.below_top()
        tail = log1p(rows.powers(below_top).without(rows.top).sum())
        slope = (coefficients * -below_top).sum(of_one=rows.one_hot)
        loss = (slope + coefficients.sum(of_one=rows.one_hot) * tail).to_float64()
        absent = rows.absent & (coefficients.high != 0.0)
        infinite = np.where(absent, np.copysign(np.inf, coefficients.high), 0.0)
        return rows.masked(loss + infinite.sum(axis=0))


def exact_multiclass_loss_grad(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Floats:
    """The true derivative of each row's `exact_multiclass_loss` with respect to its own logits.

    Parameters
    ----------
    logits, target, weight, ignore_index, label_smoothing
        As for `exact_multiclass_loss`.

    Returns
    -------
    (N, C) float64 array
        Within 2 ULP of the true value for all finite logits; ignored rows are 0, also where their
        logits are nan. Infinite logits give the limit, where there is one.

    Raises
    ------
    IndexError
        As `exact_multiclass_loss`.

    Notes
    -----
    softmax_j * sum(a) - a_j, in the form at the top of this module, which has no difference to take
    for a one-hot target. Elements whose two terms agree in their first 12 bits go one by one
    through `engine.hard_cases`.

    Examples
    --------
    >>> exact_multiclass_loss_grad([[40.0, 0.0, 0.0]], [0])
    array([[-8.49670851e-18,  4.24835426e-18,  4.24835426e-18]])
    """
    with np.errstate(all="ignore"):  # an overflow, underflow or nan here is the result itself
        rows = _prepare(logits, target, weight, ignore_index, label_smoothing)
        coefficients = rows.coefficients()
        powers = rows.powers(rows.below_top())
        heaviest = _is_first_largest(coefficients.to_float64())
        total = powers.sum()
        gain = powers * _sum_of_others(coefficients, heaviest, coefficients.sum(of_one=rows.one_hot))
        loss = coefficients * _sum_of_others(powers, rows.top, total)
        numerator = gain - loss
        gradient = (numerator / total).to_float64()
        doubtful = cancels(numerator, gain) & ~(rows.ignored | rows.undefined | rows.absent)
        for column, row in zip(*np.nonzero(doubtful), strict=True):
            gradient[column, row] = softmax_residual(
                rows.logits[:, row].tolist(), rows.fractions(int(row)), int(column)
            )
        return np.ascontiguousarray(rows.masked(gradient).T)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The problem in the terms of this module's formula, class-major: sums over classes are fastest so.

    Attributes
    ----------
    logits : (C, N) array
        Finite or -inf, at least one of each row finite.
    target : (C, N) array
        Before smoothing; 0 in ignored and undefined rows.
    weight : (C, 1) array
    smoothing : Fraction
    ignored, undefined : (N,) masks
        Rows that are 0 and rows that are nan.
    absent, top : (C, N) masks
        Classes at -inf, and the first of each row's largest.
    one_hot : bool
        Whether no row has more than one coefficient that is not 0.
    scaled : bool
        Whether a product may leave float64's range.
    """

    logits: Floats
    target: Floats
    weight: Floats
    smoothing: Fraction
    ignored: Mask
    undefined: Mask
    absent: Mask
    top: Mask
    one_hot: bool
    scaled: bool

    def coefficients(self) -> DoubleDouble:
        """weight_c * ((1 - smoothing) t_c + smoothing/C), (C, N)."""
        share = from_float64(self.target, scaled=self.scaled)
        if self.smoothing > 0:
            evenly = from_fraction(self.smoothing / len(self.target))
            share = share * from_fraction(1 - self.smoothing) + evenly
        if (self.weight != 1.0).any():
            share = share * from_float64(self.weight, scaled=self.scaled)
        return share

    def fractions(self, row: int) -> list[Fraction]:
        """One row's coefficients without any rounding."""
        evenly = self.smoothing / len(self.target)
        return [
            Fraction(weight) * ((1 - self.smoothing) * Fraction(share) + evenly)
            for weight, share in zip(self.weight[:, 0].tolist(), self.target[:, row].tolist(), strict=True)
        ]

    def below_top(self) -> DoubleDouble:
        """z_c - m, 0 for absent classes."""
        largest = np.max(self.logits, axis=0)
        present = np.where(self.absent, largest, self.logits)
        return difference(present, np.broadcast_to(largest, present.shape), scaled=self.scaled)

    def powers(self, below_top: DoubleDouble) -> DoubleDouble:
        """exp(z_c - m), 0 for absent classes."""
        return exp(below_top).without(self.absent)

    def masked(self, values: Floats) -> Floats:
        """Per-row results with ignored rows 0 and undefined rows nan."""
        values[..., self.undefined] = np.nan
        values[..., self.ignored] = 0.0
        return values


def _prepare(
    logits: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    label_smoothing: float,
) -> _Rows:
    z = np.asarray(logits).T.astype(np.float64, order="C")
    classes, count = z.shape
    weights = np.ones(classes) if weight is None else np.asarray(weight).astype(np.float64)
    given = np.asarray(target)
    if given.ndim == 2:
        ignored = np.zeros(count, dtype=np.bool_)
        shares = given.T.astype(np.float64, order="C")
    else:
        ignored = given == ignore_index
        shares = _one_hot(given, ignored, classes)
    smoothing = Fraction(label_smoothing) if label_smoothing > 0 else Fraction(0)
    finite, undefined = _resolve_infinities(z)
    used = (shares != 0.0) | (smoothing > 0)
    undefined |= (used & ~np.isfinite(weights[:, None] * shares)).any(axis=0)
    unused = undefined | ignored
    finite[:, unused] = 0.0
    shares[:, unused] = 0.0
    weights = np.where(np.isfinite(weights), weights, 0.0)[:, None]
    absent = np.isneginf(finite)
    reach = np.ptp(np.where(absent, finite.max(axis=0), finite), axis=0).max(initial=0.0)
    scaled = not (reach <= FARTHEST_ORDINARY_ARGUMENT and is_ordinary(weights) and is_ordinary(shares))
    one_hot = given.ndim == 1 and smoothing == 0
    top = _is_first_largest(finite)
    return _Rows(finite, shares, weights, smoothing, ignored, undefined, absent, top, one_hot, scaled)


def _one_hot(indices: NDArray[np.integer], ignored: Mask, classes: int) -> Floats:
    wrong = ~ignored & ((indices < 0) | (indices >= classes))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise IndexError(f"Target {indices[row]} is out of bounds: row {row}, expected 0 to {classes - 1}.")
    shares = np.zeros((classes, len(indices)))
    rows = np.flatnonzero(~ignored)
    shares[indices[rows], rows] = 1.0
    return shares


def _resolve_infinities(z: Floats) -> tuple[Floats, Mask]:
    """Logits that are finite or -inf and have the same limit, and the rows that have none."""
    rising = np.isposinf(z)
    undefined = np.isnan(z).any(axis=0) | (rising.sum(axis=0) > 1)
    if len(z) == 1:
        return np.zeros_like(z), undefined  # the loss of a single class is 0 whatever its logit
    undefined |= np.isneginf(z).all(axis=0)
    # One class that rises to inf leaves every other one at -inf beside it.
    at_limit = np.where(rising, 0.0, -np.inf)
    return np.where(rising.any(axis=0), at_limit, z), undefined


def _is_first_largest(values: Floats) -> Mask:
    """Where each row has the first of its largest values."""
    return np.asarray(np.arange(len(values))[:, None] == np.argmax(values, axis=0))


def _sum_of_others(terms: DoubleDouble, largest: Mask, total: DoubleDouble) -> DoubleDouble:
    """For each term the sum of all other terms of its row.

    Notes
    -----
    The total less the term loses a bit at most, unless the term is the row's largest: its others
    are summed apart.
    """
    return where(largest, terms.without(largest).sum(), total - terms)
