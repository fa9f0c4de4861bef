"""Hands a subject to the plots, the lines over them, the gutter and the strips."""

from __future__ import annotations

from dataclasses import replace

from gui.plots.content import captions
from gui.plots.content.band_finder import FormatFinder
from gui.plots.content.gutter_lines import selected_lines
from gui.plots.content.look import Look
from gui.plots.content.quantities import axis_names
from gui.plots.content.subject import Subject
from gui.plots.gutter.gutter import Gutter
from gui.plots.header.panel_header import PanelHeader
from gui.plots.panel.plot_contents import content_of, empty_content
from gui.plots.panel.plot_ranges import PlotRanges
from gui.plots.panel.plot_stack import PlotStack
from gui.plots.strip import strip_contents
from gui.plots.strip.strip_panel import StripPanel


def told_look(subject: Subject, look: Look) -> Look:
    """The looks of a picture that shades nothing of a covered formula."""
    return look._replace(shaded=None) if look.shaded in subject.covered else look


class PanelDrawing:
    """Draws a subject in its looks; what is as it was is left alone by the parts themselves."""

    def __init__(
        self,
        header: PanelHeader,
        gutter: Gutter,
        stack: PlotStack,
        strips: StripPanel,
        ranges: PlotRanges,
    ) -> None:
        self._header = header
        self._gutter = gutter
        self._stack = stack
        self._strips = strips
        self._ranges = ranges
        self._drawn: tuple[Subject, Look] | None = None
        self.formats = FormatFinder(strips)
        self.formats.found.connect(self._show_formats)

    def draw(self, subject: Subject, look: Look) -> None:
        """Draw everything but the crosshair and the verdicts."""
        span = self._stack.span
        self._stack.set_span(span)
        self._strips.set_span(replace(span, left=span.left + self._gutter.width()))
        self._show_titles(subject, look)
        if not subject.lanes:
            self._show_nothing(subject, look)
            return
        self._ranges.sweep(subject, span)
        look_of_told = told_look(subject, look)
        for kind in self._stack.open:
            section = self._stack.sections[kind]
            curves = self._ranges.curves(kind, look)
            if subject.covered:
                curves = tuple(curve for curve in curves if curve.key[1] not in subject.covered)
            section.show_content(content_of(subject.told, kind, curves, section.plot.view, look_of_told))
        self._show_strips(subject, look)
        self._describe(subject, look)

    def _show_nothing(self, subject: Subject, look: Look) -> None:
        for kind, section in self._stack.sections.items():
            section.show_content(empty_content(subject, kind, look))
        self._describe(subject, look)
        self._strips.show_strips(strip_contents.strips_of(subject, look.dark), ())
        self._strips.show_readings({})

    def _show_titles(self, subject: Subject, look: Look) -> None:
        long, short = (
            captions.picture_title(subject, told_look(subject, look).shaded),
            captions.short_title(subject),
        )
        self._header.caption.set_title(long, short)
        self._gutter.show_selected(selected_lines(subject), len(subject.formulas))
        self._gutter.show_axis(captions.axis_words(subject, self._stack.lowest.counted_from))
        for kind, section in self._stack.sections.items():
            title = captions.plot_caption(kind, look.measure)
            section.caption.set_title(title, captions.short_plot_caption(kind, look.measure))
            section.plot.set_names(axis_names(kind, look.measure, look.scale(kind)))

    def _show_strips(self, subject: Subject, look: Look) -> None:
        self._drawn = subject, look
        dark, settled = look.dark, subject.settled
        if look.strips == "formula" or look.shaded is None:
            strips = strip_contents.strips_of(subject, dark)
        else:
            known = self.formats.are_known(subject.lanes, subject.evaluation.column(look.shaded).formula)
            strips = strip_contents.format_strips_of(subject, look.shaded, dark, known=known)
            settled = settled and known
        self._strips.show_strips(strips, strip_contents.lane_labels(subject), settled=settled)

    def _show_formats(self) -> None:
        """Draw the bands that were being searched."""
        if self._drawn is not None and self._drawn[0].lanes:
            self._show_strips(*self._drawn)

    def _describe(self, subject: Subject, look: Look) -> None:
        for kind in self._stack.open:
            text = captions.description(subject.told, kind, look.measure)
            self._stack.sections[kind].plot.setAccessibleDescription(text)

    def show_cursor(self, logit: float | None) -> None:
        """Draw the crosshair at a logit, or none."""
        self._stack.set_cursor_logit(logit)
        self._strips.set_cursor_logit(logit)

    def show_verdicts(self, subject: Subject, look: Look) -> None:
        """Show every formula's value in the selected row, and what is to be said of it."""
        if not subject.lanes:
            return
        readings = strip_contents.readings_of(subject)
        if look.strips == "format" and look.shaded is not None:
            readings |= strip_contents.format_readings(subject, look.shaded)
        self._strips.show_readings(readings)
