"""The pills under a column: which of its counts have room, where they stand, how they look."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen

from engine import Health
from gui.services.colours import is_dark
from gui.tables.footer.column_health import ColumnHealth, Sort, sort_name
from gui.tables.grid.counts import short_count
from gui.tables.grid.failures import Failure
from gui.tables.view.verdict_paint import verdict_colours

INSET = 5
"""Pixels between a pill's edge and its text."""
LEAST_INSET = 2
"""The same where a column is narrow."""
GAP = 3
"""Pixels between pills, and around them in their column."""

QUIET = {Health.IGNORED, Health.NEGATIVE, Health.ZERO, Health.POSITIVE}
"""Kinds of numbers that alarm nobody: they need no pill, only words."""

ALARMS = {
    Health.NAN: Failure.NAN,
    Health.INFINITE: Failure.INFINITE,
    Health.SUBNORMAL: Failure.DIGITS,
}
"""The kinds of numbers with a colour, and the failure whose colour it is."""


Entry = tuple[Sort | None, str]


class Pill(NamedTuple):
    """One count. Without a sort it stands for those that the column is too narrow for."""

    rect: QRect
    section: int
    sort: Sort | None
    text: str


class PillLayout:
    """Sets a column's pills in one line, right-aligned as the numbers above them are."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetrics(font)
        self._inset = INSET

    @property
    def height(self) -> int:
        """Height of the line."""
        return self._metrics.height() + 6

    def pills(self, section: int, health: ColumnHealth | None, room: QRect, *, quiet: bool) -> list[Pill]:
        """As many of a column's pills as fit whole, the worst first, then how many sorts are left out.

        Kinds of numbers that alarm nobody are told if they are asked for (`quiet`) and all have room.
        """
        if health is None:
            return []
        self._inset = INSET
        entries = self._fitting(health, room.width(), quiet)
        if entries and entries[0][0] is None:  # the worst has no room, unless the pills are closer
            self._inset = LEAST_INSET
            entries = self._fitting(health, room.width(), quiet)
        x = room.right() + 1 + GAP - self._taken(entries)
        pills = []
        for sort, text in entries:
            rect = QRect(x, 2, self._width(text, sort), self.height - 4)
            pills.append(Pill(rect, section, sort, text))
            x += rect.width() + GAP
        return pills

    def _fitting(self, health: ColumnHealth, width: int, quiet: bool) -> list[Entry]:
        """What has room: alarms, the number of those left out, and the quiet kinds if all of them have."""
        told: list[Entry] = [
            (sort, f"{short_count(count)} {sort_name(sort)}") for sort, count in _told(health)
        ]
        alarms = [entry for entry in told if not _is_quiet(entry[0])]
        if quiet and self._taken(told) <= width:
            return told
        if self._taken(alarms) <= width:
            return alarms
        shown = len(alarms)
        while shown:
            entries = alarms[:shown]
            if shown < len(alarms):
                entries.append((None, f"+{len(alarms) - shown}"))
            if self._taken(entries) <= width:
                return entries
            shown -= 1
        entries = [(None, f"+{len(alarms)}")] if alarms else []
        return entries if self._taken(entries) <= width else []

    def _taken(self, entries: list[Entry]) -> int:
        return sum(self._width(text, sort) + GAP for sort, text in entries) + GAP

    def _width(self, text: str, sort: Sort | None) -> int:
        return self._metrics.horizontalAdvance(text) + 2 * (1 if _is_quiet(sort) else self._inset)


def _is_quiet(sort: Sort | None) -> bool:
    return isinstance(sort, Health) and sort in QUIET


def _told(health: ColumnHealth) -> list[tuple[Sort, int]]:
    """What has a pill: of losses their failures, of other numbers all kinds."""
    return list(health.failed()) if health.failures is not None else list(health.present())


def paint_pill(painter: QPainter, pill: Pill, palette: QPalette, *, focused: bool) -> None:
    """Paint one pill; what alarms in its failure's colours, the rest as words."""
    ink = palette.color(QPalette.ColorRole.Text)
    edge = fill = QColor(Qt.GlobalColor.transparent)
    failure = _alarm(pill.sort)
    if failure is not None:
        edge, fill = verdict_colours(failure, is_dark(palette))
    else:
        ink = palette.color(QPalette.ColorRole.PlaceholderText)
    if focused:
        edge = palette.color(QPalette.ColorRole.Highlight)
    painter.setPen(QPen(edge, 2 if focused else 1))
    painter.setBrush(fill)
    body = QRectF(pill.rect).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
    painter.setPen(ink)
    painter.drawText(pill.rect, Qt.AlignmentFlag.AlignCenter, pill.text)


def _alarm(sort: Sort | None) -> Failure | None:
    # The two enumerations share their integers: the type tells them apart.
    if isinstance(sort, Failure):
        return sort
    return ALARMS.get(sort) if isinstance(sort, Health) else None
