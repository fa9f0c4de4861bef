"""Which sign divides columns and which one is the decimal sign, decided together: a comma may be either."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from engine.data.faults import Fault, fault, fault_in, refusal
from engine.data.guesses.cells import is_number, kind_of
from engine.data.guesses.guess import Guess
from engine.data.number_grammar import plain_signs, with_a_point

DELIMITERS = (",", "\t", ";", "|", " ")
"""In order of preference."""

MOST_CELLS = 2_000
"""By which signs are judged; at least three lines, however wide."""

NO_DELIMITER = "\x1f"
"""For Python's reader where each line is one cell: no text has it."""

_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""1,500 may be a thousand and a half, or one and a half."""
_GROUPED_POINT = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d*(e[+-]?\d+)?|[+-]?\d{1,3}(,\d{3}){2,}", re.IGNORECASE)
_GROUPED_COMMA = re.compile(
    r"[+-]?\d{1,3}(\.\d{3})+,\d*(e[+-]?\d+)?|[+-]?\d{1,3}(\.\d{3}){2,}", re.IGNORECASE
)
_GROUPED_MARK = re.compile(r"[+-]?\d{1,3}(?P<mark>['’ \u00a0\u202f])\d{3}((?P=mark)\d{3})*([.,]\d*)?")

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines are divided into cells, and cells read as numbers."""

    delimiter: Guess[str]
    decimal: Guess[str]
    thousands: Guess[str]


def layout_of(lines: Sequence[str], delimiter: str | None = None) -> Layout:
    """The layout of a table's first lines.

    Parameters
    ----------
    lines : sequence of str
        Not blank, without comments, at least one.
    delimiter : str, optional
        Where it is known.

    Examples
    --------
    >>> layout = layout_of(["z;y", "1,5;0"])
    >>> layout.delimiter.value, layout.decimal.value, layout.decimal.is_sure
    (';', ',', True)
    >>> layout_of(["1,5", "-2,5"]).delimiter.is_sure
    False
    """
    if delimiter is None:
        found = _delimiter(lines)
        one_number = _one_number_a_line(lines) if found.value in {",", ""} else None
        if one_number is not None:
            return one_number
    else:
        natural = _delimiter(lines)
        others = tuple(each for each in (natural.value, *natural.others) if each != delimiter)
        found = Guess(delimiter, True, _CHOSEN, others)
    rows = cells_of(lines, found.value)
    few = rows[: max(MOST_CELLS // max(len(rows[0]), 1), 3)]
    decimal, thousands = _signs([cell for row in few for cell in row if cell])
    return Layout(found, decimal, thousands)


def cells_of(lines: Sequence[str], delimiter: str) -> Rows:
    """Lines divided into cells, blanks around them left out; raises DataError where quotes make no sense."""
    try:
        rows = csv.reader(lines, delimiter=delimiter or NO_DELIMITER, skipinitialspace=True)
        return tuple(tuple(cell.strip() for cell in row) for row in rows if row)
    except csv.Error as error:
        raise refusal(
            "columns", "the columns cannot be told apart: {reason}", reason=fault_in(error)
        ) from error


def width_of(rows: Rows, *, has_header: bool) -> int:
    """How many cells each row has; a header may be one short, as R writes it above an index."""
    first, second = (len(row) for row in (*rows, *rows)[:2])
    return second if has_header and second == first + 1 else first


# -- the delimiter --------------------------------------------------------------------------------------


def _delimiter(lines: Sequence[str]) -> Guess[str]:
    measured = {each: _fitness(lines, each) for each in DELIMITERS}
    best = max(DELIMITERS, key=measured.__getitem__)
    fits, is_divided, *share = measured[best]
    if not is_divided:
        return Guess("", True, fault("one_column", "each line is one cell"))
    rivals = tuple(each for each in DELIMITERS if each != best and measured[each][0])
    is_sure = fits and all(measured[each][2:] < tuple(share) for each in rivals)
    return Guess(best, is_sure, fault("divides_evenly", "it divides the lines evenly"), rivals)


def _fitness(lines: Sequence[str], delimiter: str) -> tuple[bool, bool, float, bool]:
    """How well a delimiter divides: evenly, into more than one column, into numbers, and the header alike."""
    try:
        rows = cells_of(lines, delimiter)
    except ValueError:
        return (False, False, 0.0, False)
    widths = {len(row) for row in rows[1:] or rows}
    width = max(widths, default=0)
    is_even = len(widths) == 1 and width > 1 and len(rows[0]) in {width, width - 1}
    cells = list(islice(chain.from_iterable(rows[1:] or rows), MOST_CELLS))
    share = sum(map(is_number, cells)) / max(len(cells), 1)
    return (is_even, width > 1, share, len(rows[0]) == width)


def _one_number_a_line(lines: Sequence[str]) -> Layout | None:
    """Decimal commas in one column, or two columns of whole numbers: 1,5 and -2,5."""
    texts = [line.strip() for line in lines]
    named, numbers = kind_of(texts[0]) == "word" and "," not in texts[0], texts
    if named:
        numbers = texts[1:]
    commas = [text for text in numbers if with_a_point(text) is not None]
    if not commas or any(not is_number(text) or "." in text for text in numbers):
        return None
    if any(_GROUPED_POINT.fullmatch(text) for text in numbers):
        return None
    if named:
        decimal, thousands = _signs(numbers)
        return Layout(Guess("", True, fault("one_name", "one name above each number")), decimal, thousands)
    reason = fault("comma_either", "1,5 may be one number or two")
    ones = {text.rpartition(",")[2] for text in commas} <= {"0", "1"} and len(commas) == len(numbers)
    values, signs = ("", ","), (",", ".")
    (delimiter, other), (decimal_sign, other_sign) = (values[::-1], signs[::-1]) if ones else (values, signs)
    return Layout(
        Guess(delimiter, False, reason, (other,)),
        Guess(decimal_sign, False, reason, (other_sign,)),
        Guess("", True, _NO_THOUSANDS),
    )


# -- the signs in numbers -------------------------------------------------------------------------------


_CHOSEN = fault("chosen", "chosen")
_NO_THOUSANDS = fault("no_thousands", "no signs at thousands")


def _signs(cells: Sequence[str]) -> tuple[Guess[str], Guess[str]]:
    """The decimal sign and the one at thousands, from all cells that are numbers."""
    numbers = [plain_signs(cell) for cell in cells if is_number(cell)]
    marks = {found["mark"] for cell in numbers if (found := _GROUPED_MARK.fullmatch(cell))}
    mark = next(iter(sorted(marks)), "")
    if mark:
        numbers = [cell.replace(mark, "") for cell in numbers]
    decimal, thousands = _points_and_commas(numbers)
    if mark and not thousands.value:
        thousands = Guess(mark, len(marks) == 1, fault("marked_thousands", "a sign at every third digit"))
    return decimal, thousands


def _points_and_commas(numbers: Sequence[str]) -> tuple[Guess[str], Guess[str]]:
    commas = [cell for cell in numbers if "," in cell]
    points = [cell for cell in numbers if "." in cell]
    none = Guess("", True, _NO_THOUSANDS)
    if not commas and not any(map(_GROUPED_COMMA.fullmatch, points)):
        return Guess(".", True, fault("points_alone", "no number has a comma")), none
    by_point = [cell for cell in commas if _GROUPED_POINT.fullmatch(cell)]
    by_comma = [cell for cell in (*commas, *points) if _GROUPED_COMMA.fullmatch(cell)]
    decisive = [cell for cell in commas if with_a_point(cell) is not None and not _AMBIGUOUS.fullmatch(cell)]
    plain_points = [cell for cell in points if cell not in by_point and cell not in by_comma]
    if by_point and not decisive and not by_comma:
        reason = fault("comma_thousands", "commas at thousands before a point")
        return Guess(".", True, reason, (",",)), Guess(",", True, reason, ("",))
    if decisive and not plain_points and not by_point and not by_comma:
        return Guess(",", True, fault("decimal_commas", "commas that stand at no thousands"), (".",)), none
    return _unsure(bool(decisive or not plain_points), bool(by_comma), bool(by_point))


def _unsure(has_comma: bool, by_comma: bool, by_point: bool) -> tuple[Guess[str], Guess[str]]:
    reason: Fault = fault("comma_or_thousands", "a comma may be a decimal sign or stand at thousands")
    decimal = "," if has_comma and not by_point else "."
    other = "." if decimal == "," else ","
    thousands = "." if by_comma and decimal == "," else "," if decimal == "." else ""
    offered = tuple(sign for sign in ("", other) if sign != thousands)
    return Guess(decimal, False, reason, (other,)), Guess(thousands, False, reason, offered)
