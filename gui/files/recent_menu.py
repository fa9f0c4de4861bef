"""File > Open Recent: the last files, those that are gone greyed, and a way to forget them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui.services.settings import MOST_RECENT, Settings


class RecentMenu(QMenu):
    """Lists the files opened or saved last, the newest first.

    Parameters
    ----------
    settings : Settings, optional
        Where they are remembered; without it only while the application runs.
    """

    chosen = Signal(object)
    """The path of a file."""

    def __init__(self, title: str, settings: Settings | None, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._settings = settings
        self._files: tuple[Path, ...] = settings.recent_files if settings else ()
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        self.triggered.connect(self._choose)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files as they are listed."""
        return self._files

    def note(self, path: Path) -> None:
        """Put a file at the top."""
        newest = path.absolute()
        self._remember((newest, *(file for file in self._files if file != newest))[:MOST_RECENT])

    def forget(self) -> None:
        """Empty the list."""
        self._remember(())

    def fill(self) -> None:
        """List the files as they are on the disk at this moment."""
        self.clear()
        for number, file in enumerate(self._files, start=1):
            action = QAction(f"&{number % 10} {file.name.replace('&', '&&')}", self)
            action.setData(str(file))
            action.setToolTip(str(file))
            action.setStatusTip(str(file))
            action.setEnabled(file.is_file())
            self.addAction(action)
        self.addSeparator()
        clear = QAction(self.tr("&Clear the list"), self)
        clear.setEnabled(bool(self._files))
        clear.triggered.connect(self.forget)
        self.addAction(clear)

    def _remember(self, files: tuple[Path, ...]) -> None:
        self._files = files
        if self._settings is not None:
            self._settings.recent_files = files
            self._settings.sync()

    def _choose(self, action: QAction) -> None:
        if action.data() is not None:
            self.chosen.emit(Path(action.data()))
