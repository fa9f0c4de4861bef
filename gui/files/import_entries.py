"""The import's list of arrays and columns: what each is, and what it is to be used as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine.data import ROLES, Candidate, Choice, JoinedFiles, Role, shape_text, why
from gui.files.data_words import fault_words

FILE, NAME, SHAPE, TYPE, VALUES, USE, WHY = range(7)
COLUMNS = 7
WIDEST = (150, 150, 110, 90, 190, 190, 600)
"""Pixels of the columns; names that came with a file may be long."""

SAMPLED = 3
"""First values that are shown of an array."""

PADDING = 18

Index = QModelIndex | QPersistentModelIndex
ItemRole = Qt.ItemDataRole

_translate = QCoreApplication.translate


def role_name(role: Role) -> str:
    """What a role is called."""
    return {
        "": _translate("import", "Leave out"),
        "logits": _translate("import", "Logits"),
        "target": _translate("import", "Target"),
        "weight": _translate("import", "Weight"),
        "mask": _translate("import", "Mask: true counts"),
        "left_out": _translate("import", "Mask: true is left out"),
        "names": _translate("import", "Class names"),
        "row_names": _translate("import", "Row names"),
    }[role]


WORD_ROLES: tuple[Role, ...] = ("", "target", "names", "row_names")
NUMBER_ROLES: tuple[Role, ...] = ("", *(role for role in ROLES if role not in ("names", "row_names")))


class EntriesModel(QAbstractTableModel):
    """The entries of the files with the roles of a choice."""

    used = Signal(list, str)
    """Indices of entries, and the role that they are to have."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: JoinedFiles | None = None
        self._choice = Choice("binary", (), ())
        self._candidates: list[Candidate] = []

    def show_files(self, files: JoinedFiles, candidates: Sequence[Candidate], choice: Choice) -> None:
        """List other files, or the same read in another way."""
        self.beginResetModel()
        self._files, self._candidates, self._choice = files, list(candidates), choice
        self.endResetModel()

    def show_choice(self, choice: Choice) -> None:
        """Show other roles of the same entries."""
        self._choice = choice
        last = self.rowCount() - 1
        if last >= 0:
            self.dataChanged.emit(self.index(0, USE), self.index(last, WHY))

    def roles_for(self, index: int) -> tuple[Role, ...]:
        """What an entry can be used as."""
        assert self._files is not None
        if self._files.entries[index].fault is not None:
            return ("",)
        return WORD_ROLES if self._candidates[index].is_words else NUMBER_ROLES

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: ARG002
        return 0 if self._files is None else len(self._files.entries)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: ARG002
        return COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ItemRole.DisplayRole) -> Any:
        if role != ItemRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (
            self.tr("File"),
            self.tr("Array or column"),
            self.tr("Shape"),
            self.tr("Type"),
            self.tr("First values"),
            self.tr("Use as"),
            self.tr("Why"),
        )[section]

    def flags(self, index: Index) -> Qt.ItemFlag:
        assert self._files is not None
        if self._files.entries[index.row()].fault is not None:
            return Qt.ItemFlag.ItemIsSelectable
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == USE else flags

    def data(self, index: Index, role: int = ItemRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ItemRole.EditRole and index.column() == USE:
            return self._choice.role_of(index.row())
        if role in (ItemRole.DisplayRole, ItemRole.ToolTipRole, ItemRole.AccessibleTextRole):
            return self._text(index.row(), index.column())
        return None

    def setData(self, index: Index, value: Any, role: int = ItemRole.EditRole) -> bool:
        if role != ItemRole.EditRole or index.column() != USE:
            return False
        self.used.emit([index.row()], value)
        return True

    def _text(self, row: int, column: int) -> str:
        assert self._files is not None
        entry = self._files.entries[row]
        if column == WHY:
            reason = entry.fault or why(self._choice, self._candidates, row)
            return "" if reason is None else fault_words(reason)
        if column == VALUES:
            return entry.sample or _first_values(self._candidates[row])
        return (
            self._files.file_of(row).path.name,
            entry.name,
            shape_text(entry.shape),
            entry.type_name,
            "",
            role_name(self._choice.role_of(row)),
        )[column]


def _first_values(candidate: Candidate) -> str:
    if candidate.values is None:
        return ""
    values = candidate.values.reshape(-1)[:SAMPLED].tolist()
    texts = [f"{value:.4g}" if isinstance(value, float) else str(value) for value in values]
    return ", ".join(texts) + (", …" if candidate.values.size > SAMPLED else "")


class _RoleDelegate(QStyledItemDelegate):
    """Shows a role as a box to choose from, which it is when it is clicked."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box = QStyleOptionComboBox()
        box.rect = option.rect
        box.currentText = str(index.data())
        box.palette = option.palette
        is_enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        box.state = QStyle.StateFlag.State_Enabled if is_enabled else QStyle.StateFlag.State_None
        style = QApplication.style()
        if is_enabled:
            style.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, box, painter)
        style.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, box, painter)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: ARG002
        model = index.model()
        assert isinstance(model, EntriesModel)
        box = QComboBox(parent)
        box.setAccessibleName(self.tr("Use {name} as").format(name=model.index(index.row(), NAME).data()))
        for role in model.roles_for(index.row()):
            box.addItem(role_name(role), role)
        box.activated.connect(lambda: self.commitData.emit(box))  # it stays: arrow keys go on from there
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(max(editor.findData(index.data(ItemRole.EditRole)), 0))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        if editor.currentData() != index.data(ItemRole.EditRole):
            model.setData(index, editor.currentData(), ItemRole.EditRole)


class EntriesTable(QTableView):
    """The list itself; a role that is chosen goes to every selected entry."""

    used = Signal(list, str)
    """As `EntriesModel.used`, of all selected entries."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries = EntriesModel(self)
        self.setModel(self.entries)
        self.entries.used.connect(self._use)
        self.setItemDelegateForColumn(USE, _RoleDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.clicked.connect(self._open_box)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        self.horizontalHeader().setHighlightSections(False)
        self.setAccessibleName(self.tr("What the files hold"))

    def fit(self) -> None:
        """Give columns as much room as they need, within bounds."""
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        self.resizeColumnsToContents()
        for section in range(COLUMNS - 1):
            needed = header.sectionSize(section) + PADDING * (2 if section == USE else 1) // 2
            header.resizeSection(section, min(needed, WIDEST[section]))
        widest_role = max(self.fontMetrics().horizontalAdvance(role_name(role)) for role in ("", *ROLES))
        header.resizeSection(USE, widest_role + 3 * PADDING)
        header.setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)

    def _open_box(self, index: QModelIndex) -> None:
        if index.column() == USE and len(self.selectionModel().selectedRows()) <= 1:
            self.edit(index)

    def _use(self, rows: list[int], role: str) -> None:
        selected = [index.row() for index in self.selectionModel().selectedRows()]
        self.used.emit(selected if rows[0] in selected else rows, role)


def with_role(choice: Choice, rows: Sequence[int], role: Role) -> Choice:
    """A choice in which entries have another role; one of a kind takes the place of another."""
    fields: dict[str, Any] = {
        name: tuple(index for index in getattr(choice, name) if index not in rows) for name in ROLES
    }
    if role:
        replaces = role in ("mask", "left_out", "names", "row_names")
        fields[role] = tuple(rows) if replaces else tuple(sorted({*fields[role], *rows}))
    return replace(choice, **fields)
