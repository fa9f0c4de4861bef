"""Offers work that a crash or a kill interrupted, above the tables and in nobody's way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.services.autosave import LostWork
from gui.session.session_file import read_session


class RecoveryBar(QFrame):
    """One line a piece of lost work, the newest first: bring it back, discard it, or decide later."""

    recover = Signal(object)
    """The `LostWork` to bring back."""

    def __init__(self, lost: Sequence[LostWork], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lost = list(lost)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Recovery"))
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.recover_button = QPushButton(self.tr("&Recover"), self)
        self.discard_button = QPushButton(self.tr("&Discard"), self)
        self.later_button = QPushButton(self.tr("Not &now"), self)
        self.later_button.setToolTip(self.tr("Offer it again at the next start"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.words, 1)
        for button in (self.recover_button, self.discard_button, self.later_button):
            layout.addWidget(button)
        self.recover_button.clicked.connect(self._recover)
        self.discard_button.clicked.connect(self._discard)
        self.later_button.clicked.connect(self._postpone)
        self._show_first()

    def drop(self, lost: LostWork) -> None:
        """Take a piece of work off the list: it has been brought back."""
        self._lost.remove(lost)
        self._show_first()

    def release(self) -> None:
        """Leave what is still there to the next start."""
        for lost in self._lost:
            lost.slot.release()
        self._lost.clear()

    def _show_first(self) -> None:
        self.setVisible(bool(self._lost))
        if self._lost:
            self.words.setText(self._words(self._lost[0]))

    def _words(self, lost: LostWork) -> str:
        moment = QDateTime.fromSecsSinceEpoch(int(lost.written))
        when = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
        text = self.tr("Logitscope did not end in order. Unsaved work of {when} can be brought back.")
        file = _file_of(lost)
        if file is not None and file.stat().st_mtime > lost.written:
            text += " " + self.tr("Mind that {name} has been saved since.")
        elif file is not None:
            text += " " + self.tr("It belongs to {name}.")
        return text.format(when=when, name=file.name if file is not None else "")

    def _recover(self) -> None:
        self.recover.emit(self._lost[0])

    def _discard(self) -> None:
        lost = self._lost[0]
        lost.slot.clear()
        lost.slot.release()
        self.drop(lost)

    def _postpone(self) -> None:
        self.release()
        self._show_first()


def _file_of(lost: LostWork) -> Path | None:
    """The file that the work was last saved to, if it is still there."""
    try:
        file = Path(read_session(lost.slot.file).file)
        return file if file.is_file() else None
    except ValueError:
        return None
