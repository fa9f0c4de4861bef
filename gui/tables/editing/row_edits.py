"""Whole rows: blank ones, copies, moves and removals, each one step of the document's history."""

from __future__ import annotations

import numpy as np

from engine import MulticlassProblem, Problem
from gui.document.changes import Page
from gui.document.document import Document
from gui.document.edits import Rows as RowValues
from gui.document.edits import row_fields
from gui.tables.grid.sorting import Rows

MOST_RUNS = 64
"""Rows in more runs than these are removed as one new problem: a step a run would copy it as often."""


def blank_rows(problem: Problem, count: int) -> RowValues:
    """New rows: logits 0, weight 1, and target 0, class 0 or all probability on class 0."""
    fields = {}
    for name in row_fields(problem):
        like = getattr(problem, name)
        fields[name] = np.zeros((count, *like.shape[1:]), dtype=like.dtype)
    if "weight" in fields:
        fields["weight"][:] = 1.0
    if isinstance(problem, MulticlassProblem) and problem.has_probabilities:
        fields["target"][:, 0] = 1.0
    return RowValues(fields)


def insert_blank_rows(document: Document, page: Page, first: int, count: int, text: str) -> None:
    """Insert blank rows that begin at `first`."""
    document.insert_rows(page, first, blank_rows(document.problem(page), count), text)


def duplicate_rows(document: Document, page: Page, rows: Rows, text: str) -> range:
    """Insert copies of rows below the last of them; where the copies stand."""
    first = int(rows[-1]) + 1
    document.insert_rows(page, first, RowValues.of(document.problem(page), rows), text)
    return range(first, first + len(rows))


def moved_rows(rows: Rows, step: int, count: int) -> Rows:
    """Where ascending rows stand after a move by one, up (-1) or down (1); runs at the edge stay.

    Notes
    -----
    A run that touches the edge cannot move, and a row beside it moves up to it and no further.
    """
    places = rows + step
    if step < 0:
        return np.maximum(places, np.arange(len(rows)))
    return np.minimum(places, count - len(rows) + np.arange(len(rows)))


def move_rows(document: Document, page: Page, rows: Rows, step: int, text: str) -> Rows:
    """Move ascending rows by one place among the others, as one step; where they stand then."""
    problem = document.problem(page)
    places = moved_rows(rows, step, problem.rows)
    if np.array_equal(places, rows):
        return rows
    order = np.empty(problem.rows, dtype=np.intp)
    order[places] = rows
    others = np.ones(problem.rows, dtype=np.bool_)
    others[places] = False
    order[others] = np.delete(np.arange(problem.rows), rows)
    changed = np.flatnonzero(order != np.arange(problem.rows))
    span = slice(int(changed[0]), int(changed[-1]) + 1)
    with document.one_step(text):
        for name in row_fields(problem):
            document.set_cells(page, name, (span,), getattr(problem, name)[order[span]], text)
    return places


def remove_rows(document: Document, page: Page, rows: Rows, text: str) -> None:
    """Remove ascending rows, as one step."""
    if np.count_nonzero(np.diff(rows) > 1) < MOST_RUNS:
        document.remove_rows(page, rows.tolist(), text)
        return
    problem = document.problem(page)
    kept = {name: np.delete(getattr(problem, name), rows, axis=0) for name in row_fields(problem)}
    document.replace_problem(page, problem.replace(**kept), text)
