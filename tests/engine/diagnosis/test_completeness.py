"""Nothing that breaks goes unexplained: whatever the problem, its broken rows lie in a finding's rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_mistakes import PLANTED, planted
from random_problems import any_problem

from engine import BinaryProblem, Column, Finding, Kind, Role, evaluate, findings

NAMES_NO_BREAK = {Kind.FEEDING, Kind.UNDERFLOW, Kind.DIGITS}
"""Kinds that do not explain a nan or inf."""

OF_TARGETS = {"target_outside", "ignore_index_in_bce", "target_signed"}
"""But these do for BCELoss, which refuses such rows."""


def pytorch_columns(evaluation):
    """PyTorch's columns, without a loss that takes no class probabilities at all."""
    for column in evaluation.columns:
        by_nature = column.refusal is not None and not isinstance(evaluation.problem, BinaryProblem)
        if column.formula.role is Role.PYTORCH and not by_nature:
            yield column


def any_entry(at: np.ndarray) -> np.ndarray:
    return at.any(axis=1) if at.ndim == 2 else at


def rows_where(at: np.ndarray) -> set[int]:
    return set(np.flatnonzero(any_entry(at)).tolist())


def told(there: tuple[Finding, ...], column: Column, *, breaks: bool) -> set[int]:
    """The rows of what is said of this column, or of all."""
    return {
        row
        for each in there
        if each.formula in {None, column.formula.key}
        and (each.kind not in NAMES_NO_BREAK or each.key in OF_TARGETS or not breaks)
        for row in each.rows
    }


def unexplained(evaluation) -> list[str]:
    """What broke and is in no finding."""
    there, form = findings(evaluation), evaluation.problem.format
    left = []
    for column in pytorch_columns(evaluation):
        loss, gradient = column.loss.astype(np.float64), column.gradient.astype(np.float64)
        true_loss, true_gradient = column.truth.loss, column.truth.gradient
        broken = told(there, column, breaks=True)
        zero = (loss == 0) & np.isfinite(true_loss) & (form.nearest(true_loss).astype(np.float64) != 0)
        gone = (gradient == 0) & np.isfinite(true_gradient)
        gone &= form.nearest(true_gradient).astype(np.float64) != 0
        for name, rows, covered in (
            ("loss", rows_where(~np.isfinite(loss) & np.isfinite(true_loss)), broken),
            ("gradient", rows_where(~np.isfinite(gradient) & np.isfinite(true_gradient)), broken),
            ("vanished loss", rows_where(zero), told(there, column, breaks=False)),
            ("vanished gradient", rows_where(gone), told(there, column, breaks=False)),
        ):
            if rows - covered:
                left.append(f"{name} of {column.formula.key} in rows {sorted(rows - covered)}")
        if reduced_is_unexplained(column, there, form):
            left.append(f"{column.ledger.value} of {column.formula.key}")
    return left


def reduced_is_unexplained(column: Column, there: tuple[Finding, ...], form) -> bool:
    ledger = column.ledger
    if ledger.value is None or not ledger.counted.any() or column.refusal is not None:
        return False
    divisor = ledger.row_denominators[ledger.counted].sum() if ledger.reduction == "mean" else 1.0
    truth = column.truth.loss[ledger.counted].sum() / divisor if divisor else np.nan
    vanished = ledger.value == 0 and form.nearest(np.array([truth])).astype(np.float64)[0] != 0
    wrong = np.isfinite(truth) and (not np.isfinite(ledger.value) or vanished)
    own = (each for each in there if each.formula in {None, column.formula.key})
    return bool(wrong) and not any(each.kind is not Kind.FEEDING for each in own)


@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_breaks_lies_in_a_finding_s_rows(seed):
    with np.errstate(all="ignore"):
        assert unexplained(evaluate(any_problem(np.random.default_rng(seed)))) == []


@pytest.mark.parametrize("name", PLANTED)
def test_what_a_planted_mistake_breaks_is_explained(name):
    with np.errstate(all="ignore"):
        assert unexplained(planted(name, np.random.default_rng(0))[1]) == []


@given(seed=st.integers(0, 2**32 - 1))
def test_a_finding_about_rows_names_rows_of_the_problem_in_order(seed):
    problem = any_problem(np.random.default_rng(seed))
    for each in findings(evaluate(problem)):
        assert list(each.rows) == sorted(set(each.rows))
        assert all(0 <= row < problem.rows for row in each.rows)
