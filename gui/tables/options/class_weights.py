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
    QHBoxLayout,
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
from gui.tables.grid.wording import class_name

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

EDITABLE = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsEditable
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
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
    """The line of weights, aligned with a table whose first columns are the classes' logits.

    It is hidden while the multiclass problem has no weights.
    """

    message = Signal(str)
    """A refusal in words."""

    def __init__(self, document: Document, table: QTableView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._table = table
        self.model = ClassWeightsModel(document, self)
        self.model.refused.connect(self.message)
        self.view = QTableView(self)
        self._lay_out()
        header = table.horizontalHeader()
        header.sectionResized.connect(self._follow_width)
        header.sectionCountChanged.connect(self._align)
        header.geometriesChanged.connect(self._fit_caption)
        table.horizontalScrollBar().valueChanged.connect(self._scroll)
        table.horizontalScrollBar().rangeChanged.connect(self._fit_caption)
        self.model.modelReset.connect(self._align)
        document.changed.connect(self._follow)
        self._follow()

    def _lay_out(self) -> None:
        self._corner = QLabel("w", self)
        self._corner.setAlignment(Qt.AlignmentFlag.AlignCenter)
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
        view.setFixedHeight(height)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(self._table.frameWidth(), 0, self._table.frameWidth(), 0)
        layout.setSpacing(0)
        layout.addWidget(self._corner)
        layout.addWidget(view, 1)

    def _follow(self, change: Change | None = None) -> None:
        if change is None or isinstance(change, OptionsChanged | ProblemReplaced):
            self.setVisible(self._document.multiclass.weight is not None)

    def _follow_width(self, section: int, old: int, new: int) -> None:  # noqa: ARG002  # Qt's signal
        if self.isVisible() and section < self.model.columnCount() - 1:
            self.view.setColumnWidth(section, new)
            self._fit_caption()

    def _align(self) -> None:
        """Give the cells the widths of the logits' columns."""
        header = self._table.horizontalHeader()
        classes = self.model.columnCount() - 1
        if not self.isVisible() or header.count() < classes:
            return  # the table follows a moment later
        for section in range(classes):
            self.view.setColumnWidth(section, header.sectionSize(section))
        self._fit_caption()

    def _fit_caption(self) -> None:
        """Give the caption all the rest: as wide as the table in all, both scroll bars have one range."""
        self._corner.setFixedWidth(self._table.verticalHeader().width())
        caption = self.model.columnCount() - 1
        taken = self.view.horizontalHeader().length() - self.view.columnWidth(caption)
        rest = self._table.horizontalHeader().length() - taken
        self.view.setColumnWidth(caption, max(1, rest))
        self._scroll(self._table.horizontalScrollBar().value())

    def _scroll(self, value: int) -> None:
        self.view.horizontalScrollBar().setValue(value)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._align()
