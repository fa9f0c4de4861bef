"""Why a row has no true value: the inputs do not say what the loss should be."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.floats.rounding import failures_are_results

Mask = NDArray[np.bool_]


class NoTruth(enum.IntEnum):
    """Why a loss has no true value; where several hold, the first."""

    NONE = 0
    """It has one."""
    NAN_LOGIT = 1
    NAN_TARGET = 2
    NAN_WEIGHT = 3
    NAN_POS_WEIGHT = 4
    INFINITIES_MEET = 5
    """Several logits are inf, or all are -inf: inf - inf."""
    INFINITE_TARGET = 6
    INFINITE_WEIGHT = 7
    """inf times a loss, which is as small as you like: inf * 0."""
    INFINITE_POS_WEIGHT = 8
    NO_CLASS = 9


NO_TRUTH_REASONS: Mapping[NoTruth, str] = MappingProxyType(
    {
        NoTruth.NONE: "",
        NoTruth.NAN_LOGIT: "a logit is nan",
        NoTruth.NAN_TARGET: "the target is nan",
        NoTruth.NAN_WEIGHT: "the weight is nan",
        NoTruth.NAN_POS_WEIGHT: "pos_weight is nan",
        NoTruth.INFINITIES_MEET: "several logits are inf, or all are −inf: inf − inf has no value",
        NoTruth.INFINITE_TARGET: "the target is infinite: 0 × inf and inf − inf have no value",
        NoTruth.INFINITE_WEIGHT: "the weight is infinite: 0 × inf has no value",
        NoTruth.INFINITE_POS_WEIGHT: "pos_weight is infinite: 0 × inf has no value",
        NoTruth.NO_CLASS: "the target is no class",
    }
)
"""What comes after 'no true value, because', as source text for translation."""


@failures_are_results
def why_no_truth(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
    label_smoothing: float = 0.0,
) -> NDArray[np.uint8]:
    """Why each row's exact loss is nan, from the inputs alone.

    Parameters
    ----------
    logits : (N,) or (N, C) array
        As `exact_binary_loss` or `exact_multiclass_loss` take them.
    target : (N,) or (N, C) array
        Class indices out of range count as ignored.
    weight : array, optional
        Binary: broadcasts against the logits; multiclass: one a class.
    pos_weight : array, optional
        Binary only.
    label_smoothing : float
        Multiclass only.

    Returns
    -------
    (N,) uint8 array of `NoTruth` values
        NONE where the exact loss is a number or infinite.

    Examples
    --------
    >>> why_no_truth([0.0, float("nan")], [1.0, 0.0]).tolist()
    [0, 1]
    """
    z, y = np.asarray(logits).astype(np.float64), np.asarray(target)
    if z.ndim == 2:
        checks = _multiclass(z, y, weight, label_smoothing)
    else:
        checks = _binary(z, y.astype(np.float64), weight, pos_weight)
    reasons = np.zeros(len(z), dtype=np.uint8)
    for reason in sorted(checks, reverse=True):
        reasons[np.broadcast_to(checks[reason], reasons.shape)] = reason
    if z.ndim == 2 and y.ndim == 1:
        reasons[(y < 0) | (y >= z.shape[1])] = NoTruth.NONE
    return reasons


def _binary(z: Any, y: Any, weight: ArrayLike | None, pos_weight: ArrayLike | None) -> dict[NoTruth, Mask]:
    checks = {
        NoTruth.NAN_LOGIT: np.isnan(z),
        NoTruth.NAN_TARGET: np.isnan(y),
        NoTruth.INFINITE_TARGET: np.isinf(y),
    }
    if weight is not None:
        wide = np.asarray(weight).astype(np.float64)
        checks |= {NoTruth.NAN_WEIGHT: np.isnan(wide), NoTruth.INFINITE_WEIGHT: np.isinf(wide)}
    if pos_weight is not None:
        wide = np.asarray(pos_weight).astype(np.float64)
        checks |= {NoTruth.NAN_POS_WEIGHT: np.isnan(wide), NoTruth.INFINITE_POS_WEIGHT: np.isinf(wide)}
    return checks


def _multiclass(z: Any, y: Any, weight: ArrayLike | None, label_smoothing: float) -> dict[NoTruth, Mask]:
    rising, falling = np.isposinf(z), np.isneginf(z)
    meet = rising.sum(axis=1) > 1
    if z.shape[1] > 1:  # the loss of a single class is 0 whatever its logit
        meet |= falling.all(axis=1)
    checks = {NoTruth.NAN_LOGIT: np.isnan(z).any(axis=1), NoTruth.INFINITIES_MEET: meet}
    shares = y.astype(np.float64) if y.ndim == 2 else y[:, np.newaxis] == np.arange(z.shape[1])
    if y.ndim == 2:
        checks[NoTruth.NAN_TARGET] = np.isnan(shares).any(axis=1)
        checks[NoTruth.INFINITE_TARGET] = np.isinf(shares).any(axis=1)
    if weight is not None:
        used = (shares != 0.0) | (label_smoothing > 0)
        wide = np.asarray(weight).astype(np.float64)
        checks[NoTruth.NAN_WEIGHT] = (used & np.isnan(wide)).any(axis=1)
        infinite = np.isinf(wide) | np.isinf(wide * shares)  # a product may leave float64
        checks[NoTruth.INFINITE_WEIGHT] = (used & infinite).any(axis=1)
    return checks
