"""The worst rows: chips to filter them by, the table, and what opens them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine import GradientRegime, Kind, Regime
from engine.data import MINUS
from engine.scan import MOST
from gui.plots.parts.painting import draw_swatch
from gui.plots.parts.plot_theme import PlotTheme
from gui.scan.found import Found
from gui.scan.words import place
from gui.scan.worst_delegate import EDGE, MARK, PADDING, FormulaHeader, WorstDelegate
from gui.scan.worst_model import BREAKS, LOGIT, OFFERED, ROW, TARGET, WorstModel
from gui.services.colours import AnyRegime
from gui.services.look.type_sizes import small
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
SWATCH, SPACING = 12, 4

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
        self.setItemDelegate(WorstDelegate(self.rows, self))
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
        header = FormulaHeader(self.rows, self)
        self.setHorizontalHeader(header)
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
            wide = max(widths.get(section, number + EDGE + MARK + PADDING), title)
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
        if event.matches(QKeySequence.StandardKey.Copy) and self.chosen():
            QGuiApplication.clipboard().setText(self.text_of(self.chosen()))
            return
        super().keyPressEvent(event)

    def text_of(self, lines: Sequence[int]) -> str:
        """Lines as other programs paste them, with the heads of the columns."""
        rows, columns = self.rows, range(self.rows.columnCount())
        heads = [rows.title(column) for column in columns]
        cells = [[str(rows.index(line, column).data()) for column in columns] for line in lines]
        return "".join("\t".join(each) + "\n" for each in [heads, *cells]).replace(MINUS, "-")

    def sizeHint(self) -> QSize:
        return QSize(700, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 4 * (self.fontMetrics().height() + 8))


class WorstView(QWidget):
    """Chips, the button that opens rows, and the table."""

    open_asked = Signal(list)
    """Places in `Found.listed` of the rows that are to be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = WorstTable(self)
        self.all = self._chip()
        self.all.setChecked(True)
        self.all.setToolTip(self.tr("All rows that are listed, the worst first"))
        self.chips = {kind: self._chip() for kind in OFFERED}
        self.open = QToolButton(self)
        self.open.setText(self.tr("Open in the explorer"))
        self.open.setToolTip(
            self.tr("The selected rows as a problem of their own; Ctrl+Z brings the page back")
        )
        self.open.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.open.setEnabled(False)
        line = QHBoxLayout()
        line.setContentsMargins(0, 4, 6, 4)
        line.setSpacing(SPACING)
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
            count = rows.count(kind)
            told = self.tr("{kind}: {count} of the worst rows").format(kind=kind_word(kind), count=count)
            chip.setAccessibleName(told)
            chip.setToolTip(told)
            chip.setEnabled(count > 0 or chip.isChecked())
        self._fit_chips()
        if rows.listed is not before or found is None:
            self.table.fit()
        self._offer()

    def _fit_chips(self) -> None:
        """Chips as wide as their longest count needs, so that none moves another; no words without room."""
        metrics, most, room = self.all.fontMetrics(), f"{MOST:,}", SWATCH + 22
        first = metrics.horizontalAdvance(self.tr("Worst {count}").format(count=most)) + room - SWATCH
        widths = {kind: metrics.horizontalAdvance(f"{kind_word(kind)} {most}") + room for kind in self.chips}
        needed = first + sum(widths.values()) + self.open.sizeHint().width() + SPACING * (len(widths) + 3)
        is_compact = needed > self.width()
        self.all.setFixedWidth(first)
        for kind, chip in self.chips.items():
            count = f"{self.table.rows.count(kind):,}"
            chip.setText(count if is_compact else f"{kind_word(kind)} {count}")
            chip.setFixedWidth(metrics.horizontalAdvance(most) + room if is_compact else widths[kind])

    def show_rows(self, rows: Sequence[tuple[int, int]]) -> None:
        """Select the first of these, as shard and number, that is listed, and have it in sight."""
        listed = self.table.rows.listed
        if listed is None:
            return
        known = {
            each: at for at, each in enumerate(zip(listed.shard.tolist(), listed.row.tolist(), strict=True))
        }
        at = next((known[row] for row in rows if row in known), None)
        if at is None:
            return
        self._show_all()
        line = self.table.rows.line_of(at)
        self.table.selectRow(line)
        self.table.scrollTo(self.table.rows.index(line, ROW))

    def _show_all(self) -> None:
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
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
            draw_swatch(painter, LOOKS[kind], area, theme)
            painter.end()
            chip.setIcon(QIcon(drawn))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_chips()

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
