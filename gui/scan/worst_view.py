"""The worst rows: chips to filter them by, the table, and what opens them."""

from __future__ import annotations

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QIcon, QKeyEvent, QMouseEvent, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine import GradientRegime, Kind, Regime
from engine.scan import MOST
from gui.plots.parts.painting import fill_regime
from gui.plots.parts.plot_theme import PlotTheme
from gui.scan.found import Found
from gui.scan.words import mark_of, place
from gui.scan.worst_model import BREAKS, LOGIT, OFFERED, ROW, TARGET, WorstModel
from gui.services.colours import AnyRegime, is_filled, regime_colour, regime_fill
from gui.services.look.marks import mark_pixmap
from gui.services.look.type_sizes import bold, small
from gui.services.verdicts.later_words import QT_TRANSLATE_NOOP

Index = QModelIndex | QPersistentModelIndex

LOOKS: dict[Kind, AnyRegime] = {
    Kind.INPUT: Regime.NO_TRUTH,
    Kind.REFUSED: Regime.REFUSED,
    Kind.NAN: Regime.NAN,
    Kind.INFINITE: Regime.INFINITE,
    Kind.CLAMPED: Regime.CLAMPED,
    Kind.GRADIENT: GradientRegime.DEAD,
    Kind.UNDERFLOW: Regime.UNDERFLOWED,
}
SWATCH, MARK, EDGE, PADDING = 12, 12, 3, 6

FIRST_ROOM = 10_000_000
"""The number of a row for which there is room before any is known."""


class WorstTable(QTableView):
    """A click on a row's number opens it, as Enter and a double click open the selected rows."""

    asked = Signal()
    """The selected rows are to be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = WorstModel(self)
        self.setModel(self.rows)
        self.selection = QItemSelectionModel(self.rows, self)
        self.setSelectionModel(self.selection)
        self.setItemDelegate(_RowDelegate(self.rows, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName(self.tr("The worst rows"))
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(self.rows.sort)
        self.doubleClicked.connect(self._ask)

    def fit(self) -> None:
        """As much room for numbers as they need, and the rest for what breaks."""
        header, metrics = self.horizontalHeader(), self.fontMetrics()
        number = metrics.horizontalAdvance("−0.000000e−00") + 2 * PADDING
        widths = {
            ROW: metrics.horizontalAdvance(self._longest_place()) + 3 * PADDING,
            TARGET: metrics.horizontalAdvance("0.0000") + 2 * PADDING,
            LOGIT: number,
        }
        for section in range(self.rows.columnCount()):
            if section == BREAKS:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
                continue
            title = metrics.horizontalAdvance(self.rows.title(section)) + 34
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
            wide = max(widths.get(section, number + MARK + 8), title)
            if header.sectionSize(section) != wide:
                header.resizeSection(section, wide)

    def _longest_place(self) -> str:
        found = self.rows.found
        if found is None:
            return f"{FIRST_ROOM:,}"
        data = found.data
        shard = max(range(len(data.paths)), key=lambda at: len(data.paths[at]))
        return max(place(data, shard, data.rows - 1), f"{FIRST_ROOM:,}", key=len)

    def chosen(self) -> list[int]:
        """The lines that are selected, from the first on."""
        return sorted(index.row() for index in self.selection.selectedRows())

    def _ask(self, index: QModelIndex) -> None:
        if index.column() != ROW:  # whose first click has opened it
            self.asked.emit()

    # -- Qt -----------------------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if (
            event.button() is Qt.MouseButton.LeftButton
            and plain
            and index.isValid()
            and index.column() == ROW
        ):
            flags = QItemSelectionModel.SelectionFlag
            self.selection.select(index, flags.ClearAndSelect | flags.Rows)
            self.asked.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_link = index.isValid() and index.column() == ROW
        shape = Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen():
            self.asked.emit()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(700, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 4 * (self.fontMetrics().height() + 8))


class _RowDelegate(QStyledItemDelegate):
    """Numbers of rows as links; losses that fail on their hatch, with their mark."""

    def __init__(self, rows: WorstModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() == ROW:
            font = QFont(option.font)
            font.setUnderline(True)
            option.font = font
            if not option.state & QStyle.StateFlag.State_Selected:
                link = option.palette.color(QPalette.ColorRole.Link)
                option.palette.setColor(QPalette.ColorRole.Text, link)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        regime = self._rows.regime(index)
        if regime in (None, Regime.EXACT):
            if index.column() == BREAKS:
                option.rect.adjust(PADDING, 0, 0, 0)
            super().paint(painter, option, index)
            return
        theme, area = PlotTheme.of(option.palette), QRectF(option.rect)
        painter.save()
        fill_regime(painter, regime, area, theme)
        edge = QRectF(area.left(), area.top(), EDGE, area.height())
        painter.fillRect(edge, regime_colour(regime, theme.dark))
        ratio = painter.device().devicePixelRatioF()
        mark = mark_pixmap(mark_of(regime), MARK, theme.dark, ratio)
        painter.setFont(bold(option.font))
        text = str(index.data())
        wide = painter.fontMetrics().horizontalAdvance(text)
        if is_filled(regime):
            plate = area.adjusted(area.width() - wide - 2 * PADDING, 0, 0, 0)
            painter.fillRect(plate, regime_fill(regime, theme.dark))
        if wide + MARK + 3 * PADDING + EDGE <= area.width():
            corner = area.topLeft() + QPointF(EDGE + 4.0, (area.height() - MARK) / 2.0)
            painter.drawPixmap(corner, mark)
        painter.setPen(theme.text)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area.adjusted(0, 0, -PADDING, 0), right, text)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(theme.accent)
            painter.drawLine(area.topLeft(), area.topRight())
            painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.restore()


class WorstView(QWidget):
    """Chips, the button that opens rows, and the table."""

    open_asked = Signal(list)
    """Places in `Found.listed` of the rows that are to be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = WorstTable(self)
        self.all = self._chip()
        self.all.setChecked(True)
        self.chips = {kind: self._chip() for kind in OFFERED}
        self.open = QToolButton(self)
        self.open.setText(self.tr("Open selection in the explorer"))
        self.open.setToolTip(
            self.tr("The selected rows as a problem of their own; Ctrl+Z brings the page back")
        )
        self.open.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.open.setEnabled(False)
        line = QHBoxLayout()
        line.setContentsMargins(0, 4, 6, 4)
        line.setSpacing(4)
        line.addWidget(self.all)
        for chip in self.chips.values():
            line.addWidget(chip)
        line.addStretch(1)
        line.addWidget(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.table, 1)
        self.all.clicked.connect(self._show_all)
        for chip in self.chips.values():
            chip.clicked.connect(self._choose)
        self.open.clicked.connect(self._ask)
        self.table.asked.connect(self._ask)
        self.table.selection.selectionChanged.connect(self._offer)
        self._draw()
        self.show_found(None)

    def _chip(self) -> QToolButton:
        chip = QToolButton(self)
        chip.setCheckable(True)
        chip.setFont(small(self.font()))
        chip.setIconSize(QSize(SWATCH, SWATCH))
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return chip

    def show_found(self, found: Found | None) -> None:
        """List the rows of what is known."""
        rows = self.table.rows
        before = rows.listed
        rows.show_found(found)
        self.all.setText(self.tr("Worst {count}").format(count=f"{rows.total:,}"))
        for kind, chip in self.chips.items():
            count, name = rows.count(kind), kind_word(kind)
            chip.setText(f"{name} {count:,}")
            told = self.tr("{kind}: {count} of the worst rows").format(kind=name, count=count)
            chip.setAccessibleName(told)
            chip.setEnabled(count > 0 or chip.isChecked())
        self._keep_widths()
        if rows.listed is not before:
            self.table.fit()
        self._offer()

    def _keep_widths(self) -> None:
        """Chips as wide as their longest count needs: none moves its neighbours."""
        metrics = self.all.fontMetrics()
        most = f"{MOST:,}"
        room = SWATCH + 22
        for kind, chip in self.chips.items():
            chip.setFixedWidth(metrics.horizontalAdvance(f"{kind_word(kind)} {most}") + room)
        self.all.setFixedWidth(
            metrics.horizontalAdvance(self.tr("Worst {count}").format(count=most)) + room - SWATCH
        )

    def _show_all(self) -> None:
        for chip in self.chips.values():
            chip.setChecked(False)
        self._choose()

    def _choose(self) -> None:
        wanted = frozenset(kind for kind, chip in self.chips.items() if chip.isChecked())
        self.all.setChecked(not wanted)
        self.table.rows.want(wanted)
        self._offer()

    def _offer(self) -> None:
        self.open.setEnabled(bool(self.table.chosen()))

    def _ask(self) -> None:
        lines = self.table.chosen()
        if lines:
            self.open_asked.emit(self.table.rows.rows_at(lines).tolist())

    # -- looks --------------------------------------------------------------------------------------

    def _draw(self) -> None:
        theme, ratio = PlotTheme.of(self.palette()), self.devicePixelRatioF()
        for kind, chip in self.chips.items():
            drawn = QPixmap(QSize(SWATCH, SWATCH) * ratio)
            drawn.setDevicePixelRatio(ratio)
            drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(drawn)
            area = QRectF(0.5, 0.5, SWATCH - 1, SWATCH - 1)
            fill_regime(painter, LOOKS[kind], area, theme)
            painter.setPen(regime_colour(LOOKS[kind], theme.dark))
            painter.drawRect(area)
            painter.end()
            chip.setIcon(QIcon(drawn))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "chips"):
            self._draw()


def kind_word(kind: Kind) -> str:
    """What happens, in a word or two."""
    return QCoreApplication.translate("scan", WORDS[kind])


WORDS = {
    Kind.INPUT: QT_TRANSLATE_NOOP("scan", "not finite"),
    Kind.REFUSED: QT_TRANSLATE_NOOP("scan", "refused"),
    Kind.NAN: QT_TRANSLATE_NOOP("scan", "nan"),
    Kind.INFINITE: QT_TRANSLATE_NOOP("scan", "inf"),
    Kind.CLAMPED: QT_TRANSLATE_NOOP("scan", "clamped"),
    Kind.GRADIENT: QT_TRANSLATE_NOOP("scan", "gradient"),
    Kind.UNDERFLOW: QT_TRANSLATE_NOOP("scan", "underflow"),
}
