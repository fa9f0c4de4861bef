"""Every column of a page's table as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import BinaryProblem, Catalogue, Evaluation, MulticlassProblem, Problem, evaluate, formulas_of
from engine.data import OPTIONS, Progress, no_progress, options_text
from gui.document.edits import with_rows
from gui.document.shown_formulas import ShownFormulas
from gui.services.atomic_write import write_atomically
from gui.services.columns_file import csv_pieces, gradient_columns, loss_columns, npz_pieces


def table_columns(evaluation: Evaluation) -> dict[str, NDArray[Any]]:
    """The table's columns by name, in its order; multiclass ones of two dimensions, a class each.

    Last what is no column, the problem's options in one text, so that the file opens as the same problem.
    """
    problem = evaluation.problem
    columns: dict[str, NDArray[Any]] = {"logits": problem.logits, "target": problem.target}
    if isinstance(problem, BinaryProblem):
        given = {"weight": problem.weight, "row_name": problem.row_names}
        columns |= {name: values for name, values in given.items() if values is not None}
    columns["sigmoid" if problem.family == "binary" else "softmax"] = evaluation.activation
    for column in evaluation.columns:
        columns |= loss_columns(column)
        columns |= gradient_columns(column, column.gradient, column.truth.gradient, column.gradient_regimes)
    columns[OPTIONS] = np.array(options_text(problem))
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


def export_now(problem: Problem, path: Path, formulas: ShownFormulas | None = None) -> None:
    """Write every column of a problem's table, as a start without a window does."""
    chosen = formulas_of(problem.family) if formulas is None else formulas.of(problem.family)
    Export(problem, chosen, path)(no_progress)
