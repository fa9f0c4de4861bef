"""A finding in full: why, where, by which numbers, what to change; and the line to copy beside it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QUrl, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTextBrowser,
    QWidget,
)

from gui.findings.finding_words import FindingLine, rows_in_words
from gui.services.terms.words import mentions

_translate = QCoreApplication.translate

CODE_LINES, MOST_LINES = 2, 3
"""The code box is never lower than the one, nor higher than the other where room is scarce."""

ENDLESS = (1 << 24) - 1
"""Qt's own greatest height."""


def detail_html(line: FindingLine, total: int, soft: str) -> str:
    """The finding as a table of cause, rows, evidence and change; `soft` colours their names."""
    parts: list[tuple[str, Iterable[str]]] = [
        (_translate("findings", "Cause"), line.cause),
        (_translate("findings", "Rows"), (rows_of(line, total),) if line.rows else ()),
        (_translate("findings", "Evidence"), line.evidence),
        (_translate("findings", "Change"), line.change),
    ]
    rows = "".join(
        f'<tr><td style="color:{soft}; padding-right:10px">{escape(name)}</td>'
        f"<td>{'<br>'.join(map(escape, texts))}</td></tr>"
        for name, texts in parts
        if texts
    )
    title = escape(f"{line.title} · {line.about}" if line.about else line.title)
    return f"<b>{title}</b><table cellspacing='0' cellpadding='2'>{rows}</table>"


def rows_of(line: FindingLine, total: int) -> str:
    """Which rows, and of how many."""
    words = _translate("findings", "{rows}: {count} of {total}")
    return words.format(rows=rows_in_words(line.rows), count=len(line.rows), total=total)


class FindingDetail(QTextBrowser):
    """The sentences; what is too long scrolls. Words that have a card are dotted."""

    word_asked = Signal(str, QRect)
    """A word's key, and where it stands on the screen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._line: FindingLine | None = None
        self._total = 0
        self._shown = ""
        self.setAccessibleName(self.tr("Reason"))
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(8)
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._ask)

    def show_line(self, line: FindingLine | None, total: int) -> None:
        """Show a finding of a problem of `total` rows; None empties it."""
        stays = self._line is not None and line is not None and line.key == self._line.key
        self._line, self._total = line, total
        soft = self.palette().color(QPalette.ColorRole.PlaceholderText).name()
        shown = "" if line is None else detail_html(line, total, soft)
        if shown == self._shown:
            return
        self._shown = shown
        place = self.verticalScrollBar().value()
        self.setHtml(shown)
        self._dot_words()
        if stays:
            self.verticalScrollBar().setValue(place)
        self.setAccessibleDescription(self.toPlainText())

    # -- words --------------------------------------------------------------------------------------

    def _dot_words(self) -> None:
        """Make a link of every word that has a card, which looks as its text does but for the dots."""
        cursor = QTextCursor(self.document())
        for mention in reversed(mentions(self._text)):
            cursor.setPosition(mention.start)
            cursor.setPosition(mention.stop, QTextCursor.MoveMode.KeepAnchor)
            dotted = QTextCharFormat()
            dotted.setAnchor(True)
            dotted.setAnchorHref(mention.key)
            dotted.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
            cursor.mergeCharFormat(dotted)

    @property
    def _text(self) -> str:
        """As many letters as the document counts."""
        return self.document().toRawText()

    def _ask(self, link: QUrl) -> None:
        self.word_asked.emit(link.toString(), self._place_of(link.toString()))

    def asked_word(self) -> tuple[str, QRect] | None:
        """What F1 asks for here: the first dotted word."""
        key = next((mention.key for mention in mentions(self._text)), None)
        return None if key is None else (key, self._place_of(key))

    def _place_of(self, key: str) -> QRect:
        """Where a word stands on the screen."""
        mention = next(each for each in mentions(self._text) if each.key == key)
        cursor = QTextCursor(self.document())
        cursor.setPosition(mention.start)
        area = self.cursorRect(cursor)
        cursor.setPosition(mention.stop)
        area = area.united(self.cursorRect(cursor))
        return QRect(self.viewport().mapToGlobal(area.topLeft()), area.size())

    # -- Qt's protocol ------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._line is not None:
            self.show_line(self._line, self._total)


class ChangeBox(QFrame):
    """The replacement line, and what to do with the finding."""

    row_asked = Signal()
    """The next row of the finding is to be selected."""
    reproduction_asked = Signal()
    """A script of the finding's rows is to be copied."""
    copied = Signal()
    """The line is on the clipboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._title = QLabel(self.tr("Change this"), self)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self.code = QPlainTextEdit(self)
        self.code.setReadOnly(True)
        self.code.setTabChangesFocus(True)
        self.code.setAccessibleName(self.tr("Replacement line"))
        self._title.setBuddy(self.code)
        self.copy = self._button(self.tr("Copy line"), self.tr("Copy the replacement line"))
        self.go = self._button(self.tr("Go to row"), self.tr("Select the next row that this is about"))
        self.reproduce = self._button(
            self.tr("PyTorch reproduction"),
            self.tr("Copy a script that computes just these rows under PyTorch"),
        )
        self.copy.clicked.connect(self._copy)
        self.go.clicked.connect(self.row_asked)
        self.reproduce.clicked.connect(self.reproduction_asked)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(8, 6, 8, 6)
        self._grid.setSpacing(6)
        self._grid.setRowStretch(1, 1)
        self._is_wide: bool | None = None
        self._is_low = False
        self.arrange(wide=True, low=False)
        self._follow_font()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return button

    @property
    def room_for_buttons(self) -> int:
        """The width at which all three stand side by side."""
        buttons = (self.copy, self.go, self.reproduce)
        return sum(button.sizeHint().width() for button in buttons) + 2 * 6 + 2 * 8 + 2 * self.frameWidth()

    def arrange(self, *, wide: bool, low: bool) -> None:
        """Put the buttons side by side, or the longest below the others; `low` takes few lines of code."""
        if low != self._is_low:
            self._is_low = low
            self._follow_font()
        if wide == self._is_wide:
            return
        self._is_wide = wide
        across = 3 if wide else 2
        self._grid.addWidget(self._title, 0, 0, 1, across)
        self._grid.addWidget(self.code, 1, 0, 1, across)
        self._grid.addWidget(self.copy, 2, 0)
        self._grid.addWidget(self.go, 2, 1)
        if wide:
            self._grid.addWidget(self.reproduce, 2, 2)
        else:
            self._grid.addWidget(self.reproduce, 3, 0, 1, 2)

    def show_line(self, line: FindingLine | None) -> None:
        """Show a finding's replacement line."""
        code = "" if line is None else line.code
        if code != self.code.toPlainText():
            self.code.setPlainText(code)
        self.copy.setEnabled(bool(code))
        self.go.setEnabled(line is not None and bool(line.rows))
        self.reproduce.setEnabled(line is not None)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.toPlainText())
        self.copied.emit()

    def _follow_font(self) -> None:
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        own = self.font()
        if own.pixelSize() > 0:
            fixed.setPixelSize(own.pixelSize())
        else:
            fixed.setPointSizeF(own.pointSizeF())
        self.code.setFont(fixed)
        frame = 2 * self.code.frameWidth() + 2 * round(self.code.document().documentMargin())
        line = self.code.fontMetrics().lineSpacing()
        self.code.setMinimumHeight(CODE_LINES * line + frame)
        self.code.setMaximumHeight(MOST_LINES * line + frame if self._is_low else ENDLESS)
        bold = self.font()
        bold.setBold(True)
        self._title.setFont(bold)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_grid"):
            self._follow_font()
