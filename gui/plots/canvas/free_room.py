"""Where words have room in a plot: on no curve, no marker and no other words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from gui.plots.scales.plot_view import View

CLEAR = 2.0
"""Pixels that words keep from a curve."""

MARK = 6.0
"""Half of a marker's side."""

Floats = NDArray[np.float64]


@dataclass
class FreeRoom:
    """A plot's lines as they are drawn, in its pixels, and what has been put between them.

    `lines` are their points from the left, of which one that is nan is a gap; `marks` the middles of
    markers.
    """

    lines: Sequence[tuple[Floats, Floats]]
    marks: tuple[Floats, Floats] = (np.empty(0), np.empty(0))
    taken: list[QRectF] = field(default_factory=list)

    def is_free(self, box: QRectF) -> bool:
        """Whether nothing lies in a box."""
        if any(box.intersects(other) for other in self.taken) or self.is_marked(box):
            return False
        around = box.adjusted(-CLEAR, -CLEAR, CLEAR, CLEAR)
        return not any(_crosses(xs, ys, around) for xs, ys in self.lines)

    def is_marked(self, box: QRectF) -> bool:
        """Whether a marker lies in a box or over its edge."""
        xs, ys = self.marks
        around = box.adjusted(-MARK, -MARK, MARK, MARK)
        across = (xs >= around.left()) & (xs <= around.right())
        return bool((across & (ys >= around.top()) & (ys <= around.bottom())).any())

    def first_free(self, boxes: Iterable[QRectF]) -> QRectF | None:
        """The first of these boxes that is free, which it is no longer; None where none is."""
        for box in boxes:
            if self.is_free(box):
                self.taken.append(QRectF(box))
                return box
        return None


def pixels_of(view: View, places: Floats, values: Floats) -> tuple[Floats, Floats]:
    """A line's points in a plot's pixels, from its places on both scales."""
    span = view.span
    xs = (places - span.start) / (span.stop - span.start) * span.width
    return xs, (view.top - values) / (view.top - view.bottom) * view.height


def _crosses(xs: Floats, ys: Floats, box: QRectF) -> bool:
    """Whether a line of ascending `xs` passes through a box, or over a corner of it."""
    first = max(int(np.searchsorted(xs, box.left())) - 1, 0)
    after = int(np.searchsorted(xs, box.right(), side="right")) + 1
    near = ys[first:after]
    if len(near) == 1:
        near = np.repeat(near, 2)
    lows, highs = np.fmin(near[:-1], near[1:]), np.fmax(near[:-1], near[1:])
    return bool(((lows <= box.bottom()) & (highs >= box.top())).any())
