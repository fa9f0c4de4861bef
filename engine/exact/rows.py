"""A multiclass problem as the exact form reads it: one coefficient a class, infinities resolved."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.exact import triple_double
from engine.exact.double_double import (
    FARTHEST_ORDINARY_ARGUMENT,
    DoubleDouble,
    Floats,
    difference,
    from_float64,
    from_fraction,
    is_ordinary,
)
from engine.exact.exp_log1p import exp
from engine.exact.triple_double import TripleDouble

Mask = NDArray[np.bool_]


class ExactRows(NamedTuple):
    """A problem in the terms of `exact_multiclass`, class-major: sums over classes are fastest so.

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
    coefficients : DoubleDouble, (C, N)
        a_c = weight_c * ((1 - smoothing) t_c + smoothing/C).
    below_top, powers : DoubleDouble, (C, N)
        z_c - m and exp(z_c - m), both 0 for absent classes.
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
    coefficients: DoubleDouble
    below_top: DoubleDouble
    powers: DoubleDouble

    def fractions(self, row: int) -> list[Fraction]:
        """One row's coefficients without any rounding."""
        evenly = self.smoothing / len(self.target)
        return [
            Fraction(weight) * ((1 - self.smoothing) * Fraction(share) + evenly)
            for weight, share in zip(self.weight[:, 0].tolist(), self.target[:, row].tolist(), strict=True)
        ]

    def is_regular(self) -> Mask:
        """Which rows have targets from 0 to 1, while weights and smoothing are what they should be too."""
        regular = self.smoothing <= 1 and bool(((self.weight >= 0) & (self.weight <= 2.0**500)).all())
        return np.asarray(regular & ((self.target >= 0) & (self.target <= 1)).all(axis=0))

    def triple_coefficients(self, rows: NDArray[np.intp]) -> TripleDouble:
        """The coefficients of some rows, in three parts."""
        shares = triple_double.from_float64(np.take(self.target, rows, axis=1))
        if self.smoothing > 0:
            evenly = triple_double.from_fraction(self.smoothing / len(self.target))
            shares = shares * triple_double.from_fraction(1 - self.smoothing) + evenly
        if (self.weight != 1.0).any():
            shares = shares * triple_double.from_float64(self.weight)
        return shares

    def masked(self, values: Floats) -> Floats:
        """Per-row results with ignored rows 0 and undefined rows nan."""
        values[..., self.undefined] = np.nan
        values[..., self.ignored] = 0.0
        return values


def exact_rows(
    logits: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    label_smoothing: float,
) -> ExactRows:
    """Read the arguments of `exact_multiclass.exact_multiclass_loss`."""
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
    finite, undefined = resolve_infinities(z)
    used = (shares != 0.0) | (smoothing > 0)
    undefined |= (used & ~np.isfinite(weights[:, None] * shares)).any(axis=0)
    unused = undefined | ignored
    finite[:, unused] = 0.0
    shares[:, unused] = 0.0
    weights = np.where(np.isfinite(weights), weights, 0.0)[:, None]
    absent, largest = np.isneginf(finite), np.max(finite, axis=0)
    present = np.where(absent, largest, finite)
    reach = np.ptp(present, axis=0).max(initial=0.0)
    ordinary = all(map(is_ordinary, (weights, shares, np.asarray(float(smoothing)))))
    scaled = not (ordinary and reach <= FARTHEST_ORDINARY_ARGUMENT)
    below_top = difference(present, np.broadcast_to(largest, present.shape), scaled=scaled)
    return ExactRows(
        logits=finite,
        target=shares,
        weight=weights,
        smoothing=smoothing,
        ignored=ignored,
        undefined=undefined,
        absent=absent,
        top=is_first_largest(finite),
        one_hot=given.ndim == 1 and smoothing == 0,
        coefficients=_coefficients(shares, weights, smoothing, scaled=scaled),
        below_top=below_top,
        powers=exp(below_top).without(absent),
    )


def _coefficients(target: Floats, weight: Floats, smoothing: Fraction, *, scaled: bool) -> DoubleDouble:
    shares = from_float64(target, scaled=scaled)
    if smoothing > 0:
        evenly = from_fraction(smoothing / len(target), scaled=scaled)
        shares = shares * from_fraction(1 - smoothing, scaled=scaled) + evenly
    if (weight != 1.0).any():
        shares = shares * from_float64(weight, scaled=scaled)
    return shares


def check_indices(indices: NDArray[np.integer], ignored: Mask, classes: int) -> None:
    """Refuse a class index that is neither ignored nor a class."""
    wrong = ~ignored & ((indices < 0) | (indices >= classes))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise IndexError(f"Target {indices[row]} is out of bounds: row {row}, expected 0 to {classes - 1}.")


def _one_hot(indices: NDArray[np.integer], ignored: Mask, classes: int) -> Floats:
    check_indices(indices, ignored, classes)
    shares = np.zeros((classes, len(indices)))
    rows = np.flatnonzero(~ignored)
    shares[indices[rows], rows] = 1.0
    return shares


def resolve_infinities(z: Floats) -> tuple[Floats, Mask]:
    """Logits that are finite or -inf and have the same limit, and the rows that have none."""
    rising = np.isposinf(z)
    undefined = np.isnan(z).any(axis=0) | (rising.sum(axis=0) > 1)
    if len(z) == 1:
        return np.zeros_like(z), undefined  # the loss of a single class is 0 whatever its logit
    undefined |= np.isneginf(z).all(axis=0)
    # One class that rises to inf leaves every other one at -inf beside it.
    at_limit = np.where(rising, 0.0, -np.inf)
    return np.where(rising.any(axis=0), at_limit, z), undefined


def is_first_largest(values: Floats) -> Mask:
    """Where each row has the first of its largest values."""
    return np.asarray(np.arange(len(values))[:, None] == np.argmax(values, axis=0))
