"""One of the plots: its caption, its rails above and below, and the curves between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.canvas.rails import Rails
from gui.plots.content.curve_points import Rail
from gui.plots.content.marks import Curve, Note, RailContent, Samples, Shades
from gui.plots.content.quantities import PlotKind
from gui.plots.header.caption_line import CaptionLine
from gui.plots.parts.room import scaled
from gui.plots.scales.logit_span import LogitSpan

LEAST = {PlotKind.LOSS: 84, PlotKind.ERROR: 60, PlotKind.GRADIENT: 60}
"""Pixels below which a plot can hardly be read, its axis' numbers left out: others give way before."""

SQUEEZED = 32
"""Pixels that are left of a plot when nothing else gives way, before it would lie over its rails."""


@dataclass(frozen=True, eq=False, slots=True)
class PlotContent:
    """All that one plot draws."""

    shades: Shades
    rails: RailContent
    curves: tuple[Curve, ...] = ()
    samples: Samples = field(default_factory=Samples)
    notes: tuple[Note, ...] = ()
    edges: tuple[float, ...] = ()


class PlotSection(QWidget):
    """A plot with all that belongs to it; the loss's caption is the title of the whole picture."""

    def __init__(self, kind: PlotKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._numbered = True
        self.caption = CaptionLine(self)
        self.caption.setVisible(kind is not PlotKind.LOSS)
        self.rails = Rails(self)
        self.low_rails = Rails(self)
        self.plot = LogitPlot(self)
        self._body = (self.rails, self.plot, self.low_rails)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.caption, *self._body):
            column.addWidget(part, 1 if part is self.plot else 0)
        self.low_rails.hide()
        self.show_logit_axis(True)

    @property
    def is_open(self) -> bool:
        """Whether the plot is shown."""
        return not self.isHidden()

    def show_logit_axis(self, shown: bool) -> None:
        """Number the logits below this plot, or leave that to a plot below."""
        self._numbered = shown
        self.plot.show_logit_axis(shown)
        self._take_room()

    def _take_room(self) -> None:
        self.plot.setMinimumHeight(scaled(SQUEEZED, self.font()) + self.plot.foot)
        self.caption.indent = self.plot.axis_width
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        asked = scaled(LEAST[self.kind], self.font()) - scaled(SQUEEZED, self.font())
        return super().minimumSizeHint() + QSize(0, asked)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.show_logit_axis(self._numbered)

    def show_content(self, content: PlotContent) -> None:
        """Draw this and nothing else."""
        self.plot.show_curves(content.curves)
        self.plot.show_samples(content.samples)
        self.plot.set_edges(content.edges)
        self.plot.notes.show_notes(content.notes)
        self.plot.shades.show_shades(content.shades)
        self.plot.place_words()
        for part, side in ((self.rails, ABOVE), (self.low_rails, BELOW)):
            part.show_content(content.rails.on(side))
            part.setVisible(bool(part.content.rails))

    def set_span(self, span: LogitSpan) -> None:
        """Align the rails with the plot."""
        self.rails.set_span(span)
        self.low_rails.set_span(span)

    def set_cursor_logit(self, logit: float | None) -> None:
        """Show or hide the crosshair."""
        for part in self._body:
            part.set_cursor_logit(logit)


ABOVE: tuple[Rail, ...] = ("nan", "inf")
BELOW: tuple[Rail, ...] = ("zero", "-inf")
"""Which rails stand on which side of a plot, from the top."""
