"""Numbers and regimes in words, as labels, tooltips and the accessible description use them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QCoreApplication

from engine import Band, Format
from engine.data import MINUS
from gui.services.colours import regime_name
from gui.services.numbers.number_text import format_number, shortest_text

REMEMBERED = 64
"""Sentences of lanes: every step of a drag asks for the same."""


def float_text(value: float, fmt: Format) -> str:
    """The shortest decimal that names this float among those of its format, with a typographic minus."""
    return shortest_text(value, fmt).removesuffix(".0").replace("-", MINUS)


def value_text(value: float) -> str:
    """A loss with six significant digits."""
    return format_number(value).replace("-", MINUS)


def reach_text(band: Band, fmt: Format) -> str:
    """From where to where a band goes: ``z ≤ −88.722839``, or both ends."""
    low_open, high_open = band.start <= -fmt.max, band.stop >= fmt.max
    if low_open and high_open:
        return QCoreApplication.translate("words", "every z")
    if low_open:
        return f"z ≤ {float_text(band.stop, fmt)}"
    if high_open:
        return f"z ≥ {float_text(band.start, fmt)}"
    if band.start == band.stop:
        return f"z = {float_text(band.start, fmt)}"
    return f"{float_text(band.start, fmt)} ≤ z ≤ {float_text(band.stop, fmt)}"


def band_text(band: Band, fmt: Format) -> str:
    """A band in one phrase: ``clamped at z ≤ −88.722839``."""
    at = QCoreApplication.translate("words", "{what} at {where}")
    return at.format(what=regime_name(band.regime), where=reach_text(band, fmt))


def sentence(bands: Iterable[Band], fmt: Format) -> str:
    """All bands of one formula in one lane, the worst first."""
    return _sentence(tuple(bands), fmt)


@lru_cache(maxsize=REMEMBERED)
def _sentence(bands: tuple[Band, ...], fmt: Format) -> str:
    ordered = sorted(bands, key=lambda band: (-int(band.regime), math.inf if band.start < 0 else band.start))
    if not ordered:
        return QCoreApplication.translate("words", "right everywhere")
    return ", ".join(band_text(band, fmt) for band in ordered)
