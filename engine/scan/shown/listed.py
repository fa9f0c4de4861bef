"""The worst rows with what every formula makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.floats.rounding import failures_are_results
from engine.floats.verdicts import GradientRegime, Regime
from engine.scan.block import Options
from engine.scan.evaluated import apart, judge
from engine.scan.shown.rows import worst_problem
from engine.scan.sources import Data
from engine.scan.summary import Summary


@dataclass(frozen=True, eq=False)
class Listed:
    """At most a thousand rows, the worst first.

    Attributes
    ----------
    shard, row : int64 arrays, shape (n,)
        Where each is, from 0 on.
    logit, target, margin, truth : float64 arrays, shape (n,)
        As `engine.scan.worst.Worst` has them, and the true loss.
    formulas : tuple of str
    losses : float64 array, shape (n, formulas)
    regimes, gradients : uint8 arrays, shape (n, formulas)
        `Regime` of each loss, and `GradientRegime` of each gradient, the worst of a row's.
    """

    shard: NDArray[np.int64]
    row: NDArray[np.int64]
    logit: NDArray[np.float64]
    target: NDArray[np.float64]
    margin: NDArray[np.float64]
    truth: NDArray[np.float64]
    formulas: tuple[str, ...]
    losses: NDArray[np.float64]
    regimes: NDArray[np.uint8]
    gradients: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.row)


@failures_are_results
def listed(summary: Summary, options: Options, data: Data) -> Listed:
    """Evaluate the worst rows of a scan; of a multiclass one they are read once more.

    Raises
    ------
    DataFileError
        If a file is not what it was.
    """
    worst = summary.worst
    count, width = len(worst.row), len(options.keys)
    losses, truth = np.zeros((count, width)), np.zeros(count)
    regimes, gradients = np.zeros((count, width), np.uint8), np.zeros((count, width), np.uint8)
    if count:
        problem = worst_problem(data, options, worst).replace(reduction="none")
        _, outside, refusing = apart(problem)
        judged, truth = judge(problem, options, refusing)
        for at, each in enumerate(judged):
            losses[:, at], regimes[:, at], gradients[:, at] = each.loss, each.of_loss, each.of_gradient
        regimes[outside], gradients[outside] = Regime.NO_TRUTH, GradientRegime.NO_TRUTH
        truth = np.where(outside, np.nan, truth)
    return Listed(
        worst.shard,
        worst.row,
        worst.logit,
        worst.target,
        worst.margin,
        truth,
        options.keys,
        losses,
        regimes,
        gradients,
    )
