"""A ledger in words: how a reduced loss came about, in one line and row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import BinaryProblem, Column, Evaluation, Ledger, MulticlassProblem
from gui.services.numbers.number_text import format_number
from gui.services.verdicts.words import passed_over_text

_translate = QCoreApplication.translate

LEDGER_DIGITS = 5
"""Significant digits of every amount, so that a person can check the division by eye."""

WRITTEN_OUT = 6
"""Up to so many terms a sum is written out, as in 10.598 / (6 + 4)."""

GROUP = "\u202f"
"""A narrow no-break space between thousands, which no locale takes for a decimal mark."""

LARGEST_COUNT = 1e15
"""Whole numbers below it are written out; float64 holds all of them."""

ROWS_IN_TIP = 12


def amount(value: float) -> str:
    """A term of a ledger: whole numbers in full, others with `LEDGER_DIGITS`; 0 without a sign."""
    if abs(value) < LARGEST_COUNT and value == int(value):
        return f"{int(value):,}".replace(",", GROUP)
    return format_number(value, LEDGER_DIGITS)


def row_shares(ledger: Ledger) -> NDArray[np.float64]:
    """Each row's part of the reduced loss; together they are the loss.

    Returns
    -------
    float64 array
        The row's numerator over the whole denominator, 0 for an ignored row.
    """
    with np.errstate(all="ignore"):  # 0 / 0 is what the ledger is there to show
        shares = ledger.row_numerators / ledger.denominator
    return np.where(ledger.counted, shares, 0.0)


def ledger_line(ledger: Ledger) -> str:
    """The ledger in one line: '10.598 / (6 + 4) = 1.0598', '0 / 0 = nan   no row counted'."""
    if ledger.value is None:
        return _translate("ledger", "none: one value a row")
    ignored = int(np.count_nonzero(~ledger.counted))
    if ledger.reduction == "sum":
        text = f"{_sum_of_rows(ledger)} = {amount(ledger.value)}"
    else:
        text = f"{amount(ledger.numerator)} / {_denominator(ledger)} = {amount(ledger.value)}"
    reason = nothing_counted(ledger)
    if reason:
        return f"{text}   {reason}"
    if ignored:
        text += _translate("ledger", "   ({count} ignored)").format(count=amount(ignored))
    return text


def nothing_counted(ledger: Ledger) -> str:
    """Why a mean is divided by 0, in a few words; nothing if it is not."""
    if ledger.reduction != "mean" or ledger.denominator != 0:
        return ""
    if not len(ledger.counted):
        return _translate("ledger", "mean of nothing")
    if not ledger.counted.any():
        return _translate("ledger", "no row counted")
    return _translate("ledger", "the weights of the counted rows add up to 0")


def divisor_sentence(evaluation: Evaluation) -> str:
    """What the mean of PyTorch's own formula divides by, in one plain sentence."""
    problem, ledger = evaluation.problem, _taken(evaluation).ledger
    if problem.reduction == "none":
        return _translate("ledger", "Nothing is added up: none keeps one value a row.")
    if problem.reduction == "sum":
        return _translate("ledger", "The rows are added up and divided by nothing.")
    reason = nothing_counted(ledger)
    if reason:
        return _translate("ledger", "The mean divides 0 by 0: {reason}.").format(reason=reason)
    ignored = int(np.count_nonzero(~ledger.counted))
    if isinstance(problem, BinaryProblem) and problem.weight is not None:
        words = _translate(
            "ledger", "A weight scales each row's loss; mean still divides by the number of rows: {divisor}."
        )
    elif isinstance(problem, MulticlassProblem) and problem.has_probabilities:
        words = _translate(
            "ledger", "With class probabilities, mean divides by the number of rows: {divisor}."
        )
    elif isinstance(problem, MulticlassProblem) and problem.weight is not None:
        words = _translate(
            "ledger", "With class weights, mean divides by the weights of the rows' targets: {divisor}."
        )
    elif ignored:
        words = _translate(
            "ledger", "Mean divides by the number of rows that are not ignored: {divisor} of {rows}."
        )
    else:
        words = _translate("ledger", "Without a weight, mean divides by the number of rows: {divisor}.")
    return words.format(divisor=amount(ledger.denominator), rows=amount(problem.rows))


def _taken(evaluation: Evaluation) -> Column:
    """The first column that PyTorch does not refuse."""
    columns = evaluation.columns
    return next((column for column in columns if column.refusal is None), columns[0])


def standing_lines(evaluation: Evaluation) -> str:
    """Where the reduced value of the first formula that has levels stands, and who leaves options out."""
    levels = ((column, levels_line(evaluation, column)) for column in evaluation.columns)
    first = next((f"{column.formula.title}: {line}" for column, line in levels if line), "")
    passed = [passed_over_text(column.formula, evaluation.problem) for column in evaluation.columns]
    return "\n".join(line for line in (first, *passed) if line)


def levels_line(evaluation: Evaluation, column: Column) -> str:
    """Where a reduced value stands: 'least 0.29114 · now 0.93235 · frequencies 0.81619 · chance 1.0986'."""
    from engine import loss_levels  # noqa: PLC0415  # not needed to start

    levels = loss_levels(evaluation, column)
    if levels is None:
        return ""
    words = _translate("ledger", "least {least} · now {now} · frequencies {frequencies} · chance {chance}")
    return words.format(
        least=amount(levels.least),
        now=amount(levels.now),
        frequencies=amount(levels.frequencies),
        chance=amount(levels.chance),
    )


def levels_words() -> str:
    """What the words of `levels_line` mean."""
    return _translate(
        "ledger",
        "least: what the targets allow with the best logits for each row · frequencies: the best logits "
        "that are the same in all rows · chance: equal logits",
    )


def _sum_of_rows(ledger: Ledger) -> str:
    count = int(np.count_nonzero(ledger.counted))
    if 0 < count <= WRITTEN_OUT:
        return _written_out(ledger.row_numerators[ledger.counted].tolist())
    return _translate("ledger", "sum of {count} rows").format(count=amount(count))


def _denominator(ledger: Ledger) -> str:
    if np.count_nonzero(ledger.counted) > WRITTEN_OUT:
        return amount(ledger.denominator)
    shares = ledger.row_denominators[ledger.counted]
    alike = bool((shares == 1.0).all())
    # The shares explain the denominator only where they add up to it.
    if alike or len(shares) < 2 or not np.isclose(shares.sum(), ledger.denominator, equal_nan=True):
        return amount(ledger.denominator)
    return f"({_written_out(shares.tolist())})"


def _written_out(terms: Sequence[float]) -> str:
    first, *rest = (amount(term) for term in terms)
    return " + ".join([first, *(f"({term})" if term.startswith("-") else term for term in rest)])


def row_lines(ledger: Ledger) -> list[str]:
    """Each row's part of numerator and denominator, the first few rows of many."""
    lines = []
    for row in range(min(len(ledger.counted), ROWS_IN_TIP)):
        if not ledger.counted.item(row):
            lines.append(_translate("ledger", "row {row}: ignored").format(row=row + 1))
            continue
        words = (
            _translate("ledger", "row {row}: {share}, counts {weight}")
            if ledger.reduction == "mean"
            else _translate("ledger", "row {row}: {share}")
        )
        lines.append(
            words.format(
                row=row + 1,
                share=amount(ledger.row_numerators.item(row)),
                weight=amount(ledger.row_denominators.item(row)),
            )
        )
    more = len(ledger.counted) - ROWS_IN_TIP
    if more > 0:
        lines.append(_translate("ledger", "and {count} more rows").format(count=amount(more)))
    return lines
