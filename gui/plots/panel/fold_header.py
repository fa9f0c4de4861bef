"""The slim line above a plot: a disclosure triangle, what is shown, where it is read, its switches."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from gui.plots.canvas.logit_plot import KEYBOARD
from gui.plots.parts.plot_theme import PlotTheme

SIDE = 6
ARROW = 8.0
GAP = 14


class FoldHeader(QAbstractButton):
    """A checkable header: checked while what is below it is unfolded.

    Its words are painted, not labels: a label asks for a new layout with each new text, and the place
    changes with every move of the pointer.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ""
        self.place = ""
        self._focused = False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 2, 0)
        self._row.setSpacing(2)
        self._row.addStretch(1)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Fold or unfold"))

    def add_switch(self, switch: QWidget) -> None:
        """Put a control at the right."""
        self._row.addWidget(switch)

    def switches(self) -> list[QWidget]:
        """The controls at the right."""
        items = (self._row.itemAt(at) for at in range(self._row.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if widget is not None]

    def set_title(self, text: str) -> None:
        """Name what is shown."""
        if text != self.title:
            self.title = text
            self.setAccessibleName(text)
            self.update()

    def set_place(self, text: str) -> None:
        """Name the place where the values are read."""
        if text != self.place:
            self.place = text
            self.setAccessibleDescription(text)
            self.update()

    def _paint_arrow(self, painter: QPainter, theme: PlotTheme) -> None:
        middle = QPointF(SIDE + ARROW / 2.0, self.height() / 2.0)
        half = ARROW / 2.0
        points = [QPointF(-half, -half / 2), QPointF(half, -half / 2), QPointF(0, half / 2)]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(middle)
        painter.rotate(0.0 if self.isChecked() else -90.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.muted)
        painter.drawPolygon(QPolygonF(points))
        painter.restore()

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 5)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._focused = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._focused = False
        super().focusOutEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), PlotTheme.of(self.palette())
        painter.fillRect(self.rect(), theme.background)
        self._paint_arrow(painter, theme)
        metrics = self.fontMetrics()
        # Not where the switches are: they may be laid out after this paint.
        shown = [switch for switch in self.switches() if not switch.isHidden()]
        right = self.width() - SIDE - sum(s.sizeHint().width() + self._row.spacing() for s in shown)
        left = SIDE + round(ARROW) + 5
        inside = QRect(left, 0, max(right - left, 0), self.height())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.muted)
        room = inside.width() - metrics.horizontalAdvance(self.place) - GAP
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, self.place)
        title = metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.setPen(theme.text if self.isChecked() else theme.muted)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, title)
        if self._focused:
            painter.setPen(QPen(theme.muted, 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
        painter.end()
