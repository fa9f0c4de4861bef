"""The true CrossEntropyLoss where each row has one class index: the common case, at a third of the cost.

With one coefficient a row, w at the target t, the sums over classes of `engine.exact_multiclass` leave

    loss       = w (m - z_t + log1p(r))
    gradient_j = w e_j / (1 + r), and at the target -w (sum of the other e_c) / (1 + r)

with m the row's largest logit, e_c = exp(z_c - m) and r the sum of e_c over all classes but the one that
attains m. Only non-negative terms are added; nothing cancels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.double_double import (
    FARTHEST_ORDINARY_ARGUMENT,
    DoubleDouble,
    Floats,
    difference,
    from_float64,
    is_ordinary,
    where,
)
from engine.elementary import failures_are_results
from engine.exact_rows import Mask, check_indices, resolve_infinities
from engine.exp_log1p import exp, log1p

_ONE = DoubleDouble(np.ones(()), np.zeros(()))


@dataclass(frozen=True, slots=True)
class OneHotRows:
    """Rows with one class index each, class-major.

    Attributes
    ----------
    target, top : (N,) index arrays
        Each row's target, 0 where it is ignored, and the first of its largest logits.
    weight : DoubleDouble, (N,), or None
        The target's; None where all are 1.
    ignored, undefined, absent : (N,) masks
        Rows that are 0, rows that are nan, and rows whose target is at -inf.
    below_top : DoubleDouble, (N,)
        z_t - m; 0 where absent.
    powers : DoubleDouble, (C, N)
        exp(z_c - m); 0 for classes at -inf.
    others : DoubleDouble, (N,)
        The sum of all powers but the top's.
    """

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
    if np.isfinite(z).all():
        finite, undefined = z, np.zeros(count, dtype=np.bool_)
    else:
        finite, undefined = resolve_infinities(z)
    of_target = np.ones(count) if weight is None else np.asarray(weight).astype(np.float64)[target]
    undefined = undefined | ~np.isfinite(of_target)
    unused = undefined | ignored
    if unused.any():
        finite[:, unused], of_target[unused] = 0.0, 0.0
    top = np.argmax(finite, axis=0)
    largest = finite[top, each]
    missing = np.isneginf(finite)
    present = np.where(missing, largest, finite)
    ordinary = weight is None or is_ordinary(of_target)
    reach = (largest - np.minimum.reduce(present, axis=0)).max(initial=0.0)
    scaled = not (ordinary and reach <= FARTHEST_ORDINARY_ARGUMENT)
    below_top = difference(present, np.broadcast_to(largest, present.shape), scaled=scaled)
    powers = exp(below_top)
    powers.high[missing] = powers.low[missing] = 0.0
    without_top = powers.high.copy()
    without_top[top, each] = 0.0  # the top's power is e**0: 1, with no low part
    others = DoubleDouble(without_top, powers.low, powers.exponent).sum()
    return OneHotRows(
        target=target,
        top=top,
        weight=None if weight is None else from_float64(of_target, scaled=scaled),
        ignored=ignored,
        undefined=undefined,
        absent=missing[target, each],
        below_top=below_top[target, each],
        powers=powers,
        others=others,
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
    rest = where(rows.target == rows.top, rows.others, total - rows.powers[at_target])
    parts = [rows.powers.high.copy(), rows.powers.low.copy()]
    parts[0][at_target], parts[1][at_target] = -rest.high, -rest.low
    exponent = rows.powers.exponent
    if exponent is not None and rest.exponent is not None:
        exponent = exponent.copy()
        exponent[at_target] = rest.exponent
    result = DoubleDouble(parts[0], parts[1], exponent) / total
    if rows.weight is not None:
        result = result * rows.weight
    return np.ascontiguousarray(rows.masked(result.to_float64()).T)
