"""The brushed range of logits in every plot, with the card that says what lies in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, QRect, Signal
from PySide6.QtWidgets import QWidget

from gui.document.document import Document
from gui.document.selection import Selection
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.canvas.pixel_items import RangeItem
from gui.plots.content.look import Look
from gui.plots.content.subject import Subject
from gui.plots.tools.brush import Brush, BrushCard, brush_report

SIDE = 4
"""Pixels between a card and the panel's edge."""


class BrushedRange(QObject):
    """Follows the brush and the evaluation; its card stands over the panel."""

    zoom_asked = Signal(float, float)

    def __init__(
        self,
        plots: Sequence[LogitPlot],
        document: Document,
        selection: Selection,
        panel: QWidget,
    ) -> None:
        super().__init__(panel)
        self._plots = tuple(plots)
        self._document = document
        self._selection = selection
        self._panel = panel
        self._subject: Subject | None = None
        self._items = [RangeItem(plot) for plot in plots]
        self.brush = Brush(self)
        self.card = BrushCard(panel)
        self.brush.changed.connect(self._follow)
        self.brush.finished.connect(self._pin)
        self.card.row_chosen.connect(self._select)
        self.card.zoom_asked.connect(self._zoom)
        self.card.closed.connect(self._forget)

    def show_subject(self, subject: Subject, look: Look) -> None:
        """Look at what lies in the range of this subject."""
        self.card.recolour(look.theme)
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
            self.card.hide()
        else:
            self._report()

    def _report(self) -> None:
        subject, logits = self._subject, self.brush.range
        if subject is not None and logits is not None:
            report = brush_report(subject, *logits)
            self.card.show_report(report, subject.row, subject.problem.format, subject.problem.rows)

    def _pin(self) -> None:
        """Show the card beside the range, once the pointer no longer draws it."""
        if self.brush.range is None:
            return
        plot = next((plot for plot in self._plots if plot.isVisible()), self._plots[0])
        low, high = self.brush.range
        left, right = plot.span.to_pixel(low), plot.span.to_pixel(high)
        top = plot.mapTo(self._panel, QPoint(0, SIDE)).y()
        across = plot.mapTo(self._panel, QPoint(0, 0)).x()
        brushed = QRect(int(across + left), top, max(int(right - left), 1), 1)
        self.card.pin_beside(brushed, self._panel.rect().adjusted(SIDE, SIDE, -SIDE, -SIDE))

    def _forget(self) -> None:
        self.brush.set_range(None)

    def _select(self, row: int) -> None:
        self._selection.select(self._document.page, row)

    def _zoom(self) -> None:
        if self.brush.range is not None:
            self.zoom_asked.emit(*self.brush.range)
