"""The curves of the plots as a table of numbers: CSV with a header of what they are, or NPZ."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import (
    BFLOAT16,
    GradientRegime,
    Regime,
    Role,
    Spacing,
    Sweep,
    absolute_error,
    relative_error,
    sweep,
)
from gui.plots.content.subject import Subject
from gui.plots.export.figure_caption import Caption

Table = Mapping[str, NDArray[Any]]
"""Columns of equal length by name."""


def curve_table(
    subject: Subject, *, low: float, high: float, points: int, spacing: Spacing = "linear"
) -> dict[str, NDArray[Any]]:
    """Every curve shown, over a stretch of logits.

    Parameters
    ----------
    subject : Subject
    low, high : float
        The ends of the logit axis.
    points : int
        Evenly spread logits; both floats at every edge of a regime come on top.
    spacing : {'linear', 'ordinal'}

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
        true_gradient, gradient = swept.true_slope(column), swept.slope(column)
        results: dict[str, NDArray[Any]] = {"loss": column.loss, "gradient": gradient}
        if column.formula.role is not Role.EXACT:
            results |= {
                "true_loss": column.truth.loss,
                "absolute_error": absolute_error(column.loss, column.truth.loss),
                "relative_error": relative_error(column.loss, column.truth.loss),
                "error_ulp": column.error_ulp,
                "bits_lost": column.error_bits,
                "regime": _names(column.regimes, Regime),
                "true_gradient": true_gradient,
                "gradient_regime": _names(swept.slope_regimes(column), GradientRegime),
            }
        table |= {f"{column.formula.key}.{name}": values for name, values in results.items()}
    return table


def _names(codes: NDArray[np.uint8], kind: type[Regime] | type[GradientRegime]) -> NDArray[np.str_]:
    words = np.array([regime.name.lower().replace("_", " ") for regime in kind])
    return words[codes]


def csv_bytes(table: Table, caption: Caption) -> bytes:
    """A CSV file: the caption in lines that begin with '#', names, then a line a point.

    Numbers are the shortest decimals that give the same float64 back.
    """
    text = io.StringIO()
    text.writelines(f"# {line}\n" for line in caption.lines)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*(_texts(values) for values in table.values()), strict=True))
    return text.getvalue().encode()


def _texts(values: NDArray[Any]) -> list[str]:
    if values.dtype.kind == "U":
        return [str(value) for value in values]
    return [repr(value) for value in values.astype(np.float64).tolist()]


def npz_bytes(table: Table, caption: Caption) -> bytes:
    """An NPZ file: each column an array, and the caption as ``metadata``.

    bfloat16, which NumPy's files cannot name, is widened to float32, which holds it exactly.
    """
    file = io.BytesIO()
    arrays = {
        name: values.astype(np.float32) if values.dtype == BFLOAT16.dtype else values
        for name, values in table.items()
    }
    np.savez_compressed(file, allow_pickle=False, metadata=np.array(caption.lines), **arrays)
    return file.getvalue()
