"""How numbers are shown: some significant digits, all that identify the float, or hexadecimal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from engine import FLOAT64, Format
from gui.services.numbers.number_text import DIGITS, LONGEST_BESIDE_ONE, format_number, shortest_text

Style = Literal["digits", "shortest", "hexadecimal"]
STYLES: tuple[Style, ...] = get_args(Style)

FEWEST_DIGITS, MOST_DIGITS = 3, 17
"""17 significant digits identify every float64; fewer than 3 hide the sign of a lost digit."""


@dataclass(frozen=True, slots=True)
class NumberDisplay:
    """The choice of a person, small enough to stand in the settings as text.

    Attributes
    ----------
    style : {'digits', 'shortest', 'hexadecimal'}
        `digits` significant ones; as many as identify the float in its format; the exact value with
        a hexadecimal significand (C99's %a, `float.fromhex` reads it).
    digits : int
        3 to 17.
    """

    style: Style = "digits"
    digits: int = DIGITS

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise ValueError(f"style: expected one of {', '.join(STYLES)}, got {self.style!r}")
        if not FEWEST_DIGITS <= self.digits <= MOST_DIGITS:
            raise ValueError(f"digits: expected {FEWEST_DIGITS} to {MOST_DIGITS}, got {self.digits}")

    @classmethod
    def from_text(cls, text: str) -> NumberDisplay:
        """What `to_text` wrote; the first choice for anything else."""
        style, _, digits = text.partition(":")
        known = next((each for each in STYLES if each == style), None)
        try:
            return cls() if known is None else cls(known, int(digits or DIGITS))
        except ValueError:
            return cls()

    def to_text(self) -> str:
        """For the settings, for example ``digits:6``."""
        return f"{self.style}:{self.digits}"

    def show(self, value: float, fmt: Format) -> str:
        """A float of the format as text."""
        if self.style == "digits":
            return format_number(value, self.digits)
        return shortest_text(value, fmt) if self.style == "shortest" else hexadecimal(value)

    def longest(self, fmt: Format) -> str:
        """A text as long as any number of the format is shown, for the width of a column."""
        if self.style == "hexadecimal":
            return f"-0x1.{'d' * -(-(fmt.precision - 1) // 4)}p-{_exponent_digits(fmt)}"
        digits = self.digits if self.style == "digits" else SHORTEST_DIGITS[fmt.name]
        longest = f"-2.{'0' * (digits - 1)}e-{'0' * (3 if fmt is FLOAT64 else 2)}"
        return max(longest, LONGEST_BESIDE_ONE, key=len) if self.style == "digits" else longest


SHORTEST_DIGITS = {"float16": 5, "bfloat16": 4, "float32": 9, "float64": 17}
"""Significant digits that tell all floats of a format apart: 1 + ceil(precision * log10(2))."""


def _exponent_digits(fmt: Format) -> str:
    return "0" * len(str(abs(int(np.log2(fmt.smallest_subnormal)))))


def hexadecimal(value: float) -> str:
    """The exact value, as C99's %a: no digit more than it takes."""
    text = value.hex()
    significand, exponent, power = text.partition("p")
    if not exponent or "." not in significand:
        return text
    return f"{significand.rstrip('0').rstrip('.')}p{power}"


def bit_pattern(value: float, fmt: Format) -> str:
    """The bits of a float: sign, exponent and stored significand, blanks between them.

    Parameters
    ----------
    value : float
        Rounded to the format.
    fmt : Format

    Returns
    -------
    str
        For example ``0 10000011 00000000000000000000000`` for 16 in float32.
    """
    width = 8 * fmt.dtype.itemsize
    bits = np.asarray(fmt.round(value)).view(f"u{fmt.dtype.itemsize}").item()
    digits = f"{bits:0{width}b}"
    stored = fmt.precision - 1
    return f"{digits[0]} {digits[1:-stored]} {digits[-stored:]}"
