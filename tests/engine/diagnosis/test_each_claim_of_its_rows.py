"""What a finding says is so in each of its rows, and what it proposes can be had."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_problems import any_problem

from engine import (
    FLOAT16,
    FLOAT64,
    BinaryProblem,
    Finding,
    Kind,
    MulticlassProblem,
    Severity,
    evaluate,
    findings,
    formula_named,
)
from engine.diagnosis.remedies import NO_FORMAT_REACHES_FURTHER

INF = math.inf


def told(problem, key: str, formula: str | None = None) -> list[Finding]:
    evaluation = evaluate(problem)
    return [f for f in findings(evaluation) if f.key == key and formula in {None, f.formula}]


@given(seed=st.integers(0, 2**32 - 1))
def test_each_row_came_out_as_is_said(seed):
    with np.errstate(all="ignore"):
        evaluation = evaluate(any_problem(np.random.default_rng(seed)))
        for each in findings(evaluation):
            if "came_out" not in each.values:
                continue
            column, said = evaluation.column(each.formula), set(each.values["came_out"].split("/"))
            if each.kind is Kind.GRADIENT:
                rows = column.gradient[each.rows.array].astype(np.float64).reshape(len(each.rows), -1)
                out = {"nan" if np.isnan(row).any() else "±inf" for row in rows if not np.isfinite(row).all()}
                assert np.isfinite(rows).all(axis=1).sum() == 0
            else:
                out = {f"{loss:g}" for loss in column.loss[each.rows.array].astype(np.float64)}
                assert each.kind is (Kind.NAN if said == {"nan"} else Kind.INFINITE)
            assert out == said


def test_the_result_of_a_step_is_that_of_the_row_that_is_named():
    logits = [[70.0] + [0.0] * 999, [65.0] + [0.0] * 999]
    problem = MulticlassProblem(
        logits=logits, target=[0, 0], label_smoothing=0.1, weight=np.full(1000, 60.0), format=FLOAT16
    )
    for each in told(problem, "inner_sum"):
        row = each.values["row"] - 1
        assert each.values["part"] == pytest.approx(-60 * (-logits[row][0]) * 999, rel=1e-3)


def test_a_weight_divided_by_a_probability_is_named_with_both():
    problem = MulticlassProblem(logits=[[0.0, 2.0, 0.0]], target=[0], weight=[30000, 3, 1], format=FLOAT16)
    (each,) = told(problem, "broken_gradient", "nll_log_of_softmax")
    assert "divides the weight of class 0 by its probability" in each.message
    assert each.values["quotient"] == pytest.approx(30000 / 0.1065, rel=1e-3)
    assert not told(problem, "gradient_of_log_zero")


def test_a_probability_of_0_is_the_one_that_is_named():
    problem = MulticlassProblem(logits=[[0.0, 30.0, -200.0]], target=[1])
    (each,) = told(problem, "gradient_of_log_zero")
    assert (each.values["name"], each.values["p"]) == ("2", 0.0)


def test_a_clamp_without_a_rounded_sigmoid_is_not_blamed_on_one():
    (each,) = told(BinaryProblem(logits=[-150.0, -5.0], target=[1, 1], format=FLOAT64), "clamped")
    assert "the logarithm of sigmoid falls below -100" in each.message
    assert "rounded" not in each.message
    (each,) = told(BinaryProblem(logits=[40.0], target=[0], format=FLOAT64), "clamped")
    assert "sigmoid has rounded to 0 or 1" in each.message


@pytest.mark.parametrize("logit", [-1e308, 1e308])
def test_a_loss_that_no_float64_holds_is_told_without_a_wider_format(logit):
    problem = BinaryProblem(logits=[logit, 0.0], target=[float(logit < 0), 1], weight=[10, 1], format=FLOAT64)
    (each,) = told(problem, "beyond_format", "bce_with_logits")
    assert (each.rows, each.kind, each.change) == ((0,), Kind.INFINITE, NO_FORMAT_REACHES_FURTHER)
    assert "the true loss is inf" not in each.message
    assert "double()" not in each.code


def test_a_gradient_that_no_float64_holds_is_told():
    problem = BinaryProblem(logits=[-3.0], target=[1], weight=[1e300], pos_weight=1e20, format=FLOAT64)
    (each,) = told(problem, "broken_gradient", "bce_with_logits")
    assert each.values["came_out"] == "±inf"
    assert "the true gradient is inf" not in each.message


def test_a_sum_that_no_float64_holds_is_told():
    problem = BinaryProblem(logits=[1e308, 1e308], target=[0, 0], format=FLOAT64, reduction="sum")
    (each,) = told(problem, "sum_overflow", "bce_with_logits")
    assert "their sum is beyond 1.79769e+308" in each.message


def test_nothing_is_computed_in_a_wider_format_than_float64():
    problem = BinaryProblem(logits=[-40.0, 40.0, -36.0], target=[0, 1, 0], format=FLOAT64)
    there = [f for f in findings(evaluate(problem)) if f.key in {"underflow", "digits"}]
    assert there
    for each in there:
        assert "wider format" not in each.change
        assert "double()" not in each.code


def test_one_class_has_no_gradient_to_vanish_however_small_its_weight():
    problem = MulticlassProblem(
        logits=[[1e30], [-1e30]], target=[0, 0], weight=[1e-45], label_smoothing=1e-6, reduction="none"
    )
    assert {f.key for f in findings(evaluate(problem))} == {"one_class"}


def test_a_finite_mask_breaks_nothing_where_log_softmax_is_taken():
    problem = MulticlassProblem(logits=[[-1e9, 2, 1]], target=[0])
    (each,) = told(problem, "target_masked")
    assert (each.kind, each.severity) == (Kind.INFINITE, Severity.BROKEN)
    assert "inf where the logarithm of a softmax is taken" in each.message
    (each,) = findings(evaluate(problem, formulas=(formula_named("cross_entropy"),)))
    assert (each.key, each.kind, each.severity) == ("target_masked", Kind.FEEDING, Severity.WRONG)
    assert "inf" not in each.message


def test_the_class_of_an_infinite_weight_is_one_that_occurs():
    problem = MulticlassProblem(logits=np.zeros((2, 3)), target=[1, 2], weight=[INF, INF, 1])
    (each,) = told(problem, "weight_sum_overflow", "cross_entropy")
    assert "that of class 1 is infinite" in each.message
    assert each.kind is Kind.NAN


@pytest.mark.parametrize(("weight", "key"), [(math.nan, "nan_weight"), (INF, "infinite_weight")])
def test_a_bad_weight_that_no_row_meets_breaks_nothing_and_is_told_so(weight, key):
    problem = MulticlassProblem(
        logits=[[1.1, 0.3, 0.2], [0.1, 2.3, 0.7], [3.1, 0, 0.3]], target=[0, 1, 0], weight=[1, 1, weight]
    )
    assert np.isfinite(evaluate(problem).column("cross_entropy").ledger.value)
    (each,) = findings(evaluate(problem))
    assert (each.key, each.severity, each.rows) == (key, Severity.GOOD_TO_KNOW, ())
    met = problem.replace(target=[0, 2, 0])
    assert findings(evaluate(met))[0].severity is Severity.BROKEN
    assert "all that it meets, row 2" in findings(evaluate(met))[0].message
