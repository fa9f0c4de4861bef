"""One foldable plot: its header, its rails above and below, and the curves between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.plots.canvas.logit_plot import BARE_FOOT, FOOT, LogitPlot
from gui.plots.canvas.rails import Rails
from gui.plots.content.curve_points import Rail
from gui.plots.content.marks import Curve, Note, RailContent, Samples, Shades
from gui.plots.content.quantities import PlotKind
from gui.plots.panel.fold_header import FoldHeader
from gui.plots.scales.logit_span import LogitSpan

LEAST = {PlotKind.LOSS: 110, PlotKind.ERROR: 70, PlotKind.GRADIENT: 70}
"""Pixels below which a plot could no longer be read, its axis' numbers left out."""


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
    """A plot that can be folded to its header."""

    folded = Signal(str)
    """The kind of the plot that the user folded or unfolded."""

    def __init__(self, kind: PlotKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.header = FoldHeader(self)
        self.rails = Rails(self)
        self.low_rails = Rails(self)
        self.plot = LogitPlot(self)
        self._body = (self.rails, self.plot, self.low_rails)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.rails)
        column.addWidget(self.plot, 1)
        column.addWidget(self.low_rails)
        self.header.clicked.connect(self._tell_folded)
        self.show_logit_axis(True)

    @property
    def is_open(self) -> bool:
        """Whether the plot is shown below its header."""
        return self.header.isChecked()

    def set_open(self, open_: bool) -> None:
        """Fold or unfold without telling anybody."""
        self.header.setChecked(open_)
        self._apply_fold()

    def _tell_folded(self) -> None:
        self._apply_fold()
        self.folded.emit(self.kind.value)

    def _apply_fold(self) -> None:
        shown = self.is_open
        self.plot.setVisible(shown)
        for rails in (self.rails, self.low_rails):
            rails.setVisible(shown and bool(rails.content.rails))
        policy = QSizePolicy.Policy.Expanding if shown else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, policy)
        for switch in self.header.switches():
            switch.setVisible(shown)

    def show_logit_axis(self, shown: bool) -> None:
        """Number the logits below this plot, or leave that to a plot below."""
        self.plot.show_logit_axis(shown)
        self.plot.setMinimumHeight(LEAST[self.kind] - BARE_FOOT + (FOOT if shown else BARE_FOOT))

    def show_content(self, content: PlotContent) -> None:
        """Draw this and nothing else."""
        self.plot.show_curves(content.curves)
        self.plot.show_samples(content.samples)
        self.plot.set_edges(content.edges)
        self.plot.notes.show_notes(content.notes)
        self.plot.shades.show_shades(content.shades)
        for part, side in ((self.rails, ABOVE), (self.low_rails, BELOW)):
            part.show_content(content.rails.on(side))
            part.setVisible(self.is_open and bool(part.content.rails))

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
