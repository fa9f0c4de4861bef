"""Mouse gestures in a plot: one at a time, offered to tools before pyqtgraph sees them.

pyqtgraph hands drags to items by their stacking order and cannot take one back. Here every press is
offered to tools in a fixed order; the one that takes it gets the pointer until the button is released
or the gesture is cancelled. What no tool takes pans, zooms and clicks as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent

from gui.plots.canvas.logit_plot import LogitPlot


class Pointer(NamedTuple):
    """Where the pointer is in a plot, in its pixels, and which keys are held with it."""

    plot: LogitPlot
    position: QPointF
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


class Tool(Protocol):
    """Something that can be dragged."""

    def cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """How the pointer looks where a press would be taken; None where it would not."""

    def take(self, pointer: Pointer) -> bool:
        """Begin a gesture here, or leave the press to others."""

    def drag(self, pointer: Pointer) -> None:
        """The pointer has moved."""

    def drop(self) -> None:
        """The button is released."""

    def cancel(self) -> None:
        """Put back what the gesture has changed."""


class Gestures(QObject):
    """Offers a plot's mouse events to tools; the first that takes a press has it."""

    began = Signal()
    """A tool has taken a press."""
    ended = Signal()
    """The tool at work has been left, whether it has changed anything or not."""
    clicked = Signal(object)
    """A `Pointer`, where the left button was pressed and released without a tool or a drag."""
    double_clicked = Signal()

    def __init__(self, plot: LogitPlot, tools: Sequence[Tool]) -> None:
        super().__init__(plot)
        self._plot = plot
        self._tools = tuple(tools)
        self._active: Tool | None = None
        self._pressed: QPointF | None = None
        plot.viewport().setMouseTracking(True)
        plot.viewport().installEventFilter(self)

    @property
    def active(self) -> bool:
        """Whether a tool is at work."""
        return self._active is not None

    def cancel(self) -> bool:
        """End the gesture under way as if it had not begun; False if there is none."""
        tool, self._active = self._active, None
        if tool is None:
            return False
        tool.cancel()
        self._plot.viewport().unsetCursor()
        self.ended.emit()
        return True

    def _at(self, event: QMouseEvent) -> Pointer:
        return Pointer(self._plot, event.position(), event.modifiers())

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() is not Qt.MouseButton.LeftButton:
            return self.active
        pointer = self._at(event)
        self._pressed = pointer.position
        self._active = next((tool for tool in self._tools if tool.take(pointer)), None)
        if self._active is None:
            return False
        self._plot.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = None
        self.began.emit()
        return True

    def _move(self, event: QMouseEvent) -> bool:
        pointer = self._at(event)
        if self._active is not None:
            self._active.drag(pointer)
            return True
        if event.buttons() == Qt.MouseButton.NoButton:
            self._shape(pointer)
        return False

    def _shape(self, pointer: Pointer) -> None:
        shapes = (tool.cursor(pointer) for tool in self._tools)
        shape = next((shape for shape in shapes if shape is not None), None)
        if shape is None:
            self._plot.viewport().unsetCursor()
        else:
            self._plot.viewport().setCursor(shape)

    def _release(self, event: QMouseEvent) -> bool:
        if event.button() is not Qt.MouseButton.LeftButton:
            return self.active
        tool, self._active = self._active, None
        if tool is not None:
            tool.drop()
            self._shape(self._at(event))
            self.ended.emit()
            return True
        pressed, self._pressed = self._pressed, None
        if pressed is not None and _is_click(pressed, event.position()):
            self.clicked.emit(self._at(event))
        return False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        kind = event.type()
        if kind is QEvent.Type.MouseMove:
            return self._move(event)
        if kind is QEvent.Type.MouseButtonPress:
            return self._press(event)
        if kind is QEvent.Type.MouseButtonRelease:
            return self._release(event)
        if kind is QEvent.Type.MouseButtonDblClick:
            self._pressed = None
            self.double_clicked.emit()
        return False


def _is_click(pressed: QPointF, released: QPointF) -> bool:
    way = (released - pressed).manhattanLength()
    return way < QGuiApplication.styleHints().startDragDistance()
