"""Asks which arrays or columns of a data file are the logits and which are the target."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QRadioButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine import Format, Problem
from engine.data import Choice, DataFile, DelimitedFile, Entry, fault_of, read_problem, shape_text, suggested
from gui.document.changes import PAGES, Page
from gui.files.data_words import error_words, fault_words
from gui.services.jobs import JobRunner

NAME, SHAPE, TYPE, LOGITS, TARGET, NOTE = range(6)
FIRST_SIZE = QSize(640, 400)
PADDING = 16
WIDEST = 240
"""Pixels of a column; names that came with a file may be long."""

CHECKED = Qt.CheckState.Checked
UNCHECKED = Qt.CheckState.Unchecked


class ImportDialog(QDialog):
    """Lists what a file holds; the problem that was chosen is read off the GUI thread.

    Parameters
    ----------
    file : DataFile
    fmt : Format
        The number format for files that have none of their own.
    """

    read = Signal(object)
    """The `Problem` that was chosen; the dialog closes."""

    def __init__(self, file: DataFile, fmt: Format, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._format = fmt
        self._jobs = JobRunner(self)
        self.setWindowTitle(self.tr("Import {name}").format(name=file.path.name))
        self._lay_out()
        self._jobs.progressed.connect(self.progress.setValue)
        self._list_entries(suggested(file.entries))
        self.entries.itemChanged.connect(self._judge)
        self.pages.buttonClicked.connect(self._judge)
        self.header.toggled.connect(self._take_header)
        self._judge()

    # -- assembly -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.entries = QTreeWidget(self)
        self.entries.setHeaderLabels(
            [
                self.tr("Name"),
                self.tr("Shape"),
                self.tr("Type"),
                self.tr("Logits"),
                self.tr("Target"),
                self.tr("First values"),
            ]
        )
        self.entries.setRootIsDecorated(False)
        self.entries.setUniformRowHeights(True)
        self.entries.setAlternatingRowColors(True)
        self.entries.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.entries.setAccessibleName(self.tr("What the file holds"))
        self.header = QCheckBox(self.tr("The &first line names the columns"), self)
        is_text = isinstance(self._file, DelimitedFile)
        self.header.setVisible(is_text)
        self.header.setChecked(isinstance(self._file, DelimitedFile) and self._file.has_header)
        self.verdict = QLabel(self)
        self.verdict.setWordWrap(True)
        self.verdict.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.progress = QProgressBar(self)
        self.progress.setVisible(False)
        self.buttons = QDialogButtonBox(self)
        self.import_button = self.buttons.addButton(
            self.tr("&Import"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._start)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(self._page_row())
        layout.addWidget(self.entries, 1)
        layout.addWidget(self.header)
        layout.addWidget(self.verdict)
        layout.addWidget(self.progress)
        layout.addWidget(self.buttons)
        self.resize(FIRST_SIZE)

    def _page_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("Import as:"), self))
        self.pages = QButtonGroup(self)
        for index, text in enumerate((self.tr("&Binary problem"), self.tr("&Multiclass problem"))):
            button = QRadioButton(text, self)
            self.pages.addButton(button, index)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _list_entries(self, choice: Choice) -> None:
        self.pages.button(PAGES.index(choice.family)).setChecked(True)
        blocked = self.entries.blockSignals(True)
        self.entries.clear()
        for index, entry in enumerate(self._file.entries):
            item = self._item(entry)
            if entry.fault is None:
                item.setCheckState(LOGITS, CHECKED if index in choice.logits else UNCHECKED)
                item.setCheckState(TARGET, CHECKED if index in choice.target else UNCHECKED)
            self.entries.addTopLevelItem(item)
        self.entries.blockSignals(blocked)
        header = self.entries.header()
        header.setStretchLastSection(True)
        header.resizeSections(QHeaderView.ResizeMode.ResizeToContents)
        for section in range(NOTE):
            header.resizeSection(section, min(header.sectionSize(section) + PADDING, WIDEST))

    def _item(self, entry: Entry) -> QTreeWidgetItem:
        item = QTreeWidgetItem([entry.name, shape_text(entry.shape), entry.type_name])
        if entry.fault is not None:
            item.setText(NOTE, fault_words(entry.fault))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setToolTip(NOTE, item.text(NOTE))
        else:
            item.setText(NOTE, entry.sample)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
        return item

    # -- choosing -----------------------------------------------------------------------------------

    def choice(self) -> Choice:
        """What is chosen as it stands."""
        page: Page = PAGES[max(self.pages.checkedId(), 0)]
        return Choice(page, self._checked(LOGITS), self._checked(TARGET))

    def _checked(self, column: int) -> tuple[int, ...]:
        items = (self.entries.topLevelItem(index) for index in range(self.entries.topLevelItemCount()))
        return tuple(
            index
            for index, item in enumerate(items)
            if item is not None and item.data(column, Qt.ItemDataRole.CheckStateRole) is not None
            if item.checkState(column) == CHECKED
        )

    def _judge(self) -> None:
        fault = fault_of(self.choice(), self._file.entries)
        self.import_button.setEnabled(fault is None)
        self._say(self._summary() if fault is None else fault_words(fault), is_fault=fault is not None)

    def _summary(self) -> str:
        choice = self.choice()
        if not choice.target:
            return self.tr("Without a target, every row's target is 0.")
        return self.tr("The problem takes the place of the page's table, as one step that can be undone.")

    def _say(self, text: str, *, is_fault: bool) -> None:
        self.verdict.setText(f"⚠ {text}" if is_fault else text)
        role = QPalette.ColorRole.Text if is_fault else QPalette.ColorRole.PlaceholderText
        self.verdict.setForegroundRole(role)

    def _take_header(self, has_header: bool) -> None:
        if isinstance(self._file, DelimitedFile):
            self._file = self._file.with_header(has_header)
            self._list_entries(suggested(self._file.entries))
            self._judge()

    # -- reading ------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._set_busy(True)
        work = partial(read_problem, self._file, self.choice(), self._format)
        self._jobs.start(work, self._was_read, self._was_refused)

    def _was_read(self, problem: Problem) -> None:
        self.read.emit(problem)
        self.accept()

    def _was_refused(self, error: Exception) -> None:
        self._set_busy(False)
        if not isinstance(error, (ValueError, MemoryError)):
            raise error
        self._say(error_words(error) or self.tr("There is not enough memory."), is_fault=True)

    def _set_busy(self, busy: bool) -> None:
        self.progress.setValue(0)
        self.progress.setVisible(busy)
        for widget in (self.entries, self.header, self.import_button, *self.pages.buttons()):
            widget.setEnabled(not busy)

    # -- Qt -----------------------------------------------------------------------------------------

    def done(self, result: int) -> None:
        self._jobs.close()
        super().done(result)
