"""What each of the linked plots draws of a subject, as one value a plot."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Spacing
from gui.plots.content import captions, samples
from gui.plots.content.curve_points import Rail
from gui.plots.content.marks import Curve
from gui.plots.content.quantities import ERROR_SCALES, Measure, PlotKind
from gui.plots.content.subject import Subject
from gui.plots.panel.plot_section import PlotContent
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.scales.logit_span import value_range
from gui.plots.scales.plot_view import View
from gui.plots.scales.value_scale import ValueScale


@dataclass(frozen=True, slots=True)
class Look:
    """What the contents of all plots share.

    Attributes
    ----------
    measure : Measure
    loss_scale : ValueScale
    shaded : str or None
        The formula whose failures are shaded.
    theme : PlotTheme
    spacing : Spacing
        How logits are laid along the axis.
    strips : str
        What the heat strip compares: each "formula", or the shaded one in each "format".
    """

    measure: Measure
    loss_scale: ValueScale
    shaded: str | None
    theme: PlotTheme
    spacing: Spacing
    strips: str

    def scale(self, kind: PlotKind) -> ValueScale:
        """A plot's value scale."""
        if kind is PlotKind.LOSS:
            return self.loss_scale
        return ERROR_SCALES[self.measure] if kind is PlotKind.ERROR else ValueScale()


def fitted_values(
    curves: tuple[Curve, ...], look: Look, kind: PlotKind, headroom: float
) -> tuple[float, float]:
    """The places on a plot's value scale that show all of these curves."""
    scale = look.scale(kind)
    places = [scale.places(curve.values) for curve in curves]
    return value_range(places, headroom, with_zero=scale.kind != "log")


def content_of(
    subject: Subject, kind: PlotKind, curves: tuple[Curve, ...], view: View, look: Look
) -> PlotContent:
    """Everything that one plot draws."""
    dark, measure = look.theme.dark, look.measure
    rails = _rails(subject, kind, curves, look)
    selected = samples.selected_samples(subject, kind, measure, dark)
    bands = () if look.shaded is None else subject.bands_of(look.shaded, subject.own, kind)
    return PlotContent(
        curves=curves,
        selected=selected,
        others=samples.other_samples(subject, kind, measure, look.shaded),
        notes=captions.notes(subject, curves, view, look.theme) if kind is PlotKind.LOSS else (),
        bands=bands,
        settled=subject.settled,
        format=subject.problem.format,
        rails=rails,
        lines=samples.rail_lines(curves, subject.formulas, rails),
        dots=samples.rail_dots(subject, kind, measure, rails, dark),
        counts=captions.rail_counts(subject, kind, measure, rails),
        slots=len(subject.formulas),
    )


def standing_rails(kind: PlotKind, look: Look) -> tuple[Rail, ...]:
    """The rails that a plot has whether anything stands on them or not."""
    zero: tuple[Rail, ...] = ("zero",) if look.scale(kind).kind == "log" else ()
    if kind is PlotKind.LOSS:
        return ("nan", "inf", *zero)
    if kind is PlotKind.GRADIENT:
        return ("nan",)
    return zero if look.measure is Measure.BITS else ("inf", *zero)


def _rails(subject: Subject, kind: PlotKind, curves: tuple[Curve, ...], look: Look) -> tuple[Rail, ...]:
    standing = standing_rails(kind, look)
    order: tuple[Rail, ...] = ("nan", "inf", "zero", "-inf")
    dots = {
        rail
        for rail in order
        if rail not in standing and rail != "zero"
        for _, rows in subject.rows_on(rail, kind, look.measure)
        if len(rows)
    }
    passing: tuple[Rail, ...] = ("-inf",) if kind is not PlotKind.GRADIENT else ("inf", "-inf")
    lined = {line.run.rail for line in samples.rail_lines(curves, subject.formulas, passing)}
    return tuple(rail for rail in order if rail in standing or rail in dots or rail in lined)
