"""How the worst rows are painted: row numbers as links, failing losses on their hatch with mark and word."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine import Regime, formula_named
from gui.explain.verdict_words import mark_of
from gui.plots.parts.line_sample import draw_sample
from gui.plots.parts.painting import fill_regime
from gui.plots.parts.plot_theme import KeptTheme, PlotTheme, blend
from gui.scan.worst_model import BREAKS, ROW, WorstModel
from gui.services.colours import formula_style, is_filled, regime_colour, regime_fill, regime_name
from gui.services.look.marks import mark_pixmap
from gui.services.look.type_sizes import bold, small

MARK, EDGE, PADDING = 12, 3, 6

LINE, SAMPLE = 11, 4
"""Pixels that a head is higher for the line below its words, and from there to the bottom."""

CHOSEN = 0.82
"""Share of the background behind a selected row."""

LETTER = 0.45
"""Width of a letter in heights of a row: shorter text need not be measured."""

TELL_THEMSELVES = (Regime.NAN, Regime.INFINITE, Regime.TRUE_INFINITY, Regime.NO_TRUTH)
"""Failures whose number is their name."""

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class WorstDelegate(QStyledItemDelegate):
    """Paints without the style, each of whose calls would have to wait for a scan's threads."""

    def __init__(self, rows: WorstModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self._theme = KeptTheme()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        area, theme = QRectF(option.rect), self._theme.of(option.palette)
        regime, text = self._rows.regime(index), str(index.data())
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if is_chosen:
            painter.fillRect(area, blend(theme.accent, theme.background, CHOSEN))
        if regime is None or regime is Regime.EXACT:
            self._write(painter, option, index.column(), text, theme)
        else:
            self._draw_failure(painter, area, regime, text, option.font, theme)
        if is_chosen:
            painter.setPen(theme.accent)
            painter.drawLine(area.topLeft(), area.topRight())
            painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.restore()

    def _write(
        self, painter: QPainter, option: QStyleOptionViewItem, column: int, text: str, theme: PlotTheme
    ) -> None:
        font, ink = QFont(option.font), theme.text
        if column == ROW:
            font.setUnderline(True)
            ink = option.palette.color(QPalette.ColorRole.Link)
        painter.setFont(font)
        painter.setPen(ink)
        room = QRectF(option.rect).adjusted(PADDING, 0, -PADDING, 0)
        shown = text
        if len(text) * LETTER * option.rect.height() > room.width():
            elide = Qt.TextElideMode.ElideRight
            shown = painter.fontMetrics().elidedText(text, elide, int(room.width()) + 1)
        painter.drawText(room, LEFT if column == BREAKS else RIGHT, shown)

    def _draw_failure(
        self, painter: QPainter, area: QRectF, regime: Regime, text: str, font: QFont, theme: PlotTheme
    ) -> None:
        fill_regime(painter, regime, area, theme)
        painter.fillRect(
            QRectF(area.left(), area.top(), EDGE, area.height()), regime_colour(regime, theme.dark)
        )
        painter.setFont(bold(font))
        wide = painter.fontMetrics().horizontalAdvance(text)
        left = area.left() + EDGE + 4.0
        room = area.right() - left - wide - 2 * PADDING
        plate = regime_fill(regime, theme.dark) if is_filled(regime) else theme.background
        painter.fillRect(area.adjusted(area.width() - wide - 2 * PADDING, 1, 0, -1), plate)
        painter.setPen(theme.text)
        painter.drawText(area.adjusted(0, 0, -PADDING, 0), RIGHT, text)
        if room < MARK:
            return
        mark = mark_pixmap(mark_of(regime), MARK, theme.dark, painter.device().devicePixelRatioF())
        painter.drawPixmap(QPointF(left, area.top() + (area.height() - MARK) / 2.0), mark)
        if regime in TELL_THEMSELVES:
            return
        painter.setFont(small(font))
        word = regime_name(regime)
        needed = painter.fontMetrics().horizontalAdvance(word) + 4.0
        if MARK + 3.0 + needed <= room:
            place = QRectF(left + MARK + 3.0, area.top() + 1.0, needed, area.height() - 2.0)
            painter.fillRect(place, plate)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, word)


class FormulaHeader(QHeaderView):
    """Heads of columns, those of formulas with their lines below, as curves have them."""

    def __init__(self, rows: WorstModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._rows = rows
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setSortIndicatorShown(True)
        self.setSortIndicatorClearable(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(0, LINE)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.restore()
        key = self._rows.key_of(section)
        if key is None:
            return
        theme, is_exact = PlotTheme.of(self.palette()), key == "exact"
        formula = formula_named("binary_exact" if is_exact else key)
        start = QPointF(rect.left() + PADDING, rect.bottom() - float(SAMPLE))
        painter.save()
        style = formula_style(formula, theme.dark)
        draw_sample(painter, style, start, rect.width() - 2.0 * PADDING, theme, exact=is_exact)
        painter.restore()
