"""The weights of the classes: one line of cells above the logits, column over column."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QLabel,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.document.changes import Change, OptionsChanged, ProblemReplaced
from gui.document.document import Document
from gui.services.numbers.number_text import exact_text, format_number, parse_number
from gui.tables.grid.columns import Kind
from gui.tables.grid.wording import class_name
from gui.tables.view.problem_view import ProblemView

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

EDITABLE = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsEditable
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
GAP = 4
"""Pixels between the caption and the weights."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ClassWeightsModel(QAbstractTableModel):
    """One row: a weight a class, and a caption in the cell behind the last one."""

    refused = Signal(str)
    """A sentence: which class, what was expected and what came."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._problem = document.multiclass
        document.changed.connect(self._follow)

    def _follow(self, change: Change) -> None:
        if change.page != "multiclass":
            return
        problem, before = self._document.multiclass, self._problem
        if isinstance(change, OptionsChanged) and problem.classes == before.classes:
            self._problem = problem
            self.dataChanged.emit(self.index(0, 0), self.index(0, self.columnCount() - 1))
        elif isinstance(change, ProblemReplaced):
            self.beginResetModel()
            self._problem = problem
            self.endResetModel()
        else:
            self._problem = problem

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's default
        return 0 if parent.isValid() else 1

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._problem.classes + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_weight = index.isValid() and index.column() < self._problem.classes
        return EDITABLE if is_weight else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if index.column() == self._problem.classes:
            return self._caption(role)
        if role == Role.TextAlignmentRole:
            return RIGHT
        weight = self._problem.weight
        return None if weight is None else self._weight(weight.item(index.column()), index.column(), role)

    def _weight(self, weight: float, index: int, role: int) -> str | None:
        fmt = self._problem.format
        if role == Role.EditRole:
            return exact_text(weight, fmt)
        text = format_number(float(fmt.round(weight)))
        if role == Role.DisplayRole:
            return text
        if role in {Role.ToolTipRole, Role.AccessibleTextRole}:
            name = class_name(self._problem, index)
            return self.tr("weight of class {name}: {text}").format(name=name, text=text)
        return None

    def _caption(self, role: int) -> Any:
        if role == Role.DisplayRole:
            return self.tr("weight of each class")
        return LEFT if role == Role.TextAlignmentRole else None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        weight = self._problem.weight
        if role != Role.EditRole or weight is None or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        name = class_name(self._problem, index.column())
        try:
            edited = weight.copy()
            edited[index.column()] = parse_number(str(value))
        except ValueError as error:
            self.refused.emit(self.tr("weight of class {name}: {reason}").format(name=name, reason=error))
            return False
        step = self.tr("Set weight of class {name}").format(name=name)
        self._document.set_options("multiclass", step, weight=edited)
        return True


class _TextDelegate(QStyledItemDelegate):
    """Edits a number as its exact text."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: ARG002
        editor = QLineEdit(parent)
        editor.setFrame(False)
        editor.setAlignment(RIGHT)
        editor.setAccessibleName(index.data(Role.AccessibleTextRole))
        return editor

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        if editor.isModified() and editor.text() != index.data(Role.EditRole):
            model.setData(index, editor.text())


class ClassWeights(QWidget):
    """The line of weights, aligned with a table's logits.

    It is hidden while the multiclass problem has no weights.
    """

    message = Signal(str)
    """A refusal in words."""

    def __init__(self, document: Document, table: ProblemView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._table = table
        self.model = ClassWeightsModel(document, self)
        self.model.refused.connect(self.message)
        self.view = QTableView(self)
        self._lay_out()
        table.arranged.connect(self._align)
        self.model.modelReset.connect(self._align)
        document.changed.connect(self._follow)
        self._follow()

    def _lay_out(self) -> None:
        self._corner = QLabel(self)
        self._corner.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._corner.setToolTip(self.tr("weight of each class"))
        view = self.view
        view.setModel(self.model)
        view.setItemDelegate(_TextDelegate(view))
        view.setAccessibleName(self.tr("Weights of the classes"))
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setTabKeyNavigation(False)
        for header in (view.horizontalHeader(), view.verticalHeader()):
            header.setVisible(False)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(1)
        for set_policy in (view.setHorizontalScrollBarPolicy, view.setVerticalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        height = self.fontMetrics().height() + 8
        view.verticalHeader().setDefaultSectionSize(height)
        self.setFixedHeight(height)

    def _follow(self, change: Change | None = None) -> None:
        if change is None or isinstance(change, OptionsChanged | ProblemReplaced):
            self.setVisible(self._document.multiclass.weight is not None)

    def _align(self) -> None:
        """Stand over the part that scrolls, its columns as wide, and scrolled as far."""
        middle, classes = self._table.middle, self.model.columnCount() - 1
        logits = self._table.model().cells.numbers_of(Kind.LOGIT)
        if not self.isVisible() or len(logits) != classes:
            return  # the table follows a moment later
        self._corner.setGeometry(0, 0, middle.x() - GAP, self.height())
        whole = self.tr("weight")
        # Without a target column the row numbers alone stand there.
        fits = self.fontMetrics().horizontalAdvance(whole) <= self._corner.width()
        self._corner.setText(whole if fits else self.tr("w"))
        self.view.setGeometry(middle.x(), 0, middle.width(), self.height())
        taken = 0
        for section, number in enumerate(logits):
            width = middle.columnWidth(number)
            taken += width
            if self.view.columnWidth(section) != width:
                self.view.setColumnWidth(section, width)
        # The caption takes all the rest: as wide as the part in all, both scroll as far.
        self.view.setColumnWidth(classes, max(1, middle.header.length() - taken))
        self.view.horizontalScrollBar().setValue(middle.horizontalScrollBar().value())

    # -- Qt's protocol ------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._align()
