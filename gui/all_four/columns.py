"""Where the columns of the lanes stand, for any width and size of letters."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

DRAWN_WIDTH = 1366
"""Pixels for which the columns below are drawn."""

SAMPLE, TAKES, THEN, LOSS, GIVES, MARK = (4, 20), (24, 164), (196, 420), (452, 700), (732, 852), (872, 888)
"""First and last pixel of a line's sample, of the three boxes, of the number, and of the verdict's mark."""

WIDEST = 1.5
"""Beyond so many times the drawn width the verdict has all the room."""

MARGIN = 8


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a widget so wide."""

    width: int

    def _place(self, ends: tuple[int, int], height: float) -> QRectF:
        factor = min(self.width / DRAWN_WIDTH, WIDEST)
        return QRectF(ends[0] * factor, 0.0, (ends[1] - ends[0]) * factor, height)

    def sample(self, height: float) -> QRectF:
        """Of the line as its curve is drawn."""
        return self._place(SAMPLE, height)

    def takes(self, height: float) -> QRectF:
        """Of the input."""
        return self._place(TAKES, height)

    def then(self, height: float) -> QRectF:
        """Of the activation."""
        return self._place(THEN, height)

    def loss(self, height: float) -> QRectF:
        """Of the call and its target."""
        return self._place(LOSS, height)

    def gives(self, height: float) -> QRectF:
        """Of the number."""
        return self._place(GIVES, height)

    def rest(self, height: float) -> QRectF:
        """Of the verdict and the gradient."""
        left = self._place(MARK, height).left()
        return QRectF(left, 0.0, max(self.width - MARGIN - left, 0.0), height)
