"""Left of the plots, in fixed places: the selected row, the values at the pointer, the baseline's changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.plots.content.gutter_lines import FormulaLine
from gui.plots.gutter.readout import Readout
from gui.plots.parts.line_sample import draw_sample
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.room import bold, scaled, small
from gui.services.look.marks import draw_mark

WIDTH = 150
"""Pixels beside the values' axis of the plots: both are 216 wide."""

SIDE, SAMPLE, GAP, MARK = 8, 22, 5, 13

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class Gutter(QWidget):
    """Three sections whose places depend on the font and the number of formulas alone.

    What has no room below is left to the tooltip, which says everything.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.readout = Readout(self)
        self.selected: tuple[str, ...] = ()
        self.baseline_title = ""
        self.baseline: tuple[FormulaLine, ...] = ()
        self.axis_words = ""
        self.alone = False
        """Whether a picture is taken: without what only a pointer can use."""
        self._formulas = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Values beside the picture"))
        self.readout.changed.connect(self._renew)
        self._take_room()

    # -- what is shown ------------------------------------------------------------------------------

    def show_selected(self, lines: tuple[str, ...], formulas: int) -> None:
        """Show the selected row, and keep places for so many formulas."""
        places, self._formulas = (len(self.selected), self._formulas), formulas
        if lines != self.selected:
            self.selected = lines
            self.setAccessibleDescription(self.words)
            self.update(0, 0, self.width(), self._pointer_top)  # all below stays as it is
        if places != (len(lines), formulas):
            self._place()
            self.update()

    def show_baseline(self, title: str, lines: Sequence[FormulaLine]) -> None:
        """Show what has changed since a baseline; nothing without one."""
        if (title, tuple(lines)) != (self.baseline_title, self.baseline):
            self.baseline_title, self.baseline = title, tuple(lines)
            self._renew()

    def show_axis(self, words: str) -> None:
        """Name the logit axis, beside its numbers."""
        if words != self.axis_words:
            self.axis_words = words
            self._renew()

    @property
    def words(self) -> str:
        """Everything it says, line by line."""
        parts = [self.tr("Selected"), *self.selected, self.tr("Pointer"), *self.readout.told()]
        if self.baseline:
            parts += [
                self.baseline_title,
                *(f"{each.title}: {', '.join(each.cells)}" for each in self.baseline),
            ]
        else:
            parts.append(self.tr("No baseline is pinned."))
        return "\n".join(parts)

    def _renew(self) -> None:
        self.setAccessibleDescription(self.words)
        self.update()

    # -- places -------------------------------------------------------------------------------------

    @property
    def _small(self) -> QFont:
        return small(self.font())

    @property
    def _line(self) -> int:
        return self.fontMetrics().height() + 1

    @property
    def _pointer_top(self) -> int:
        return (1 + max(3, len(self.selected))) * self._line + 6

    @property
    def _baseline_top(self) -> int:
        each = 2 if self.readout.full else 1
        return self._pointer_top + (2 + each * self._formulas) * self._line + 6

    @property
    def _axis_lines(self) -> int:
        return 3 * self._line if "\n" in self.axis_words else self._line

    @property
    def baseline_in_sight(self) -> bool:
        """Whether the section of the baseline has room for its lines."""
        lines = 1 + max(1, len(self.baseline) * (2 if self.readout.full else 1))
        return self._baseline_top + lines * self._line <= self.height() - self._axis_lines

    def _place(self) -> None:
        line = self._line
        self.readout.edit.setGeometry(SIDE - 2, self._pointer_top + line, self.width() - SIDE, line + 2)

    def _take_room(self) -> None:
        self.setFixedWidth(scaled(WIDTH, self.font()))
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(scaled(WIDTH, self.font()), 8 * self._line)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), 4 * self._line)

    # -- painting -----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), PlotTheme.of(self.palette())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if event.rect().top() < self._pointer_top:
            self._paint_selected(painter, theme)
        if event.rect().bottom() >= self._pointer_top:
            self._paint_rest(painter, theme)
        painter.end()

    def _paint_selected(self, painter: QPainter, theme: PlotTheme) -> None:
        self._head(painter, theme, 0, self.tr("Selected"))
        painter.setFont(self.font())
        painter.setPen(theme.text)
        for number, text in enumerate(self.selected, start=1):
            self._write(painter, self._row(number * self._line), text)

    def _paint_rest(self, painter: QPainter, theme: PlotTheme) -> None:
        if not self.alone:
            self._head(painter, theme, self._pointer_top, self.tr("Pointer"))
            self._paint_pointer(painter, theme)
        if self.baseline or not self.alone:
            self._paint_baseline(painter, theme)
        self._paint_axis(painter, theme)

    def _row(self, top: float) -> QRectF:
        return QRectF(SIDE, top, self.width() - SIDE - 2, self._line)

    def _head(self, painter: QPainter, theme: PlotTheme, top: float, words: str) -> None:
        painter.setFont(bold(self._small))
        painter.setPen(theme.muted)
        painter.drawText(self._row(top), LEFT, words)

    def _write(self, painter: QPainter, room: QRectF, words: str) -> None:
        metrics = painter.fontMetrics()
        painter.drawText(
            room, LEFT, metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        )

    def _paint_pointer(self, painter: QPainter, theme: PlotTheme) -> None:
        top = float(self._pointer_top + 2 * self._line + 2)
        bottom = self.height() - self._axis_lines
        if self.readout.refusal:
            painter.setFont(self._small)
            painter.setPen(theme.text)
            room = QRectF(SIDE, top, self.width() - SIDE, bottom - top)
            painter.drawText(room, Qt.TextFlag.TextWordWrap, self.readout.refusal)
        elif self.readout.on:
            self._paint_lines(painter, theme, self.readout.rows, top, bottom)

    def _paint_baseline(self, painter: QPainter, theme: PlotTheme) -> None:
        top, line = float(self._baseline_top), self._line
        if top + 2 * line > self.height() - self._axis_lines:
            return
        self._head(painter, theme, top, self.baseline_title or self.tr("Baseline"))
        if self.baseline:
            bottom = self.height() - self._axis_lines
            self._paint_lines(painter, theme, self.baseline, top + line, bottom)
        else:
            painter.setFont(self._small)
            self._write(painter, self._row(top + line), self.tr("none pinned (P)"))

    def _paint_lines(
        self, painter: QPainter, theme: PlotTheme, lines: Sequence[FormulaLine], top: float, bottom: float
    ) -> None:
        """A line a formula, and a second one where more is asked for, as far down as there is room."""
        for line in lines:
            height = self._line * (2 if self.readout.full else 1)
            if top + height > bottom:
                return
            row = self._row(top)
            draw_sample(painter, line.style, QPointF(SIDE, row.center().y()), SAMPLE, theme, exact=line.exact)
            row.setLeft(SIDE + SAMPLE + GAP)
            if line.mark is not None:
                mark = QRectF(row.right() - MARK, row.center().y() - MARK / 2, MARK, MARK)
                draw_mark(painter, line.mark, mark, theme.dark)
            row.setRight(row.right() - MARK - 2)
            painter.setFont(self.font() if self._fits(line.value, row) else self._small)
            painter.setPen(theme.text)
            self._write(painter, row, line.value)
            if self.readout.full:
                painter.setFont(self._small)
                painter.setPen(theme.muted)
                self._write(painter, self._row(top + self._line), line.fuller)
            top += height

    def _fits(self, words: str, room: QRectF) -> bool:
        return self.fontMetrics().horizontalAdvance(words) <= room.width()

    def _paint_axis(self, painter: QPainter, theme: PlotTheme) -> None:
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        room = QRectF(0, self.height() - self._axis_lines, self.width(), self._axis_lines)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, self.axis_words)

    # -- Qt -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._take_room()
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.words, self)
            return True
        return super().event(event)
