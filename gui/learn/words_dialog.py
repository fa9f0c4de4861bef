"""Every word that has a card: listed, searched, read."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gui.learn.term_card import LESSON
from gui.services.terms.words import Word, found, said, words

SIZE = 760, 520


def word_html(word: Word, lesson: str, soft: str) -> str:
    """A card as a page, with the title of its lesson; `soft` colours the names of its lines."""
    rows = "".join(
        f'<tr><td style="color:{soft}; padding-right:12px">{escape(said(name))}</td>'
        f"<td>{escape(said(text))}</td></tr>"
        for name, text in word.lines
    )
    links = [f'<a href="{key}">{escape(said(words()[key].title))}</a>' for key in word.see]
    if lesson:
        links.insert(0, f'<a href="{LESSON}{word.lesson}">{escape(lesson)}</a>')
    text = escape(" ".join(map(said, word.says)))
    return (
        f"<h3>{escape(said(word.title))}</h3><p>{text}</p>"
        f"<table cellspacing='0' cellpadding='3'>{rows}</table><p>{' &nbsp; '.join(links)}</p>"
    )


class WordsDialog(QDialog):
    """Beside the window, as long as it is wanted."""

    lesson_asked = Signal(str)
    """The key of a lesson."""

    def __init__(self, lessons: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self._lessons = lessons
        """Titles by key."""
        self.setWindowTitle(self.tr("Words"))
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search the cards"))
        self.search.setAccessibleName(self.tr("Search the cards"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.show_found)
        self.search.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Words"))
        self.list.currentItemChanged.connect(self._show_current)
        self.card = QTextBrowser(self)
        self.card.setAccessibleName(self.tr("Card"))
        self.card.setOpenLinks(False)
        self.card.anchorClicked.connect(self._follow)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        beside = QHBoxLayout()
        beside.addWidget(self.list, 2)
        beside.addWidget(self.card, 5)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addLayout(beside, 1)
        column.addWidget(buttons)
        self.resize(*SIZE)
        self.show_found("")

    @property
    def shown(self) -> str:
        """The key of the card that is read; empty if none is found."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def show_found(self, wanted: str) -> None:
        """List the cards that have these words."""
        self.list.clear()
        for word in found(wanted):
            item = QListWidgetItem(said(word.title))
            item.setData(Qt.ItemDataRole.UserRole, word.key)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        if not self.list.count():
            self.card.setPlainText(self.tr("No card has these words."))

    def show_word(self, key: str) -> None:
        """Read one card."""
        if self.search.text():
            self.search.clear()
        keys = [self.list.item(at).data(Qt.ItemDataRole.UserRole) for at in range(self.list.count())]
        self.list.setCurrentRow(keys.index(key))

    def _show_current(self) -> None:
        if self.shown:
            soft = self.palette().color(QPalette.ColorRole.PlaceholderText).name()
            word = words()[self.shown]
            self.card.setHtml(word_html(word, self._lessons.get(word.lesson, ""), soft))

    def _follow(self, link: QUrl) -> None:
        address = link.toString()
        if address.startswith(LESSON):
            self.lesson_asked.emit(address.removeprefix(LESSON))
            self.close()
        else:
            self.show_word(address)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the field, up and down go through the list."""
        key = event.key() if isinstance(event, QKeyEvent) else 0
        is_arrow = key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        if watched is self.search and is_arrow and event.type() is QEvent.Type.KeyPress:
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
            return True
        return False
