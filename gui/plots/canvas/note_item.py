"""Words beside curves: which target a curve belongs to, where a clamp holds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QPainter

from gui.plots.canvas.free_room import FreeRoom
from gui.plots.canvas.pixel_items import PAD, Canvas, PixelItem, ShadeItem
from gui.plots.content.marks import Note
from gui.plots.scales.plot_view import View

BESIDE = 5.0
"""Pixels from a curve to the words about it: more than half of the widest curve."""

SIDES = ((1.0, -1), (0.0, -1), (0.0, 1), (1.0, 1), (0.5, -1), (0.5, 1))
"""Which part of the words stands at a point (0: their start), and whether above (-1) or below it."""

Placed = list[tuple[Note, str, QRectF]]


class NoteItem(PixelItem):
    """Writes notes where nothing else is; one without room is left out."""

    notes: tuple[Note, ...] = ()

    def __init__(self, plot: Canvas, shades: ShadeItem) -> None:
        super().__init__(plot, depth=100.0, kept=True)
        self._shades = shades
        self._drawn: Placed = []
        self._placed_in: tuple[View, QFont] | None = None
        """Where and how large the words were when they were placed; None of others than are shown."""

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Write these notes."""
        if tuple(notes) != self.notes:
            self.notes, self._placed_in = tuple(notes), None
            self.update()

    @property
    def boxes(self) -> list[QRectF]:
        """Where words stand."""
        return [box for *_, box in self._drawn]

    def look_again(self, room: FreeRoom) -> None:
        """Write elsewhere if something is drawn over the words by now."""
        placed, self._placed_in = self.placed(room), (self.plot.view, QGuiApplication.font())
        if placed != self._drawn:
            self._drawn = placed
            self.update()

    def draw(self, painter: QPainter, view: View) -> None:
        if self._placed_in != (view, QGuiApplication.font()):
            self._drawn = self.placed()
        for note, text, box in self._drawn:
            painter.fillRect(box, self.plot.theme.background)  # fills and hatches swallow soft letters
            painter.setPen(note.colour)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def placed(self, room: FreeRoom | None = None) -> Placed:
        """The notes in view with the words that fit and where they stand, clear of all that is drawn."""
        metrics, view = QFontMetricsF(QGuiApplication.font()), self.plot.view
        free = room
        if free is None:
            free = self.plot.free_room()
            self._shades.named(free)  # which come first
        found: Placed = []
        for note in self.notes:
            for text in filter(None, (note.text, note.short)):
                box = free.first_free(self._boxes(note, text, metrics, view))
                if box is not None:
                    found.append((note, text, box))
                    break
        return found

    def _boxes(self, note: Note, text: str, metrics: QFontMetricsF, view: View) -> Iterator[QRectF]:
        """Above and below the points that the note is about, inside the plot."""
        inside = self.boundingRect().adjusted(PAD, PAD, -PAD, -PAD)
        width, height = metrics.horizontalAdvance(text) + 2 * PAD, metrics.height()
        for x, y in note.points:
            if not (view.span.shows(x) and view.bottom <= y <= view.top):
                continue
            across, up = view.x(x), view.y(y)
            for align, side in SIDES:
                top = up + BESIDE if side > 0 else up - BESIDE - height
                left = min(max(across - align * width, inside.left()), inside.right() - width)
                box = QRectF(left, top, width, height)
                if inside.contains(box):
                    yield box
