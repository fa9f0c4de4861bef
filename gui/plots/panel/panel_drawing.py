"""Hands a subject to the plots, their headers and the heat strip."""

from __future__ import annotations

from gui.plots.content import captions
from gui.plots.content.look import Look
from gui.plots.content.quantities import PlotKind, axis_names
from gui.plots.content.subject import Subject
from gui.plots.panel.plot_contents import content_of, empty_content
from gui.plots.panel.plot_ranges import PlotRanges
from gui.plots.panel.plot_stack import PlotStack
from gui.plots.strip import strip_contents
from gui.plots.strip.strip_panel import StripPanel


class PanelDrawing:
    """Draws a subject in its looks; what is as it was is left alone by the parts themselves."""

    def __init__(self, stack: PlotStack, strips: StripPanel, ranges: PlotRanges) -> None:
        self._stack = stack
        self._strips = strips
        self._ranges = ranges

    def draw(self, subject: Subject, look: Look) -> None:
        """Draw everything but the values at the crosshair."""
        span = self._stack.span
        self._stack.set_span(span)
        self._strips.set_span(span)
        self._show_titles(subject, look)
        if not subject.lanes:
            self._show_nothing(subject, look)
            return
        self._ranges.sweep(subject, span)
        for kind in self._stack.open:
            section = self._stack.sections[kind]
            curves = self._ranges.curves(kind, look)
            section.show_content(content_of(subject, kind, curves, section.plot.view, look))
        self._show_strips(subject, look)
        self._describe(captions.description(subject))

    def _show_nothing(self, subject: Subject, look: Look) -> None:
        for kind, section in self._stack.sections.items():
            section.show_content(empty_content(subject, kind, look))
        self._describe(captions.title(subject))
        self._strips.show_strips(strip_contents.strips_of(subject, look.dark), ())
        self._strips.show_readings({})
        self._stack.sections[PlotKind.LOSS].header.set_place("")

    def _show_titles(self, subject: Subject, look: Look) -> None:
        for kind, section in self._stack.sections.items():
            section.header.set_title(captions.plot_title(subject, kind, look.measure))
            if subject.lanes:
                names = axis_names(kind, look.measure, look.scale(kind))
                section.plot.set_labels(captions.logit_label(subject), names)

    def _show_strips(self, subject: Subject, look: Look) -> None:
        dark = look.dark
        if look.strips == "formula" or look.shaded is None:
            strips = strip_contents.strips_of(subject, dark)
        else:
            strips = strip_contents.format_strips_of(subject, look.shaded, dark)
        self._strips.show_strips(strips, strip_contents.lane_labels(subject), settled=subject.settled)

    def _describe(self, text: str) -> None:
        self._stack.sections[PlotKind.LOSS].plot.setAccessibleDescription(text)

    def show_readings(self, subject: Subject, look: Look, logit: float | None) -> None:
        """Show every value at the crosshair, or at the selected row where there is none."""
        if not subject.lanes:
            return
        self._stack.set_cursor_logit(logit)
        self._strips.set_cursor_logit(logit)
        readings = strip_contents.readings_of(subject, logit)
        if look.strips == "format" and look.shaded is not None:
            readings |= strip_contents.format_readings(subject, look.shaded, logit)
        self._strips.show_readings(readings)
        self._stack.sections[PlotKind.LOSS].header.set_place(captions.place(subject, logit))
