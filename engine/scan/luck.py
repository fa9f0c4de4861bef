"""How many of the rows that lie where digits are lost have lost none, from a sample that is computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FORMATS
from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import GradientRegime, Regime
from engine.problem import BinaryProblem
from engine.scan.block import Block, Options
from engine.scan.class_rules import passed, route, soft_losses
from engine.scan.evaluated import judge, problem_of
from engine.scan.summary import Summary
from engine.scan.tables import Tables

MOST = 8_192
"""Sampled rows that are computed: a share is then known within a percentage point or two."""

NUMBERS, FEWEST = 2**14, 64
"""Logits of several classes that are computed, and rows of so many that these would be fewer."""


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
    width = len(options.keys)
    found = np.zeros((len(FORMATS), 2 * width, 2), dtype=np.int64)
    count = len(summary.sample.row)
    if not count:
        return found
    most = MOST if summary.family == "binary" else max(FEWEST, NUMBERS // summary.sample.logit.shape[1])
    chosen = np.linspace(0, count - 1, min(count, most)).astype(np.int64)
    z, y = summary.sample.logit[chosen], summary.sample.target[chosen]
    if summary.family != "binary":
        return _of_classes(Block(logits=z, target=y.astype(np.int64)), options, found)
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


def _of_classes(block: Block, options: Options, found: NDArray[np.int64]) -> NDArray[np.int64]:
    width = len(options.keys)
    soft = soft_losses(passed(block).keys.astype(np.int64), block.width)
    problem, none = problem_of(block, options), np.zeros(len(block.logits), dtype=bool)
    for place, fmt in enumerate(FORMATS):
        judged, _ = judge(problem.replace(format=fmt), options, none)
        for at, (formula, each) in enumerate(zip(options.formulas, judged, strict=True)):
            loss = soft[place, route(formula)] == Regime.LOSING_DIGITS
            loss &= each.of_loss <= Regime.LOSING_DIGITS
            slope = each.of_gradient <= GradientRegime.LOSING_DIGITS
            found[place, at] = loss.sum(), (loss & (each.of_loss == Regime.EXACT)).sum()
            found[place, width + at] = slope.sum(), (each.of_gradient == GradientRegime.EXACT).sum()
    return found
