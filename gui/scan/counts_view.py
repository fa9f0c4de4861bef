"""The counts as a table: formulas with their lines, regimes with their hatch, a tint on what decides."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine import FORMATS, formula_named
from gui.plots.parts.line_sample import draw_sample
from gui.plots.parts.painting import draw_swatch
from gui.plots.parts.plot_theme import KeptTheme, PlotTheme, blend
from gui.scan.counts_model import CountLine, CountsModel
from gui.scan.found import Found
from gui.scan.means_view import MeansView
from gui.services.colours import formula_style
from gui.services.look.type_sizes import bold

PADDING, SWATCH, INDENT = 6, 13, 28
TINT = 0.86
"""Share of the background in the column of the format that decides."""

LONGEST = "10,000,000"
"""A count for which every column has room."""

Index = QModelIndex | QPersistentModelIndex


class CountsPanel(QWidget):
    """The counts with their title, and the means below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.counts = QLabel(self), CountsView(self)
        self.means_title, self.means = QLabel(self), MeansView(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for title, table, stretch in ((self.title, self.counts, 1), (self.means_title, self.means, 0)):
            title.setFont(bold(self.font()))
            title.setContentsMargins(8, 6, 8, 3)
            column.addWidget(title)
            column.addWidget(table, stretch)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)

    def show_found(self, found: Found | None) -> None:
        """Show what is known."""
        titles = self.tr("Rows that break"), self.tr("Mean of the finite rows")
        if found is not None:
            rows = f"{found.summary.rows - found.summary.ignored:,}"
            titles = (
                self.tr("Rows that break, of {rows}").format(rows=rows),
                self.tr("Mean of the finite rows, {format}").format(format=found.options.format.name),
            )
        for label, title in zip((self.title, self.means_title), titles, strict=True):
            label.setText(title)
        self.counts.show_found(found)
        self.means.show_found(found)


class CountsView(QTableView):
    """Read only; takes the keyboard, so that it can be read cell by cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts = CountsModel(self)
        self.setModel(self.counts)
        self.setItemDelegate(_CountDelegate(self.counts, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Rows that break, by formula and format"))
        self.counts.modelReset.connect(self._span_titles)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 3)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def show_found(self, found: Found | None) -> None:
        """Show the counts of what is known."""
        self.counts.show_found(found)
        self._fit()

    def _span_titles(self) -> None:
        """A formula's name may be longer than its column is wide."""
        self.clearSpans()
        for at, line in enumerate(self.counts.lines):
            if line.is_title:
                self.setSpan(at, 0, 1, 1 + len(FORMATS))

    def _fit(self) -> None:
        """As much room for counts as they need, and the rest for words."""
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        texts = [text for line in self.counts.lines for text in line.texts]
        wide = bold_width(self.font(), max([*texts, LONGEST], key=len)) + 2 * PADDING
        for column in range(1, 1 + len(FORMATS)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            if header.sectionSize(column) != wide:
                header.resizeSection(column, wide)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumSizeHint().width(), 14 * self.verticalHeader().defaultSectionSize())

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        count = bold_width(self.font(), LONGEST) + 2 * PADDING
        words = INDENT + SWATCH + metrics.horizontalAdvance(self.tr("gradient losing digits"))
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(words + len(FORMATS) * count + bar, 5 * self.verticalHeader().defaultSectionSize())


def bold_width(font: QFont, text: str) -> int:
    """Pixels that a text takes in bold."""
    return QFontMetrics(bold(font)).horizontalAdvance(text)


class _CountDelegate(QStyledItemDelegate):
    def __init__(self, counts: CountsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._counts = counts
        self._theme = KeptTheme()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line, area = self._counts.lines[index.row()], option.rect
        theme = self._theme.of(option.palette)
        painter.save()
        is_own = index.column() > 0 and FORMATS[index.column() - 1] == self._counts.own
        if is_own:
            painter.fillRect(area, blend(theme.accent, theme.background, TINT))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(theme.accent)
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        if index.column() == 0:
            self._draw_words(painter, line, area, option, theme)
        elif not line.is_title:
            text = line.texts[index.column() - 1]
            painter.setFont(bold(option.font) if is_own and text != "0" else option.font)
            painter.setPen(theme.muted if text == "0" or line.regime is None else theme.text)
            room = area.adjusted(0, 0, -PADDING, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def _draw_words(
        self, painter: QPainter, line: CountLine, area: QRect, option: QStyleOptionViewItem, theme: PlotTheme
    ) -> None:
        left = area.left() + PADDING
        middle = area.center().y() + 0.5
        if line.is_title:
            style = formula_style(formula_named(line.key), theme.dark)
            draw_sample(painter, style, QPointF(left, middle), INDENT - PADDING - 4.0, theme, exact=False)
            painter.setFont(bold(option.font))
            left = area.left() + INDENT
        else:
            left = area.left() + INDENT - SWATCH
            if line.regime is not None:
                swatch = QRectF(left, middle - SWATCH / 2.0 + 1.0, SWATCH - 2.0, SWATCH - 2.0)
                draw_swatch(painter, line.regime, swatch, theme)
            left += SWATCH + 4
            painter.setFont(option.font)
        painter.setPen(theme.text if line.regime is not None or line.is_title else theme.muted)
        room = QRect(area)
        room.setLeft(int(left))
        words = painter.fontMetrics().elidedText(line.words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
