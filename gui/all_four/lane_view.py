"""The four lanes: from the sample through each loss to its number, verdict and gradient."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.all_four import painted
from gui.all_four.lanes import Lane, inside
from gui.all_four.painted import Columns
from gui.plots.parts.plot_theme import PlotTheme
from gui.services.colours import route_style
from gui.services.look.type_sizes import bold, icon_size, large, small
from gui.services.speech.roles import RoleInterface, install_roles

ABOVE_TEXT = 16
"""Pixels of a lane's height beside its two lines of text."""

LEAST_ABOVE_TEXT = 9
"""The same where the window is low."""

GAP = 4

APART = 12.0
"""Pixels between the verdict on the loss and that on the gradient."""

MOST_OF_GRADIENT = 0.6
"""Share of the room for both."""


class LaneView(QWidget):
    """One lane. It asks for the same room whatever it shows."""

    spoken_role = QAccessible.Role.StaticText
    spoken: RoleInterface | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install_roles()
        self.lane: Lane | None = None
        self._theme = PlotTheme.of(self.palette())
        self._low = False
        self._still: QPixmap | None = None
        self._still_of: tuple[str | None, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lane(self, lane: Lane) -> None:
        """Show a route's result."""
        if lane == self.lane:
            return
        self.lane = lane
        self.setAccessibleName(lane.formula.title)
        self.setAccessibleDescription(lane.spoken)
        self.setToolTip(lane.spoken.replace("; ", "\n"))
        self.update()

    def set_low(self, low: bool) -> None:
        """Leave the curves more room."""
        if low != self._low:
            self._low = low
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        text = 2 * self.fontMetrics().height()
        return QSize(640, text + (LEAST_ABOVE_TEXT if self._low else ABOVE_TEXT))

    def minimumSizeHint(self) -> QSize:
        return QSize(320, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._theme, self._still = PlotTheme.of(self.palette()), None
        elif event.type() is QEvent.Type.FontChange:
            self._still = None

    # -- painting -----------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.lane is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, height = Columns(self.width()), float(self.height())
        lane = self.lane
        still = (lane.formula.key, lane.loss, lane.target, None if lane.then is None else lane.then.words)
        if still != self._still_of:
            self._still, self._still_of = None, still
        self._still = painted.draw_still(
            painter, self.size(), self._still, lambda own: self._draw_still(own, lane, columns, height)
        )
        if self.hasFocus():
            painter.setPen(self._theme.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(0.5, 0.5, self.width() - 1.0, height - 1.0))
        self._draw_values(painter, lane, columns, height)
        self._draw_result(painter, lane, columns, height)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._still = None

    def _boxes(self, columns: Columns, height: float) -> tuple[QRectF, QRectF, QRectF]:
        parts = (columns.takes(height), columns.then(height), columns.loss(height))
        takes, then, loss = (each.adjusted(0, GAP, 0, -GAP) for each in parts)
        return takes, then, loss

    def _draw_values(self, painter: QPainter, lane: Lane, columns: Columns, height: float) -> None:
        takes, then, _ = self._boxes(columns, height)
        theme, font = self._theme, self.font()
        within = takes.adjusted(4, 0, -4, 0)
        text = painted.first_fitting((lane.takes, lane.short_takes or lane.takes), font, within.width())
        painted.write(painter, within, text, font, theme.text, painted.CENTRE)
        if lane.then is not None:
            within = then.adjusted(8, 0, -8, 0)
            taken = QFontMetricsF(bold(font)).horizontalAdvance(lane.then.words) + 10.0
            room = within.adjusted(min(taken, within.width()), 0, 0, 0)
            painted.write(painter, room, lane.then.value, font, theme.text, painted.RIGHT)

    def _draw_still(self, painter: QPainter, lane: Lane, columns: Columns, height: float) -> None:
        """Everything that another z leaves as it is."""
        theme, style = self._theme, route_style(lane.formula, self._theme.dark)
        font = self.font()
        painted.line_sample(painter, columns.sample(height), style, thin=False)
        takes, then, loss = self._boxes(columns, height)
        painted.box(painter, takes, theme.grid.darker(115), theme.background)
        middle = height / 2.0
        ends = QPointF(takes.right() + 2, middle), QPointF(loss.left() - 2, middle)
        if lane.then is None:
            painted.arrow(painter, *ends, theme.muted)
            words = QRectF(then)
            words.setWidth(self.fontMetrics().horizontalAdvance(inside()) + 14)
            words.moveCenter(then.center())
            painter.fillRect(words, self.palette().window())
            painted.write(painter, words, inside(), small(font), theme.muted, painted.CENTRE)
        else:
            painted.arrow(painter, ends[0], QPointF(then.left() - 2, middle), theme.muted)
            painted.box(painter, then, theme.grid.darker(115), theme.background)
            painted.write(painter, then.adjusted(8, 0, -8, 0), lane.then.words, bold(font), theme.text)
            painted.arrow(painter, QPointF(then.right() + 2, middle), ends[1], theme.muted)
        painted.box(painter, loss, style.colour, theme.background)
        upper, lower = QRectF(loss.adjusted(9, 2, -4, 0)), QRectF(loss.adjusted(9, 0, -4, -2))
        upper.setBottom(loss.center().y() + 1)
        lower.setTop(loss.center().y())
        painted.write(painter, upper, lane.loss, bold(font), theme.text)
        painted.write(painter, lower, lane.target, small(font), theme.muted)
        gives = columns.gives(height)
        ends = QPointF(loss.right() + 2, middle), QPointF(gives.left() - 3, middle)
        painted.arrow(painter, *ends, theme.muted)

    def _draw_result(self, painter: QPainter, lane: Lane, columns: Columns, height: float) -> None:
        theme, font = self._theme, self.font()
        area = columns.gives(height).adjusted(0, GAP, 0, -GAP)
        heavy, room = bold(large(font)), painted.room_in(area).width()
        texts = (lane.value, lane.short_value or lane.value)
        value = painted.first_fitting(texts, heavy, room)
        if QFontMetricsF(heavy).horizontalAdvance(value) > room:
            heavy = bold(font)
        painted.number(painter, area, value, lane.regime, heavy, theme)
        rest, side = columns.rest(height), icon_size(font).width()
        painted.mark(painter, lane.mark, rest.left(), height / 2.0, side, theme.dark)
        words = rest.adjusted(side + 8, 0, 0, 0)
        heavy = bold(font) if lane.gradient_mark in ("wrong", "beware") else font
        verdict, gradient, taken = self._fitting(lane, heavy, words.width())
        slope = QRectF(words)
        slope.setLeft(words.right() - min(taken, words.width() * MOST_OF_GRADIENT))
        words.setRight(slope.left() - APART)
        painted.write(painter, words, verdict, font, painted.mark_colour(lane.mark, theme))
        colour = painted.mark_colour(lane.gradient_mark, theme)
        painted.write(painter, slope, gradient, heavy, colour, painted.RIGHT)

    def _fitting(self, lane: Lane, heavy: QFont, room: float) -> tuple[str, str, float]:
        """The longest words for which there is room, and the width of the last."""
        plain, bold_ = QFontMetricsF(self.font()), QFontMetricsF(heavy)
        short, brief = lane.short_verdict or lane.verdict, lane.short_gradient or lane.gradient
        choices = ((lane.verdict, lane.gradient), (lane.verdict, brief), (short, brief))
        widths = [
            plain.horizontalAdvance(verdict) + bold_.horizontalAdvance(gradient) + APART
            for verdict, gradient in choices
        ]
        at = next((at for at, width in enumerate(widths) if width <= room), len(choices) - 1)
        verdict, gradient = choices[at]
        return verdict, gradient, bold_.horizontalAdvance(gradient) + 1.0


class Headings(QWidget):
    """What the columns are, and at the right which float a probability stands for."""

    spoken_role = QAccessible.Role.StaticText
    spoken: RoleInterface | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install_roles()
        self._stands = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("What the columns are"))

    def show_words(self, stands: str) -> None:
        """Say which float is meant; empty where a logit is given."""
        if stands != self._stands:
            self._stands = stands
            self.setAccessibleDescription(stands)
            self.setToolTip(stands)
            self.update()

    @property
    def words(self) -> str:
        """Which float is meant."""
        return self._stands

    def sizeHint(self) -> QSize:
        return QSize(320, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = PlotTheme.of(self.palette())
        columns, height = Columns(self.width()), float(self.height())
        font = bold(small(self.font()))
        for area, words in (
            (columns.takes(height), self.tr("takes")),
            (columns.then(height), self.tr("then")),
            (columns.loss(height), self.tr("the loss, and its target")),
            (columns.gives(height), self.tr("gives")),
        ):
            painted.write(painter, area, words, font, theme.muted)
        painted.write(painter, columns.rest(height), self._stands, self.font(), theme.text)
        painter.end()
