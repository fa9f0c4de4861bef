"""The one grammar of numbers, for cells, clipboard and files: what text is a number, and which.

It knows no Qt and no words: who refuses a text says why.
"""

from __future__ import annotations

import re

MINUS = "\u2212"
"""The typographic minus sign, which word processors and web pages put in place of a hyphen."""

INFINITY = "\u221e"

_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[+-]?0x", re.IGNORECASE)


def plain_signs(text: str) -> str:
    """The text with ASCII signs of minus and infinity."""
    return text.replace(MINUS, "-").replace(INFINITY, "inf")


def read_number(text: str) -> float:
    """The number that a text is.

    Parameters
    ----------
    text : str
        Decimal (``1.5``, ``1e-46``, ``-0.0``) or hexadecimal (``0x1.8p3``), ``inf``, ``infinity`` or
        ``nan`` in any case, with a hyphen or a typographic minus, blanks around it allowed.

    Raises
    ------
    ValueError
        If it is none.
    """
    plain = plain_signs(text.strip())
    if "_" in plain:
        raise ValueError(text)  # 1_000 is a number in Python's own source alone
    try:
        return float.fromhex(plain) if _HEXADECIMAL.match(plain) else float(plain)
    except OverflowError:
        raise ValueError(text) from None


def with_a_point(text: str) -> str | None:
    """A number written with a decimal comma, written with a point; None for any other text."""
    plain = plain_signs(text.strip())
    return plain.replace(",", ".") if _DECIMAL_COMMA.fullmatch(plain) else None
