"""The rows of the table as the plots mark them, and what stands on the rails."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine import (
    Catalogue,
    Role,
)
from gui.plots.content.curve_points import Rail, runs
from gui.plots.content.marks import Curve, RailDot, RailLine, Sample
from gui.plots.content.quantities import Measure, PlotKind
from gui.plots.content.subject import Subject
from gui.services.colours import formula_style

REMEMBERED_RAILS = 12
"""Plots' rails: two questions a plot, of what was shown last and before."""


@lru_cache(maxsize=REMEMBERED_RAILS)
def rail_lines(
    curves: tuple[Curve, ...], formulas: Catalogue, rails: tuple[Rail, ...]
) -> tuple[RailLine, ...]:
    """Where the curves belong on rails; remembered, since most edits leave the curves as they are."""
    slots = {formula.key: slot for slot, formula in enumerate(formulas)}
    return tuple(
        RailLine(run, slots[curve.key[1]], curve.style, curve.own)
        for curve in sorted(curves, key=lambda curve: curve.own)
        for run in runs(curve.logits, curve.values, rails)
    )


def rail_dots(
    subject: Subject, kind: PlotKind, measure: Measure, rails: Sequence[Rail], dark: bool
) -> tuple[RailDot, ...]:
    """The rows of the table whose value by some formula belongs on a rail."""
    logits = subject.logits
    slots = {formula.key: slot for slot, formula in enumerate(subject.formulas)}
    dots: list[RailDot] = []
    for rail in rails:
        for column, rows in subject.rows_on(rail, kind, measure):
            style, slot = formula_style(column.formula, dark), slots[column.formula.key]
            dots.extend(
                RailDot(rail, float(logits[row]), slot, style, bool(row == subject.row))
                for row in rows[:MOST_DOTS]
            )
    return tuple(dots)


MOST_DOTS = 500
"""Dots to draw on one rail for one formula; more could not be told apart, and the count stands there."""


def selected_samples(subject: Subject, kind: PlotKind, measure: Measure, dark: bool) -> tuple[Sample, ...]:
    """The selected row by every formula, the exact value last and so on top."""
    logit = float(subject.logits[subject.row])
    samples = [
        Sample(
            logit=logit,
            value=float(subject.values(column, kind, measure)[subject.row]),
            style=formula_style(column.formula, dark),
            exact=column.formula.role is Role.EXACT,
        )
        for column in subject.drawn(kind)
    ]
    return tuple(sorted(samples, key=lambda sample: not sample.exact))


MOST_SAMPLES = 2000
"""Other rows to mark; thinned evenly beyond, since the markers of more would only form a smear."""


def other_samples(
    subject: Subject, kind: PlotKind, measure: Measure, shaded: str | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The other rows' logits and values: the true ones, or the shaded formula's errors."""
    keep = np.arange(subject.problem.rows)
    keep = keep[keep != subject.row]
    keep = keep[:: max(1, -(-len(keep) // MOST_SAMPLES))]
    column = subject.evaluation.exact
    if kind is PlotKind.ERROR and shaded is not None:
        column = subject.evaluation.column(shaded)
    return subject.logits[keep], subject.values(column, kind, measure)[keep]
