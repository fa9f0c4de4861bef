"""What keeps the work: session file, autosave, File's menu, and scripts on the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.document.document import Document
from gui.document.selection import Selection
from gui.files.files import Files
from gui.files.recent_menu import RecentMenu
from gui.services.autosave import LostWork, Slot
from gui.services.settings import Settings
from gui.session.session_keeper import SessionKeeper
from gui.window.bars.presets_menu import PresetsMenu
from gui.window.code.copy_code import CodeCopier

if TYPE_CHECKING:
    from gui.files.recovery_bar import RecoveryBar


class SessionParts(QObject):
    """Made once the tables stand, or earlier if a file is to be opened."""

    message = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(str)
    """Why a file could not be opened."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        settings: Settings | None,
        claim_slot: Callable[[], Slot | None] | None,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._recovery: RecoveryBar | None = None
        self.recent = RecentMenu(self.tr("Open &recent"), settings, window)
        self.presets = PresetsMenu(self.tr("&Presets"), window)
        slot = None if claim_slot is None else claim_slot()
        self.keeper = SessionKeeper(document, selection, slot, window)
        self.files = Files(document, self.keeper, self.recent, window)
        self.code = CodeCopier(document, window)
        self.presets.chosen.connect(self.files.open_path)
        for message in (self.files.message, self.code.message, self.presets.unreadable):
            message.connect(self.message)
        self.files.failed.connect(self.failed)
        self.keeper.path_changed.connect(self.show_name)
        self._naming = document.undo_stack.cleanChanged.connect(self.show_name)

    def show_name(self) -> None:
        """Give the window the session's name, and the mark of what is not saved."""
        path = self.keeper.path
        self._window.setWindowFilePath("" if path is None else str(path))
        self._window.setWindowTitle(self.tr("{name}[*]").format(name=self.files.name))
        self._window.setWindowModified(not self.keeper.is_saved)

    def recovery_bar(self, lost: Sequence[LostWork]) -> RecoveryBar:
        """A bar that offers what a crash or a kill interrupted."""
        from gui.files.recovery_bar import RecoveryBar  # noqa: PLC0415  # rarely needed

        bar = self._recovery = RecoveryBar(lost, self._window)
        bar.recover.connect(self.files.recover)
        self.files.recovered.connect(bar.drop)
        return bar

    def close(self) -> None:
        """Leave nothing behind; what was to be saved is saved."""
        QObject.disconnect(self._naming)  # a QUndoStack tells even of its own destruction
        self.files.close()
        if self._recovery is not None:
            self._recovery.release()
        from gui.services.jobs import JobRunner  # noqa: PLC0415  # not needed to start

        for runner in self._window.findChildren(JobRunner):
            runner.close()
