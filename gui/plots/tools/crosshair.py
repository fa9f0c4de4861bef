"""The logit at which values are read: it follows the pointer until it is put somewhere and held."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from engine import FLOAT64, Family, Format
from gui.plots.content.subject import Subject
from gui.plots.tools.gestures import Pointer
from gui.plots.tools.logit_moves import snapped

REACH = 5.0
"""Pixels from a held crosshair within which a press takes it."""


class Crosshair(QObject):
    """Where values are read, and the tool that drags it while it is held.

    It stands on floats of the problem's format only: what is read there is what a row there would have.
    """

    moved = Signal(object)
    """The logit as a float; None where values are those of the selected row."""
    held_changed = Signal(object)
    """The logit at which it is held, None for none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._format: Format = FLOAT64
        self._family: Family | None = None
        self._hovered: float | None = None
        self._held: float | None = None
        self._taken_at: float | None = None

    def show_subject(self, subject: Subject) -> None:
        """Stand on the floats of this subject's format; another page's logits begin without it."""
        self._format = subject.problem.format
        family, self._family = self._family, subject.problem.family
        if self._held is not None:
            self.hold(self._held if family == self._family else None)

    @property
    def logit(self) -> float | None:
        """Where values are read."""
        return self._hovered if self._held is None else self._held

    @property
    def held(self) -> float | None:
        """Where it is held."""
        return self._held

    def hover(self, logit: float | None) -> None:
        """Follow the pointer, unless held."""
        before = self.logit
        self._hovered = None if logit is None else snapped(logit, self._format)
        if self.logit != before:
            self.moved.emit(self.logit)

    def hold(self, logit: float | None) -> None:
        """Stay at a logit; None follows the pointer again."""
        before, was_held = self.logit, self._held
        self._held = None if logit is None else snapped(logit, self._format)
        if self._held != was_held:
            self.held_changed.emit(self._held)
        if self.logit != before:
            self.moved.emit(self.logit)

    # -- Tool ---------------------------------------------------------------------------------------

    def _is_near(self, pointer: Pointer) -> bool:
        if self._held is None:
            return False
        span = pointer.plot.span
        inside = span.low <= self._held <= span.high
        return inside and abs(span.to_pixel(self._held) - pointer.position.x()) <= REACH

    def cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """Arrows that say it moves sideways."""
        return Qt.CursorShape.SplitHCursor if self._is_near(pointer) else None

    def take(self, pointer: Pointer) -> bool:
        """Begin to drag it."""
        if pointer.modifiers != Qt.KeyboardModifier.NoModifier or not self._is_near(pointer):
            return False
        self._taken_at = self._held
        return True

    def drag(self, pointer: Pointer) -> None:
        """Go where the pointer is."""
        self.hold(pointer.plot.span.to_logit(pointer.position.x()))

    def drop(self) -> None:
        """Stay there."""
        self._taken_at = None

    def cancel(self) -> None:
        """Go back to where it was held."""
        self.hold(self._taken_at)
