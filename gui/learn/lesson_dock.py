"""The dock 'Lesson and notes': a preset's note, or the lesson under way; the list of lessons beside both."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.document.document import Document
from gui.learn.lesson_files import lessons, said
from gui.learn.lesson_panel import LessonPanel
from gui.learn.notes_panel import NotesPanel

DONE, NOW, TO_COME = "\N{CHECK MARK}", "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}", "\N{WHITE CIRCLE}"


class LessonDock(QWidget):
    """What is in front is a lesson while one is under way, else the note."""

    lesson_asked = Signal(str)
    """The key of a lesson that was chosen in the list."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Lesson and notes"))
        self.notes = NotesPanel(document, self)
        self.lesson = LessonPanel(self)
        self.front = QStackedWidget(self)
        self.front.addWidget(self.notes)
        self.front.addWidget(self.lesson)
        self.count = QLabel(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Lessons"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        self.count.setBuddy(self.list)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 2, 8, 2)
        beside.setSpacing(1)
        beside.addWidget(self.count)
        beside.addWidget(self.list, 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.front, 3)
        line.addLayout(beside, 1)
        self._done: frozenset[str] = frozenset()
        self.show_progress((), None)

    @property
    def is_at_lesson(self) -> bool:
        """Whether a lesson is in front."""
        return self.front.currentWidget() is self.lesson

    def show_lesson(self, *, shown: bool) -> None:
        """Bring the lesson to the front, or the note."""
        self.front.setCurrentWidget(self.lesson if shown else self.notes)

    def show_progress(self, done: Collection[str], now: str | None) -> None:
        """Mark the lessons that are done, and the one under way."""
        told = self.tr("{count} lessons, %n done", "", len(done)).format(count=len(lessons()))
        self.count.setText(told)
        if not self.list.count():
            for key in lessons():
                item = QListWidgetItem()
                item.setData(Qt.ItemDataRole.UserRole, key)
                self.list.addItem(item)
        for at, lesson in enumerate(lessons().values()):
            item = self.list.item(at)
            mark = NOW if lesson.key == now else DONE if lesson.key in done else TO_COME
            item.setText(f"{mark}  {lesson.number}  {said(lesson.title)}")
            state = self.tr("done") if lesson.key in done else self.tr("not done")
            words = self.tr("Lesson {number}: {title}, {state}")
            spoken = words.format(number=lesson.number, title=said(lesson.title), state=state)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            font = self.list.font()
            font.setBold(lesson.key == now)
            item.setFont(font)
            if lesson.key == now:
                self.list.setCurrentItem(item)

    def _choose(self, item: QListWidgetItem) -> None:
        self.lesson_asked.emit(item.data(Qt.ItemDataRole.UserRole))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 72)
