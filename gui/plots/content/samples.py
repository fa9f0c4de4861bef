"""The rows of the table as the plots mark them, and what stands on the rails."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from engine import Catalogue, Role
from gui.plots.content.curve_points import Rail, runs
from gui.plots.content.look import Look
from gui.plots.content.marks import Curve, RailDot, RailLine, Sample, Samples
from gui.plots.content.quantities import PlotKind
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


MOST_DOTS = 500
"""Dots to draw on one rail for one formula; more could not be told apart, and the count stands there."""


def rail_dots(subject: Subject, kind: PlotKind, look: Look, rails: Sequence[Rail]) -> tuple[RailDot, ...]:
    """The rows of the table whose value by some formula belongs on a rail."""
    slots = {formula.key: slot for slot, formula in enumerate(subject.formulas)}
    dots: list[RailDot] = []
    for rail in rails:
        for column, rows in subject.rows_on(rail, kind, look.measure):
            style, slot = formula_style(column.formula, look.dark), slots[column.formula.key]
            dots.extend(
                RailDot(rail, float(subject.logits[row]), slot, style, bool(row == subject.row))
                for row in rows[:MOST_DOTS]
            )
    return tuple(dots)


def samples_of(subject: Subject, kind: PlotKind, look: Look) -> Samples:
    """Where a plot marks the rows: at their true values, or the shaded formula's errors."""
    selected = [
        Sample(
            logit=subject.logit,
            value=value,
            style=formula_style(column.formula, look.dark),
            exact=column.formula.role is Role.EXACT,
        )
        for column, value in subject.own_values(kind, look.measure)
    ]
    by = subject.evaluation.exact.formula.key
    if kind is PlotKind.ERROR and look.shaded is not None:
        by = look.shaded
    marked = subject.marked
    return Samples(
        row=subject.row,
        selected=tuple(sorted(selected, key=lambda sample: not sample.exact)),
        logits=subject.logits if marked is None else subject.logits[marked],
        values=subject.marked_values(by, kind, look.measure),
        rows=marked,
    )
