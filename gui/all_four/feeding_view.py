"""One wrong feeding in its fixed place: a box to switch it on, what it does, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QWidget

from gui.all_four import painted
from gui.all_four.lanes import Feeding, feeding_names
from gui.plots.parts.plot_theme import PlotTheme
from gui.services.colours import route_style
from gui.services.look.type_sizes import bold, icon_size, small

ABOVE_TEXT, LEAST_ABOVE_TEXT = 18, 10
"""Pixels of its height beside a line of text, and in a low window."""

NUMBER = 0.62
"""Where the number begins, as a share of a wide place's width."""

SWATCH, ARROW_ROOM = 18.0, 34.0

LONGEST, TRUE = "\N{MINUS SIGN}4.14e\N{MINUS SIGN}08", "true 1.52693"
"""Texts as wide as a number and the words beside it."""


class FeedingView(QWidget):
    """It asks for the same room switched on or off, and nothing in it moves."""

    toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.feeding: Feeding | None = None
        self._theme = PlotTheme.of(self.palette())
        self._low = False
        self._still: QPixmap | None = None
        self._still_of: bool | None = None
        self._placed: Places | None = None
        self.box = QCheckBox(self)
        self.box.clicked.connect(self.toggled)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_feeding(self, feeding: Feeding, *, on: bool) -> None:
        """Show what comes of it."""
        self.box.setChecked(on)
        if feeding == self.feeding:
            return
        before, self.feeding = self.feeding, feeding
        if self.box.text() != feeding.name:
            self.box.setText(feeding.name)
        self.box.setAccessibleDescription(feeding.spoken)
        self.setToolTip(feeding.tip)
        if before is None or (before.regime is None) != (feeding.regime is None):
            self.update()
        else:  # the rest, and the box on it, stay as they are
            self.update(self.rect().adjusted(int(self._places().number), 0, 0, 0))

    def draw_alone(self) -> None:
        """Paint the name as well, for a picture without boxes to click."""
        self.box.hide()

    def set_low(self, low: bool) -> None:
        """Leave the curves more room."""
        if low != self._low:
            self._low = low
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(320, self.fontMetrics().height() + (LEAST_ABOVE_TEXT if self._low else ABOVE_TEXT))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._placed = self._still = None
        self.box.setGeometry(5, 0, round(self._places().line) - 5, self.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._theme, self._still = PlotTheme.of(self.palette()), None
        elif event.type() is QEvent.Type.FontChange:
            self._placed = self._still = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        feeding = self.feeding
        if feeding is not None:
            places = self._places()
            on = feeding.regime is not None
            if self._still_of != on:
                self._still, self._still_of = None, on
            self._still = painted.draw_still(
                painter, self.size(), self._still, lambda own: self._draw_still(own, feeding, places, on=on)
            )
            if on:
                self._draw_result(painter, feeding, places)
            else:
                rest = QRectF(places.number, 0.0, self.width() - places.number - 4.0, float(self.height()))
                painted.write(painter, rest, feeding.words, self.font(), self._theme.muted)
        painter.end()

    def _draw_still(self, painter: QPainter, feeding: Feeding, places: Places, *, on: bool) -> None:
        """Everything that another z leaves as it is."""
        theme, height, font = self._theme, float(self.height()), self.font()
        fill = theme.background if on else self.palette().window().color()
        painted.box(painter, QRectF(self.rect()), theme.grid.darker(115), fill)
        if self.box.isHidden():
            name = QRectF(10.0, 0.0, places.line - 12.0, height)
            painted.write(painter, name, feeding.name, font, theme.text if on else theme.muted)
        if on:
            style = route_style(feeding.formula, theme.dark)
            painted.line_sample(painter, QRectF(places.line, 0.0, SWATCH, height), style, thin=True)
        chain = QRectF(places.chain, 0.0, places.number - places.chain - ARROW_ROOM, height)
        words = feeding.chain
        if QFontMetricsF(font).horizontalAdvance(words) > chain.width():
            font = small(font)
            words = words.partition("(")[0]
        painted.write(painter, chain, words, font, theme.text if on else theme.muted)
        middle = height / 2.0
        start, stop = QPointF(places.number - 28.0, middle), QPointF(places.number - 6.0, middle)
        painted.arrow(painter, start, stop, theme.muted)

    def _draw_result(self, painter: QPainter, feeding: Feeding, places: Places) -> None:
        theme, height = self._theme, float(self.height())
        number = QRectF(places.number, 2.0, places.words - places.number, height - 4.0)
        painted.number(painter, number, feeding.value, feeding.regime, bold(self.font()), theme)
        side = icon_size(self.font()).width()
        painted.mark(painter, feeding.mark, places.words + 6.0, height / 2.0, side, theme.dark)
        left = places.words + side + 12.0
        rest = QRectF(left, 0.0, self.width() - left - 4.0, height)
        briefer = feeding.words.partition(",")[0]
        said = painted.first_fitting((feeding.words, briefer), self.font(), rest.width())
        painted.write(painter, rest, said, self.font(), theme.text)

    def _places(self) -> Places:
        """Where the parts begin: the same for any content, so that nothing moves."""
        if self._placed is None:
            self._placed = self._place()
        return self._placed

    def _place(self) -> Places:
        plain, heavy = QFontMetricsF(self.font()), QFontMetricsF(bold(self.font()))
        names = (name for name, _ in feeding_names().values())
        box = self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth) + 12.0
        line = 5.0 + box + max(plain.horizontalAdvance(name) for name in names)
        room = heavy.horizontalAdvance(LONGEST) + 28.0
        words = icon_size(self.font()).width() + 16.0 + plain.horizontalAdvance(TRUE)
        number = max(self.width() * NUMBER, line + SWATCH + ARROW_ROOM + 60.0)
        number = min(number, self.width() - room - words)
        return Places(line, line + SWATCH + 10.0, number, number + room)


@dataclass(frozen=True, slots=True)
class Places:
    """The first pixels of the line's sample, of what it does, of the number, and of the words."""

    line: float
    chain: float
    number: float
    words: float
