"""What keeps the work: session file, autosave, File's menu, and scripts on the clipboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.document.document import Document
from gui.document.selection import Selection
from gui.files.files import Files
from gui.files.recent_menu import RecentMenu
from gui.services.autosave import Slot
from gui.services.settings import Settings
from gui.session.session_keeper import SessionKeeper
from gui.window.copy_code import CodeCopier
from gui.window.presets_menu import PresetsMenu


class SessionParts(QObject):
    """Made once the tables stand, or earlier if a file is to be opened."""

    message = Signal(str)
    """A sentence for the status bar."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        settings: Settings | None,
        claim_slot: Callable[[], Slot | None] | None,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.recent = RecentMenu(self.tr("Open &recent"), settings, window)
        self.presets = PresetsMenu(self.tr("&Presets"), window)
        slot = None if claim_slot is None else claim_slot()
        self.keeper = SessionKeeper(document, selection, slot, window)
        self.files = Files(document, self.keeper, self.recent, window)
        self.code = CodeCopier(document, window)
        self.presets.chosen.connect(self.files.open_path)
        for message in (self.files.message, self.code.message, self.presets.unreadable):
            message.connect(self.message)
