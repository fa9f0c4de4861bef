"""How wide a table's columns are: as wide as their titles and their longest numbers."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics

from engine import FLOAT64, MulticlassProblem, Role
from gui.services.numbers.number_display import NumberDisplay
from gui.tables.grid.columns import Kind, TableColumn, is_class_target
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.view.table_part import CELL_PADDING

SAMPLES = {
    Kind.LOGIT: "-16.6355",
    Kind.TARGET: "0.50",
    Kind.WEIGHT: "1.25000",
    Kind.ACTIVATION: "2.06115e-09",
    Kind.LOSS: "2.06115e-09",
    Kind.ERROR: "1.718e+06",
    Kind.GRADIENT: "-2.06115e-09",
}
"""A long number of each kind, from which the columns' widths come; given numbers may be longer."""

LEAST_CLASS = "000"
"""A class index as wide as the narrowest column of them."""

ONE_LOGIT = "-1.2346e-10"
"""The only logit of a row has room for a small one, and its footer for two counts."""

LOSS_OF_MANY = "0.0279824"
"""Beside many logits a loss leaves them room, and has fewer digits where it is very small."""

MOST_MEASURED = 2000
"""Cells whose own texts widen their columns; the delegate shows fewer digits of what is longer still."""


def fitting_width(model: ProblemModel, number: int, metrics: QFontMetrics) -> int:
    """The width at which a column's numbers are not cut."""
    column = model.columns[number]
    width = metrics.horizontalAdvance(_sample(model, column)) + CELL_PADDING
    if column.field is not None:
        width = max(width, width_of_cells(model, number, 0, measured_rows(model) - 1, metrics))
    return width


def measured_rows(model: ProblemModel) -> int:
    """How many of the first rows decide on the widths: all of a small table's."""
    return min(model.order.count, MOST_MEASURED // max(len(model.columns), 1) + 1)


def width_of_cells(model: ProblemModel, number: int, top: int, bottom: int, metrics: QFontMetrics) -> int:
    """The width that the cells of a column from one place to another need."""
    column = model.columns[number]
    texts = (model.cells.text(place, column) for place in range(top, bottom + 1))
    return max(map(metrics.horizontalAdvance, texts), default=0) + CELL_PADDING


def _sample(model: ProblemModel, column: TableColumn) -> str:
    """A text as long as the column's numbers get."""
    display, problem = model.cells.display, model.snapshot.problem
    if is_class_target(column, problem):
        assert isinstance(problem, MulticlassProblem)
        return max(str(problem.classes - 1), LEAST_CLASS, key=len)
    if display == NumberDisplay() and column.kind is Kind.LOGIT and column.index is None:
        return ONE_LOGIT
    if display == NumberDisplay() and column.kind is Kind.LOSS and isinstance(problem, MulticlassProblem):
        return LOSS_OF_MANY
    if display == NumberDisplay() or column.kind is Kind.ERROR:
        return SAMPLES[column.kind]
    is_true = column.formula is not None and column.formula.role is Role.EXACT
    return display.longest(FLOAT64 if is_true else problem.format)
