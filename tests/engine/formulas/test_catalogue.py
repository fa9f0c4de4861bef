"""What holds for every formula of the catalogue, and what a new one costs: one entry."""

from __future__ import annotations

import contextlib
import io
import re

import numpy as np
import pytest

from engine import (
    CATALOGUE,
    FLOAT64,
    FORMATS,
    BinaryProblem,
    Formula,
    GradientRegime,
    MulticlassProblem,
    Role,
    Step,
    evaluate,
    exact_binary_loss,
    exact_multiclass_loss,
    formula_named,
    formulas_of,
    numpy_snippet,
    sigmoid,
    sweep,
    torch_snippet,
)
from engine.floats.rounding import log
from engine.formulas.values import values_of
from engine.pytorch.reduction import binary_ledger, weighted

FORMULAS = [pytest.param(formula, id=formula.key) for formula in CATALOGUE]
OWN_TARGET = frozenset({Role.MISTAKE, Role.STABILISER})
"""Roles whose loss is another function than the true one."""
EXTREMES = [-np.inf, -1e38, -200.0, -89.0, -20.0, -0.0, 16.0, 17.0, 104.0, 1e38, np.inf, np.nan]


def binary_problem(**options) -> BinaryProblem:
    rng = np.random.default_rng(7)
    logits = np.concatenate((rng.normal(scale=3, size=20), EXTREMES, EXTREMES))
    target = np.concatenate((rng.integers(0, 2, 20), np.zeros(12), np.ones(12)))
    return BinaryProblem(logits=logits, target=target, **options)


def multiclass_problem(**options) -> MulticlassProblem:
    rng = np.random.default_rng(8)
    logits = rng.normal(scale=3, size=(32, 4))
    logits[20:, 1] = EXTREMES
    return MulticlassProblem(logits=logits, target=np.arange(32) % 4, **options)


def problem_for(formula: Formula, **options):
    return binary_problem(**options) if formula.family == "binary" else multiclass_problem(**options)


def column_of(formula: Formula, problem):
    return evaluate(problem, formulas=(formula,)).columns[0]


def test_keys_are_unique():
    keys = [formula.key for formula in CATALOGUE]
    assert len(set(keys)) == len(keys)


def test_titles_are_unique_within_a_family():
    for family in ("binary", "multiclass"):
        titles = [formula.title for formula in CATALOGUE if formula.family == family]
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("family", ["binary", "multiclass"])
def test_a_family_has_one_exact_formula(family):
    assert len(formulas_of(family, roles=frozenset({Role.EXACT}))) == 1


def test_an_unknown_key_is_refused_with_the_known_ones():
    with pytest.raises(KeyError, match=r"no formula named 'hinge'; known: .*bce_with_logits"):
        formula_named("hinge")


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_last_step_is_the_loss_and_names_are_unique(formula):
    names = [step.name for step in formula.steps]
    assert names[-1] == "loss"
    assert len(set(names)) == len(names)
    assert not {"z", "y"} & set(names)


def test_a_formula_without_a_loss_is_refused():
    exact = formula_named("binary_exact")
    with pytest.raises(ValueError, match="the last step must be named 'loss'"):
        Formula(**{name: getattr(exact, name) for name in Formula.__slots__} | {"steps": ()})


@pytest.mark.parametrize("formula", FORMULAS)
def test_steps_composed_in_order_give_the_loss(formula):
    problem = problem_for(formula)
    values = values_of(problem)
    with np.errstate(all="ignore"):  # inf and nan are results here
        for step in formula.steps:
            values[step.name] = step.compute(values)
    np.testing.assert_array_equal(values["loss"], column_of(formula, problem).loss)


def in_python(expression: str) -> str:
    """A step's expression, as it is shown, in Python over its names."""
    plain = expression.replace("−", "-").replace("·", "*").replace("[y]", "[arange(N), y]")
    return re.sub(r"\b(max|min)\(", r"np.\1imum(", plain)


@pytest.mark.parametrize("formula", [f for f in CATALOGUE if f.role is not Role.EXACT], ids=lambda f: f.key)
def test_the_loss_is_what_its_expression_says_of_the_named_steps(formula):
    problem = problem_for(formula)
    column = column_of(formula, problem)
    names = {**column.values, "np": np, "arange": np.arange, "N": problem.rows, "log": log}
    with np.errstate(all="ignore"):
        told = eval(in_python(formula.steps[-1].expression), names)
    accepted = ~np.isnan(column.loss)  # BCELoss is nan where it would raise
    np.testing.assert_array_equal(told[accepted], column.loss[accepted])


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_a_nan_row_is_told_in_words_and_without_a_warning(form):
    column = column_of(
        formula_named("bce_sigmoid"), BinaryProblem(logits=[np.nan, 1.0], target=[1, 0], format=form)
    )
    loss = column.formula.steps[-1]
    assert loss.told(column.values, 0).expression == "nan: p and y must lie in [0, 1]"
    assert "max(log_1mp" in loss.told(column.values, 1).expression


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize("formula", FORMULAS)
def test_format_in_is_format_out(formula, form):
    problem = problem_for(formula, format=form)
    column = column_of(formula, problem)
    expected = FLOAT64.dtype if formula.role is Role.EXACT else form.dtype
    assert column.loss.dtype == expected
    assert column.gradient.dtype == expected
    assert column.loss.shape == (problem.rows,)
    assert column.gradient.shape == problem.logits.shape


@pytest.mark.parametrize("formula", FORMULAS)
def test_inputs_are_left_untouched(formula):
    values = values_of(problem_for(formula, weight=np.ones(44 if formula.family == "binary" else 4)))
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    before = {name: array.copy() for name, array in arrays.items()}
    for array in arrays.values():
        array.setflags(write=False)
    with np.errstate(all="ignore"):
        results = formula.run(values)
        formula.gradient(results)
        formula.ledger(results, "mean")
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_row_s_loss_does_not_depend_on_other_rows(formula):
    problem = problem_for(formula)
    half = slice(0, problem.rows // 2)
    part = problem.replace(logits=problem.logits[half], target=problem.target[half])
    np.testing.assert_array_equal(column_of(formula, part).loss, column_of(formula, problem).loss[half])


def differences(loss, z, step):
    """Central differences of each row's loss to each of its logits."""
    if z.ndim == 1:
        return (loss(z + step) - loss(z - step)) / (2 * step)
    shifts = step * np.eye(z.shape[1])
    return np.stack([(loss(z + shift) - loss(z - shift)) / (2 * step) for shift in shifts], axis=1)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_gradient_agrees_with_differences_of_the_loss(formula):
    rng = np.random.default_rng(9)
    if formula.family == "binary":
        problem = BinaryProblem(
            logits=rng.normal(scale=4, size=60), target=rng.integers(0, 2, 60), format=FLOAT64
        )
    else:
        problem = MulticlassProblem(
            logits=rng.normal(scale=4, size=(60, 3)), target=rng.integers(0, 3, 60), format=FLOAT64
        )
    true_loss = exact_binary_loss if formula.family == "binary" else exact_multiclass_loss

    def loss(z):
        if formula.role in OWN_TARGET:
            return column_of(formula, problem.replace(logits=z)).loss
        return true_loss(z, problem.target)

    column = column_of(formula, problem)
    slope = differences(loss, problem.logits, 1e-5)
    judged = column.gradient_regimes == GradientRegime.EXACT
    if formula.role in OWN_TARGET:
        judged[:] = True
    assert judged.mean() > 0.9
    # A step of 1e-5 leaves 1e-10 of curvature and the losses' last digits, 30 * eps / 1e-5.
    np.testing.assert_allclose(column.gradient[judged], slope[judged], rtol=1e-7, atol=2e-9)


# -- a new loss is one new entry ------------------------------------------------------------------------


def focal_gradient(v):
    """(2 * m * -log(1 - m) + m**2 / (1 - m)) * dm/dz, with dm/dz = +-m * (1 - m)."""
    m = v["miss"]
    slope = np.sign(v["p"] - v["y"]) * m * (1 - m)
    return weighted(slope * (m**2 / (1 - m) - 2 * m * log(1 - m)), v["weight"])


FOCAL = Formula(
    key="focal",
    title="focal(z)",
    family="binary",
    role=Role.SCRATCH,
    expression="−m²·log(1 − m),  m = |y − sigmoid(z)|",
    steps=(
        Step("p", "sigmoid(z)", lambda v: sigmoid(v["z"])),
        Step("miss", "|y − p|", lambda v: np.abs(v["y"] - v["p"])),
        Step(
            "loss",
            "−miss²·log(1 − miss)",
            lambda v: weighted(-(v["miss"] ** 2) * log(1 - v["miss"]), v["weight"]),
        ),
    ),
    gradient=focal_gradient,
    ledger=lambda v, reduction: binary_ledger(v["loss"], reduction=reduction),
    source="Lin et al., Focal Loss for Dense Object Detection, 2017, equation 4, gamma = 2",
    honours=frozenset({"weight"}),
    torch_code="reduced(-(y - torch.sigmoid(z)).abs() ** 2 * torch.log(1 - (y - torch.sigmoid(z)).abs()), "
    "weight, reduction)",
    numpy_code="reduced(-np.abs(y - sigmoid(z)) ** 2 * log(1 - np.abs(y - sigmoid(z))), weight, reduction)",
)
LONGER = (*CATALOGUE, FOCAL)
PROBLEM = BinaryProblem(logits=[-2.0, 0.5, 3.0], target=[1.0, 0.0, 1.0], weight=[1.0, 2.0, 1.0])


def test_a_new_entry_is_found_by_key_and_by_role():
    assert formula_named("focal", catalogue=LONGER) is FOCAL
    assert FOCAL in formulas_of("binary", catalogue=LONGER)
    assert FOCAL not in CATALOGUE


def test_a_new_entry_is_a_column_of_the_evaluation():
    column = evaluate(PROBLEM, formulas=LONGER).column("focal")
    miss = np.abs(PROBLEM.target - 1 / (1 + np.exp(-PROBLEM.logits)))
    expected = PROBLEM.weight * -(miss**2) * np.log(1 - miss)
    np.testing.assert_allclose(column.loss, expected, rtol=1e-5)
    assert column.ledger.value == pytest.approx(expected.mean(), rel=1e-6)
    assert column.ledger.denominator == 3


def test_a_new_entry_is_a_curve_of_the_sweep():
    swept = sweep(PROBLEM, 0, low=-30, high=30, points=101, formulas=LONGER)
    column = swept.evaluation.column("focal")
    assert column in swept.columns
    assert len(column.loss) == len(swept.logits)
    assert "focal" in {band.formula for band in swept.bands}
    at_points = evaluate(PROBLEM.along(0, swept.logits), formulas=(FOCAL,)).columns[0]
    np.testing.assert_array_equal(column.loss, at_points.loss)
    np.testing.assert_array_equal(swept.slope(column), at_points.gradient)


def test_a_new_entry_is_a_line_of_the_snippets():
    line = f'show("focal(z)", lambda z, reduction: {FOCAL.torch_code})'
    assert line in torch_snippet(PROBLEM, LONGER)
    with contextlib.redirect_stdout(io.StringIO()) as printed, np.errstate():
        exec(numpy_snippet(PROBLEM, LONGER), {})
    lines = dict(line.rsplit(": ", 1) for line in printed.getvalue().splitlines())
    assert float(lines["focal(z)"]) == pytest.approx(
        evaluate(PROBLEM, formulas=LONGER).column("focal").ledger.value, rel=1e-6
    )
