"""A page's panel on the screen, for the tests of the table's commands."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from engine import BinaryProblem, MulticlassProblem
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.tables.grid.columns import Kind
from gui.tables.page_panel import PagePanel

BINARY = BinaryProblem(logits=[-200.0, 17.0, -20.0, 0.5, 2.0], target=[1, 0, 0, 1, 1])
MULTICLASS = MulticlassProblem(
    logits=[[2.0, -1.0, 0.5], [200.0, 0.0, 1.0], [0.1, 0.2, 0.3]], target=[0, 1, -100]
)


@dataclass
class Page:
    """A panel with all it stands on, its model under Qt's own tester."""

    panel: PagePanel
    document: Document
    selection: Selection
    evaluator: Evaluator
    tester: QAbstractItemModelTester | None
    messages: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.view, self.model = self.panel.view, self.panel.model
        self.commands, self.clipboard = self.panel.editing.commands, self.panel.editing.clipboard
        self.panel.message.connect(self.messages.append)

    @property
    def problem(self):
        return self.document.problem()

    @property
    def steps(self):
        return self.document.undo_stack.count()

    def number(self, kind, key=None, index=None):
        """The number of the column of this kind, formula and class."""
        for number, column in enumerate(self.model.columns):
            if (column.kind, column.formula and column.formula.key, column.index) == (kind, key, index):
                return number
        raise KeyError(kind)

    def shown(self, kind, key=None, index=None):
        """A column's texts from top to bottom."""
        number = self.number(kind, key, index)
        return [self.model.index(place, number).data() for place in range(self.model.rowCount())]

    def select(self, *ranges):
        """Select ranges (top, left, bottom, right); the first one's corner becomes current."""
        chosen = QItemSelection()
        for top, left, bottom, right in ranges:
            chosen.select(self.model.index(top, left), self.model.index(bottom, right))
        model, flags = self.view.selectionModel(), QItemSelectionModel.SelectionFlag
        model.setCurrentIndex(self.model.index(*ranges[0][:2]), flags.NoUpdate)
        model.select(chosen, flags.ClearAndSelect)

    def paste(self, text):
        QGuiApplication.clipboard().setText(text)
        self.clipboard.paste()

    def copied(self, *, headers=False):
        QGuiApplication.clipboard().clear()
        (self.clipboard.copy_with_headers if headers else self.clipboard.copy)()
        return QGuiApplication.clipboard().text()

    def undo(self):
        self.document.undo_stack.undo()


def open_page(qtbot, page="binary", binary=BINARY, multiclass=MULTICLASS, *, tested=True):
    """A page on the screen; Qt's tester of its model reads every cell: a large table has too many."""
    document = Document(binary, multiclass)
    document.set_page(page)
    selection, evaluator = Selection(document), Evaluator(document)
    panel = PagePanel(page, document, selection, evaluator)
    qtbot.addWidget(panel)
    panel.resize(1000, 500)
    panel.show()
    qtbot.waitExposed(panel)
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(panel.model, fatal) if tested else None
    return Page(panel, document, selection, evaluator, tester)


LOGIT, TARGET, LOSS, GRADIENT = Kind.LOGIT, Kind.TARGET, Kind.LOSS, Kind.GRADIENT
