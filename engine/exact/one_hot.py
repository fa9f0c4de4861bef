"""The true CrossEntropyLoss where each row has one class index: the common case, at a third of the cost.

With one coefficient a row, w at the target t, the sums over classes of `engine.exact.multiclass` leave

    loss       = w (m - z_t + log1p(r))
    gradient_j = w e_j / (1 + r), and at the target -w (sum of the other e_c) / (1 + r)

with m the row's largest logit, e_c = exp(z_c - m) and r the sum of e_c over all classes but the one that
attains m. Only non-negative terms are added; nothing cancels.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.exact.double_double import (
    FARTHEST_ORDINARY_ARGUMENT,
    DoubleDouble,
    Floats,
    difference,
    from_float64,
    is_ordinary,
    where,
)
from engine.exact.exp_log1p import exp, log1p
from engine.exact.rows import Mask, check_indices, resolve_infinities
from engine.floats.rounding import failures_are_results

_FEW_CLASSES = 8
_ONE = DoubleDouble(np.ones(()), np.zeros(()))


class OneHotRows(NamedTuple):
    """Rows with one class index each, class-major.

    Attributes
    ----------
    classes : int
    target, top : (N,) index arrays
        Each row's target, 0 where it is ignored, and the first of its largest logits.
    weight : DoubleDouble, (N,), or None
        The target's; None where all are 1.
    ignored, undefined, absent : (N,) masks
        Rows that are 0, rows that are nan, and rows whose target is at -inf.
    below_top : DoubleDouble, (N,)
        z_t - m; of no meaning where absent.
    powers : DoubleDouble, (C - 1, N)
        exp(z_c - m) of all classes but the top, class 0's in its place; 0 for classes at -inf.
    others : DoubleDouble, (N,)
        Their sum.
    """

    classes: int
    target: NDArray[np.intp]
    top: NDArray[np.intp]
    weight: DoubleDouble | None
    ignored: Mask
    undefined: Mask
    absent: Mask
    below_top: DoubleDouble
    powers: DoubleDouble
    others: DoubleDouble

    def masked(self, values: Floats) -> Floats:
        """Per-row results with ignored rows 0 and undefined rows nan."""
        if self.undefined.any():
            values[..., self.undefined] = np.nan
        if self.ignored.any():
            values[..., self.ignored] = 0.0
        return values

    def all_powers(self) -> DoubleDouble:
        """exp(z_c - m) of every class, (C, N)."""
        return DoubleDouble(
            self._with_top(self.powers.high, 1.0),
            self._with_top(self.powers.low, 0.0),
            None if self.powers.exponent is None else self._with_top(self.powers.exponent, 0),
        )

    def _with_top(self, others: NDArray[Any], at_top: float) -> NDArray[Any]:
        """Put class 0 and the top back where they were; e**0 is 1, with no low part."""
        parts, each = np.empty((self.classes, others.shape[1]), others.dtype), np.arange(others.shape[1])
        parts[1:] = others
        parts[0] = parts[self.top, each]
        parts[self.top, each] = at_top
        return parts


def _first_at(z: Floats, largest: Floats) -> NDArray[np.intp]:
    """The first class of each row, (C, N), that attains the largest logit.

    For few classes half the time of `numpy.argmax`, which goes through the rows one by one.
    """
    classes, count = z.shape
    if classes > _FEW_CLASSES:
        return np.asarray(np.argmax(z, axis=0))
    top = np.full(count, classes - 1, dtype=np.intp)
    for each in reversed(range(classes - 1)):
        np.copyto(top, each, where=z[each] == largest)
    return top


def one_hot_rows(
    logits: ArrayLike, indices: ArrayLike, weight: ArrayLike | None, ignore_index: int
) -> OneHotRows:
    """Read the arguments of `exact_multiclass.exact_multiclass_loss`, given class indices."""
    z = np.asarray(logits).T.astype(np.float64, order="C")
    classes, count = z.shape
    given, each = np.asarray(indices), np.arange(count)
    ignored = given == ignore_index
    check_indices(given, ignored, classes)
    target = np.where(ignored, 0, given)
    undefined = np.zeros(count, dtype=np.bool_)
    is_finite = bool(np.isfinite(z).all())
    if not is_finite:
        z, undefined = resolve_infinities(z)
    of_target = None if weight is None else np.asarray(weight).astype(np.float64)[target]
    if of_target is not None:
        undefined = undefined | ~np.isfinite(of_target)
    unused = undefined | ignored
    if unused.any():
        z[:, unused] = 0.0
        if of_target is not None:
            of_target[unused] = 0.0
    largest = np.maximum.reduce(z, axis=0)
    top = _first_at(z, largest)
    at_target = z[target, each]
    z[top, each] = z[0]
    others = z[1:]
    missing = None if is_finite else np.isneginf(others)
    present = others if missing is None else np.where(missing, largest, others)
    reach = (largest - np.minimum.reduce(present, axis=0, initial=np.inf)).max(initial=0.0)
    ordinary = of_target is None or is_ordinary(of_target)
    scaled = not (ordinary and reach <= FARTHEST_ORDINARY_ARGUMENT)
    powers = exp(difference(present, np.broadcast_to(largest, present.shape), scaled=scaled))
    if missing is not None:
        powers.high[missing] = powers.low[missing] = 0.0
    absent = np.zeros(count, dtype=np.bool_) if is_finite else np.isneginf(at_target)
    return OneHotRows(
        classes=classes,
        target=target,
        top=top,
        weight=None if of_target is None else from_float64(of_target, scaled=scaled),
        ignored=ignored,
        undefined=undefined,
        absent=absent,
        below_top=difference(np.where(absent, largest, at_target), largest, scaled=scaled),
        powers=powers,
        others=powers.sum() if classes > 1 else from_float64(np.zeros(count), scaled=scaled),
    )


@failures_are_results
def loss(rows: OneHotRows) -> Floats:
    """The true loss of each row."""
    result = log1p(rows.others) - rows.below_top
    if rows.weight is not None:
        result = result * rows.weight
    values = result.to_float64()
    if rows.absent.any():
        infinite = rows.absent if rows.weight is None else rows.absent & (rows.weight.high != 0.0)
        values[infinite] = np.inf
    return rows.masked(values)


@failures_are_results
def gradient(rows: OneHotRows) -> Floats:
    """The true gradient of each row, (N, C)."""
    at_target = rows.target, np.arange(len(rows.target))
    total = rows.others + _ONE
    powers = rows.all_powers()
    rest = where(rows.target == rows.top, rows.others, total - powers[at_target])
    powers.high[at_target], powers.low[at_target] = -rest.high, -rest.low
    if powers.exponent is not None and rest.exponent is not None:
        powers.exponent[at_target] = rest.exponent
    result = powers / total
    if rows.weight is not None:
        result = result * rows.weight
    return np.ascontiguousarray(rows.masked(result.to_float64()).T)
