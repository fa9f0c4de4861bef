"""What each of the linked plots draws of a subject, as one value a plot."""

from __future__ import annotations

from gui.plots.content import captions, samples
from gui.plots.content.curve_points import Rail
from gui.plots.content.look import Look
from gui.plots.content.marks import Curve, RailContent, Shades
from gui.plots.content.quantities import Measure, PlotKind
from gui.plots.content.subject import Subject
from gui.plots.panel.plot_section import PlotContent
from gui.plots.scales.logit_span import value_range
from gui.plots.scales.plot_view import View


def fitted_values(
    curves: tuple[Curve, ...], look: Look, kind: PlotKind, headroom: float, *, near: bool = False
) -> tuple[float, float]:
    """The places on a plot's value scale that show all of these curves.

    `near`, among single floats, they show what the row's own target gives there, and not 0 as well.
    """
    scale = look.scale(kind)
    places = [scale.places(curve.values) for curve in curves if curve.own or not near]
    return value_range(places, headroom, with_zero=scale.kind != "log" and not near)


def content_of(
    subject: Subject, kind: PlotKind, curves: tuple[Curve, ...], view: View, look: Look
) -> PlotContent:
    """Everything that one plot draws."""
    rails = _rails(subject, kind, curves, look)
    bands = () if look.shaded is None else subject.bands_of(look.shaded, subject.own, kind)
    return PlotContent(
        shades=Shades(bands, subject.problem.format, subject.settled),
        rails=RailContent(
            rails,
            samples.rail_lines(curves, subject.formulas, rails),
            samples.rail_dots(subject, kind, look, rails),
            captions.rail_counts(subject, kind, look, rails),
            max(1, len(subject.formulas)),
        ),
        curves=curves,
        samples=samples.samples_of(subject, kind, look),
        notes=captions.notes(subject, curves, view, look.theme) if kind is PlotKind.LOSS else (),
        edges=subject.edge_logits(look.shaded),
    )


def empty_content(subject: Subject, kind: PlotKind, look: Look) -> PlotContent:
    """Axes and rails alone."""
    return PlotContent(Shades((), subject.problem.format), RailContent(standing_rails(kind, look)))


def standing_rails(kind: PlotKind, look: Look) -> tuple[Rail, ...]:
    """The rails that a plot has whether anything stands on them or not."""
    zero: tuple[Rail, ...] = ("zero",) if look.scale(kind).kind == "log" else ()
    if kind is PlotKind.LOSS:
        return ("nan", "inf", *zero)
    if kind is PlotKind.GRADIENT:
        return ("nan", "inf")
    return ("nan", *zero) if look.measure is Measure.BITS else ("nan", "inf", *zero)


def _rails(subject: Subject, kind: PlotKind, curves: tuple[Curve, ...], look: Look) -> tuple[Rail, ...]:
    standing = standing_rails(kind, look)
    order: tuple[Rail, ...] = ("nan", "inf", "zero", "-inf")
    dots = {
        rail
        for rail in order
        if rail not in standing and rail != "zero" and subject.rows_on(rail, kind, look.measure)
    }
    passing: tuple[Rail, ...] = ("-inf",) if kind is not PlotKind.GRADIENT else ("inf", "-inf")
    lined = {line.run.rail for line in samples.rail_lines(curves, subject.formulas, passing)}
    return tuple(rail for rail in order if rail in standing or rail in dots or rail in lined)
