"""The plots by keyboard: the selected logit moves by steps or by single floats, rows change up and down."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent

from gui.document.document import Document
from gui.document.selection import Selection
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.tools.logit_moves import LogitGesture, LogitMoves, even_step, floats_away, stepped

ACROSS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
ALONG = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
EDGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}

FAST = 10
"""Steps of one key press with Shift."""

FINE = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
"""With either of these a step is one float of the format."""


class PlotKeys(QObject):
    """Moves the selected row's logit while a key is held, as one step of the history."""

    escaped = Signal()
    ended = Signal()
    """The key that moved the logit is let go."""
    edge_asked = Signal(int)
    """The next edge to the right (1) or to the left (-1) is to be shown."""

    def __init__(self, plot: LogitPlot, document: Document, selection: Selection, moves: LogitMoves) -> None:
        super().__init__(plot)
        self._plot = plot
        self._document = document
        self._selection = selection
        self._moves = moves
        self._gesture: LogitGesture | None = None
        self._held: int | None = None
        plot.installEventFilter(self)

    @property
    def active(self) -> bool:
        """Whether a key that moves the logit is held."""
        return self._gesture is not None

    def _press(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape:
            self.escaped.emit()
        elif key in ALONG:
            page = self._document.page
            self._selection.select(page, self._selection.place(page).row + ALONG[key])
        elif key in ACROSS:
            self._move(key, event)
        elif key in EDGES:
            self.edge_asked.emit(EDGES[key])
        else:
            return False
        return True

    def _move(self, key: Qt.Key, event: QKeyEvent) -> None:
        if not event.isAutoRepeat() or self._held != key:
            self._end()
            self._gesture, self._held = self._moves.begin(), key
        gesture = self._gesture
        if gesture is None:
            return
        steps = ACROSS[key] * (FAST if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        logit = gesture.logit
        if event.modifiers() & FINE:
            gesture.move_to(floats_away(logit, steps, gesture.format))
        else:
            gesture.move_to(stepped(logit, steps, even_step(self._plot.span, logit), gesture.format))

    def _end(self) -> None:
        gesture, self._gesture, self._held = self._gesture, None, None
        if gesture is not None:
            gesture.finish()
            self.ended.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.KeyPress:
                return self._press(event)
            if event.type() is QEvent.Type.KeyRelease and not event.isAutoRepeat():
                if event.key() == self._held:
                    self._end()
                return event.key() in ACROSS
        elif isinstance(event, QFocusEvent) and event.type() is QEvent.Type.FocusOut:
            self._end()
        return False
