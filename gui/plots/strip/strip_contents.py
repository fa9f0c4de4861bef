"""What the heat strip shows of a subject: lines, lanes and values."""

from __future__ import annotations

import numpy as np

from engine import FORMATS, Band, Column, Format, Formula, Regime, Role, evaluate, regime_bands
from gui.document.covering import COVERED
from gui.plots.content.marks import LaneLabel, Reading, Strip
from gui.plots.content.readings import at_logits
from gui.plots.content.subject import Subject
from gui.plots.parts.words import value_text
from gui.services.colours import formula_style


def strips_of(subject: Subject, dark: bool) -> tuple[Strip, ...]:
    """The heat strip: the exact form's line first, then each formula with its lanes."""
    strips = [
        Strip(
            key=formula.key,
            title=formula.title,
            style=formula_style(formula, dark),
            exact=formula.role is Role.EXACT,
            bands=()
            if formula.role is Role.EXACT
            else tuple(_told_bands(subject, formula.key, lane) for lane in range(len(subject.lanes))),
            format=subject.problem.format,
            covered=formula.key in subject.covered,
            searched=subject.searched,
        )
        for formula in subject.formulas
    ]
    return tuple(sorted(strips, key=lambda strip: not strip.exact))


def _told_bands(subject: Subject, key: str, lane: int) -> tuple[Band, ...]:
    return () if key in subject.covered else subject.bands_of(key, lane)


def format_strips_of(subject: Subject, key: str, dark: bool) -> tuple[Strip, ...]:
    """A formula's line, then its lanes in each format, the coarsest first."""
    formula = subject.evaluation.column(key).formula
    style = formula_style(formula, dark)
    title = Strip(key, formula.title, style, exact=False, bands=(), format=subject.problem.format)
    covered = key in subject.covered
    hidden: tuple[tuple[Band, ...], ...] = ((),) * len(subject.lanes)
    return title, *(
        Strip(
            fmt.name,
            fmt.name,
            style,
            exact=False,
            bands=hidden if covered else _bands_in(fmt, subject, formula),
            format=fmt,
            covered=covered,
        )
        for fmt in FORMATS
    )


def _bands_in(fmt: Format, subject: Subject, formula: Formula) -> tuple[tuple[Band, ...], ...]:
    return tuple(
        regime_bands(lane.problem.replace(format=fmt), 0, lane.moved, formulas=(formula,))
        for lane in subject.lanes
    )


def lane_labels(subject: Subject) -> tuple[LaneLabel, ...]:
    """The lanes' targets."""
    return tuple(LaneLabel(lane.label, lane.own) for lane in subject.lanes)


def readings_of(subject: Subject) -> dict[str, Reading]:
    """Every formula's value for the selected row."""
    evaluation, row = subject.evaluation.of_row(subject.row)
    return {
        c.formula.key: COVERED_READING if c.formula.key in subject.covered else _reading(c, row)
        for c in evaluation.columns
    }


COVERED_READING = Reading(COVERED, Regime.EXACT, None, refused=False, covered=True)


def _reading(column: Column, row: int) -> Reading:
    bits = float(column.error_bits[row])
    regime = Regime(int(column.regimes[row]))
    return Reading(
        value=value_text(float(column.loss[row])),
        regime=regime,
        bits=bits if regime is Regime.LOSING_DIGITS else None,
        refused=column.refusal is not None and bool(np.isnan(column.loss[row])),
    )


def format_readings(subject: Subject, key: str) -> dict[str, Reading]:
    """One formula's value for the selected row in each format."""
    if key in subject.covered:
        return {fmt.name: COVERED_READING for fmt in FORMATS}
    formula = subject.evaluation.column(key).formula
    single = at_logits(subject.lanes[subject.own], subject.logit)
    found: dict[str, Reading] = {}
    for fmt in FORMATS:
        column = evaluate(single.replace(format=fmt), formulas=(formula,)).columns[0]
        found[fmt.name] = _reading(column, 0)
    return found
