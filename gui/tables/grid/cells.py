"""What one cell says, read from a snapshot: its text, the text to edit or copy, what went wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QBrush

from engine import Regime, format_of
from gui.services.colours import regime_colour
from gui.services.numbers.number_display import NumberDisplay
from gui.services.numbers.number_text import ERROR_DIGITS, exact_text, format_number, reads_true
from gui.tables.grid.columns import Kind, TableColumn
from gui.tables.grid.snapshot import AnyRegime, Snapshot

NO_MEANING = "–"
"""Shown where a row has nothing to show, as the softmax of an ignored target."""

PENDING = "…"
"""Shown until a value has been computed."""

NO_ROOM = "#"
"""Shown where a column is too narrow for a number, as spreadsheets do."""

MOST_FITTED = 9
"""Digits to begin with where a number must be shown shorter: nobody makes room for more by hand."""

TINT = 64
"""Alpha, out of 255, of a bad cell's background: the number in front keeps a contrast of 7:1."""


def cell_text(snapshot: Snapshot, row: int, column: TableColumn, display: NumberDisplay) -> str:
    """A cell's short text; an ellipsis while its value is being computed."""
    values = snapshot.values(column)
    if values is None:
        return PENDING
    if not snapshot.applies(column, row):
        return NO_MEANING
    value = values.item(row)
    if isinstance(value, int):
        return str(value)
    if column.kind is Kind.ERROR:
        return format_number(value, ERROR_DIGITS)
    return display.show(value, snapshot.format_of(values))


def fitting_text(
    snapshot: Snapshot, row: int, column: TableColumn, text: str, fits: Callable[[str], bool]
) -> str:
    """A cell's text, for which there is no room, with fewer digits: a cut one could lose its exponent.

    A number is never shown without its size: where no digit has room, a mark stands for it.
    """
    values = snapshot.values(column)
    if values is None or not snapshot.applies(column, row):
        return text
    value = values.item(row)
    if isinstance(value, int):
        return text
    shorter = (f"{value:.{digits}g}" for digits in range(MOST_FITTED, 0, -1))
    return next((each for each in shorter if fits(each) and reads_true(value, each)), NO_ROOM)


def edit_text(snapshot: Snapshot, row: int, column: TableColumn) -> str:
    """The text that typed into the cell gives the same number; for computed cells, to copy."""
    if column.field is None:
        values = snapshot.values(column)
        return "" if values is None else exact_text(values.item(row), format_of(values.dtype))
    typed = getattr(snapshot.problem, column.field)
    value = (typed if column.index is None else typed[:, column.index]).item(row)
    return str(value) if isinstance(value, int) else exact_text(value, snapshot.problem.format)


def bad_regime(snapshot: Snapshot, row: int, column: TableColumn) -> AnyRegime | None:
    """What went wrong in a cell; None where nothing did."""
    judged = snapshot.judged(column)
    if judged is None or not judged.regimes.item(row) or not snapshot.applies(column, row):
        return None
    return judged.regime(row)


UNCHECKED = Regime.CLAMPED
"""A target that makes no sense has the colour of the regime that a wrong loss most often has."""


class Tints:
    """The translucent backgrounds of bad cells, one brush a regime."""

    def __init__(self, dark: bool) -> None:
        self.dark = dark
        self._brushes: dict[tuple[type[AnyRegime], int], QBrush] = {}

    def of(self, regime: AnyRegime) -> QBrush:
        """The regime's brush; the same one each time."""
        # The two enumerations share their integers: the type tells them apart.
        key = (type(regime), int(regime))
        if key not in self._brushes:
            colour = regime_colour(regime, self.dark)
            colour.setAlpha(TINT)
            self._brushes[key] = QBrush(colour)
        return self._brushes[key]
