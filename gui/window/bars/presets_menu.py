"""The menu of presets: one submenu a group, filled when it is first opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui.services.resources import PRESETS
from gui.session.problem_file import ProblemFile, ProblemFileError, read_problem_file


class PresetsMenu(QMenu):
    """Lists the presets under the groups their files name, in the files' order."""

    chosen = Signal(object)
    """The path of the preset."""
    unreadable = Signal(str)
    """Why a preset is not listed."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._groups: dict[str, QMenu] = {}
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Read the presets, once."""
        if self._groups:
            return
        for path in sorted(PRESETS.glob("*.json")):
            try:
                preset = read_problem_file(path)
            except ProblemFileError as error:
                self.unreadable.emit(str(error))
            else:
                self._group(preset.group).addAction(self._entry(path, preset))

    def _group(self, name: str) -> QMenu:
        if name not in self._groups:
            menu = self.addMenu(name.replace("&", "&&") or self.tr("Others"))
            menu.setToolTipsVisible(True)
            menu.triggered.connect(self._choose)
            self._groups[name] = menu
        return self._groups[name]

    def _entry(self, path: Path, preset: ProblemFile) -> QAction:
        action = QAction(preset.title.replace("&", "&&"), self)
        action.setData(str(path))
        action.setToolTip(preset.look_at)
        action.setStatusTip(preset.look_at)
        return action

    def _choose(self, action: QAction) -> None:
        self.chosen.emit(Path(action.data()))
