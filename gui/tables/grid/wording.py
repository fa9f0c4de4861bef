"""Every word about the table's columns and cells: headers, names in messages, tooltips."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import (
    FLOAT64,
    BinaryProblem,
    Column,
    Formula,
    GradientRegime,
    MulticlassProblem,
    NoTruth,
    Problem,
    Regime,
    Role,
)
from gui.services.colours import regime_name
from gui.services.numbers.number_display import bit_pattern
from gui.services.numbers.number_text import format_number, shortest_text
from gui.services.verdicts.words import meaning, no_truth_text, passed_over_text
from gui.tables.grid.columns import Kind, TableColumn
from gui.tables.grid.snapshot import AnyRegime, Judged, Snapshot

_translate = QCoreApplication.translate

MOST_LETTERS = 24
"""Of a row's name that there is room for."""


def class_name(problem: Problem, index: int) -> str:
    """A class as headers show it: its name, or its index."""
    if isinstance(problem, MulticlassProblem) and problem.class_names is not None:
        return problem.class_names[index]
    return str(index)


def row_head(problem: Problem, row: int) -> str:
    """What stands before a row: its name, or its number counted from 1."""
    names = problem.row_names if isinstance(problem, BinaryProblem) else None
    return str(row + 1) if names is None or not names[row] else str(names[row])


def widest_row_head(problem: Problem) -> str:
    """A text as wide as the widest that stands before a row."""
    names = problem.row_names if isinstance(problem, BinaryProblem) else None
    letters = 0 if names is None else min(names.dtype.itemsize // 4, MOST_LETTERS)
    return max(str(max(problem.rows, 100)), "n" * letters, key=len)


def group_title(column: TableColumn, problem: Problem, moved: int | None) -> str:
    """The words that columns of one kind have in common; empty where a column stands alone."""
    if column.formula is None:
        return "" if column.index is None else _class_group_title(column)
    if column.kind is Kind.LOSS:
        return _translate("tables", "loss")
    if column.kind is Kind.ERROR:
        return _translate("tables", "error in ULP")
    if problem.family == "binary":
        return _translate("tables", "gradient to z")
    name = "y" if moved is None else class_name(problem, moved)
    return _translate("tables", "gradient to z[{name}]").format(name=name)


def _class_group_title(column: TableColumn) -> str:
    if column.kind is Kind.LOGIT:
        return _translate("tables", "logit z of class")
    return _translate("tables", "target probability of class")


def column_title(column: TableColumn, problem: Problem) -> str:
    """The column's own words, in two lines where that is narrower."""
    if column.formula is not None:
        return _result_title(column.kind, column.formula)
    if column.index is not None:
        return _class_title(column, problem, column.index)
    if column.kind is Kind.ACTIVATION:
        return "p =\nsigmoid(z)" if problem.family == "binary" else "p[y] =\nsoftmax(z)[y]"
    return {
        Kind.LOGIT: _translate("tables", "logit z"),
        Kind.TARGET: "y",
        Kind.WEIGHT: _translate("tables", "weight"),
    }[column.kind]


def spoken_title(column: TableColumn, problem: Problem) -> str:
    """The column's own words in one line, beside those of its group."""
    if column.formula is not None:
        return column.formula.title
    if column.index is not None:
        return class_name(problem, column.index)
    if column.kind is Kind.ACTIVATION:
        return "sigmoid(z)" if problem.family == "binary" else "softmax(z)[y]"
    return {
        Kind.LOGIT: _translate("tables", "logit z"),
        Kind.TARGET: _translate("tables", "target y"),
        Kind.WEIGHT: _translate("tables", "weight"),
    }[column.kind]


def _class_title(column: TableColumn, problem: Problem, index: int) -> str:
    """A class's name; without one the symbol that PyTorch's documentation gives its logit or target."""
    if isinstance(problem, MulticlassProblem) and problem.class_names is not None:
        return problem.class_names[index]
    return f"{'z' if column.kind is Kind.LOGIT else 'y'}[{index}]"


def _result_title(kind: Kind, formula: Formula) -> str:
    if kind is Kind.LOSS:
        return formula_title(formula)
    name = formula.title.partition("(")[0].removesuffix("Loss")
    words = {
        Kind.ERROR: _translate("tables", "error in ULP"),
        Kind.GRADIENT: _translate("tables", "gradient"),
    }[kind]
    return f"{words}\n{name}"


def formula_title(formula: Formula) -> str:
    """A formula's title in two lines of like length: ``BCEWithLogits`` over ``Loss(z)``."""
    title = formula.title
    breaks = {title.find("("), title.find("Loss")} - {-1, 0}
    if not breaks:
        return title
    at = min(breaks, key=lambda place: (max(place, len(title) - place), place))
    return f"{title[:at]}\n{title[at:]}"


def field_name(column: TableColumn, problem: Problem) -> str:
    """An editable column in messages and undo steps: 'logit', 'logit of class 2', 'target'."""
    name = {
        Kind.LOGIT: _translate("tables", "logit"),
        Kind.TARGET: _translate("tables", "target"),
        Kind.WEIGHT: _translate("tables", "weight"),
    }[column.kind]
    if column.index is None:
        return name
    return _translate("tables", "{field} of class {name}").format(
        field=name, name=class_name(problem, column.index)
    )


def plain_name(column: TableColumn, problem: Problem) -> str:
    """A column in one line of words, as a copied table is headed: never to be taken for a number."""
    if column.field is not None:
        return field_name(column, problem)
    if column.formula is None:
        return spoken_title(column, problem)
    kind = {
        Kind.LOSS: _translate("tables", "loss"),
        Kind.ERROR: _translate("tables", "error in ULP"),
        Kind.GRADIENT: _translate("tables", "gradient"),
    }[column.kind]
    return f"{kind} {column.formula.title}"


def header_tip(column: TableColumn, snapshot: Snapshot) -> str:
    """What a column shows, in full."""
    problem = snapshot.problem
    if column.formula is None:
        return _plain_header_tip(column, problem)
    lines = [
        {
            Kind.LOSS: _translate("tables", "Loss of each row, unreduced: {title}"),
            Kind.ERROR: _translate("tables", "Error of the loss in units in the last place: {title}"),
            Kind.GRADIENT: _translate("tables", "Gradient of each row's loss to its logit: {title}"),
        }[column.kind].format(title=column.formula.title),
        column.formula.expression,
        _honours(column.formula),
    ]
    computed = snapshot.column(column)
    if computed is not None and computed.refusal is not None:
        lines.append(refusal_text(computed))
    lines.append(passed_over_text(column.formula, problem))
    return "\n".join(filter(None, lines))


def _plain_header_tip(column: TableColumn, problem: Problem) -> str:
    if column.kind is Kind.LOGIT:
        tip = _translate(
            "tables", "Logit: any number, inf and nan too. Kept as typed, shown in {format}."
        ).format(format=problem.format)
        if column.index is None:
            return tip
        return "\n".join((tip, _translate("tables", "The plots move the logit of the class marked ↔.")))
    if column.kind is Kind.WEIGHT:
        return _translate("tables", "Weight of the row's loss.")
    if column.kind is Kind.ACTIVATION:
        return (
            _translate("tables", "sigmoid(z) = 1 / (1 + exp(−z)), as PyTorch evaluates it")
            if problem.family == "binary"
            else _translate("tables", "softmax of the target class, as PyTorch evaluates it")
        )
    if isinstance(problem, MulticlassProblem) and column.index is None:
        return _translate("tables", "Target: a class 0 to {last}, or ignore_index {ignored}").format(
            last=problem.classes - 1, ignored=problem.ignore_index
        )
    return _translate("tables", "Target: usually 0, 1 or between; BCEWithLogitsLoss checks nothing.")


def _honours(formula: Formula) -> str:
    if not formula.honours:
        return _translate("tables", "Honours no option.")
    return _translate("tables", "Honours {options}.").format(options=", ".join(sorted(formula.honours)))


def refusal_text(column: Column) -> str:
    """PyTorch's refusal of a whole call."""
    return _translate("tables", "PyTorch refuses the whole call: {words}").format(words=column.refusal)


def no_gradients_kept() -> str:
    """Why the rows of a large multiclass table are not sorted or filtered by their gradients."""
    return _translate(
        "tables",
        "Of a table as large as this the gradients are computed row by row: sort and filter it by losses.",
    )


def cell_tip(column: TableColumn, row: int, snapshot: Snapshot) -> str:
    """A cell in words: the exact value, the regime by name, the error in ULP, bits and absolute."""
    values = snapshot.values(column)
    if values is None:
        return ""
    if not snapshot.applies(column, row):
        return _translate("tables", "The row is ignored: its target is ignore_index.")
    words = _value_words(column, row, snapshot)
    if column.kind is Kind.ERROR or values.dtype.kind == "i":
        return words
    bits = bit_pattern(values.item(row), snapshot.format_of(values))
    return "\n".join(
        (words, _translate("tables", "Bits (sign, exponent, significand): {bits}").format(bits=bits))
    )


def _value_words(column: TableColumn, row: int, snapshot: Snapshot) -> str:
    judged = snapshot.judged(column)
    if judged is not None and column.formula is not None:
        return _judged_tip(column, row, snapshot, judged)
    values = snapshot.values(column)
    if column.kind is Kind.ACTIVATION and values is not None:
        text = shortest_text(values.item(row), snapshot.problem.format)
        return f"{spoken_title(column, snapshot.problem)} = {text}"
    return _given_tip(column, row, snapshot)


def _given_tip(column: TableColumn, row: int, snapshot: Snapshot) -> str:
    """A typed number, and what the format makes of it where that differs."""
    problem = snapshot.problem
    value = column.typed(problem).item(row)
    name = field_name(column, problem)
    if isinstance(value, int):
        return f"{name} {value}"
    held = float(problem.format.round(value))
    if held == value or np.isnan(value):
        return f"{name} {shortest_text(value, problem.format)}"
    if shortest_text(held, problem.format) == repr(value):
        return _translate("tables", "{name} {typed}; the nearest {format} is {held}").format(
            name=name, typed=repr(value), format=problem.format, held=repr(held)
        )
    return _translate("tables", "{name} typed as {typed}; {format} holds {held}").format(
        name=name, typed=repr(value), format=problem.format, held=shortest_text(held, problem.format)
    )


def _judged_tip(column: TableColumn, row: int, snapshot: Snapshot, judged: Judged) -> str:
    assert column.formula is not None
    fmt = snapshot.problem.format
    computed = snapshot.column(column)
    exact = judged.values.dtype == FLOAT64.dtype and fmt is not FLOAT64
    name = column.formula.title
    if column.kind is Kind.GRADIENT:
        name = _translate("tables", "gradient of {title}").format(title=name)
    lines = [f"{name} = {shortest_text(judged.values.item(row), FLOAT64 if exact else fmt)}"]
    regime = judged.regime(row)
    if column.formula.role is not Role.EXACT or regime:
        words = _translate("tables", "In words: {regime}").format(regime=regime_name(regime))
        lines += [words, _why(regime, computed, row)]
    if column.formula.role is not Role.EXACT:
        ulps, bits, absolute = judged.errors(row)
        lines += [
            _translate("tables", "True value: {value}").format(value=repr(judged.truth.item(row))),
            _translate("tables", "Error: {ulp} ULP, {bits} bits lost, absolute {absolute}").format(
                ulp=format_number(ulps, 4),
                bits=format_number(bits, 3),
                absolute=format_number(absolute, 4),
            ),
            _translate("tables", "bits lost = log2(1 + floats between value and truth)"),
        ]
    if computed is not None and computed.refusal is not None:
        lines.append(refusal_text(computed))
    return "\n".join(lines)


def _why(regime: AnyRegime, computed: Column | None, row: int) -> str:
    """What the regime means; where there is no true value, why."""
    # By identity: the two enumerations share their integers.
    if (regime is Regime.NO_TRUTH or regime is GradientRegime.NO_TRUTH) and computed is not None:
        return no_truth_text(NoTruth(computed.no_truth.item(row)))
    return meaning(regime)
