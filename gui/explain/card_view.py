"""One formula's card, painted: its text changes while a sample is dragged, its place never."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QStyle, QWidget

from gui.explain.card_layout import Fonts, Laid, Placed, lay_out
from gui.explain.card_text import CardText
from gui.services.colours import formula_style, is_dark, regime_fill
from gui.services.look.marks import mark_pixmap
from gui.services.speech.roles import RoleInterface, install_roles
from gui.services.terms.dotting import DottedWord, dotted_words, draw_dots, word_at

CURVE_WIDTH = 3


class CardView(QAbstractScrollArea):
    """Shows a `CardText`; what is too high scrolls, nothing scrolls sideways."""

    word_asked = Signal(str, QRect)
    """A word's key, and where it stands on the screen."""

    spoken_role = QAccessible.Role.Grouping
    spoken: RoleInterface | None = None

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        install_roles()
        self._card: CardText | None = None
        self._laid: Laid | None = None
        self._fonts = Fonts(self.font())
        self._words: tuple[DottedWord, ...] = ()
        """The dotted words of the verdicts, as they are laid out."""
        self.viewport().setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)

    @property
    def card(self) -> CardText | None:
        """What is shown."""
        return self._card

    @property
    def laid(self) -> Laid | None:
        """Where it stands."""
        return self._laid

    def show_card(self, card: CardText) -> None:
        """Show a card."""
        if card == self._card:
            return
        self._card = card
        self.setAccessibleName(card.name)
        self.setAccessibleDescription(card.description)
        self._lay_out()

    def copy(self) -> None:
        """Copy the card as text."""
        if self._card is not None:
            QGuiApplication.clipboard().setText(f"{self._card.name}\n{self._card.description}")

    def _lay_out(self) -> None:
        if self._card is None:
            return
        frame = 2 * self.frameWidth()
        whole = self.size() - QSize(frame, frame)
        bar = self.verticalScrollBar()
        laid = lay_out(self._card, whole.width(), self._fonts)
        scrolls = laid.height > whole.height()
        if scrolls:
            spacing = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollView_ScrollBarSpacing, None, self)
            laid = lay_out(self._card, whole.width() - bar.sizeHint().width() - spacing, self._fonts)
        # Said outright: with a bar as needed, Qt keeps one that is no longer needed until the next layout.
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if policy != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(policy)
        self._laid = laid
        self._words = tuple(
            word for each in laid.verdicts for word in dotted_words(each.text, each.font, each.area, most=1)
        )
        bar.setPageStep(whole.height())
        bar.setSingleStep(self.fontMetrics().height())
        bar.setRange(0, max(0, laid.height - whole.height()))
        self.viewport().update()

    # -- words --------------------------------------------------------------------------------------

    @property
    def words(self) -> tuple[DottedWord, ...]:
        """The dotted words, where they stand in the viewport."""
        if self._laid is None:
            return ()
        down = max(0, self.viewport().height() - self._laid.height) - self.verticalScrollBar().value()
        return tuple(DottedWord(word.key, word.area.translated(0, down)) for word in self._words)

    def asked_word(self) -> tuple[str, QRect]:
        """What F1 asks for here: the first dotted word, else the formula."""
        if self.words:
            return self.words[0].key, self._on_screen(self.words[0].area)
        key = "steps" if self._card is None else self._card.formula.key
        return key, self._on_screen(self.viewport().rect())

    def _on_screen(self, area: QRect) -> QRect:
        return QRect(self.viewport().mapToGlobal(area.topLeft()), area.size())

    # -- Qt's protocol ------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = word_at(event.position().toPoint(), self.words)
        shape = Qt.CursorShape.ArrowCursor if over is None else Qt.CursorShape.WhatsThisCursor
        self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        word = word_at(event.position().toPoint(), self.words)
        if word is not None and event.button() is Qt.MouseButton.LeftButton:
            self.word_asked.emit(word.key, self._on_screen(word.area))

    def sizeHint(self) -> QSize:
        return QSize(240, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 60)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fonts = Fonts(self.font())
            self._lay_out()
        elif event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # a card is small: painted whole
        if self._card is None or self._laid is None:
            return
        painter = QPainter(self.viewport())
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
        painter.translate(QPoint(0, -self.verticalScrollBar().value()))
        _paint(painter, self._card, self._laid, self.palette(), self.viewport().height())
        painter.resetTransform()
        draw_dots(painter, self.words)
        painter.end()


def _paint(painter: QPainter, card: CardText, laid: Laid, palette: QPalette, height: int) -> None:
    dark, ratio = is_dark(palette), painter.device().devicePixelRatioF()
    style = formula_style(card.formula, dark)
    text = palette.color(QPalette.ColorRole.Text)
    for area in laid.filled:
        painter.fillRect(area, regime_fill(card.regime, dark))
    painter.setPen(QPen(style.colour, CURVE_WIDTH, style.dash, Qt.PenCapStyle.FlatCap))
    middle = laid.sample.center().y()
    painter.drawLine(laid.sample.left(), middle, laid.sample.right(), middle)
    painter.setPen(text)
    _write(painter, laid.texts)
    painter.translate(0, max(0, height - laid.height))  # the verdicts stand at the lower edge
    painter.setPen(palette.color(QPalette.ColorRole.Mid))
    painter.drawLine(
        laid.sample.left(), laid.rule, painter.viewport().width() - laid.sample.left(), laid.rule
    )
    painter.setPen(text)
    for area, verdict in zip(laid.marks, card.verdicts, strict=True):
        painter.drawPixmap(area.topLeft(), mark_pixmap(verdict.mark, area.width(), dark, ratio))
    _write(painter, laid.verdicts)


def _write(painter: QPainter, texts: Iterable[Placed]) -> None:
    for placed in texts:
        painter.setFont(placed.font)
        if placed.start is not None:  # much faster than a text that may have to be wrapped
            painter.drawText(placed.start, placed.text)
        else:
            painter.drawText(placed.area, placed.flags, placed.text)
