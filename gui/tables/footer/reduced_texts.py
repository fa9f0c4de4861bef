"""The footer's numbers with as many digits as their column has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gui.services.numbers.number_text import format_number
from gui.tables.footer.reduced_lines import VALUE_DIGITS, ReducedLine
from gui.tables.grid.counts import short_count
from gui.tables.results.ledger_text import LARGEST_COUNT, LEDGER_DIGITS, amount

LEAST_DIGITS = 2
NO_ROOM = "#"
"""Shown where a column is too narrow for a number, as in its cells."""

Fits = Callable[[str], bool]


def fitting_value(line: ReducedLine, fits: Fits) -> str:
    """The reduced value with fewer digits where all of them do not fit: never cut."""
    if line.number is None:
        return line.value
    digits = range(VALUE_DIGITS, LEAST_DIGITS - 1, -1)
    return _first((format_number(line.number, each) for each in digits), fits)


def fitting_division(line: ReducedLine, rows: int, fits: Fits) -> str:
    """Sum and count, or for a sum the number of rows; nothing where nothing was reduced."""
    if line.parts is None:
        return ""
    total, count = line.parts
    if count is None:
        return short_count(rows)
    whole = f"{amount(total)} / {amount(count)}"
    is_whole = abs(count) < LARGEST_COUNT and count == int(count)
    counted = short_count(int(count)) if is_whole else format_number(count, LEDGER_DIGITS)
    digits = range(LEDGER_DIGITS, LEAST_DIGITS - 1, -1)
    shorter = (f"{format_number(total, each)} / {counted}" for each in digits)
    return whole if fits(whole) else _first(shorter, fits)


def _first(texts: Iterable[str], fits: Fits) -> str:
    return next((text for text in texts if fits(text)), NO_ROOM)
