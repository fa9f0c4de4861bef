"""What can be done to a page's table beside typing into its cells: clipboard, commands, actions, titles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from engine import MulticlassProblem
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.selection import Selection
from gui.tables.editing.appending import RowAppender
from gui.tables.editing.cell_writer import CellWriter
from gui.tables.editing.clipboard import TableClipboard
from gui.tables.editing.commands import TableCommands
from gui.tables.editing.shown_rows import ShownRows
from gui.tables.editing.table_actions import TableActions
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.wording import class_name
from gui.tables.view.problem_view import ProblemView

if TYPE_CHECKING:
    from gui.tables.editing.class_commands import ClassCommands
    from gui.tables.editing.generate_dialog import Wish


class TableEditing(QObject):
    """Made when it is first asked for; the first paint does not wait for it."""

    message = Signal(str)
    """A refusal in words, for the status bar."""
    import_wanted = Signal()
    """What was copied is to take the table's place."""

    def __init__(
        self,
        page: Page,
        document: Document,
        selection: Selection,
        model: ProblemModel,
        view: ProblemView,
        open_filter: Callable[[], None],
        show_all: Callable[[], None],
    ) -> None:
        super().__init__(view)
        self._page = page
        self._document = document
        self._model = model
        self._view = view
        writer = CellWriter(page, document, view)
        self.appender = RowAppender(page, document, selection, model, writer)
        self.clipboard = TableClipboard(model, view, writer, self.appender)
        self.shown_rows = ShownRows(page, document, model, view)
        self.commands = TableCommands(page, document, selection, model, view, writer)
        self.classes = self._class_commands() if page == "multiclass" else None
        for part in (writer, self.appender, self.clipboard, self.commands, self.shown_rows):
            part.message.connect(self.message)
        self.clipboard.import_wanted.connect(self.import_wanted)
        self.actions = TableActions(view, self.clipboard, self.commands, self.generate)
        self.actions.add_filter(open_filter, show_all, self.shown_rows)
        if self.classes is not None:
            self.classes.message.connect(self.message)
            self.actions.add_classes(self.classes, self.rename_class)

    def _class_commands(self) -> ClassCommands:
        from gui.tables.editing.class_commands import ClassCommands  # noqa: PLC0415  # of one page alone

        return ClassCommands(self._document, self._model, self._view)

    def generate(self) -> None:
        """Ask by which rule logits are made, and make them."""
        from gui.tables.editing.generate_dialog import GenerateDialog  # noqa: PLC0415  # not needed to start

        problem = self._document.problem(self._page)
        names: tuple[str, ...] = ()
        chosen = 0
        if isinstance(problem, MulticlassProblem) and self.classes is not None:
            names = tuple(class_name(problem, index) for index in range(problem.classes))
            chosen = self.classes.current_class()
        dialog = GenerateDialog(self._view.selected_rows().size, names, chosen, self._view)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wished.connect(self._generate)
        dialog.open()

    def _generate(self, wish: Wish) -> None:
        self.commands.generate(wish.generator, wish.fresh, wish.classes)

    def rename_class(self) -> None:
        """Open an editor over the name of the current column's class."""
        self.edit_title(self._view.currentIndex().column())

    def edit_title(self, number: int) -> None:
        """Open an editor over a column's title, if it is a class's name."""
        index = self._model.columns[number].index if number >= 0 else None
        if index is not None:
            self._view.header_of(number).edit_title(number, class_name(self._document.multiclass, index))

    def take_title(self, number: int, name: str) -> None:
        """Name a column's class as was typed."""
        index = self._model.columns[number].index
        if index is not None and self.classes is not None:
            self.classes.rename_class(index, name)
        self._view.setFocus()
