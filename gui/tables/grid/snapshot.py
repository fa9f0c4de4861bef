"""What a table shows at one moment: the arrays behind its columns, looked up when a cell asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import (
    FLOAT64,
    Column,
    Evaluation,
    Format,
    GradientRegime,
    MulticlassProblem,
    Problem,
    Regime,
    absolute_error,
    bits_lost,
    rank_of,
    ranks_of,
    ulp_error,
)
from gui.document.covering import OPEN, Cover
from gui.document.evaluator import is_large
from gui.tables.grid.columns import Kind, TableColumn

AnyRegime = Regime | GradientRegime
Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Judged:
    """One formula's losses or gradients, one a row, beside the true ones.

    Attributes
    ----------
    values : array, shape (N,)
    truth : float64 array, shape (N,)
    regimes : uint8 array, shape (N,)
    kind : type
        Which enumeration the regimes belong to.
    """

    values: Array
    truth: NDArray[np.float64]
    regimes: NDArray[np.uint8]
    kind: type[Regime] | type[GradientRegime]

    def regime(self, row: int) -> AnyRegime:
        """What floating point did to this row's value."""
        return self.kind(self.regimes.item(row))

    def errors(self, row: int) -> tuple[float, float, float]:
        """The row's error in ULP, in bits lost, and absolute."""
        value, truth = self.values[row : row + 1], self.truth[row : row + 1]
        return (
            ulp_error(value, truth).item(),
            bits_lost(value, truth).item(),
            absolute_error(value, truth).item(),
        )


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A problem with what has been computed of it; columns are looked up once and kept.

    Attributes
    ----------
    problem : Problem
        As the document holds it.
    evaluation : Evaluation or None
        None until the rows have been evaluated; it may be one edit behind.
    moved : int or None
        The class whose logit the gradients refer to; None means each row's target class.
    cover : Cover
        The results that are not shown until a question is answered.
    """

    problem: Problem
    evaluation: Evaluation | None
    moved: int | None = None
    cover: Cover = OPEN
    _values: dict[TableColumn, Array] = field(init=False, default_factory=dict)
    _judged: dict[TableColumn, Judged] = field(init=False, default_factory=dict)
    failures: dict[TableColumn, NDArray[np.uint8]] = field(init=False, default_factory=dict)
    """What `gui.tables.grid.failures` has found in the columns looked at."""
    near: dict[int, tuple[Snapshot, int]] = field(init=False, default_factory=dict)
    """The rows of a large table that have been in sight (`gui.tables.grid.near_rows`)."""

    @cached_property
    def is_large(self) -> bool:
        """Whether cells are read from the rows in sight alone."""
        return is_large(self.problem)

    @cached_property
    def target_classes(self) -> NDArray[np.int64]:
        """Each row's target class, the likeliest of class probabilities; -1 where it is ignored."""
        problem = self.problem
        assert isinstance(problem, MulticlassProblem)
        if problem.has_probabilities:
            return np.asarray(np.argmax(problem.target, axis=1))
        return np.where(problem.ignored, -1, problem.target).astype(np.int64)

    def values(self, column: TableColumn) -> Array | None:
        """The column's numbers, one a row, in the format they were computed in; None if not yet known."""
        if column not in self._values:
            if column.field is None and not self.is_known(column):
                return None
            self._values[column] = self._uncovered(column, self._look_up(column))
        return self._values[column]

    def judged(self, column: TableColumn) -> Judged | None:
        """The losses or gradients that the column's cells are judged by; None for other columns."""
        if column.formula is None or self.evaluation is None or not self.is_known(column):
            return None
        if column not in self._judged:
            self._judged[column] = self._judge(column, self.evaluation.column(column.formula.key))
        return self._judged[column]

    def is_known(self, column: TableColumn) -> bool:
        """Whether a computed column is: of a large multiclass problem no gradients of all rows are kept."""
        if self.evaluation is None:
            return False
        is_kept = column.kind is not Kind.GRADIENT or self.problem.family == "binary"
        return is_kept or not self.evaluation.is_large

    def column(self, column: TableColumn) -> Column | None:
        """The evaluated formula behind the column, if there is one."""
        if column.formula is None or self.evaluation is None:
            return None
        return self.evaluation.column(column.formula.key)

    def _look_up(self, column: TableColumn) -> Array:
        if column.field is not None:
            return self._given(column)
        assert self.evaluation is not None
        if column.kind is Kind.ACTIVATION:
            return self._of_class(self.evaluation.activation, None)
        if column.kind is Kind.ERROR:
            assert column.formula is not None
            return self.evaluation.column(column.formula.key).error_ulp
        judged = self.judged(column)
        assert judged is not None
        return judged.values

    def _given(self, column: TableColumn) -> Array:
        """A field's numbers as every loss sees them: in the problem's format, class indices as they are."""
        values = column.typed(self.problem)
        return values if values.dtype.kind == "i" else np.asarray(self.problem.format.round(values))

    def _judge(self, column: TableColumn, computed: Column) -> Judged:
        if column.kind is not Kind.GRADIENT:
            return Judged(computed.loss, computed.truth.loss, computed.regimes, Regime)
        return Judged(
            self._of_class(computed.gradient, self.moved),
            self._of_class(computed.truth.gradient, self.moved),
            self._of_class(computed.gradient_regimes, self.moved),
            GradientRegime,
        )

    def _of_class(self, values: Array, moved: int | None) -> Array:
        """One value a row of what is shaped as the logits: of class `moved`, or of the target's."""
        if values.ndim == 1:
            return values
        if moved is not None:
            return np.asarray(values[:, min(moved, values.shape[1] - 1)])
        # An ignored row has no target class; what is shown there is settled by `applies`.
        classes = np.maximum(self.target_classes[: len(values)], 0)
        return np.take_along_axis(values, classes[:, np.newaxis], axis=1)[:, 0]

    def applies(self, column: TableColumn, row: int) -> bool:
        """Whether the cell has a meaning: an ignored row has no target class to show softmax of."""
        return not self._may_not_apply(column) or self.target_classes.item(row) >= 0

    def meant(self, column: TableColumn) -> NDArray[np.bool_] | None:
        """The rows whose cell has a meaning; None if all have."""
        return self.target_classes >= 0 if self._may_not_apply(column) else None

    def _may_not_apply(self, column: TableColumn) -> bool:
        of_target = column.kind is Kind.ACTIVATION or (column.kind is Kind.GRADIENT and self.moved is None)
        return of_target and isinstance(self.problem, MulticlassProblem)

    def hides(self, column: TableColumn, row: int) -> bool:
        """Whether a cell is covered."""
        return column.formula is not None and self.cover.hides(column.formula.key, row)

    def _hidden(self, column: TableColumn, count: int) -> list[int]:
        """The rows, of so many, whose cell is covered."""
        if column.formula is None or column.formula.key not in self.cover.formulas:
            return []
        rows = self.cover.rows
        return list(range(count)) if rows is None else [row for row in rows if row < count]

    def _uncovered(self, column: TableColumn, values: Array) -> Array:
        """A column's numbers, nan where they are covered: no order, range or copy tells them."""
        hidden = self._hidden(column, len(values))
        if not hidden:
            return values
        told = values.copy()
        told[hidden] = np.nan
        return told

    def uncover(self, column: TableColumn, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Codes of what fails in a column, 0 where that is covered."""
        if hidden := self._hidden(column, len(codes)):
            codes[hidden] = 0
        return codes

    def format_of(self, values: Array) -> Format:
        """The format of a column's numbers: the problem's, or float64 for true values and errors."""
        return self.problem.format if values.dtype == self.problem.format.dtype else FLOAT64

    def sort_key(self, column: TableColumn) -> Array | None:
        """The numbers to sort by, nan where a cell has no meaning; None if not yet known."""
        values = self.values(column)
        if values is None or not self._may_not_apply(column):
            return values
        return np.where(self.target_classes >= 0, values.astype(np.float64), np.nan)

    def ranks(self, column: TableColumn) -> NDArray[np.uint8] | None:
        """How bad each row is in a column of losses or gradients (`rank_of`); None for other columns."""
        if column.kind not in {Kind.LOSS, Kind.GRADIENT}:
            return None
        judged = self.judged(column)
        if judged is None:
            return None
        ranks = ranks_of(judged.regimes, judged.kind)
        if isinstance(self.problem, MulticlassProblem):
            # PyTorch refuses the targets' form then, not some of the rows: it is no row's trouble.
            ranks[ranks == rank_of(Regime.REFUSED)] = 0
        if self._may_not_apply(column):
            ranks[self.target_classes < 0] = 0
        return self.uncover(column, ranks)
