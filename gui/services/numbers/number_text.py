"""Numbers as text, both ways: what a person may type, and what a cell shows.

Numbers are written with a point in every locale. What is typed, pasted or read from a file is parsed
here and nowhere else, and every refusal says what was expected and what came.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import BFLOAT16, FLOAT64, Format
from engine.data import plain_signs, read_number, with_a_point

DIGITS = 6
"""Significant digits of a cell unless the user asks for others; float32 has 6 to 9."""

ERROR_DIGITS = 4
"""Significant digits of an error: its size matters, not its last digits."""

MOST_DIGITS = 17
"""Significant digits that identify every float64."""

BESIDE_ONE = frozenset({"1", "-1"})
"""Texts that a number close to 1 or -1 must not have."""

LONGEST_BESIDE_ONE = "-1 + 0.00012"
"""A text as long as any of theirs is."""

LONGEST_QUOTE = 40
"""Characters of a refused text that a message repeats."""


def parse_number(text: str) -> float:
    """The number a person typed.

    Parameters
    ----------
    text : str
        Decimal (``1.5``, ``1e-46``, ``-0.0``) or hexadecimal (``0x1.8p3``), ``inf``, ``infinity`` or
        ``nan`` in any case, with a hyphen or a typographic minus, blanks around it allowed.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        With a sentence for people: what was expected and what came.
    """
    try:
        return read_number(text)
    except ValueError:
        suggestion = with_a_point(text)
        reason = _expected_number(text) if suggestion is None else _write_a_point(text, suggestion)
        raise ValueError(reason) from None


def parse_class(text: str, classes: int, ignore_index: int) -> int:
    """The class index a person typed.

    Parameters
    ----------
    text : str
        A whole number.
    classes : int
        Number of classes, C.
    ignore_index : int
        The index that is legal beside 0..C-1.

    Raises
    ------
    ValueError
        With a sentence for people: what was expected and what came.
    """
    plain = plain_signs(text.strip())
    try:
        index = int(plain)
    except ValueError:
        index = None
    if index is not None and (index == ignore_index or 0 <= index < classes):
        return index
    message = QCoreApplication.translate(
        "number_text", "expected a class 0 to {last} or ignore_index {ignored}, got {text}"
    )
    raise ValueError(message.format(last=classes - 1, ignored=ignore_index, text=quoted(text)))


def parse_integer(text: str) -> int:
    """The whole number a person typed, in the range of PyTorch's int64.

    Raises
    ------
    ValueError
        With a sentence for people: what was expected and what came.
    """
    try:
        number = int(plain_signs(text.strip()))
    except ValueError:
        number = None
    if number is not None and abs(number) <= np.iinfo(np.int64).max:
        return number
    message = QCoreApplication.translate("number_text", "expected a whole number, got {text}")
    raise ValueError(message.format(text=quoted(text)))


def parse_share(text: str) -> float:
    """The number from 0 to 1 a person typed.

    Raises
    ------
    ValueError
        With a sentence for people: what was expected and what came.
    """
    number = parse_number(text)
    if 0.0 <= number <= 1.0:
        return number
    message = QCoreApplication.translate("number_text", "expected a number from 0 to 1, got {text}")
    raise ValueError(message.format(text=quoted(text)))


def format_number(value: float, digits: int = DIGITS) -> str:
    """Short text for a cell: `digits` significant ones, the sign of a zero, inf and nan.

    Only 1 reads 1, since a sigmoid that rounds to 1 is where losses break: a neighbour is told by its
    distance, for example ``1 - 1.2e-07``.
    """
    text = f"{value:.{digits}g}"
    return text if reads_true(value, text) else _beside_one(value, text)


def told_apart(value: float, truth: float, digits: int = DIGITS) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ, at least `digits`.

    Examples
    --------
    >>> told_apart(0.11095146, 0.11095143)
    ('0.11095146', '0.11095143')
    """
    enough = range(digits, MOST_DIGITS)
    shown = next((n for n in enough if f"{value:.{n}g}" != f"{truth:.{n}g}"), MOST_DIGITS)
    if value == truth:
        shown = digits
    return format_number(value, shown), format_number(truth, shown)


def reads_true(value: float, text: str) -> bool:
    """Whether a rounded text does not claim to be 1 of a number that is not."""
    return text not in BESIDE_ONE or abs(value) == 1.0


def _beside_one(value: float, text: str) -> str:
    distance = value - float(text)  # exact: the two are close together
    return f"{text} {'+' if distance > 0.0 else '-'} {abs(distance):.2g}"


def shortest_text(value: float, fmt: Format) -> str:
    """The shortest text that identifies this float among those of its format.

    Parameters
    ----------
    value : float
        A float of the format.
    fmt : Format

    Notes
    -----
    NumPy prints its own formats that way; ml_dtypes prints bfloat16 with float32's digits, so there
    the number of digits is searched.
    """
    if fmt is FLOAT64:
        return repr(value)
    if fmt is not BFLOAT16 or not np.isfinite(value):
        return str(fmt.round(value)[()])
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if float(fmt.round(float(text))) == value:
            return text
    return repr(value)


def shortest_texts(values: NDArray[Any], fmt: Format) -> list[str]:
    """`shortest_text` of each number of an array of shape (N,)."""
    if fmt is FLOAT64:
        return list(map(repr, values.tolist()))
    if not fmt.is_half:
        return list(map(str, values))
    # No half format has more than 65,536 floats: the bits tell signed zeros and all nan apart.
    bits, first, places = np.unique(values.view(fmt.integer), return_index=True, return_inverse=True)
    texts = [shortest_text(float(values[index]), fmt) for index in first[: len(bits)].tolist()]
    return [texts[place] for place in places.tolist()]


def exact_text(value: float, fmt: Format) -> str:
    """The text an editor opens with, which typed in again gives the same number.

    Shortest among the format's floats if `value` is one of them (a marker dragged by single floats
    leaves 16.635532, not 16.635532379150391); as typed if it is not.
    """
    rounded = float(fmt.round(value))
    return shortest_text(value, fmt) if rounded == value else repr(float(value))


def quoted(text: str) -> str:
    """A refused text as a message repeats it: in quotes, cut short, with nothing invisible in it."""
    shown = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return repr(shown) if shown.strip() else QCoreApplication.translate("number_text", "nothing")


def _expected_number(text: str) -> str:
    message = QCoreApplication.translate(
        "number_text", "expected a number such as -1.5, 1e-46, inf or nan, got {text}"
    )
    return message.format(text=quoted(text))


def _write_a_point(text: str, suggestion: str) -> str:
    message = QCoreApplication.translate(
        "number_text", "expected a number, got {text}: write {suggestion} with a point"
    )
    return message.format(text=quoted(text), suggestion=suggestion)
