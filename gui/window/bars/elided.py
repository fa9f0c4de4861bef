"""Text in one line that is cut with an ellipsis instead of asking for more width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionFocusRect, QWidget

from gui.services.look.type_sizes import bold
from gui.services.speech.roles import RoleInterface, install_roles
from gui.services.terms.dotting import DottedWord, dotted_words, draw_dots, word_at

GAP = 8
"""Pixels between the two texts."""


class ElidedText(QWidget):
    """Two texts in one line, the first in bold; only the second is cut while there is any of it.

    Whatever is said, size and hints stay the same, so that nothing beside it ever moves.
    """

    clicked = Signal()
    word_asked = Signal(str, QRect)
    """A dotted word's key, and where it stands on the screen."""

    spoken: RoleInterface | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install_roles()
        self.spoken_role = QAccessible.Role.StaticText
        self._lead, self._rest = "", ""
        self._rest_font = QFont(self.font())
        self._is_dotted = False
        self._words: tuple[DottedWord, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def make_button(self) -> None:
        """Take clicks and the keyboard."""
        self.spoken_role = QAccessible.Role.Button
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def dot_words(self) -> None:
        """Dot the words that have a card, from here on."""
        self._is_dotted = True
        self.setMouseTracking(True)
        self._find_words()

    def _find_words(self) -> None:
        """Where the first text's words stand: the second's may be cut."""
        if not self._is_dotted:
            return
        font = self.lead_font()
        line = QFontMetrics(font).height()
        area = QRect(0, (self.height() - line) // 2, 1 << 14, line)
        found = dotted_words(self._lead, font, area)
        self._words = tuple(word for word in found if word.area.right() <= self.width())
        self.update()

    def asked_word(self) -> tuple[str, QRect] | None:
        """What F1 asks for here: the first dotted word."""
        return (self._words[0].key, self._on_screen(self._words[0].area)) if self._words else None

    def _on_screen(self, area: QRect) -> QRect:
        return QRect(self.mapToGlobal(area.topLeft()), area.size())

    def set_fonts(self, lead: QFont, rest: QFont) -> None:
        """Write the first text in one font, made bold, and the second in another."""
        self.setFont(lead)
        self._rest_font = QFont(rest)
        # A painter takes what a font does not say itself from its widget's.
        if rest.pixelSize() > 0:
            self._rest_font.setPixelSize(rest.pixelSize())
        else:
            self._rest_font.setPointSizeF(rest.pointSizeF())

    @property
    def lead(self) -> str:
        """The first text."""
        return self._lead

    @property
    def rest(self) -> str:
        """The second text."""
        return self._rest

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(filter(None, (self._lead, self._rest)))

    def show_texts(self, lead: str, rest: str = "") -> None:
        """Say something else."""
        if (lead, rest) != (self._lead, self._rest):
            self._lead, self._rest = lead, rest
            self.setAccessibleDescription(self.text)
            self._tell_what_is_cut()
            self._find_words()
            self.update()

    def lead_font(self) -> QFont:
        """The first text's font: as large as the second's where it would else be cut."""
        font = bold(self.font())
        fits = QFontMetrics(font).horizontalAdvance(self._lead) <= self.width()
        return font if fits else bold(self._rest_font)

    def lead_width(self) -> int:
        """Pixels that the first text takes."""
        return QFontMetrics(self.lead_font()).horizontalAdvance(self._lead)

    def _tell_what_is_cut(self) -> None:
        needed = self.lead_width() + GAP + QFontMetrics(self._rest_font).horizontalAdvance(self._rest)
        self.setToolTip(self.text if needed > self.width() else "")

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # painted whole: it is one line
        painter = QPainter(self)
        painter.setFont(self.lead_font())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        metrics = painter.fontMetrics()
        lead = metrics.elidedText(self._lead, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), flags, lead)
        draw_dots(painter, self._words)
        used = metrics.horizontalAdvance(lead) + (GAP if lead else 0)
        painter.setFont(self._rest_font)
        room = self.rect().adjusted(used, 0, 0, 0)
        if room.width() > 2 * painter.fontMetrics().averageCharWidth():
            rest = painter.fontMetrics().elidedText(self._rest, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, flags, rest)
        if self.hasFocus():
            option = QStyleOptionFocusRect()
            option.initFrom(self)
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter, self)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._tell_what_is_cut()
            self._find_words()
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dotted:
            over = word_at(event.position().toPoint(), self._words)
            self.setCursor(Qt.CursorShape.ArrowCursor if over is None else Qt.CursorShape.WhatsThisCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        word = word_at(event.position().toPoint(), self._words)
        if word is not None and event.button() is Qt.MouseButton.LeftButton:
            self.word_asked.emit(word.key, self._on_screen(word.area))
            return
        is_click = event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        )
        if is_click and self.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            self.clicked.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)
