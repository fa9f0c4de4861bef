"""The columns of a page's table, derived from the problem's shape and the formulas evaluated.

A column knows where its values stand in a problem or an evaluation. It holds no text: what people
read about it stands in `gui.tables.grid.wording`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import accumulate
from typing import Any

from numpy.typing import NDArray

from engine import Catalogue, Formula, MulticlassProblem, Problem, Role


class Kind(Enum):
    """What a column's cells are."""

    LOGIT = auto()
    TARGET = auto()
    WEIGHT = auto()
    ACTIVATION = auto()
    LOSS = auto()
    ERROR = auto()
    GRADIENT = auto()


class Part(Enum):
    """The three parts of a table: what is asked, what scrolls, what comes of it."""

    HEAD = auto()
    MIDDLE = auto()
    RESULTS = auto()


FIELDS = {Kind.LOGIT: "logits", Kind.TARGET: "target", Kind.WEIGHT: "weight"}
"""The problem's field that an editable column shows."""


@dataclass(frozen=True, slots=True, eq=False)
class TableColumn:
    """One column. It is compared by identity: every painted cell looks its arrays up by it.

    Attributes
    ----------
    kind : Kind
    formula : Formula or None
        Whose loss, error or gradient it shows.
    index : int or None
        The class of a multiclass logit, or of a target given as class probabilities.
    field : str or None
        The problem's field that edits go to; None for what is computed.
    """

    kind: Kind
    formula: Formula | None = None
    index: int | None = None
    field: str | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "field", FIELDS.get(self.kind))  # asked for by every painted cell

    def typed(self, problem: Problem) -> NDArray[Any]:
        """An editable column's numbers as they were typed, one a row."""
        assert self.field is not None
        values: NDArray[Any] = getattr(problem, self.field)
        return values if self.index is None else values[:, self.index]


def is_class_target(column: TableColumn, problem: Problem) -> bool:
    """Whether the column's cells are class indices."""
    return column.kind is Kind.TARGET and column.index is None and isinstance(problem, MulticlassProblem)


def columns_of(problem: Problem, formulas: Catalogue) -> tuple[TableColumn, ...]:
    """The columns in the table's order, part after part, the results last.

    The exact formula ends losses and gradients and has no error.
    """
    judged = tuple(f for f in formulas if f.role is not Role.EXACT)
    exact = tuple(f for f in formulas if f.role is Role.EXACT)
    return (
        *_given_columns(problem),
        TableColumn(Kind.ACTIVATION),
        *(TableColumn(Kind.ERROR, f) for f in judged),
        *(TableColumn(Kind.GRADIENT, f) for f in (*judged, *exact)),
        *(TableColumn(Kind.LOSS, f) for f in (*judged, *exact)),
    )


def _given_columns(problem: Problem) -> tuple[TableColumn, ...]:
    if not isinstance(problem, MulticlassProblem):
        weight = () if getattr(problem, "weight", None) is None else (TableColumn(Kind.WEIGHT),)
        return (TableColumn(Kind.TARGET), TableColumn(Kind.LOGIT), *weight)
    logits = tuple(TableColumn(Kind.LOGIT, index=index) for index in range(problem.classes))
    if not problem.has_probabilities:
        return (TableColumn(Kind.TARGET), *logits)
    return (*logits, *(TableColumn(Kind.TARGET, index=index) for index in range(problem.classes)))


def part_of(column: TableColumn) -> Part:
    """Where a column stands: what is given once a row in the head, losses in the results, else between."""
    if column.kind is Kind.LOSS:
        return Part.RESULTS
    return Part.HEAD if column.field is not None and column.index is None else Part.MIDDLE


def parts_of(columns: tuple[TableColumn, ...]) -> dict[Part, range]:
    """The numbers of each part's columns."""
    counts = {part: sum(part_of(column) is part for column in columns) for part in Part}
    ends = dict(zip(Part, accumulate(counts.values()), strict=True))
    return {part: range(ends[part] - counts[part], ends[part]) for part in Part}
