"""How a cell is painted and edited."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPolygonF
from PySide6.QtWidgets import (
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.services.colours import regime_colour, regime_name
from gui.tables.problem_model import ProblemModel
from gui.tables.snapshot import AnyRegime

Index = QModelIndex | QPersistentModelIndex

CORNER = 7
"""Side of the triangle in a bad cell's upper left corner, in pixels."""
PADDING = 4
"""Pixels between a cell's edge and its number."""
WORD_SCALE = 0.82
"""Size of the regime's word beside the number, relative to the number's."""

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CellDelegate(QStyledItemDelegate):
    """Paints a bad cell in its regime's colour, with a corner mark and, where it fits, its name.

    The colour alone would not do for everyone: the mark says that something is wrong, the name what.
    """

    def __init__(self, model: ProblemModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._dark = False

    def set_dark(self, dark: bool) -> None:
        """Choose the marks' colours for a dark or a light theme."""
        self._dark = dark

    def _paint_mark(
        self, painter: QPainter, option: QStyleOptionViewItem, regime: AnyRegime, number: str
    ) -> None:
        rect: QRect = option.rect
        corner = QPointF(rect.left(), rect.top())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(regime_colour(regime, self._dark))
        painter.drawPolygon(QPolygonF([corner, corner + QPointF(CORNER, 0), corner + QPointF(0, CORNER)]))
        metrics: QFontMetrics = option.fontMetrics
        self._paint_word(painter, option, regime_name(regime), metrics.horizontalAdvance(number))
        painter.restore()

    @staticmethod
    def _paint_word(painter: QPainter, option: QStyleOptionViewItem, word: str, number_width: int) -> None:
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * WORD_SCALE)
        painter.setFont(font)
        rect = option.rect
        room = rect.width() - number_width - CORNER - 3 * PADDING
        if QFontMetrics(font).horizontalAdvance(word) <= room:
            painter.setPen(option.palette.text().color())
            place = rect.adjusted(CORNER + PADDING, 0, 0, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        # Asks the model once instead of once a role: seven calls into Python a cell become one.
        model, row = self._model, index.row()
        column = model.columns[index.column()]
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay
        option.displayAlignment = RIGHT
        option.text = model.text(row, column)
        regime = model.bad_regime(row, column)
        if regime is not None:
            option.backgroundBrush = model.brush(regime)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        column = self._model.columns[index.column()]
        regime = self._model.bad_regime(index.row(), column)
        if regime is not None:
            self._paint_mark(painter, option, regime, self._model.text(index.row(), column))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: ARG002
        editor = QLineEdit(parent)
        editor.setFrame(False)
        editor.setAlignment(RIGHT)
        editor.setAutoFillBackground(True)
        editor.setAccessibleName(index.data(Qt.ItemDataRole.AccessibleTextRole))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(Qt.ItemDataRole.EditRole))
        editor.setModified(False)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        # An editor left as it opened is no edit: the typed digits that the format cannot hold stay.
        if editor.isModified() and editor.text() != index.data(Qt.ItemDataRole.EditRole):
            model.setData(index, editor.text())
