"""One wrong feeding in its fixed place: a box to switch it on, what it does, and what comes of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from gui.all_four import painted
from gui.all_four.lanes import Feeding
from gui.plots.parts.plot_theme import PlotTheme
from gui.services.colours import route_style
from gui.services.look.type_sizes import bold, icon_size

ABOVE_TEXT, LEAST_ABOVE_TEXT = 18, 10
"""Pixels of its height beside a line of text, and in a low window."""

NAME, LINE, CHAIN, NUMBER, WORDS = 0.0, 0.222, 0.265, 0.66, 0.785
"""Where its parts begin, as shares of the width."""


class FeedingView(QWidget):
    """It asks for the same room switched on or off, and nothing in it moves."""

    toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.feeding: Feeding | None = None
        self._theme = PlotTheme.of(self.palette())
        self._low = False
        self.box = QCheckBox(self)
        self.box.clicked.connect(self.toggled)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_feeding(self, feeding: Feeding, *, on: bool) -> None:
        """Show what comes of it."""
        self.box.setChecked(on)
        if feeding == self.feeding:
            return
        self.feeding = feeding
        if self.box.text() != feeding.name:
            self.box.setText(feeding.name)
        self.box.setAccessibleDescription(feeding.spoken)
        self.setToolTip(feeding.tip)
        self.update()

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
        self.box.setGeometry(5, 0, round(self.width() * LINE) - 5, self.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._theme = PlotTheme.of(self.palette())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, feeding, width, height = self._theme, self.feeding, self.width(), float(self.height())
        area = QRectF(0.0, 0.0, width, height)
        on = feeding is not None and feeding.regime is not None
        fill = theme.background if on else self.palette().window().color()
        painted.box(painter, area, theme.grid.darker(115), fill)
        if feeding is not None:
            self._draw(painter, feeding, theme, on=on)
        painter.end()

    def _draw(self, painter: QPainter, feeding: Feeding, theme: PlotTheme, *, on: bool) -> None:
        width, height, font = self.width(), float(self.height()), self.font()
        style = route_style(feeding.formula, theme.dark)
        if on:
            line = QRectF(width * LINE, 0.0, 16.0, height)
            painted.line_sample(painter, line, style, thin=True)
        chain = QRectF(width * CHAIN, 0.0, width * (NUMBER - CHAIN) - 34.0, height)
        painted.write(painter, chain, feeding.chain, font, theme.text if on else theme.muted)
        middle = height / 2.0
        start, stop = QPointF(width * NUMBER - 28.0, middle), QPointF(width * NUMBER - 6.0, middle)
        painted.arrow(painter, start, stop, theme.muted)
        if not on:
            words = QRectF(width * NUMBER, 0.0, width * (1.0 - NUMBER) - 4.0, height)
            painted.write(painter, words, feeding.words, font, theme.muted)
            return
        number = QRectF(width * NUMBER, 2.0, width * (WORDS - NUMBER), height - 4.0)
        painted.number(painter, number, feeding.value, feeding.regime, bold(font), theme)
        side = icon_size(font).width()
        painted.mark(painter, feeding.mark, width * WORDS + 6.0, middle, side, theme.dark)
        words = QRectF(width * WORDS + side + 12.0, 0.0, width * (1.0 - WORDS) - side - 16.0, height)
        painted.write(painter, words, feeding.words, font, theme.text)
