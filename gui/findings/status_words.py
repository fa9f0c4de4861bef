"""The worst finding in one line: what kind, what, which rows, what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import (
    KINDS,
    SEVERITIES,
    Column,
    Evaluation,
    Finding,
    GradientRegime,
    Kind,
    Regime,
    Role,
    Severity,
    kind_of,
)
from gui.findings.finding_words import MARKS, count_lines, filled, rows_in_words

_translate = QCoreApplication.translate

ROOM = 150
"""So many letters fit into the line of a window of the first size."""

FAILURES: dict[Kind, Severity] = {
    Kind.NAN: Severity.BROKEN,
    Kind.INFINITE: Severity.BROKEN,
    Kind.CLAMPED: Severity.WRONG,
    Kind.GRADIENT: Severity.BROKEN,
    Kind.UNDERFLOW: Severity.GOOD_TO_KNOW,
}
"""What is told of home-made formulas, of which there are no findings."""


class StatusWords(NamedTuple):
    """The status line.

    Attributes
    ----------
    mark : str
        How bad it is, as an icon tells.
    kind : str
    text : str
    more : int
        Findings beside this one.
    row : int or None
        The first row it is about, where it is no finding.
    """

    mark: str
    kind: str
    text: str
    more: int
    row: int | None = None


def status_words(found: Sequence[Finding], evaluation: Evaluation | None = None) -> StatusWords:
    """The line for findings in their order, the worst first.

    Parameters
    ----------
    found : sequence of Finding
    evaluation : Evaluation, optional
        Where one of its home-made formulas fails worse than anything found, that is said.
    """
    other = None if evaluation is None else _worst_of_others(evaluation)
    if evaluation is not None and other is not None and (not found or _is_worse(other, found[0])):
        return _of_other(other, evaluation, count_lines(found))
    if not found:
        if evaluation is not None and (lost := _digits_lost(evaluation)) is not None:
            return lost
        kind = _translate("status", "right")
        return StatusWords("right", kind, _translate("status", "every formula is within its rounding."), 0)
    worst = found[0]
    text = _in_one_line(filled(worst, worst.cause), filled(worst, worst.remedy))
    return StatusWords(MARKS[worst.severity], kind_words(worst.kind), text, count_lines(found) - 1)


def _order(severity: Severity, kind: Kind) -> tuple[int, int]:
    return SEVERITIES.index(severity), KINDS.index(kind)


def _in_one_line(cause: str, remedy: str) -> str:
    """What is so, what follows from it where there is room for that, and what to do."""
    whole = cause.partition(". ")[0].rstrip(".")
    do = re.split("[.:;] ", remedy)[0].rstrip(".")
    # A finding that begins with a formula's name alone says nothing without what follows.
    short = whole.partition(": ")[0] if " " in whole.partition(": ")[0] else whole
    what = whole if len(whole) + len(do) <= ROOM else short
    return _translate("status", "{what}. {remedy}.").format(what=what, remedy=do)


class _Failure(NamedTuple):
    """The worst that happens to a formula that is not PyTorch's, and where."""

    column: Column
    kind: Kind
    rows: tuple[int, ...]

    @property
    def order(self) -> tuple[int, int]:
        """Where it stands, as a finding does."""
        return _order(FAILURES[self.kind], self.kind)


def _is_worse(failure: _Failure, found: Finding) -> bool:
    """Whether a home-made formula fails worse than the worst finding, which is not the cause of that."""
    if found.formula is None and found.rows and set(failure.rows) <= set(found.rows):
        return False
    return failure.order < _order(found.severity, found.kind)


def _worst_of_others(evaluation: Evaluation) -> _Failure | None:
    """The worst failure of repairs and scratch formulas."""
    failures = []
    for role in (Role.STABILISER, Role.SCRATCH):
        for column in (each for each in evaluation.columns if each.formula.role is role):
            lost = _rows_of_nan_gradients(evaluation, column)
            # np.unique would import numpy.ma, a hundredth of the start.
            there = {kind_of(regime) for regime in Regime if (column.regimes == regime).any()}
            there |= {Kind.GRADIENT} if lost else set()
            kinds = [kind for kind in KINDS if kind in there and kind in FAILURES]
            if kinds:
                of_kind = [regime for regime in Regime if kind_of(regime) is kinds[0]]
                rows = tuple(np.flatnonzero(np.isin(column.regimes, of_kind)).tolist())
                failures.append(_Failure(column, kinds[0], lost if kinds[0] is Kind.GRADIENT else rows))
    return min(failures, key=lambda failure: failure.order, default=None)


def _rows_of_nan_gradients(evaluation: Evaluation, column: Column) -> tuple[int, ...]:
    """Rows with a gradient of nan where the true one is a number; of a large multiclass problem unknown."""
    if evaluation.is_large and evaluation.problem.family == "multiclass":
        return ()
    at = column.gradient_regimes == GradientRegime.NAN
    return tuple(np.flatnonzero(at.any(axis=1) if at.ndim > 1 else at).tolist())


def _digits_lost(evaluation: Evaluation) -> StatusWords | None:
    """Where digits are lost and nothing worse happens, the formula that loses them in most rows."""
    if not evaluation.is_complete:
        return None
    lost = [(column, np.flatnonzero(column.regimes == Regime.LOSING_DIGITS)) for column in evaluation.columns]
    column, rows = max(lost, key=lambda each: len(each[1]))
    if not rows.size:
        return None
    words = _translate("status", "{formula} loses digits in {where}; no formula fails.")
    text = words.format(formula=column.formula.title, where=rows_in_words(tuple(rows.tolist())))
    return StatusWords("note", kind_words(Kind.DIGITS), text, 0, int(rows[0]))


def _of_other(failure: _Failure, evaluation: Evaluation, more: int) -> StatusWords:
    said = {
        Kind.NAN: _translate("status", "{formula} is nan in {where}"),
        Kind.INFINITE: _translate("status", "{formula} is inf in {where}"),
        Kind.CLAMPED: _translate("status", "{formula} is clamped in {where}"),
        Kind.GRADIENT: _translate("status", "The gradient of {formula} is nan in {where}"),
        Kind.UNDERFLOW: _translate("status", "{formula} is 0 in {where} where the true loss is not"),
    }[failure.kind]
    value = failure.column.ledger.value
    words = _translate("status", "{what}. Use {stable}.")
    if value is not None and not np.isfinite(value) and failure.kind is not Kind.GRADIENT:
        words = _translate("status", "{what}, so its {reduction} is {value}. Use {stable}.")
    is_binary = evaluation.problem.family == "binary"
    text = words.format(
        what=said.format(formula=failure.column.formula.title, where=rows_in_words(failure.rows)),
        reduction=failure.column.reduction,
        value=value,
        stable="BCEWithLogitsLoss(z)" if is_binary else "CrossEntropyLoss(z)",
    )
    mark = MARKS[FAILURES[failure.kind]]
    return StatusWords(mark, kind_words(failure.kind), text, more, failure.rows[0])


def kind_words(kind: Kind) -> str:
    """A kind of failure by its one word."""
    return {
        Kind.INPUT: _translate("status", "input not finite"),
        Kind.REFUSED: _translate("status", "refused"),
        Kind.NAN: _translate("status", "nan"),
        Kind.INFINITE: _translate("status", "inf"),
        Kind.CLAMPED: _translate("status", "clamped"),
        Kind.GRADIENT: _translate("status", "gradient"),
        Kind.FEEDING: _translate("status", "wrong feeding"),
        Kind.UNDERFLOW: _translate("status", "underflow"),
        Kind.DIGITS: _translate("status", "digits"),
    }[kind]
