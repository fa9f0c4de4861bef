"""The curves of the plots as columns of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import Role, Spacing, Sweep, sweep
from gui.plots.content.subject import Subject
from gui.services.columns_file import gradient_columns, loss_columns


def curve_table(
    subject: Subject, *, low: float, high: float, points: int, spacing: Spacing = "linear"
) -> dict[str, NDArray[Any]]:
    """Every curve shown, over a stretch of logits.

    Parameters
    ----------
    points : int
        Evenly spread logits; both floats at every edge of a regime come on top.

    Returns
    -------
    dict of str to array
        ``lane`` (the curve's target, as the plot names it) and ``logit``, then for each formula
        ``<key>.loss`` and so on, in the problem's format; the true values and errors in float64. The
        gradient is the one to the moved logit. One lane's rows follow the other's.
    """
    tables = [
        _lane_table(
            lane.label,
            sweep(
                lane.problem,
                0,
                lane.moved,
                low=low,
                high=high,
                points=points,
                formulas=subject.formulas,
                spacing=spacing,
            ),
        )
        for lane in subject.lanes
    ]
    names = tables[0] if tables else {}
    return {name: np.concatenate([table[name] for table in tables]) for name in names}


def _lane_table(label: str, swept: Sweep) -> dict[str, NDArray[Any]]:
    table: dict[str, NDArray[Any]] = {"lane": np.full(swept.logits.shape, label), "logit": swept.logits}
    for column in swept.columns:
        results = loss_columns(column) | gradient_columns(
            column, swept.slope(column), swept.true_slope(column), swept.slope_regimes(column)
        )
        if column.formula.role is Role.EXACT:  # the rest would say it again, and that it is right
            results = {name: results[name] for name in results if name.endswith((".loss", ".gradient"))}
        table |= results
    return table
