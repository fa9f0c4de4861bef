"""Bands without the slivers between two of one kind, where a picture or a sentence cannot show these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from engine import Band

SLIVER = 0.05
"""Width, as a share of the logit, up to which what is right between two failures of one kind is a sliver."""


def is_sliver(first: float, last: float) -> bool:
    """Whether what lies between two floats is too narrow for a picture or a sentence about the whole."""
    return last - first <= SLIVER * abs(last)


def joined(bands: Iterable[Band], is_hidden: Callable[[float, float], bool] = is_sliver) -> list[Band]:
    """The bands of one lane, or of several, as one where nothing is seen between two of a kind.

    A clamp is right where it cuts the true loss itself, for a few floats.

    Parameters
    ----------
    bands : iterable of Band
        From the left, those of one formula beside one another.
    is_hidden : callable
        Whether what lies between two floats is not seen.
    """
    found: list[Band] = []
    for band in bands:
        last = found[-1] if found else None
        if (
            last is not None
            and (last.formula, last.regime) == (band.formula, band.regime)
            and last.stop <= band.start
            and is_hidden(last.stop, band.start)
        ):
            found[-1] = replace(last, stop=band.stop)
        else:
            found.append(band)
    return found
