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
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QWidget

from gui.services.colours import is_dark, regime_colour, regime_name
from gui.tables.grid.cell_reader import UNCHECKED
from gui.tables.grid.columns import Kind, TableColumn
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.snapshot import AnyRegime

Index = QModelIndex | QPersistentModelIndex

CORNER = 7
"""Side of the triangle in a bad cell's upper left corner, in pixels."""
PADDING = 4
"""Pixels between a cell's edge and its number."""
WORD_SCALE = 0.82
"""Size of the regime's word beside the number, relative to the number's."""

ENDING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab})
"""Keys that end an edit and keep it."""

HAS_DISPLAY = QStyleOptionViewItem.ViewItemFeature.HasDisplay
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def text_margin(view: QWidget) -> int:
    """Pixels that the style keeps free on each side of a cell's text."""
    return view.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, view) + 1


class CellDelegate(QStyledItemDelegate):
    """Paints a bad cell in its regime's colour, with a corner mark and, where it fits, its name.

    The colour alone would not do for everyone: the mark says that something is wrong, the name what.
    """

    def __init__(self, model: ProblemModel, view: QWidget) -> None:
        super().__init__(view)
        self._model = model
        self._view = view
        self._edited = QPersistentModelIndex()
        """The cell whose editor was opened last."""
        self.follow_look()

    def follow_look(self) -> None:
        """Take over the view's palette and font; what every cell needs is looked up once."""
        palette = self._view.palette()
        self._dark = is_dark(palette)
        self._computed = palette.alternateBase()
        self._ink = palette.text().color()
        self._word_font = QFont(self._view.font())
        self._word_font.setPointSizeF(self._word_font.pointSizeF() * WORD_SCALE)
        self._word_metrics = QFontMetrics(self._word_font)
        self._metrics = self._view.fontMetrics()
        self._widest = max(map(self._metrics.horizontalAdvance, "0dep"))
        self._margin = text_margin(self._view)

    def _text(self, option: QStyleOptionViewItem, place: int, column: TableColumn) -> str:
        """A cell's text, with fewer digits where the column is too narrow for it."""
        room = option.rect.width() - 2 * self._margin

        def fits(text: str) -> bool:
            # Measured only where it may matter.
            return len(text) * self._widest <= room or self._metrics.horizontalAdvance(text) <= room

        return self._model.cells.fitting_text(place, column, fits)

    def _paint_mark(
        self, painter: QPainter, option: QStyleOptionViewItem, text: str, regime: AnyRegime, word: str
    ) -> None:
        rect = option.rect
        corner = QPointF(rect.left(), rect.top())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(regime_colour(regime, self._dark))
        painter.drawPolygon(QPolygonF([corner, corner + QPointF(CORNER, 0), corner + QPointF(0, CORNER)]))
        room = rect.width() - option.fontMetrics.horizontalAdvance(text) - CORNER - 3 * PADDING
        if word and self._word_metrics.horizontalAdvance(word) <= room:
            painter.setFont(self._word_font)
            painter.setPen(self._ink)
            painter.drawText(rect.adjusted(CORNER + PADDING, 0, 0, 0), LEFT, word)
        painter.restore()

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
        cells, row = self._model.cells, index.row()
        column = cells.columns[index.column()]
        option.features = HAS_DISPLAY
        option.displayAlignment = RIGHT
        option.text = self._text(option, row, column)
        background = cells.background(row, column)
        if background is not None:
            option.backgroundBrush = background
        elif column.field is None:
            option.backgroundBrush = self._computed

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        cells, row = self._model.cells, index.row()
        column = self._model.columns[index.column()]
        regime = cells.bad_regime(row, column)
        if regime is not None:
            text, word = self._text(option, row, column), regime_name(regime)
            # An error column is marked like the loss it judges; inf and nan need no second word.
            told = column.kind is Kind.ERROR or word == text
            self._paint_mark(painter, option, text, regime, "" if told else word)
        elif cells.unchecked(row, column):
            self._paint_mark(painter, option, "", UNCHECKED, "")

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
