"""Which word explains a cell: what fails in it, else what its column is."""

from __future__ import annotations

from gui.tables.grid.cell_reader import CellReader
from gui.tables.grid.columns import Kind
from gui.tables.grid.failures import Failure

OF_FAILURES = {
    Failure.DIGITS: "bits_lost",
    Failure.UNDERFLOW: "underflow",
    Failure.FEEDING: "wrong_feeding",
    Failure.DEAD: "dead_gradient",
    Failure.EXPLODED: "exploded_gradient",
    Failure.CLAMPED: "clamp",
    Failure.INFINITE: "inf",
    Failure.NAN: "nan",
    Failure.INPUT: "logit",
}
OF_KINDS = {
    Kind.LOGIT: "logit",
    Kind.TARGET: "target",
    Kind.WEIGHT: "weight",
    Kind.ERROR: "ulp",
    Kind.GRADIENT: "gradient",
}


def word_of_cell(cells: CellReader, place: int, number: int) -> str:
    """The key of the card that explains a cell."""
    column = cells.columns[number]
    failure = cells.failure(place, column)
    if failure is not None:
        return OF_FAILURES[failure]
    if column.kind is Kind.ACTIVATION:
        return "sigmoid" if cells.snapshot.problem.family == "binary" else "softmax"
    if column.kind is Kind.LOSS and column.formula is not None:
        return word_of_formula(column.formula.key)
    return OF_KINDS[column.kind]


def word_of_formula(key: str) -> str:
    """A formula's card; a home-made stabiliser's key ends with its number."""
    for kind in ("epsilon_in_log", "clipped_probability", "clipped_log"):
        if kind in key:
            return kind
    return key
