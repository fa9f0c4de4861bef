"""The card of a word: it stands over the neighbour of what was asked about, and never over that itself."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from gui.services.look.type_sizes import bold
from gui.services.terms.words import Word, said, words

LETTERS = 68
"""Characters of average width in a line of the card."""

MARGIN, GAP = 14, 8
"""Pixels around the card's text, and from the card to what it is about."""

EVERY = "words:"
"""The link to the list of all words."""
LESSON = "lesson:"
"""Before the key of a lesson that is linked."""


class TermCard(QFrame):
    """One card at a time, inside the window; Esc, a click elsewhere or its cross closes it.

    It takes the keyboard and gives it back, and its links lead to other cards, a lesson, and all words.
    """

    word_asked = Signal(str)
    """The key of another word."""
    lesson_asked = Signal(str)
    """The key of a lesson."""
    all_asked = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._before: QWidget | None = None
        self._about = QRect()
        self._cells: list[QLabel] = []
        """Names and texts of the lines."""
        self.word: Word | None = None
        self.setFrameShape(QFrame.Shape.Box)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title, self.text = self._label(), self._label()
        self.title.setFont(bold(self.font()))
        self.closer = QToolButton(self)
        self.closer.setAutoRaise(True)
        self.closer.setText(self.tr("Esc  ×"))
        self.closer.setAccessibleName(self.tr("Close the card"))
        self.closer.clicked.connect(self.dismiss)
        self.links = self._label()
        self.links.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.links.setTextInteractionFlags(
            self.links.textInteractionFlags() | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.links.linkActivated.connect(self._follow)
        self.links.setAccessibleName(self.tr("Other cards"))
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.closer)
        self._lines = QGridLayout()
        self._lines.setColumnStretch(1, 1)
        self._lines.setHorizontalSpacing(MARGIN)
        self._lines.setVerticalSpacing(4)
        column = QGridLayout(self)
        column.setContentsMargins(MARGIN, GAP, MARGIN, GAP)
        column.setVerticalSpacing(GAP)
        column.addLayout(top, 0, 0)
        column.addWidget(self.text, 1, 0)
        column.addLayout(self._lines, 2, 0)
        column.addWidget(self.links, 3, 0)
        self.hide()

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    # -- what is shown ------------------------------------------------------------------------------

    def show_word(self, word: Word, about: QRect, here: str = "", lesson: str = "") -> None:
        """Show a card.

        Parameters
        ----------
        word : Word
        about : QRect
            What it is about, on the screen: the card stands beside it.
        here : str
            What the word means in the row that is selected, if anything.
        lesson : str
            The title of its lesson, if there is one.
        """
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.word, self._about = word, about
        self.title.setText(said(word.title))
        self.text.setText(" ".join(map(said, word.says)))
        self._show_lines([(self.tr("Here"), here)] * bool(here) + [(said(n), said(t)) for n, t in word.lines])
        self.links.setTextFormat(Qt.TextFormat.RichText)
        self.links.setText(" &nbsp; ".join(self._linked(word, lesson)))
        self.setAccessibleName(self.title.text())
        self.setAccessibleDescription(self.words)
        self.setFixedWidth(LETTERS * self.fontMetrics().averageCharWidth() + 2 * MARGIN)
        self._place()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        application.installEventFilter(self)

    @property
    def words(self) -> str:
        """The card as it is read aloud."""
        return "\n".join(each.text() for each in (self.text, *self._cells))

    def _show_lines(self, lines: list[tuple[str, str]]) -> None:
        for label in self._cells:
            self._lines.removeWidget(label)
            label.hide()
            label.deleteLater()
        self._cells.clear()
        for row, (name, text) in enumerate(lines):
            head, body = self._label(), self._label()
            head.setWordWrap(False)
            head.setFont(bold(self.font()))
            head.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            head.setText(name)
            body.setText(text)
            self._lines.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
            self._lines.addWidget(body, row, 1)
            for label in (head, body):
                label.show()  # a layout passes over what is hidden
                self._cells.append(label)

    def _linked(self, word: Word, lesson: str) -> Iterator[str]:
        if lesson:
            yield _link(LESSON + word.lesson, lesson)
        for key in word.see:
            yield _link(key, said(words()[key].title))
        yield _link(EVERY, self.tr("All words (F1)"))

    def _follow(self, link: str) -> None:
        if link == EVERY:
            self.dismiss()
            self.all_asked.emit()
        elif link.startswith(LESSON):
            self.dismiss()
            self.lesson_asked.emit(link.removeprefix(LESSON))
        else:
            self.word_asked.emit(link)

    @property
    def about(self) -> QRect:
        """What the card is about, on the screen."""
        return self._about

    # -- where it stands ----------------------------------------------------------------------------

    def _place(self) -> None:
        window = self.parentWidget()
        assert window is not None
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        size = QSize(self.width(), layout.totalHeightForWidth(self.width()))
        about = QRect(window.mapFromGlobal(self._about.topLeft()), self._about.size())
        self.setGeometry(place_beside(size, about & window.rect(), window.rect()))

    # -- Qt's protocol ------------------------------------------------------------------------------

    def dismiss(self) -> None:
        """Close, and give the keyboard back."""
        if self.isHidden():
            return
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        focused = QApplication.focusWidget()
        had_focus = focused is not None and (focused is self or self.isAncestorOf(focused))
        self.hide()
        before, self._before = self._before, None
        if had_focus and before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press elsewhere in the window closes the card, and does what it does there."""
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            is_inside = self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))
            if isinstance(watched, QWidget) and watched.window() is self.window() and not is_inside:
                self.dismiss()
        return False


def place_beside(size: QSize, about: QRect, room: QRect) -> QRect:
    """A rectangle of a size within the room that leaves `about` free, at its right if it can be."""
    top = min(max(about.top() - size.height() // 3, room.top()), room.bottom() + 1 - size.height())
    left = min(max(about.left(), room.left()), room.right() + 1 - size.width())
    tried = (
        QPoint(about.right() + 1 + GAP, top),
        QPoint(left, about.bottom() + 1 + GAP),
        QPoint(left, about.top() - GAP - size.height()),
        QPoint(about.left() - GAP - size.width(), top),
    )
    fitting = (QRect(corner, size) for corner in tried)
    inside = next((place for place in fitting if room.contains(place)), None)
    if inside is not None:
        return inside
    # No side has the room: the corner that hides the least of what it is about.
    right, low = room.right() + 1 - size.width(), room.bottom() + 1 - size.height()
    corners = [QPoint(x, y) for x in (right, room.left()) for y in (low, room.top())]
    return min((QRect(corner, size) for corner in corners), key=lambda place: _covered(place, about))


def _covered(place: QRect, about: QRect) -> int:
    shared = place & about
    return shared.width() * shared.height() if shared.isValid() else 0


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'
