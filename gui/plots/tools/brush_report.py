"""What lies in a range of logits: how many samples, the worst of them, and what fails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import Formula, Regime, Role
from gui.plots.content.subject import Subject


@dataclass(frozen=True, slots=True)
class Failures:
    """How many of the samples one formula gets wrong, by regime, the worst first."""

    formula: Formula
    counts: tuple[tuple[Regime, int], ...]


@dataclass(frozen=True, eq=False, slots=True)
class BrushReport:
    """The samples in a range of logits.

    Attributes
    ----------
    low, high : float
        Both included.
    rows : int array
        Which rows of the table, ascending; of a multiclass row the moved class's logit counts.
    worst_bits : float
        Most bits lost by any formula in any of these rows; 0 without rows.
    worst_row : int or None
        Where, by which formula `worst_formula`; None where nothing is lost.
    failures : tuple of Failures
        Of the formulas that fail at all.
    """

    low: float
    high: float
    rows: NDArray[np.intp]
    worst_bits: float
    worst_row: int | None
    worst_formula: Formula | None
    failures: tuple[Failures, ...]


def brush_report(subject: Subject, low: float, high: float) -> BrushReport:
    """Look at the samples from one logit to another, in either order."""
    low, high = sorted((low, high))
    rows = np.flatnonzero((subject.logits >= low) & (subject.logits <= high))
    worst: tuple[float, int | None, Formula | None] = (0.0, None, None)
    failures = []
    for column in subject.evaluation.columns:
        if column.formula.role is Role.EXACT or not rows.size:
            continue
        bits = np.nan_to_num(column.error_bits[rows], nan=0.0)  # nan: there is no true value
        at = int(np.argmax(bits))
        if bits[at] > worst[0]:
            worst = float(bits[at]), int(rows[at]), column.formula
        counts = _counts(column.regimes[rows])
        if counts:
            failures.append(Failures(column.formula, counts))
    return BrushReport(low, high, rows, *worst, tuple(failures))


def _counts(regimes: NDArray[np.uint8]) -> tuple[tuple[Regime, int], ...]:
    found, counts = np.unique(regimes[regimes != Regime.EXACT], return_counts=True)
    pairs = zip(found.tolist(), counts.tolist(), strict=True)
    return tuple((Regime(regime), count) for regime, count in sorted(pairs, reverse=True))
