"""The brushed range of logits in every plot, with the card that says what lies in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from gui.document.document import Document
from gui.document.selection import Selection
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.canvas.pixel_items import RangeItem
from gui.plots.content.look import Look
from gui.plots.content.subject import Subject
from gui.plots.parts.card import CardPlace
from gui.plots.tools.brush import Brush, BrushCard, brush_report


class BrushedRange(QObject):
    """Follows the brush and the evaluation; what lies there is told on its card."""

    zoom_asked = Signal(float, float)

    def __init__(
        self,
        plots: Sequence[LogitPlot],
        document: Document,
        selection: Selection,
        place: CardPlace,
        card: BrushCard,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._place = place
        self._subject: Subject | None = None
        self._items = [RangeItem(plot) for plot in plots]
        self.brush = Brush(self)
        self.card = card
        self.brush.changed.connect(self._follow)
        self.brush.finished.connect(self._pin)
        self.card.row_chosen.connect(self._select)
        self.card.zoom_asked.connect(self._zoom)
        self.card.closed.connect(self._forget)

    def show_subject(self, subject: Subject, _look: Look) -> None:
        """Look at what lies in the range of this subject."""
        before, self._subject = self._subject, subject
        if before is not None and before.problem.family != subject.problem.family:
            self.clear()
        self._report()

    def clear(self) -> bool:
        """Brush nothing; False if nothing was."""
        had = self.brush.range is not None
        self.brush.set_range(None)
        return had

    # -- following ----------------------------------------------------------------------------------

    def _follow(self, logits: tuple[float, float] | None) -> None:
        for item in self._items:
            item.show_range(logits)
        if logits is None:
            self._place.close_card(self.card)
        else:
            self._report()

    def _report(self) -> None:
        subject, logits = self._subject, self.brush.range
        if subject is not None and logits is not None:
            report = brush_report(subject, *logits)
            self.card.show_report(report, subject.row, subject.problem.format, subject.problem.rows)

    def _pin(self) -> None:
        """Show the card, once the pointer no longer draws the range."""
        if self.brush.range is not None:
            self._place.open(self.card)

    def _forget(self) -> None:
        self.brush.set_range(None)

    def _select(self, row: int) -> None:
        self._selection.select(self._document.page, row)

    def _zoom(self) -> None:
        if self.brush.range is not None:
            self.zoom_asked.emit(*self.brush.range)
