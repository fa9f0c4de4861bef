"""Counts that never need much room."""

from __future__ import annotations

GROUP = "\u202f"
"""A narrow no-break space between thousands, which no locale takes for a decimal mark."""

FULL_BELOW = 10_000
"""Counts below it are written out."""


def short_count(count: int) -> str:
    """A count in at most five letters.

    Examples
    --------
    >>> short_count(512), short_count(49_967), short_count(1_250_000)
    ('512', '50k', '1.2M')
    """
    if count < FULL_BELOW:
        return f"{count:,}".replace(",", GROUP)
    for size, letter in ((1e3, "k"), (1e6, "M"), (1e9, "G")):
        if round(count / size) < 1000:
            scaled = count / size
            digits = f"{scaled:.1f}".removesuffix(".0") if scaled < 9.95 else f"{scaled:.0f}"
            return f"{digits}{letter}"
    return f"{count:.1g}"
