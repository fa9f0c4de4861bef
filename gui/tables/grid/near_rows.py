"""The rows in sight of a large table, evaluated for themselves: at once, with every step and gradient.

Of a large problem one number a row is kept, and not before a worker has gone through all of them. Rows do not
depend on one another, and so the few that are painted are evaluated when the first of their cells is.
"""

from __future__ import annotations

from engine import Catalogue, Evaluation, LargeEvaluation, evaluate
from gui.document.edits import with_rows
from gui.tables.grid.snapshot import Snapshot
from gui.tables.grid.sorting import RowOrder, Rows

MOST_ROWS = 64
"""Rows evaluated together: about as many as are in sight."""

MOST_LOGITS = 16_000
"""Fewer rows where each has many classes: a painted page stays within a frame or two."""

REMEMBERED = 200_000
"""Logits of the rows that are remembered, so that scrolling back costs nothing."""


def near_rows(snapshot: Snapshot, place: int, order: RowOrder, formulas: Catalogue) -> tuple[Snapshot, int]:
    """A small snapshot that holds the row at a place, evaluated, and the row's number in it."""
    row, known = order.row(place), snapshot.near
    if row not in known:
        across = max(1, snapshot.problem.logits.size // max(1, snapshot.problem.rows))
        together = max(1, min(MOST_ROWS, MOST_LOGITS // across))
        start = place // together * together
        rows = order.rows(range(start, min(start + together, order.count)))
        if len(known) * across >= REMEMBERED:
            known.clear()
        small = rows_alone(snapshot, rows, formulas)
        known.update({each: (small, at) for at, each in enumerate(rows.tolist())})
    return known[row]


def rows_alone(snapshot: Snapshot, rows: Rows, formulas: Catalogue) -> Snapshot:
    """A small snapshot of some rows, evaluated."""
    whole = snapshot.evaluation
    if isinstance(whole, LargeEvaluation) and whole.problem is snapshot.problem:
        evaluation: Evaluation = whole.of_rows(rows)  # judged as rows of the whole
    else:
        evaluation = evaluate(with_rows(snapshot.problem, rows), formulas=formulas)
    return Snapshot(evaluation.problem, evaluation, snapshot.moved)
