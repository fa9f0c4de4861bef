"""Every column of a page's table as CSV or NPZ.

Numbers round-trip: CSV has the shortest decimals that give the float64 of the same value back, NPZ has
the arrays themselves (bfloat16, which .npy cannot name, widened to float32, which holds it exactly).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import (
    BFLOAT16,
    Catalogue,
    Column,
    Evaluation,
    GradientRegime,
    MulticlassProblem,
    Problem,
    Regime,
    absolute_error,
    evaluate,
)
from engine.data import Progress
from gui.services.atomic_write import write_atomically

ROWS = 500
"""Rows of CSV made at a time."""

Columns = dict[str, NDArray[Any]]


def table_columns(evaluation: Evaluation) -> Columns:
    """The table's columns by name, in its order; multiclass ones of two dimensions, a class each.

    Names are the formulas' keys with the quantity behind a dot: ``bce_sigmoid.loss``.
    """
    problem = evaluation.problem
    columns: Columns = {"logits": problem.logits, "target": problem.target}
    weight = getattr(problem, "weight", None)
    if problem.family == "binary" and weight is not None:
        columns["weight"] = weight
    columns["sigmoid" if problem.family == "binary" else "softmax"] = evaluation.activation
    for column in evaluation.columns:
        columns |= {f"{column.formula.key}.{name}": values for name, values in _results(column).items()}
    return columns


def _results(column: Column) -> Columns:
    return {
        "loss": column.loss,
        "gradient": column.gradient,
        "true_loss": column.truth.loss,
        "true_gradient": column.truth.gradient,
        "absolute_error": absolute_error(column.loss, column.truth.loss),
        "error_ulp": column.error_ulp,
        "error_bits": column.error_bits,
        "regime": _names(column.regimes, Regime),
        "gradient_regime": _names(column.gradient_regimes, GradientRegime),
    }


def _names(codes: NDArray[Any], kind: type[Regime] | type[GradientRegime]) -> NDArray[Any]:
    words = {regime.value: regime.name.lower().replace("_", " ") for regime in kind}
    return np.array([words.get(code, "") for code in range(max(words) + 1)])[codes.astype(np.intp)]


@dataclass(frozen=True)
class Export:
    """The job that evaluates a problem and writes its columns; the file's suffix chooses the kind."""

    problem: Problem
    formulas: Catalogue
    path: Path

    def __call__(self, progress: Progress) -> Path:
        columns = table_columns(evaluate(self.problem, formulas=self.formulas))
        if self.path.suffix.lower() == ".npz":
            write_atomically(self.path, npz_pieces(columns), progress)
        else:
            write_atomically(self.path, csv_pieces(columns, _class_names(self.problem)), progress)
        return self.path


def _class_names(problem: Problem) -> tuple[str, ...]:
    if not isinstance(problem, MulticlassProblem):
        return ()
    return problem.class_names or tuple(map(str, range(problem.classes)))


def npz_pieces(columns: Columns) -> Iterator[bytes]:
    """The bytes of an .npz file."""
    file = io.BytesIO()
    widened = {
        name: values.astype(np.float32) if values.dtype == BFLOAT16.dtype else values
        for name, values in columns.items()
    }
    np.savez_compressed(file, allow_pickle=False, **widened)
    yield file.getvalue()


def csv_pieces(columns: Columns, class_names: tuple[str, ...]) -> Iterator[bytes]:
    """The text of a CSV file: a line of names, then a line a row."""
    names, flat = _flattened(columns, class_names)
    rows = len(flat[0])
    yield _lines([names])
    for first in range(0, rows, ROWS):
        yield _lines(list(zip(*(_texts(values[first : first + ROWS]) for values in flat), strict=True)))


def _flattened(columns: Columns, class_names: tuple[str, ...]) -> tuple[list[str], list[NDArray[Any]]]:
    names, flat = [], []
    for name, values in columns.items():
        if values.ndim == 1:
            names.append(name)
            flat.append(values)
        else:
            names.extend(f"{name}[{each}]" for each in class_names)
            flat.extend(values.T)
    return names, flat


def _texts(values: NDArray[Any]) -> list[str]:
    if values.dtype.kind in "iU":
        return list(map(str, values.tolist()))
    return list(map(repr, values.astype(np.float64).tolist()))


def _lines(rows: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
