"""The window's size and docks: as on a first start, or as they were at the last close."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QMainWindow

from gui.services.settings import Settings
from gui.window.docks.docks import Docks

FIRST_SIZE = QSize(1366, 738)
"""What the window is drawn for, and a picture without a size takes: 1366 x 768 less a title bar."""

LARGEST_FIRST_SIZE = QSize(2560, 1410)
"""A first window takes what the screen has up to this."""

FRAME = QMargins(2, 30, 2, 2)
"""A title bar and borders as most desktops draw them, until the real ones are known."""


class WindowLayout:
    """Sets and remembers a window's layout; without settings nothing is remembered."""

    def __init__(self, window: QMainWindow, docks: Docks, settings: Settings | None) -> None:
        self._window = window
        self._docks = docks
        self._settings = settings
        self._was_restored = False
        self._is_ours = True
        """Whether the size is this layout's own choice, and not one that was asked for."""

    def reset(self) -> None:
        """Size and docks as on a first start, within the screen."""
        window = self._window
        window.setWindowState(Qt.WindowState.WindowNoState)
        self._is_ours, self._was_restored = True, False
        size = self._room().size().boundedTo(LARGEST_FIRST_SIZE)
        self._docks.arrange(size)
        window.resize(size)
        self._spread()

    def _room(self) -> QRect:
        """What a window may take of its screen, its frame left out."""
        window = self._window
        available = window.screen().availableGeometry()
        return available.marginsRemoved(self._frame())

    def _frame(self) -> QMargins:
        window = self._window
        inner, outer = window.geometry(), window.frameGeometry()
        if not window.isVisible() or inner == outer:
            return FRAME
        return QMargins(
            inner.left() - outer.left(),
            inner.top() - outer.top(),
            outer.right() - inner.right(),
            outer.bottom() - inner.bottom(),
        )

    def resize(self, size: QSize) -> None:
        """Another size, whatever the screen; docks that nobody has moved are as on a first start of it."""
        self._is_ours = False
        if not self._was_restored:
            self._docks.arrange(size)
        self._window.resize(size)
        if not self._was_restored:
            self._spread()

    def _spread(self) -> None:
        """Docks take their sizes only from a layout that knows the window's."""
        layout = self._window.layout()
        if layout is not None:
            layout.activate()
        self._docks.resize(self._window.size())

    def fit_screen(self) -> None:
        """Once the real frame is known: bring a window that hangs off its screen inside."""
        window = self._window
        is_free = not (window.isMaximized() or window.isFullScreen())
        room = self._room()
        if self._is_ours and is_free and not room.contains(window.geometry()):
            size = window.size().boundedTo(room.size())
            window.resize(size)
            left = min(max(window.geometry().left(), room.left()), room.right() + 1 - size.width())
            top = min(max(window.geometry().top(), room.top()), room.bottom() + 1 - size.height())
            frame = self._frame()
            window.move(left - frame.left(), top - frame.top())

    def restore(self) -> None:
        """Put window and docks as they were at the last close."""
        if self._settings is not None:
            self._window.restoreGeometry(self._settings.layout("window"))
            self._was_restored = self._docks.restore(self._settings.layout("docks"))
            if not self._was_restored:
                self._docks.arrange(self._window.size())
                self._spread()

    def save(self) -> None:
        """Remember window and docks as they are."""
        if self._settings is not None:
            self._settings.set_layout("window", self._window.saveGeometry())
            self._settings.set_layout("docks", self._docks.state())
            self._settings.sync()
