"""The pills under a table: which of a column's counts have room, where they stand, how they look."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen

from engine import Health, Regime
from gui.services.colours import is_dark, regime_colour
from gui.tables.results.column_health import ColumnHealth, health_name
from gui.tables.results.ledger_text import amount

FONT_SCALE = 0.85
"""Size of a pill's text relative to the table's."""
INSET = 4
"""Pixels between a pill's edge and its text."""
GAP = 2
"""Pixels between pills, and around them in their column."""
TINT = 90
"""Alpha, out of 255, of a pill's background; its text keeps a contrast of 7:1."""

LINES = 2
"""Lines of pills: a column as wide as its numbers has room for three or four kinds."""

FAINT = 170
"""Alpha, out of 255, of the text of what is no alarm."""

MORE = "…"

Entry = tuple[Health | None, str]
"""A kind and its pill's text; no kind for `MORE`."""

ALARMS = {
    Health.NAN: Regime.NAN,
    Health.INFINITE: Regime.INFINITE,
    Health.SUBNORMAL: Regime.LOSING_DIGITS,
}
"""The kinds with a colour, and the regime whose colour it is."""


@dataclass(frozen=True, slots=True)
class Pill:
    """One count. Without a kind it stands for those that the column is too narrow for."""

    rect: QRect
    section: int
    health: Health | None
    text: str


class PillLayout:
    """Sets pills in lines, right-aligned as the numbers above them are, in a smaller font than theirs."""

    def __init__(self, font: QFont) -> None:
        self.font = QFont(font)
        self.font.setPointSizeF(self.font.pointSizeF() * FONT_SCALE)
        self._metrics = QFontMetrics(self.font)

    @property
    def height(self) -> int:
        """Height of all lines."""
        return LINES * (self.line_height + GAP) + GAP

    def pills(self, section: int, health: ColumnHealth | None, room: QRect) -> list[Pill]:
        """As many of a column's pills as fit, the last one for those that do not."""
        entries: list[Entry] = [
            (kind, f"{amount(count)} {health_name(kind)}")
            for kind, count in (health.present() if health is not None else [])
        ]
        lines = self._lines(entries, room.width() - 2 * GAP)
        shown = len(entries)
        while len(lines) > LINES:
            shown -= 1
            lines = self._lines([*entries[:shown], (None, MORE)], room.width() - 2 * GAP)
        height = self.line_height
        pills = []
        for number, line in enumerate(lines):
            # Right-aligned as the numbers above them are.
            x = room.right() - sum(self._width(text) + GAP for _, text in line)
            for kind, text in line:
                rect = QRect(x, GAP + number * (height + GAP), self._width(text), height)
                pills.append(Pill(rect, section, kind, text))
                x += rect.width() + GAP
        return pills

    def _lines(self, entries: list[Entry], width: int) -> list[list[Entry]]:
        """The entries side by side, with breaks where a line is full."""
        lines: list[list[Entry]] = []
        taken = width + 1
        for entry in entries:
            needed = self._width(entry[1])
            if taken + needed > width:
                lines.append([])
                taken = 0
            lines[-1].append(entry)
            taken += needed + GAP
        return lines

    @property
    def line_height(self) -> int:
        """Height of a pill."""
        return self._metrics.height() + 2

    def _width(self, text: str) -> int:
        return self._metrics.horizontalAdvance(text) + 2 * INSET


def paint_pill(painter: QPainter, pill: Pill, palette: QPalette, *, focused: bool) -> None:
    """Paint one pill; the kinds that alarm in their regime's colour."""
    ink = palette.color(QPalette.ColorRole.Text)
    edge = fill = QColor(Qt.GlobalColor.transparent)
    if pill.health in ALARMS:
        edge = regime_colour(ALARMS[pill.health], is_dark(palette))
        fill = QColor(edge)
        fill.setAlpha(TINT)
    else:
        ink.setAlpha(FAINT)
    if focused:
        edge = palette.color(QPalette.ColorRole.Highlight)
    painter.setPen(QPen(edge, 2 if focused else 1))
    painter.setBrush(fill)
    body = QRectF(pill.rect).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
    painter.setPen(ink)
    painter.drawText(pill.rect, Qt.AlignmentFlag.AlignCenter, pill.text)
