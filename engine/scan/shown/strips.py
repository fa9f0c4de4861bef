"""Where the formulas of a 0 or 1 target fail along the logit, as the counts have it."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

import numpy as np

from engine.curves.bands import Band
from engine.floats.formats import FLOAT32, FORMATS, Format, from_ordinals, ordinals
from engine.floats.verdicts import Regime
from engine.scan.edges import FORMULAS, binary_edges

Strips = MappingProxyType[str, tuple[tuple[Band, ...], ...]]
"""By formula the bands of target 0, then of target 1."""


@cache
def binary_strips(fmt: Format) -> Strips:
    """The bands of every formula in a format, whose ends are float32 logits.

    Examples
    --------
    >>> of_target_0, of_target_1 = binary_strips(FLOAT32)["bce_sigmoid"]
    >>> [(band.regime.name, round(band.start, 6)) for band in of_target_0[1:3]]
    [('LOSING_DIGITS', 3.17978), ('CLAMPED', 16.635532)]
    """
    place = FORMATS.index(fmt)
    return MappingProxyType(
        {
            formula.key: tuple(_bands(formula.key, target, place, at) for target in (0, 1))
            for at, formula in enumerate(FORMULAS)
        }
    )


def _bands(key: str, target: int, place: int, at: int) -> tuple[Band, ...]:
    edges = binary_edges(target)
    regimes = edges.cells[:, place, at]
    last = int(ordinals(np.array(FLOAT32.max, dtype=FLOAT32.dtype)))
    cuts = edges.cuts
    # Where one regime follows another; cells that differ in another formula or format are one here.
    changes = np.flatnonzero(regimes[1:] != regimes[:-1]) + 1
    firsts = np.concatenate(([0], changes))
    starts = np.where(firsts == 0, -last, cuts[firsts - 1])
    stops = np.concatenate((starts[1:] - 1, [last]))
    ends = from_ordinals(np.clip(np.stack((starts, stops)), -last, last), FLOAT32).astype(np.float64)
    return tuple(
        Band(key, "loss", Regime(int(regimes[first])), float(start), float(stop), 0.0)
        for first, start, stop in zip(firsts.tolist(), *ends.tolist(), strict=True)
        if regimes[first] != Regime.EXACT and start <= stop
    )
