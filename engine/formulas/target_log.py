"""One logarithm a row, picked by its target: the common end of the scratch form and of its repairs.

As in the code that is copied (`engine.snippets`), rows are weighted and ignored by hand, and put
together with NLLLoss's denominators; with class probabilities by the number of rows, as CrossEntropyLoss.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.arguments.checks import Reduction
from engine.floats.formats import FloatArray, narrowed
from engine.floats.rounding import constant, failures_are_results, opmath
from engine.formulas.formula import Values
from engine.formulas.scratch import scratch_cross_entropy_from_log_p
from engine.pytorch.class_reduction import probability_terms
from engine.pytorch.reduction import Ledger, binary_ledger


def target_loss(v: Values) -> FloatArray:
    """``-log_p[y]`` of each row, weighted, and 0 where the target is ignored.

    With class probabilities ``-sum(y * log_p * weight)`` over the classes.
    """
    y = v["y"]
    if y.ndim == 2:
        return _summed(v)
    rows = scratch_cross_entropy_from_log_p(v["log_p"], safe_target(v))
    result: FloatArray = np.where(y != v["ignore_index"], rows, rows.dtype.type(0))
    return result if v["weight"] is None else result * v["weight"][safe_target(v)]


def _summed(v: Values) -> FloatArray:
    if v["weight"] is None:
        return scratch_cross_entropy_from_log_p(v["log_p"], v["y"])
    terms = probability_terms(v["log_p"], v["y"], v["weight"])
    return -narrowed(np.asarray(np.sum(terms, axis=1, dtype=np.float64)), terms.dtype)


def safe_target(v: Values) -> FloatArray:
    """Targets the textbook form can index with: class 0 stands in for ignored ones."""
    y: FloatArray = v["y"]
    return y if y.ndim == 2 else np.where(y == v["ignore_index"], 0, y)


def of_log_p(v: Values) -> FloatArray:
    """The gradient of each row's own loss to ``log_p``, as indexing or the product sends it back.

    An ignored row is sent zeros, which a division by p = 0 turns into nan: so does autograd.
    """
    y, like = v["y"], v["p"]
    if y.ndim == 2:
        share = y if v["weight"] is None else y * v["weight"]
        return np.asarray(-share).astype(like.dtype, copy=False)
    of_log: FloatArray = np.zeros_like(like)
    target = safe_target(v)
    own = np.full(len(y), constant(1, like)) if v["weight"] is None else v["weight"][target]
    of_log[np.arange(len(y)), target] = np.where(y == v["ignore_index"], constant(0, like), -own)
    return of_log


@failures_are_results
def target_ledger(v: Values, reduction: Reduction) -> Ledger:
    """The rows written out and divided by hand: NLLLoss's denominators without its way to add."""
    rows, y = v["loss"], v["y"]
    ledger = binary_ledger(rows, reduction=reduction)
    if y.ndim == 2:
        return ledger
    counted = y != v["ignore_index"]
    shares = ledger.row_denominators if counted.all() else counted.astype(np.float64)
    if v["weight"] is not None:
        shares = shares * v["weight"].astype(np.float64)[safe_target(v)]
    denominator, value = 1.0, ledger.value
    if reduction == "mean":
        wide = opmath(rows.dtype).type
        total, divisor = wide(ledger.numerator), wide(shares.sum())
        denominator, value = float(divisor), float(np.asarray(total / divisor).astype(rows.dtype))
    return replace(ledger, denominator=denominator, value=value, row_denominators=shares, counted=counted)
