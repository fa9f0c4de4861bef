"""What the selected row shows, in one sentence: the worst formula against the truth, then the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import (
    Column,
    Evaluation,
    GradientRegime,
    MulticlassProblem,
    NoTruth,
    Problem,
    Regime,
    Role,
    passed_over,
    rank_of,
    refuses_by_nature,
)
from gui.explain.verdict_words import mark_of_rank
from gui.services.numbers.number_text import format_number, told_apart
from gui.services.verdicts.words import no_truth_text

_translate = QCoreApplication.translate

Mark = Literal["wrong", "beware", "note", "right", "none"]
"""How bad it is, as an icon tells: nothing to say of no row."""

REFUSED, RIGHT = rank_of(Regime.REFUSED), rank_of(Regime.EXACT)

ROLES = (Role.PYTORCH, Role.STABILISER, Role.MISTAKE, Role.SCRATCH)
"""Who is named first of formulas that are equally bad."""


class Sentence(NamedTuple):
    """One row in words.

    Attributes
    ----------
    mark : str
    lead : str
        The sentence itself, which is never cut.
    rest : str
        The other formulas, which may be.
    formula : str or None
        The key of the formula that `lead` speaks of, if it speaks of a failing one.
    """

    mark: Mark
    lead: str
    rest: str = ""
    formula: str | None = None


class _Verdict(NamedTuple):
    """One formula's result in the row, and how bad it is."""

    key: str
    title: str
    rank: int
    loss: float
    truth: float
    gradient: float
    true_gradient: float
    has_loss: bool
    """Whether the loss is right."""
    slope: GradientRegime
    """What floating point did to the gradient."""
    lacks: str
    """The options in force that it has no argument for: it is right, and of another loss."""

    @property
    def has_gradient(self) -> bool:
        """Whether the gradient is right."""
        return _is_sound(self.slope)

    @property
    def mark(self) -> Mark:
        """How bad it is, as an icon tells."""
        return mark_of_rank(self.rank, self.slope)

    @property
    def said(self) -> str:
        return format_number(self.loss) if self.has_loss else _apart(self.loss, self.truth)


def row_sentence(
    evaluation: Evaluation, row: int, moved: int | None = None, shaded: str | None = None
) -> Sentence:
    """The sentence of one row.

    Parameters
    ----------
    evaluation : Evaluation
        Its columns are the formulas shown.
    row : int
    moved : int, optional
        The class whose gradient is meant, of a multiclass problem.
    shaded : str, optional
        The key of the formula whose failures are shaded in the picture: named in any case.
    """
    problem = evaluation.problem
    if not 0 <= row < problem.rows:
        return Sentence("none", _translate("row_sentence", "No rows: type a logit, paste, or open a file."))
    part, at = evaluation.of_row(row)
    if isinstance(problem, MulticlassProblem) and _is_ignored(problem, row):
        return _of_ignored(part.columns, at, problem.ignore_index, row)
    columns = [
        column
        for column in part.columns
        # A loss that takes no class probabilities at all says nothing about this row.
        if column.formula.role is not Role.EXACT and not refuses_by_nature(column.formula, problem)
    ]
    ranked = sorted(columns, key=lambda column: (-_rank(column, at, moved), ROLES.index(column.formula.role)))
    verdicts = [_verdict(problem, column, at, moved) for column in ranked]
    if not verdicts:
        return _of_truth(float(part.exact.loss[at]), row)
    worst = verdicts[0]
    if worst.rank == RIGHT:
        return _all_right(verdicts, row)
    if worst.rank == rank_of(Regime.NO_TRUTH):
        column = part.column(worst.key)
        regime, reason = _regime(column, at), NoTruth(column.no_truth.item(at))
        return _passed_on(worst.key, regime, reason, row, _others(verdicts, shaded))
    return Sentence(worst.mark, _lead(worst, row), _others(verdicts, shaded), worst.key)


def _is_ignored(problem: MulticlassProblem, row: int) -> bool:
    return not problem.has_probabilities and bool(problem.target[row] == problem.ignore_index)


def _of_ignored(columns: Sequence[Column], at: int, index: int, row: int) -> Sentence:
    spoils = any(np.isnan(column.gradient[at]).any() for column in columns)
    words = _translate("row_sentence", "Row {row} is ignored: its target is {index}.")
    if spoils:
        words = _translate(
            "row_sentence", "Row {row} is ignored: its target is {index}, and yet its gradient is nan."
        )
    return Sentence("wrong" if spoils else "note", words.format(row=row + 1, index=index))


def _rank(column: Column, row: int, moved: int | None) -> int:
    loss, slope = _regime(column, row), _slope_regime(column, row, moved)
    refused = RIGHT if column.refusal is None else REFUSED
    return max(refused, rank_of(loss), RIGHT if _is_sound(slope) else rank_of(slope))


def _regime(column: Column, row: int) -> Regime:
    return Regime(int(column.regimes[row]))


def _slope_regime(column: Column, row: int, moved: int | None) -> GradientRegime:
    return GradientRegime(int(column.gradient_regimes[_place(row, moved)]))


def _is_sound(regime: GradientRegime) -> bool:
    return regime in (GradientRegime.EXACT, GradientRegime.LOSING_DIGITS)


def _place(row: int, moved: int | None) -> int | tuple[int, int]:
    return row if moved is None else (row, moved)


def _verdict(problem: Problem, column: Column, row: int, moved: int | None) -> _Verdict:
    place = _place(row, moved)
    return _Verdict(
        column.formula.key,
        column.formula.title,
        _rank(column, row, moved),
        float(column.loss[row]),
        float(column.truth.loss[row]),
        float(column.gradient[place]),
        float(column.truth.gradient[place]),
        _regime(column, row) is Regime.EXACT,
        _slope_regime(column, row, moved),
        ", ".join(passed_over(column.formula, problem)),
    )


def _of_truth(truth: float, row: int) -> Sentence:
    words = _translate("row_sentence", "Row {row}: the true loss is {truth}.")
    return Sentence("right", words.format(row=row + 1, truth=format_number(truth)))


def _all_right(verdicts: list[_Verdict], row: int) -> Sentence:
    alike: dict[tuple[str, str], list[str]] = {}
    for each in verdicts:
        alike.setdefault((format_number(each.loss + 0.0), each.lacks), []).append(each.title)  # no -0
    losses, lacks = ({key[part] for key in alike} for part in (0, 1))
    if len(losses) == 1:
        words = _translate("row_sentence", "Row {row}: all formulas give {loss}.")
        return Sentence("right", words.format(row=row + 1, loss=losses.pop()))
    if len(lacks) == 1:
        words = _translate("row_sentence", "Row {row}: all formulas give {loss} within their rounding.")
    else:
        words = _translate("row_sentence", "Row {row}: all formulas are right, but not of the same loss.")
    said = _translate("row_sentence", "{loss} by {formulas}")
    without = _translate("row_sentence", "{loss} without {options}, by {formulas}")
    parts = [
        (without if options else said).format(loss=loss, formulas=", ".join(titles), options=options)
        for (loss, options), titles in alike.items()
    ]
    lead = words.format(row=row + 1, loss=format_number(verdicts[0].truth))
    return Sentence("right", lead, _joined(parts))


def _passed_on(key: str, regime: Regime, why: NoTruth, row: int, others: str) -> Sentence:
    """Of a row whose own numbers are at fault, and no formula."""
    if regime is Regime.TRUE_INFINITY:
        words = _translate("row_sentence", "Row {row}: a logit is infinite, and so is the true loss.")
        return Sentence("wrong", words.format(row=row + 1), others, key)
    words = _translate("row_sentence", "Row {row}: {reason}; the loss only passes it on.")
    words = words.format(row=row + 1, reason=no_truth_text(why))
    return Sentence("wrong", words, formula=key)


def _lead(worst: _Verdict, row: int) -> str:
    if worst.rank == REFUSED:
        words = _translate("row_sentence", "Row {row}: PyTorch refuses {formula}; the true loss is {truth}.")
        if not np.isnan(worst.loss):
            words = _translate(
                "row_sentence",
                "Row {row}: PyTorch refuses {formula} because of another row; the true loss here is {truth}.",
            )
        return words.format(row=row + 1, formula=worst.title, truth=format_number(worst.truth))
    if worst.has_loss:
        words = _translate(
            "row_sentence", "Row {row}: {formula} says {loss}, but its gradient is {gradient}, not {slope}."
        )
    elif worst.has_gradient:
        words = _translate("row_sentence", "Row {row}: {formula} says {loss} where the true loss is {truth}.")
    else:
        words = _translate(
            "row_sentence",
            "Row {row}: {formula} says {loss} where the true loss is {truth}, "
            "and its gradient is {gradient}.",
        )
    return words.format(
        row=row + 1,
        formula=worst.title,
        loss=worst.said,
        truth=_apart(worst.truth, worst.loss),
        gradient=format_number(worst.gradient),
        slope=_apart(worst.true_gradient, worst.gradient),
    )


def _others(verdicts: list[_Verdict], shaded: str | None) -> str:
    """The other formulas, the shaded one first and the right ones last."""
    others = sorted(verdicts[1:], key=lambda each: each.key != shaded)
    failing = [_other(each) for each in others if each.rank != RIGHT]
    right = [each for each in others if each.rank == RIGHT and not each.lacks]
    failing += [_without(each) for each in others if each.rank == RIGHT and each.lacks]
    if len(right) == 1:
        words = _translate("row_sentence", "{formula} is right")
        failing.append(words.format(formula=right[0].title))
    elif right:
        words = _translate("row_sentence", "{formulas} are right")
        failing.append(words.format(formulas=", ".join(each.title for each in right)))
    return _joined(failing)


def _without(verdict: _Verdict) -> str:
    words = _translate("row_sentence", "{formula} has no {options}: another loss")
    return words.format(formula=verdict.title, options=verdict.lacks)


def _other(verdict: _Verdict) -> str:
    if verdict.rank == REFUSED:
        return _translate("row_sentence", "{formula} is refused").format(formula=verdict.title)
    words = _translate("row_sentence", "{formula} says {loss}")
    if verdict.has_loss:
        words = _translate("row_sentence", "{formula} has the gradient {gradient}")
    gradient = format_number(verdict.gradient)
    return words.format(formula=verdict.title, loss=verdict.said, gradient=gradient)


def _joined(parts: list[str]) -> str:
    return "; ".join(parts) + "." if parts else ""


def _apart(number: float, other: float) -> str:
    """A number with as many digits as tell it from another one."""
    return told_apart(number, other)[0]
