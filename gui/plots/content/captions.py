"""The picture in words: title, axis, notes, counts on the rails, and all of it for screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from engine import Band, Format, Regime, Role, Side
from gui.plots.content.curve_points import Rail
from gui.plots.content.look import Look
from gui.plots.content.marks import Curve, Note, RailCount
from gui.plots.content.quantities import Measure, PlotKind, measure_meaning, measure_name
from gui.plots.content.subject import Subject, edge_of
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.words import float_text, sentence, value_text
from gui.plots.scales.plot_view import View
from gui.services.colours import regime_name

NAMED_BELOW = 0.55
"""Share of the height below which a curve's name stands: above are the shades' names."""

POINTS = 8
"""Places along a line at which words about it are tried."""

translate = QCoreApplication.translate


def title(subject: Subject) -> str:
    """What is shown."""
    if not subject.lanes:
        return translate("captions", "No rows")
    if subject.moved is None:
        text = translate("captions", "Loss along the logit of row {row} ({target}, {format})")
    else:
        text = translate("captions", "Loss along the logit of class {moved}, row {row} ({target}, {format})")
    return text.format(
        row=subject.row + 1,
        target=subject.lanes[subject.own].label,
        format=subject.problem.format.name,
        moved=subject.moved,
    )


def picture_title(subject: Subject, shaded: str | None) -> str:
    """What is shown, and whose failures are shaded."""
    if not subject.lanes:
        return translate("captions", "No rows")
    if subject.moved is None:
        text = translate("captions", "Row {0} along its logit").format(subject.row + 1)
    else:
        text = translate("captions", "Row {0} along the logit of class {1}")
        text = text.format(subject.row + 1, subject.moved)
    formula = next((known for known in subject.formulas if known.key == shaded), None)
    if formula is None:
        return text
    return translate("captions", "{0}; shaded: {1}").format(text, formula.title)


def short_title(subject: Subject) -> str:
    """What is shown, for a narrow window."""
    if not subject.lanes:
        return translate("captions", "No rows")
    if subject.moved is None:
        return translate("captions", "Row {0}").format(subject.row + 1)
    return translate("captions", "Row {0}, class {1}").format(subject.row + 1, subject.moved)


def short_plot_caption(kind: PlotKind, measure: Measure) -> str:
    """A line over a plot where there is little room."""
    if kind is PlotKind.LOSS:
        return ""
    return translate("captions", "Gradient") if kind is PlotKind.GRADIENT else measure_name(measure)


def plot_caption(kind: PlotKind, measure: Measure) -> str:
    """A line over a plot, below the picture's title."""
    if kind is PlotKind.LOSS:
        return ""
    if kind is PlotKind.GRADIENT:
        return translate("captions", "Gradient to this logit, as autograd gives it")
    text = translate("captions", "Error of each formula: {measure} = {meaning}")
    return text.format(measure=measure_name(measure), meaning=measure_meaning(measure))


def plot_name(kind: PlotKind) -> str:
    """A plot in a few words, for screen readers."""
    return {
        PlotKind.LOSS: translate("captions", "Loss against the logit"),
        PlotKind.ERROR: translate("captions", "Error of each formula against the logit"),
        PlotKind.GRADIENT: translate("captions", "Gradient against the logit"),
    }[kind]


def axis_words(subject: Subject, counted_from: str) -> str:
    """The logit axis' name, with what its numbers are counted from on lines of their own."""
    name = translate("captions", "logit z")
    if subject.moved is not None:
        name = translate("captions", "logit z of class {0}").format(subject.moved)
    return "\n".join(filter(None, (name, *counted_from.split(" of ")))) + " \N{RIGHTWARDS ARROW}"


def rail_counts(subject: Subject, kind: PlotKind, look: Look, rails: Sequence[Rail]) -> dict[Rail, RailCount]:
    """How many rows stand on each rail that has any."""
    by_formula = translate("captions", "{0}: {1} of {2} rows")
    rows = subject.problem.rows
    counts: dict[Rail, RailCount] = {}
    for rail in rails:
        on = {column.formula.title: at for column, at in subject.rows_on(rail, kind, look.measure)}
        text = ", ".join(by_formula.format(name, len(at), rows) for name, at in on.items())
        if text:
            anywhere = np.zeros(rows, dtype=bool)  # np.unique would import numpy.ma at every start
            anywhere[np.concatenate(list(on.values()))] = True
            counts[rail] = RailCount(text, int(np.count_nonzero(anywhere)))
    return counts


def notes(subject: Subject, curves: Sequence[Curve], view: View, theme: PlotTheme) -> tuple[Note, ...]:
    """Which target each curve has, and where a clamp holds a formula of the row's own target."""
    found: list[Note] = []
    by_key = {curve.key: curve for curve in curves}
    for index, lane in enumerate(subject.lanes):
        colour = theme.text if lane.own else theme.muted
        exact = next(curve for curve in curves if curve.key[0] == index and curve.exact)
        found.extend(_lane_note(exact, lane.label, colour, view))
    for formula in subject.formulas:
        for band in subject.bands_of(formula.key, subject.own):
            if band.regime is Regime.CLAMPED:
                found.extend(_plateau_note(by_key[subject.own, formula.key], band, formula.title, view))
    found.extend(_beyond_notes(subject, view, theme))
    return tuple(found)


def _beyond_notes(subject: Subject, view: View, theme: PlotTheme) -> Iterator[Note]:
    """How many rows lie beyond either edge of the view; the selected one has an arrow there."""
    logits, own = subject.logits, subject.logit
    left = int(np.count_nonzero(logits < view.span.low)) - (own < view.span.low)
    right = int(np.count_nonzero(logits > view.span.high)) - (own > view.span.high)
    heights = [view.bottom + share * (view.top - view.bottom) for share in (0.05, 0.15, 0.3, 0.5, 0.7)]
    for count, edge, text in (
        (
            left,
            view.span.low,
            translate("captions", "\N{BLACK LEFT-POINTING SMALL TRIANGLE} %n further left", "", left),
        ),
        (
            right,
            view.span.high,
            translate("captions", "%n further right \N{BLACK RIGHT-POINTING SMALL TRIANGLE}", "", right),
        ),
    ):
        if count:
            yield Note(text, tuple((edge, height) for height in heights), theme.muted)


def _lane_note(exact: Curve, label: str, colour: QColor, view: View) -> Iterator[Note]:
    """A lane's name along the higher part of its true curve, from its end on."""
    places = view.scale.places(exact.values)
    inside = np.flatnonzero(places <= view.bottom + NAMED_BELOW * (view.top - view.bottom))
    if inside.size:
        ranked = inside[np.argsort(-places[inside], kind="stable")]
        some = ranked[np.linspace(0, (len(ranked) - 1) * 0.8, POINTS).astype(int)]
        yield Note(label, tuple((float(exact.logits[at]), float(places[at])) for at in some), colour)


def _plateau_note(curve: Curve, band: Band, name: str, view: View) -> Iterator[Note]:
    """How high a clamp holds a formula, where that is one height."""
    start, stop = max(band.start, view.span.low), min(band.stop, view.span.high)
    held = curve.values[(curve.logits >= start) & (curve.logits <= stop)]
    if not held.size or held.min() != held.max():
        return
    height = float(held[0])
    text = translate("captions", "{0} clamped at {1}").format(name, value_text(height))
    short = translate("captions", "clamped at {0}").format(value_text(height))
    first, last = (view.span.scale.place(logit) for logit in (start, stop))
    if band.start >= view.span.low:
        first, last = last, first
    along = [view.span.scale.logit(first + share * (last - first)) for share in np.linspace(0, 1, POINTS)]
    place = view.scale.place(height)
    yield Note(text, tuple((logit, place) for logit in along), curve.style.colour, short)


def edge_text(band: Band, side: Side, fmt: Format) -> str:
    """An edge as a menu names it: ``inf, from z = 16.635532 on``."""
    from_on, up_to = (
        translate("captions", "{0}, from z = {1} on"),
        translate("captions", "{0}, up to z = {1}"),
    )
    text = from_on if side == "start" else up_to
    return text.format(regime_name(band.regime), float_text(edge_of(band, side), fmt))


def description(subject: Subject, kind: PlotKind, measure: Measure) -> str:
    """A plot for those who cannot see it: whose row, every formula's value there, and where each fails."""
    if not subject.lanes:
        return title(subject)
    pair = translate("captions", "{0}: {1}")
    values = ", ".join(
        pair.format(column.formula.title, value_text(value))
        for column, value in subject.own_values(kind, measure)
    )
    failures = "; ".join(
        pair.format(
            formula.title, sentence(subject.bands_of(formula.key, subject.own, kind), subject.problem.format)
        )
        for formula in subject.formulas
        if formula.role is not Role.EXACT
    )
    text = {
        PlotKind.LOSS: translate("captions", "{0}. Loss at the sample: {1}. Failures: {2}."),
        PlotKind.ERROR: translate("captions", "{0}. Error at the sample: {1}. Failures: {2}."),
        PlotKind.GRADIENT: translate("captions", "{0}. Gradient at the sample: {1}. Failures: {2}."),
    }[kind]
    return text.format(title(subject), values, failures)
