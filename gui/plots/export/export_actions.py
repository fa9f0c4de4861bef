"""The actions that take the plots along; what they do is loaded when one is first triggered."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from gui.services.actions import make_action


class ExportActions(QObject):
    """Text, shortcut and status tip of each."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.copy_picture = make_action(
            self,
            self.tr("&Copy picture"),
            "Ctrl+Alt+C",
            self.tr("Put the figure on the clipboard, as the last picture was taken"),
        )
        self.save_picture = make_action(
            self,
            self.tr("Save pictu&re…"),
            "Ctrl+Alt+P",
            self.tr("Choose size, colours and panels, and save the figure as PNG, SVG or PDF"),
        )
        self.save_curves = make_action(
            self, self.tr("Save c&urves…"), "Ctrl+Alt+E", self.tr("Save every curve's numbers as CSV or NPZ")
        )

    @property
    def all(self) -> tuple[QAction, ...]:
        """For a menu, in order."""
        return self.copy_picture, self.save_picture, self.save_curves
