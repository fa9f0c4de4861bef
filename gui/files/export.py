"""Every column of a page's table as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import Catalogue, Evaluation, MulticlassProblem, Problem, evaluate
from engine.data import Progress
from gui.document.edits import with_rows
from gui.services.atomic_write import write_atomically
from gui.services.columns_file import csv_pieces, gradient_columns, loss_columns, npz_pieces


def table_columns(evaluation: Evaluation) -> dict[str, NDArray[Any]]:
    """The table's columns by name, in its order; multiclass ones of two dimensions, a class each."""
    problem = evaluation.problem
    columns: dict[str, NDArray[Any]] = {"logits": problem.logits, "target": problem.target}
    weight = getattr(problem, "weight", None)
    if problem.family == "binary" and weight is not None:
        columns["weight"] = weight
    columns["sigmoid" if problem.family == "binary" else "softmax"] = evaluation.activation
    for column in evaluation.columns:
        columns |= loss_columns(column)
        columns |= gradient_columns(column, column.gradient, column.truth.gradient, column.gradient_regimes)
    return columns


@dataclass(frozen=True)
class Export:
    """The job that evaluates a problem and writes its columns; the file's suffix chooses the kind.

    Of some `rows` alone it writes their numbers, too, counted from 1 as in the window.
    """

    problem: Problem
    formulas: Catalogue
    path: Path
    rows: NDArray[np.intp] | None = None

    def __call__(self, progress: Progress) -> Path:
        problem = self.problem if self.rows is None else with_rows(self.problem, self.rows)
        columns = table_columns(evaluate(problem, formulas=self.formulas))
        if self.rows is not None:
            columns = {"row": self.rows + 1} | columns
        if self.path.suffix.lower() == ".npz":
            write_atomically(self.path, npz_pieces(columns), progress)
        else:
            write_atomically(self.path, csv_pieces(columns, _class_names(self.problem)), progress)
        return self.path


def _class_names(problem: Problem) -> tuple[str, ...]:
    if not isinstance(problem, MulticlassProblem):
        return ()
    return problem.class_names or tuple(map(str, range(problem.classes)))
