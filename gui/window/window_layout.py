"""The window's size and splitters: as on a first start, or as they were at the last close."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMainWindow, QSplitter

from gui.services.settings import Settings

FIRST_SIZE = QSize(1366, 768)
"""The first window; on a smaller screen it takes what there is."""

COLUMNS = (52, 48)
"""Tables and plots, in parts of the width."""
ROWS = (72, 28)
"""Tables and plots above, the explanation below, in parts of the height."""


class WindowLayout:
    """Sets and remembers a window's layout; without settings nothing is remembered."""

    def __init__(
        self, window: QMainWindow, columns: QSplitter, rows: QSplitter, settings: Settings | None
    ) -> None:
        self._window = window
        self._columns = columns
        self._rows = rows
        self._settings = settings
        self._was_restored = False

    def reset(self) -> None:
        """Size and splitters as on a first start, within the screen."""
        window = self._window
        window.setWindowState(Qt.WindowState.WindowNoState)
        self._measure()
        window.resize(FIRST_SIZE.boundedTo(window.screen().availableGeometry().size()))
        self._spread()

    def _measure(self) -> None:
        """Ask every part for its least size: one that was just closed would hold the window open."""
        for splitter in (self._columns, self._rows):
            splitter.refresh()
            splitter.updateGeometry()  # layouts keep what they were told before
        for holder in (self._window.centralWidget(), self._window):
            layout = None if holder is None else holder.layout()
            if layout is not None:
                layout.activate()

    def resize(self, size: QSize) -> None:
        """Another size; splitters that nobody has moved are as on a first start of that size."""
        self._window.resize(size)
        if not self._was_restored:
            self._spread()

    def _spread(self) -> None:
        window = self._window
        for splitter, parts, length in (
            (self._columns, COLUMNS, window.width()),
            (self._rows, ROWS, window.height()),
        ):
            splitter.setSizes([part * length // 100 for part in parts])
            for index, part in enumerate(parts):
                splitter.setStretchFactor(index, part)

    def restore(self) -> None:
        """Put window and splitters as they were at the last close."""
        if self._settings is not None:
            self._window.restoreGeometry(self._settings.layout("window"))
            self._was_restored = self._columns.restoreState(self._settings.layout("columns"))
            self._rows.restoreState(self._settings.layout("rows"))

    def save(self) -> None:
        """Remember window and splitters as they are."""
        if self._settings is not None:
            self._settings.set_layout("window", self._window.saveGeometry())
            self._settings.set_layout("columns", self._columns.saveState())
            self._settings.set_layout("rows", self._rows.saveState())
            self._settings.sync()
