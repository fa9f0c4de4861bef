"""Nothing is lost: what would replace the session waits until that is saved or given up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.session.session_keeper import SessionKeeper

Choices = QMessageBox.StandardButton
Deed = Callable[[], None]


class Unsaved(QObject):
    """Asks about unsaved changes, saves them if that is wanted, and then goes on."""

    save_wanted = Signal()
    """The user wants the session saved first."""
    leaving = Signal()
    """The window may close."""

    def __init__(self, keeper: SessionKeeper, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._window = window
        self._after_saving: Deed | None = None
        self._question: QMessageBox | None = None
        self._may_leave = False
        keeper.saved.connect(self._was_saved)

    def when_kept(self, go_on: Deed) -> None:
        """Go on once the session is saved or given up; a cancelled question goes nowhere."""
        if self._keeper.is_saved:
            go_on()
        elif self._question is None:
            from gui.files.dialogs import unsaved_question  # noqa: PLC0415  # not needed to start

            self._question = unsaved_question(self._window, session_name(self._keeper))
            self._question.finished.connect(partial(self._was_answered, go_on))
            self._question.open()

    def stay(self) -> None:
        """Forget what was to follow a save: it failed, or no file was named."""
        self._after_saving = None

    def may_close(self) -> bool:
        """Whether the window may close; if not, the user is asked, and `leaving` says when it may."""
        if self._keeper.is_saved or self._may_leave:
            return True
        self.when_kept(self._leave)
        return False

    def _leave(self) -> None:
        self._may_leave = True
        self.leaving.emit()

    def _was_saved(self) -> None:
        after, self._after_saving = self._after_saving, None
        if after is not None:
            self.when_kept(after)  # asks once more if something was edited meanwhile

    def _was_answered(self, go_on: Deed, answer: int) -> None:
        self._question = None
        if answer == Choices.Discard.value:
            go_on()
        elif answer == Choices.Save.value:
            self._after_saving = go_on
            self.save_wanted.emit()


def session_name(keeper: SessionKeeper) -> str:
    """What the session is called."""
    path = keeper.path
    return keeper.tr("Untitled") if path is None else path.name
