"""How many of the rows that lie where digits are lost have lost none, from a sample that is computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FORMATS
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import GradientRegime, Regime
from engine.problem import BinaryProblem
from engine.scan.block import Options
from engine.scan.evaluated import judge
from engine.scan.summary import Summary
from engine.scan.tables import Tables

MOST = 8_192
"""Sampled rows that are computed: a share is then known within a percentage point or two."""


@failures_are_results
def luck_of(summary: Summary, options: Options) -> NDArray[np.int64]:
    """For each format, and each formula's loss and then gradient, how rows fare where digits are lost.

    Parameters
    ----------
    summary : Summary
    options : Options

    Returns
    -------
    int64 array, shape (formats, 2 * formulas, 2)
        Sampled rows there, and those of them that are right.
    """
    if summary.family != "binary":
        return summary.luck
    width = len(options.keys)
    found = np.zeros((len(FORMATS), 2 * width, 2), dtype=np.int64)
    count = len(summary.sample.row)
    if not count:
        return found
    chosen = np.linspace(0, count - 1, min(count, MOST)).astype(np.int64)
    z, y = summary.sample.logit[chosen], summary.sample.target[chosen]
    tables = Tables.of(options.format)
    cells = tables.cells_of(z.astype(np.float32), y == 1)
    problem = BinaryProblem(logits=z, target=y, reduction="none")
    for place, fmt in enumerate(FORMATS):
        judged, _ = judge(problem.replace(format=fmt), options, np.isnan(z))
        for at, each in enumerate(judged):
            loss = tables.losses[cells, place, at] == Regime.LOSING_DIGITS
            slope = tables.gradients[cells, place, at] == GradientRegime.LOSING_DIGITS
            lucky = loss & (each.of_loss == Regime.EXACT), slope & (each.of_gradient == GradientRegime.EXACT)
            found[place, at] = loss.sum(), lucky[0].sum()
            found[place, width + at] = slope.sum(), lucky[1].sum()
    return found
