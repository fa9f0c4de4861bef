"""Below the curves: where one of the losses fails along z, and which of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from engine import FLOAT32, ROUTES, Band, Format
from gui.all_four.lanes import loss_name
from gui.plots.parts.joined import joined
from gui.plots.parts.plot_theme import blend
from gui.plots.parts.room import small
from gui.plots.parts.words import sentence
from gui.plots.scales.aligned import AlignedWidget
from gui.plots.scales.logit_span import LogitSpan
from gui.plots.strip.strip_paint import draw_band
from gui.services.look.menu_button import MenuButton
from gui.services.speech.roles import RoleInterface, install_roles


class Strip(AlignedWidget):
    """One lane of failures."""

    spoken_role = QAccessible.Role.StaticText
    spoken: RoleInterface | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install_roles()
        self._bands: tuple[Band, ...] = ()
        self._format: Format = FLOAT32

    def show_bands(self, name: str, bands: tuple[Band, ...], fmt: Format) -> None:
        """Show where a loss fails."""
        self.setAccessibleName(name)
        if (bands, fmt) != (self._bands, self._format):
            self._bands, self._format = bands, fmt
            self.renew()
        self.setAccessibleDescription(sentence(bands, fmt))

    def set_cursor_logit(self, logit: float | None) -> None:
        """Continue the marker's line, and paint no more than its two places anew."""
        if logit == self.cursor_logit:
            return
        for each in (self.cursor_logit, logit):
            if each is not None:
                self.update(round(self.span.to_pixel(each)) - 2, 0, 5, self.height())
        self.cursor_logit = logit

    def tip_at(self, _place: QPointF) -> str:
        return sentence(self._bands, self._format)

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme, span = QPainter(self), self.theme, self.span
        painter.fillRect(self.rect(), theme.background)
        lane = QRectF(span.left, 2.0, span.width, self.height() - 4.0)
        painter.fillRect(lane, blend(theme.grid, theme.background, 0.45))
        painter.setFont(small(self.font()))
        for band in joined(self._bands, span.hides):
            draw_band(painter, band, lane, self._format, span, theme)
        if not self._bands:
            painter.setPen(theme.muted)
            painter.drawText(lane, 0x84, sentence((), self._format))
        if self.cursor_logit is not None and span.shows(self.cursor_logit):
            painter.setPen(theme.text)
            at = span.to_pixel(self.cursor_logit)
            painter.drawLine(QPointF(at, 0.0), QPointF(at, float(self.height())))
        painter.end()


class StripLine(QWidget):
    """The strip and the button that chooses whose it is."""

    chosen = Signal(str)
    """The key of a route."""

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = MenuButton("", self)
        self.button.setFixedWidth(width)
        self.button.setToolTip(self.tr("Whose failures are shaded in the picture and shown in the strip"))
        for formula in ROUTES:
            action = self.button.menu().addAction(loss_name(formula.key))
            action.triggered.connect(lambda _=False, key=formula.key: self.chosen.emit(key))
        self.strip = Strip(self)
        self._label: QLabel | None = None
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 2)
        line.setSpacing(0)
        line.addWidget(self.button)
        line.addWidget(self.strip, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bands(self, key: str, bands: tuple[Band, ...], fmt: Format) -> None:
        """Show where a route fails."""
        words = self.tr("strip of {formula}").format(formula=loss_name(key))
        self.button.show_words(words)
        self.button.setAccessibleName(words)
        if self._label is not None:
            self._label.setText(words)
        self.strip.show_bands(words, bands, fmt)

    def draw_alone(self) -> None:
        """Write whose strip it is in the button's place, for a picture."""
        width = self.button.width()
        self.button.hide()
        label = QLabel(self)
        label.setFixedWidth(width)
        label.setContentsMargins(8, 0, 8, 0)
        self._label = label
        line = self.layout()
        assert isinstance(line, QHBoxLayout)
        line.insertWidget(0, label)

    def set_span(self, span: LogitSpan) -> None:
        """Align with the curves."""
        self.strip.set_span(span)
