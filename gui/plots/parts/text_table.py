"""A small painted table of finished texts: formulas down, values across, as close as lines of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plots.parts.line_sample import draw_sample
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.room import small
from gui.services.colours import FormulaStyle

SAMPLE, GAP = 22, 6
APART = 12
"""Pixels between two columns."""

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class TextRow(NamedTuple):
    """A line of texts after a formula's line sample; of `bold` cells something is to be noticed."""

    title: str
    style: FormulaStyle
    cells: tuple[str, ...]
    exact: bool = False
    bold: tuple[bool, ...] = ()


class TextTable(QWidget):
    """As high as its rows; titles give way to values, which are always whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headers: tuple[str, ...] = ()
        self.rows: tuple[TextRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, headers: Sequence[str], rows: Sequence[TextRow]) -> None:
        """Show these, the first header over the titles."""
        if (tuple(headers), tuple(rows)) != (self.headers, self.rows):
            self.headers, self.rows = tuple(headers), tuple(rows)
            lines = "; ".join(f"{row.title}: {', '.join(row.cells)}" for row in rows)
            self.setAccessibleDescription(f"{' '.join(self.headers)}. {lines}")
            self.updateGeometry()
            self.update()

    @property
    def _line(self) -> int:
        return QFontMetrics(small(self.font())).height() + 1

    def sizeHint(self) -> QSize:
        return QSize(240, self._line * (1 + len(self.rows)) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self.updateGeometry()
            self.update()

    # -- painting -----------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), PlotTheme.of(self.palette())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edges = self._right_edges()
        painter.setPen(theme.muted)
        self._paint_line(
            painter, 0, self.headers[0] if self.headers else "", self.headers[1:], (), 0.0, edges
        )
        painter.setPen(QPen(theme.grid, 1.0))
        painter.drawLine(0, self._line, self.width(), self._line)
        for number, row in enumerate(self.rows, start=1):
            middle = number * self._line + 2 + self._line / 2
            draw_sample(painter, row.style, QPointF(0, middle), SAMPLE, theme, exact=row.exact)
            painter.setPen(theme.text)
            self._paint_line(painter, number, row.title, row.cells, row.bold, SAMPLE + GAP, edges)
        painter.end()

    def _right_edges(self) -> list[float]:
        """Where each column of values ends: the last at the right, the others as close as they can."""
        font = small(self.font())
        font.setBold(True)
        metrics, right = QFontMetrics(font), float(self.width())
        edges: list[float] = []
        for column in range(len(self.headers) - 1, 0, -1):
            edges.insert(0, right)
            texts = (self.headers[column], *(row.cells[column - 1] for row in self.rows))
            right -= max(map(metrics.horizontalAdvance, texts)) + APART
        return [right, *edges]

    def _paint_line(
        self,
        painter: QPainter,
        number: int,
        title: str,
        cells: Sequence[str],
        bold: Sequence[bool],
        left: float,
        edges: Sequence[float],
    ) -> None:
        font = small(self.font())
        painter.setFont(font)
        top = number * self._line + (2 if number else 0)
        room = QRectF(left, top, max(edges[0] - left, 0.0), self._line)
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, LEFT, shown)
        for column, text in enumerate(cells):
            font.setBold(column < len(bold) and bold[column])
            painter.setFont(font)
            painter.drawText(QRectF(0.0, top, edges[column + 1], self._line), RIGHT, text)
