"""The rows of the class losses before they are reduced, and their reduction.

NLLLoss and CrossEntropyLoss differ in how a row's loss comes about and agree in how rows are put
together, with denominators that users seldom expect: weights of the target classes where targets are
indices, the number of rows where they are probabilities, and never an ignored row.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.arguments.class_checks import counted_in_smoothing
from engine.floats.formats import FloatArray
from engine.floats.rounding import combine, opmath
from engine.pytorch.cascade import cascade_sum


class IndexRows(NamedTuple):
    """Every row of a loss whose targets are class indices.

    Attributes
    ----------
    nll : array, targets' shape
        ``-log_p[y] * weight[y]``, 0 where the target is ignored.
    weight : array, targets' shape, or None
        ``weight[y]``, 0 where the target is ignored.
    counted : bool array, targets' shape
        False where the target is ignored.
    counted_in_smoothing : bool array, targets' shape
        The same for the smoothing term, which differs for uint8 targets.
    smooth : array, targets' shape, or None
        ``-sum(weight * log_p)`` over the classes, 0 where the target is ignored there; None without
        label smoothing.
    label_smoothing : float
    classes : int
    """

    nll: FloatArray
    weight: FloatArray | None
    counted: NDArray[np.bool_]
    counted_in_smoothing: NDArray[np.bool_]
    smooth: FloatArray | None
    label_smoothing: float
    classes: int

    @property
    def nll_factor(self) -> float:
        """The share of the negative log-likelihood, 1 - eps."""
        return 1.0 - self.label_smoothing

    @property
    def smooth_factor(self) -> float:
        """The share of each class of the smoothing term, eps / C."""
        return self.label_smoothing / self.classes if self.classes else np.nan


def along_classes(weight: FloatArray, ndim: int) -> FloatArray:
    """Class weights shaped to meet the class axis of an array of `ndim` dimensions."""
    return weight.reshape((1, -1) + (1,) * (ndim - 2)) if ndim > 1 else weight


def sum_over(values: FloatArray, axis: int | None) -> FloatArray:
    """A plain sum, in row-major order: accumulated in float32 for the half formats, and rounded once."""
    total = np.sum(np.asarray(values, order="C"), axis=axis, dtype=opmath(values.dtype))
    return np.asarray(total).astype(values.dtype, copy=False)


def batched(input: FloatArray, target: NDArray[Any]) -> tuple[FloatArray, NDArray[Any]]:
    """One unbatched sample as a batch of one."""
    return (input[None], target.reshape(1)) if input.ndim == 1 else (input, target)


def safe_indices(target: NDArray[Any], counted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices to gather with: class 0 stands in for ignored targets."""
    return np.where(counted, target, 0).astype(np.int64, copy=False)


def at_classes(target: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """An index of (N, C, d1, ..., dK) logits that picks each target's own."""
    grid = np.ogrid[tuple(map(slice, target.shape))] if target.ndim > 1 else [np.arange(len(target))]
    return (grid[0], target, *grid[1:])


def index_rows(
    log_p: FloatArray,
    target: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float = 0.0,
    *,
    at_target: FloatArray | None = None,
) -> IndexRows:
    """The rows of `nll_loss` (and of `cross_entropy` with indices), not reduced.

    `at_target` holds log_p of each row's target where it is known; an ignored row's is any number.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp, ``nll_loss_out_frame``,
    ``cross_entropy_loss_label_smoothing``
    """
    x, y = batched(log_p, target)
    counted = y != ignore_index
    smooth_counted = counted_in_smoothing(y, ignore_index) if label_smoothing else counted
    ignored = None if counted.all() else ~counted
    if ignored is not None and (at_target is None or weight is not None):
        y = safe_indices(y, counted)
    zero = x.dtype.type(0)
    if at_target is None:
        at_target = x[at_classes(y)] if x.shape[1] else np.zeros(y.shape, dtype=x.dtype)
    nll = -at_target
    row_weight = None
    if weight is not None and x.shape[1]:
        row_weight = weight[y]
        nll = nll * row_weight
        if ignored is not None:
            row_weight[ignored] = zero
    if ignored is not None:
        nll[ignored] = zero
    if log_p.ndim == 1:
        # PyTorch reduces an unbatched sample always, from 0 on: its loss is never -0.
        nll = zero + nll
    smooth = None
    if label_smoothing:
        terms = x if weight is None else x * along_classes(weight, x.ndim)
        smooth = -sum_over(terms, 1)
        smooth[~smooth_counted] = zero
    shape = target.shape if log_p.ndim > 1 else ()

    def shaped(rows: FloatArray) -> FloatArray:
        return rows.reshape(shape)

    return IndexRows(
        nll=shaped(nll),
        weight=None if row_weight is None else shaped(row_weight),
        counted=shaped(counted),
        counted_in_smoothing=shaped(smooth_counted),
        smooth=None if smooth is None else shaped(smooth),
        label_smoothing=label_smoothing,
        classes=x.shape[1],
    )


def index_rows_of_losses(
    loss: FloatArray, target: NDArray[Any], weight: FloatArray | None, ignore_index: int
) -> IndexRows:
    """`index_rows` without label smoothing, from the losses of rows with int64 targets, (N,)."""
    counted = target != ignore_index
    row_weight = None
    if weight is not None and len(weight):
        row_weight = weight[safe_indices(target, counted)]
        row_weight[~counted] = 0
    return IndexRows(loss, row_weight, counted, counted, None, 0.0, 0 if weight is None else len(weight))


def total_weight(rows: IndexRows) -> Any:
    """NLLLoss's denominator: the weights of the counted targets, or their number, in the format.

    In float16 a number above 65519 is inf, and the mean is 0 or nan.
    """
    if rows.weight is None:
        return np.asarray(np.count_nonzero(rows.counted)).astype(rows.nll.dtype)[()]
    return cascade_sum(rows.weight.ravel(), rows.counted.ravel())


def average_smooth(rows: IndexRows, total: FloatArray) -> FloatArray:
    """`total` over the smoothing term's denominator: that of NLLLoss, added plainly.

    Without weights it is a whole number that never becomes inf, unlike NLLLoss's.
    """
    if rows.weight is None:
        return combine(np.divide, total, float(np.count_nonzero(rows.counted_in_smoothing)))
    return np.asarray(total / sum_over(rows.weight[rows.counted_in_smoothing], None))


def nll_sum(rows: IndexRows) -> Any:
    """The sum of the negative log-likelihoods as NLLLoss adds them."""
    return cascade_sum(rows.nll.ravel(), rows.counted.ravel())


def mix(rows: IndexRows, nll: Any, smooth: Any) -> Any:
    """``(1 - eps) * nll + (eps / C) * smooth``, each operation rounded."""
    scaled_nll = combine(np.multiply, np.asarray(nll), rows.nll_factor)
    scaled_smooth = combine(np.multiply, np.asarray(smooth), rows.smooth_factor)
    return np.asarray(scaled_nll + scaled_smooth)


def reduce_index_rows(rows: IndexRows, reduction: Reduction) -> FloatArray:
    """The loss that PyTorch shows.

    Notes
    -----
    The mean divides by `total_weight`; with label smoothing both parts are divided before they are
    mixed. No row counted: 0 / 0, nan.
    """
    nll, smooth = rows.nll, rows.smooth
    if reduction != "none":
        nll = nll_sum(rows)
        if reduction == "mean":
            nll = nll / total_weight(rows)
        if smooth is not None:
            smooth = sum_over(smooth, None)
            if reduction == "mean":
                smooth = average_smooth(rows, smooth)
    return np.asarray(nll if smooth is None else mix(rows, nll, smooth))


def smoothed_target(target: FloatArray, label_smoothing: float, classes: int) -> FloatArray:
    """``y * (1 - eps) + eps / C``."""
    if not label_smoothing or not classes:
        return target
    kept = combine(np.multiply, target, 1.0 - label_smoothing)
    return combine(np.add, kept, label_smoothing / classes)


def probability_terms(log_p: FloatArray, target: FloatArray, weight: FloatArray | None) -> FloatArray:
    """``log_p * target * weight`` of every row and class, in the promoted format."""
    terms = combine(np.multiply, log_p, target)
    return terms if weight is None else combine(np.multiply, terms, along_classes(weight, log_p.ndim))


def probability_count(log_p: FloatArray) -> int:
    """The denominator with class probabilities: the number of rows, weighted or not."""
    axis = 0 if log_p.ndim == 1 else 1
    return log_p.size // log_p.shape[axis] if log_p.shape[axis] else 0


def reduce_probability_terms(terms: FloatArray, reduction: Reduction) -> FloatArray:
    """The loss that PyTorch shows; the sum is rounded to the format before it is divided.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp, ``cross_entropy_loss_prob_target``
    """
    if reduction == "none":
        return -sum_over(terms, 0 if terms.ndim == 1 else 1)
    total = -sum_over(terms, None)
    if reduction == "sum":
        return np.asarray(total)
    count = probability_count(terms)
    return combine(np.divide, np.asarray(total), float(count) if count else np.nan)
