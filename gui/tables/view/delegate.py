"""How a cell is painted and edited."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
)
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QWidget

from gui.services.colours import is_dark, regime_colour
from gui.services.look.type_sizes import bold, scaled
from gui.tables.grid.cell_reader import UNCHECKED
from gui.tables.grid.columns import TableColumn
from gui.tables.grid.failures import REGIMES, Failure, failure_word
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.view.verdict_paint import hatched, severity_pixmap, verdict_colours

Index = QModelIndex | QPersistentModelIndex

CORNER = 7
"""Side of the triangle in a doubtful target's upper left corner, in pixels."""
EDGE = 3
"""Width of a failing cell's left edge."""
ICON = 13
"""Side of a failing cell's icon."""
SHOWN = 26
"""Alpha, out of 255, of the colour behind the row that is shown."""
GAP = 3
"""Pixels between a failing cell's edge, icon and word."""
WORD_SCALE = 0.8
"""Size of the failure's word beside the number, relative to the number's."""

TELLS_ITSELF = {Failure.NAN, Failure.INFINITE}
"""Failures whose number is their name."""

ENDING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab})
"""Keys that end an edit and keep it."""

HAS_DISPLAY = QStyleOptionViewItem.ViewItemFeature.HasDisplay
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
MARKED = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus
"""Cells that the style paints: it knows how a selection and the caret look."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
RIGHT_INT = int(RIGHT)


def text_margin(view: QWidget) -> int:
    """Pixels that the style keeps free on each side of a cell's text."""
    return view.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, view) + 1


class CellDelegate(QStyledItemDelegate):
    """Paints a failing cell with its fill, hatch and edge and, where they fit, icon and word; never cut.

    The colour alone would not do for everyone: the icon says how bad it is, the word what it is.
    """

    def __init__(self, model: ProblemModel, view: QWidget) -> None:
        super().__init__(view)
        self._model = model
        self._view = view
        self._edited = QPersistentModelIndex()
        """The cell whose editor was opened last."""
        self.shown = -1
        """The place of the row that plots and explanation show."""
        self.follow_look()

    def follow_look(self) -> None:
        """Take over the view's palette and font; what every cell needs is looked up once."""
        palette = self._view.palette()
        self._dark = is_dark(palette)
        self._computed = palette.alternateBase()
        self._ink = palette.text().color()
        self._shown = QBrush(_faint(palette.highlight().color()))
        self._word_font = scaled(self._view.font(), WORD_SCALE)
        self._word_metrics = QFontMetrics(self._word_font)
        self._font = QFont(self._view.font())
        self._metrics = self._view.fontMetrics()
        self._bold = bold(self._view.font())
        self._bold_metrics = QFontMetrics(self._bold)
        self._widest = max(map(self._bold_metrics.horizontalAdvance, "0dep"))
        self._margin = text_margin(self._view)

    def width_to_say(self, column: TableColumn) -> int:
        """The width at which a failing loss has its icon and its word beside its number."""
        clamps = column.formula is not None and column.formula.clamped is not None
        failure, number = (Failure.CLAMPED, "100") if clamps else (Failure.UNDERFLOW, "-0")
        word = self._word_metrics.horizontalAdvance(failure_word(failure))
        written = self._bold_metrics.horizontalAdvance(number) + self._margin
        return EDGE + GAP + ICON + GAP + word + written + 1

    def _text(self, rect: QRect, place: int, column: TableColumn, metrics: QFontMetrics) -> str:
        """A cell's text, with fewer digits where the column is too narrow for it."""
        room = rect.width() - 2 * self._margin

        def fits(text: str) -> bool:
            # Measured only where it may matter.
            return len(text) * self._widest <= room or metrics.horizontalAdvance(text) <= room

        return self._model.cells.fitting_text(place, column, fits)

    def _paint_failure(self, painter: QPainter, rect: QRect, text: str, failure: Failure) -> None:
        """Paint a failing cell's edge and, beside its number, what has room of icon and word."""
        edge, _ = verdict_colours(failure, self._dark)
        painter.fillRect(rect.left(), rect.top(), EDGE, rect.height(), edge)
        left = rect.left() + EDGE + GAP
        room = rect.right() - left - self._bold_metrics.horizontalAdvance(text) - self._margin
        if room < ICON:
            return
        top = rect.top() + (rect.height() - ICON) // 2
        painter.drawPixmap(left, top, severity_pixmap(failure, self._dark, ICON))
        word = "" if failure in TELLS_ITSELF else failure_word(failure)
        if word and self._word_metrics.horizontalAdvance(word) <= room - ICON - GAP:
            painter.setFont(self._word_font)
            painter.setPen(self._ink)
            painter.drawText(rect.adjusted(EDGE + ICON + 2 * GAP, 0, 0, 0), LEFT, word)

    def _paint_doubt(self, painter: QPainter, rect: QRect) -> None:
        """Mark a target that makes no sense in its corner."""
        corner = QPointF(rect.left(), rect.top())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(regime_colour(UNCHECKED, self._dark))
        painter.drawPolygon(QPolygonF([corner, corner + QPointF(CORNER, 0), corner + QPointF(0, CORNER)]))

    def _is_refused(self, editor: QLineEdit) -> bool:
        """Enter the editor's text; where the cell does not take it, it is said why, at the cell.

        The editor then shows what was entered, so that closing it is no second edit.
        """
        if not (self._edited.isValid() and _is_edited(editor, self._edited)):
            return False
        reason = self._model.enter(self._edited, editor.text())
        if reason:
            from html import escape  # noqa: PLC0415  # after the first paint

            below = editor.mapToGlobal(QPoint(0, editor.height()))
            QToolTip.showText(below, f"<span>{escape(reason)}</span>", editor)
        return bool(reason)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        # Asks the model once instead of once a role: seven calls into Python a cell become one.
        row, column = index.row(), self._model.columns[index.column()]
        failure = self._model.cells.failure(row, column)
        option.features = HAS_DISPLAY
        option.displayAlignment = RIGHT
        if failure is not None:
            option.font = self._bold
        metrics = self._metrics if failure is None else self._bold_metrics
        option.text = self._text(option.rect, row, column, metrics)
        background = self._background(row, column, failure)
        if background is not None:
            option.backgroundBrush = background

    def _background(self, row: int, column: TableColumn, failure: Failure | None) -> QBrush | None:
        """What is behind a cell that is not selected."""
        cells = self._model.cells
        if failure is not None:
            return hatched(cells.bad_regime(row, column) or REGIMES[failure], self._dark)
        background = cells.background(row, column)
        if background is not None:
            return background
        if row == self.shown:
            return self._shown
        return self._computed if column.field is None else None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, column, rect = index.row(), self._model.columns[index.column()], option.rect
        failure = self._model.cells.failure(row, column)
        if option.state & MARKED:
            super().paint(painter, option, index)
            text = "" if failure is None else self._text(rect, row, column, self._bold_metrics)
        else:
            text = self._paint_plain(painter, rect, row, column, failure)
        if failure is not None:
            painter.save()
            self._paint_failure(painter, rect, text, failure)
            painter.restore()
        elif self._model.cells.unchecked(row, column):
            painter.save()
            self._paint_doubt(painter, rect)
            painter.restore()

    def _paint_plain(
        self, painter: QPainter, rect: QRect, row: int, column: TableColumn, failure: Failure | None
    ) -> str:
        """Paint a cell's number without the style, which takes three times as long; what is written."""
        background = self._background(row, column, failure)
        if background is not None:
            painter.setBrushOrigin(rect.topLeft())
            painter.fillRect(rect, background)
        metrics = self._metrics if failure is None else self._bold_metrics
        text = self._text(rect, row, column, metrics)
        painter.setFont(self._font if failure is None else self._bold)
        painter.setPen(self._ink)
        painter.drawText(rect.adjusted(self._margin, 0, -self._margin, 0), RIGHT_INT, text)
        return text

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: ARG002
        editor = QLineEdit(parent)
        editor.setFrame(False)
        editor.setAlignment(RIGHT)
        editor.setAutoFillBackground(True)
        editor.setAccessibleName(index.data(Qt.ItemDataRole.AccessibleTextRole))
        self._edited = QPersistentModelIndex(index)
        return editor

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A refused text stays in its editor, to be mended; Escape gives it up, and so does leaving it.
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in ENDING
            and isinstance(watched, QLineEdit)
            and self._is_refused(watched)
        ):
            return True
        return super().eventFilter(watched, event)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(Qt.ItemDataRole.EditRole))
        editor.setModified(False)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        if _is_edited(editor, index):
            model.setData(index, editor.text())


def _is_edited(editor: QLineEdit, index: Index) -> bool:
    """An editor left as it opened is no edit: the typed digits that the format cannot hold stay."""
    return editor.isModified() and editor.text() != index.data(Qt.ItemDataRole.EditRole)


def _faint(colour: QColor) -> QColor:
    faint = QColor(colour)
    faint.setAlpha(SHOWN)
    return faint
