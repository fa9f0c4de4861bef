"""The pages of tables, one of them in front; each is made when it is first asked for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.document.changes import Page
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.services.numbers.number_display import NumberDisplay
from gui.services.settings import Settings
from gui.tables.page_panel import PagePanel


class PageStack(QStackedWidget):
    """Holds the pages' tables, which all show numbers in the same way."""

    message = Signal(str)
    """Something for the status bar."""
    made = Signal(object)
    """A `PagePanel` that has just been made."""
    import_wanted = Signal()
    """What was copied is to take a table's place."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        evaluator: Evaluator,
        settings: Settings | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._evaluator = evaluator
        self._settings = settings
        self._number_display = NumberDisplay() if settings is None else settings.number_display
        self._panels: dict[Page, PagePanel] = {}

    def panel(self, page: Page) -> PagePanel:
        """A page's tables."""
        if page not in self._panels:
            panel = PagePanel(page, self._document, self._selection, self._evaluator, self)
            panel.message.connect(self.message)
            panel.import_wanted.connect(self.import_wanted)
            panel.number_display_chosen.connect(self._choose_number_display)
            panel.set_number_display(self._number_display)
            self.addWidget(panel)
            self._panels[page] = panel
            self.made.emit(panel)
        return self._panels[page]

    def all_made(self) -> list[PagePanel]:
        """The pages' tables that have been asked for."""
        return list(self._panels.values())

    def show_page(self, page: Page) -> PagePanel:
        """Bring a page to the front."""
        panel = self.panel(page)
        self.setCurrentWidget(panel)
        return panel

    def _choose_number_display(self, display: NumberDisplay) -> None:
        self._number_display = display
        for panel in self._panels.values():
            panel.set_number_display(display)
        if self._settings is not None:
            self._settings.number_display = display
