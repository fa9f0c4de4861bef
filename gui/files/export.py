"""Every column of a page's table as a file; of a large table some rows after the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from engine import (
    BinaryProblem,
    Catalogue,
    Evaluation,
    MulticlassProblem,
    Problem,
    begin_large,
    evaluate,
    formulas_of,
)
from engine.data import OPTIONS, Progress, no_progress, options_text
from gui.document.edits import with_rows
from gui.document.evaluator import is_large
from gui.document.shown_formulas import ShownFormulas
from gui.services.atomic_write import write_atomically
from gui.services.columns_file import (
    Columns,
    csv_head,
    csv_rows,
    gradient_columns,
    loss_columns,
    npz_pieces,
    storable,
)

ELEMENTS = 2**13
"""Logits whose columns are made at a time: their text takes longer than the numbers."""

CHUNK = 2**22
"""Bytes compressed, and written, between two looks at whether the file is still wanted."""


def table_columns(evaluation: Evaluation, names: NDArray[Any] | None = None) -> dict[str, NDArray[Any]]:
    """The table's columns by name, in its order; multiclass ones of two dimensions, a class each.

    Last what is no column, the problem's options in one text, so that the file opens as the same problem.
    `names` are those of the rows, by default the problem's.
    """
    problem = evaluation.problem
    columns: dict[str, NDArray[Any]] = {"logits": problem.logits, "target": problem.target}
    if isinstance(problem, BinaryProblem):
        given = {"weight": problem.weight, "row_name": problem.row_names if names is None else names}
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
        parts = self._parts(problem, progress)
        if self.path.suffix.lower() != ".npz":
            write_atomically(self.path, _csv(parts, _class_names(problem)))
        elif is_large(problem):
            write_atomically(self.path, gathered_npz(parts, problem.rows, lambda: progress(99, 100)))
        else:
            write_atomically(self.path, npz_pieces(next(parts)[1]), progress)
        return self.path

    def _parts(self, problem: Problem, progress: Progress) -> Iterator[tuple[slice, Columns]]:
        """The columns of some rows after those of others; a large table's would fill the memory."""
        numbers = {} if self.rows is None else {"row": self.rows + 1}
        if not is_large(problem):
            yield slice(0, problem.rows), numbers | table_columns(evaluate(problem, formulas=self.formulas))
            return
        begun, named = begin_large(problem, formulas=self.formulas), getattr(problem, "row_names", None)
        step = max(1, ELEMENTS // (problem.logits.size // problem.rows))
        for first in range(0, problem.rows, step):
            progress(first, problem.rows)
            rows = slice(first, min(first + step, problem.rows))
            columns = table_columns(begun.of_rows(rows), None if named is None else named[rows])
            yield rows, {name: values[rows] for name, values in numbers.items()} | columns


def _csv(parts: Iterator[tuple[slice, Columns]], class_names: tuple[str, ...]) -> Iterator[bytes]:
    for rows, columns in parts:
        if rows.start == 0:
            yield csv_head(columns, class_names)
        yield from csv_rows(columns, class_names, is_first=rows.start == 0)


def gathered_npz(
    parts: Iterable[tuple[slice, Columns]], rows: int, look_up: Callable[[], None]
) -> Iterator[bytes]:
    """The file's pieces.

    Parameters
    ----------
    parts : iterable of (slice, Columns)
        Some rows, and their columns; what is no column is of all rows.
    rows : int
        How many there are, one at least.
    look_up : callable
        Called now and then; what it raises ends the work.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        arrays: dict[str, np.memmap] = {}
        for place, columns in parts:
            for column, given in columns.items():
                values = storable(given)
                if column not in arrays:
                    shape = (rows, *values.shape[1:]) if values.ndim else ()
                    file = folder / f"{len(arrays)}.npy"
                    arrays[column] = open_memmap(file, mode="w+", dtype=values.dtype, shape=shape)
                arrays[column][place if values.ndim else ()] = values
        names = list(arrays)
        arrays.clear()  # which writes what is still in memory
        packed = folder / "packed.npz"
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for number, column in enumerate(names):
                with archive.open(f"{column}.npy", "w", force_zip64=True) as member:
                    for chunk in _chunks(folder / f"{number}.npy"):
                        look_up()
                        member.write(chunk)
        for chunk in _chunks(packed):
            look_up()
            yield chunk


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _class_names(problem: Problem) -> tuple[str, ...]:
    if not isinstance(problem, MulticlassProblem):
        return ()
    return problem.class_names or tuple(map(str, range(problem.classes)))


def export_now(problem: Problem, path: Path, formulas: ShownFormulas | None = None) -> None:
    """Write every column of a problem's table, as a start without a window does."""
    chosen = formulas_of(problem.family) if formulas is None else formulas.of(problem.family)
    Export(problem, chosen, path)(no_progress)
