"""none, mean and sum in one place, and the denominator as a value: the ledger.

The losses and the ledger share this code, so a ledger's value is the loss that PyTorch shows, and
its rows say how it came about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction, check_reduction
from engine.floats.formats import FloatArray
from engine.floats.rounding import combine, failures_are_results, opmath
from engine.pytorch.class_reduction import (
    IndexRows,
    along_classes,
    index_rows,
    index_rows_of_losses,
    mix,
    nll_sum,
    probability_count,
    probability_terms,
    reduce_index_rows,
    reduce_probability_terms,
    smoothed_target,
    sum_over,
    total_weight,
)

Floats = NDArray[np.float64]


def weighted(loss: FloatArray, weight: FloatArray | None) -> FloatArray:
    """``loss * weight`` in the loss's own format, as the in-place product of PyTorch's kernels."""
    return loss if weight is None else combine(np.multiply, loss, weight, out=loss.dtype)


def reduce_elements(loss: FloatArray, reduction: Reduction) -> FloatArray:
    """Reduce a loss whose mean is that of its elements, whatever their weights.

    Notes
    -----
    The half formats are accumulated in float32 and divided before the one rounding, so that their
    mean cannot overflow; their sum can. The mean of nothing is 0 / 0, nan.

    References
    ----------
    aten/src/ATen/native/Loss.cpp, ``apply_loss_reduction``
    """
    if reduction == "none":
        return np.asarray(loss)
    compute = opmath(loss.dtype)
    # float64 stands for PyTorch's vectorised partial sums, whose order depends on the processor.
    total = np.asarray(np.sum(loss, dtype=np.float64)).astype(compute)
    if reduction == "mean":
        total = np.asarray(total / compute.type(loss.size))
    return total.astype(loss.dtype, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """How a reduced loss came about: what was added, and what it was divided by.

    Attributes
    ----------
    reduction : {'none', 'mean', 'sum'}
    numerator : float
        The sum of the rows' weighted losses, as far as possible as PyTorch's format holds it.
    denominator : float
        What 'mean' divides by; 1 for 'sum' and 'none'.
    value : float or None
        The loss PyTorch shows, rounded to its format; None for 'none'.
    row_losses : array
        Each row's share of the numerator, in the format in which it was computed.
    row_denominators : float64 array
        Each row's share of the mean's denominator: 1, the weight of its class, or 0 if ignored.
    counted : bool array
        False where the target is ignored.
    row_nll, row_smooth : float64 array or None
        The two parts of `row_numerators` under label smoothing, ``(1 - eps) * nll`` and
        ``(eps / C) * smooth``; None without.
    """

    reduction: Reduction
    numerator: float
    denominator: float
    value: float | None
    row_losses: FloatArray
    row_denominators: Floats
    counted: NDArray[np.bool_]
    row_nll: Floats | None = None
    row_smooth: Floats | None = None

    @property
    def row_numerators(self) -> Floats:
        """Each row's share of the numerator in float64: of a million rows too much to be kept beside it."""
        return _float64(self.row_losses)


def _shown(value: FloatArray, reduction: Reduction) -> float | None:
    return None if reduction == "none" else float(value)


def _float64(rows: FloatArray) -> Floats:
    return np.asarray(rows).astype(np.float64, copy=False)


def _all(value: float | bool, shape: tuple[int, ...]) -> NDArray[Any]:
    """One value for every row, which takes no memory of its own."""
    return np.broadcast_to(np.asarray(value), shape)


def _row_denominators(rows: IndexRows) -> Floats:
    if rows.weight is not None:
        return _float64(rows.weight)
    return _all(1.0, rows.counted.shape) if rows.counted.all() else _float64(rows.counted)


@failures_are_results
def binary_ledger(loss: FloatArray, *, reduction: Reduction = "mean") -> Ledger:
    """The ledger of a binary loss.

    Parameters
    ----------
    loss : array
        The unreduced loss, already weighted: weights enter the numerator alone.
    reduction : {'none', 'mean', 'sum'}

    Returns
    -------
    Ledger
        Its denominator is the number of elements; with none, the mean is 0 / 0, nan.
    """
    kind = check_reduction(reduction)
    elements = np.asarray(loss)
    return Ledger(
        reduction=kind,
        numerator=float(np.sum(elements, dtype=np.float64)),
        denominator=float(elements.size) if kind == "mean" else 1.0,
        value=_shown(reduce_elements(elements, kind), kind),
        row_losses=elements,
        row_denominators=_all(1.0, elements.shape),
        counted=_all(True, elements.shape),
    )


def _index_ledger(rows: IndexRows, reduction: Reduction) -> Ledger:
    row_nll = row_smooth = None
    numerator = nll_sum(rows)
    denominator = total_weight(rows) if reduction == "mean" else None
    row_losses = rows.nll
    if rows.smooth is None:
        reduced = numerator if denominator is None else numerator / denominator
    else:
        reduced = reduce_index_rows(rows, reduction)
        row_nll = _float64(combine(np.multiply, rows.nll, rows.nll_factor))
        row_smooth = _float64(combine(np.multiply, rows.smooth, rows.smooth_factor))
        numerator = mix(rows, numerator, sum_over(rows.smooth, None))
        row_losses = reduce_index_rows(rows, "none")
    return Ledger(
        reduction=reduction,
        numerator=float(numerator),
        denominator=1.0 if denominator is None else float(denominator),
        value=_shown(reduced, reduction),
        row_losses=row_losses,
        row_denominators=_row_denominators(rows),
        counted=rows.counted,
        row_nll=row_nll,
        row_smooth=row_smooth,
    )


@failures_are_results
def ledger_from_index_losses(
    loss: FloatArray,
    y: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    reduction: Reduction,
) -> Ledger:
    """`ledger_from_log_p` without label smoothing, from the rows' losses, (N,)."""
    return _index_ledger(index_rows_of_losses(loss, y, weight, ignore_index), reduction)


@failures_are_results
def ledger_from_log_p(
    log_p: FloatArray,
    y: NDArray[Any],
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> Ledger:
    """The ledger of a class loss whose arguments are checked, given ``log_p = log_softmax(z)``.

    Returns
    -------
    Ledger
        Rows have the targets' shape. With class indices the denominator is the sum of ``weight[y]``, or
        the number, of the targets not ignored; with none of them the mean is 0 / 0, nan. With class
        probabilities it is the number of rows, whatever their weights. So the same data give another
        mean either way.
    """
    if log_p.shape != y.shape:
        return _index_ledger(index_rows(log_p, y, weight, ignore_index, label_smoothing), reduction)
    return _probability_ledger(log_p, y, weight, label_smoothing, reduction)


def _probability_ledger(
    log_p: FloatArray, y: FloatArray, weight: FloatArray | None, smoothing: float, reduction: Reduction
) -> Ledger:
    axis = 0 if log_p.ndim == 1 else 1
    classes = log_p.shape[axis]
    terms = probability_terms(log_p, smoothed_target(y, smoothing, classes), weight)
    rows = reduce_probability_terms(terms, "none")
    row_nll = row_smooth = None
    if smoothing and classes:
        nll = reduce_probability_terms(probability_terms(log_p, y, weight), "none")
        spread = log_p if weight is None else combine(np.multiply, log_p, along_classes(weight, log_p.ndim))
        row_nll = _float64(combine(np.multiply, nll, 1.0 - smoothing))
        row_smooth = _float64(combine(np.multiply, -sum_over(spread, axis), smoothing / classes))
    return Ledger(
        reduction=reduction,
        numerator=float(reduce_probability_terms(terms, "sum")),
        denominator=float(probability_count(log_p)) if reduction == "mean" else 1.0,
        value=_shown(reduce_probability_terms(terms, reduction), reduction),
        row_losses=np.asarray(rows),
        row_denominators=_all(1.0, rows.shape),
        counted=_all(True, rows.shape),
        row_nll=row_nll,
        row_smooth=row_smooth,
    )
