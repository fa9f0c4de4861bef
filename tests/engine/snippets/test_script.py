"""Copied code runs on its own and prints what the window shows."""

from __future__ import annotations

import ast
import importlib.util
import json
import math
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from engine import (
    CATALOGUE,
    FIRST_TRY,
    FLOAT16,
    FLOAT64,
    FORMATS,
    REDUCTIONS,
    BinaryProblem,
    MulticlassProblem,
    Role,
    evaluate,
    format_of,
    formulas_of,
    numpy_snippet,
    script_arrays,
    stabilisers_of,
    torch_snippet,
)
from gui.session.problem_file import read_problem_file

PRESETS = sorted((Path(__file__).resolve().parents[3] / "resources" / "presets").glob("*.json"))
TORCH_PYTHON = sys.executable if importlib.util.find_spec("torch") else os.environ.get("TORCH_PYTHON")
HOME_MADE = tuple(
    make(FIRST_TRY[name])
    for family in ("binary", "multiclass")
    for name, make in stabilisers_of(family).items()
)
THOROUGH = "LOGITSCOPE_THOROUGH" in os.environ
"""Then every format with every reduction."""
EVERY_FORMULA = (*CATALOGUE, *HOME_MADE)
TOLERANCE = {"float16": 0.0, "bfloat16": 0.0, "float32": 4e-7, "float64": 2e-15}
"""Relative, of a printed loss: in the half formats every digit agrees, elsewhere a sum's order may differ."""
TRUE_TOLERANCE = 2e-14
NUMPY_ULPS, TORCH_ULPS = 0, 4
"""Of a gradient: NumPy's take the window's own steps, autograd's go through a formula that is written out."""
RUNNER = """
import contextlib, io, json, sys
printed = []
for script in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(script, "snippet", "exec"), {})
    printed.append(out.getvalue())
json.dump(printed, sys.stdout)
"""


def random_problems():
    """Every option at least once, rows enough for NLLLoss's blocks of 16, and 2 to 20 classes."""
    rng = np.random.default_rng(20260213)
    z = rng.normal(scale=30, size=40)
    soft = rng.random(40)
    yield BinaryProblem(logits=z, target=(soft > 0.5) * 1.0)
    yield BinaryProblem(logits=z, target=soft, weight=rng.random(40), pos_weight=2.3)
    for classes in (2, 3, 9, 20):
        rows = rng.normal(scale=8, size=(40, classes))
        target = rng.integers(0, classes, size=40)
        target[rng.random(40) < 0.3] = -1
        weight = rng.random(classes)
        shares = rng.dirichlet(np.ones(classes), size=40)
        yield MulticlassProblem(logits=rows, target=target, ignore_index=-1)
        yield MulticlassProblem(logits=rows, target=target, ignore_index=-1, weight=weight)
        yield MulticlassProblem(
            logits=rows, target=target, ignore_index=-1, weight=weight, label_smoothing=0.3
        )
        yield MulticlassProblem(logits=rows, target=target, ignore_index=-1, label_smoothing=0.1)
        yield MulticlassProblem(logits=rows, target=shares, weight=weight, label_smoothing=0.1)
        yield MulticlassProblem(logits=rows, target=shares)


SPECIAL = (0.0, -0.0, 1.0, -30.0, 200.0, 1e30, -1e30, math.inf, -math.inf, math.nan)


def special_problems():
    """Infinite, absent and huge logits in every pair and triple, with each target; senseless weights."""
    pairs = [(z, y) for z in SPECIAL for y in (0.0, 1.0, 0.25)]
    logits, target = (np.array(column) for column in zip(*pairs, strict=True))
    yield BinaryProblem(logits=logits, target=target, reduction="none")
    for weight in (0.0, 2.0, math.inf, math.nan):
        heavy = np.full(len(pairs), weight)
        yield BinaryProblem(logits=logits, target=target, weight=heavy, reduction="none")
        yield BinaryProblem(logits=logits, target=target, pos_weight=weight, reduction="none")
    for classes in (1, 2, 3):
        numbers = SPECIAL if classes < 3 else SPECIAL[2:4] + SPECIAL[-3:]
        cells = [(z, y) for z in product(numbers, repeat=classes) for y in range(classes)]
        rows = np.array([z for z, _ in cells])
        index = np.array([y for _, y in cells])
        shares = np.array(
            [np.roll([0.75, *[0.25] * (classes > 1), *[0.0] * (classes - 2)], y) for y in index]
        )
        ignored = np.where(np.arange(len(index)) % 5, index, -100)
        weight = np.array([0.5, 0.0, 2.0])[:classes]
        for target in (index, ignored, shares):
            for options in (
                {},
                {"weight": weight},
                {"label_smoothing": 0.1},
                {"weight": weight, "label_smoothing": 1.0},
            ):
                yield MulticlassProblem(logits=rows, target=target, reduction="none", **options)
    one = MulticlassProblem(logits=[[math.inf, 0.0, 1.0]], target=[0])
    yield from (one, one.replace(reduction="sum"), one.replace(target=[1]))
    for weight in (math.inf, math.nan):
        yield one.replace(logits=np.eye(3), target=[0, 1, 2], weight=[1.0, weight, 0.0], reduction="none")


def problems():
    """Presets in every format; of the random problems each with every format and with every reduction."""
    presets = [read_problem_file(path).problem for path in PRESETS]
    every = [
        base.replace(reduction=kind, format=form)
        for number, base in enumerate(random_problems())
        for at, form in enumerate(FORMATS)
        for turn, kind in enumerate(REDUCTIONS)
        if THOROUGH or (number + at) % len(REDUCTIONS) == turn
    ]
    return [*(case.replace(format=form) for case in presets for form in FORMATS), *every]


def shown(problem) -> dict[str, list[float] | float]:
    """What the window shows: each formula's title, loss and gradient, but for those that PyTorch refuses."""
    columns = [column for column in evaluate(problem, formulas=EVERY_FORMULA).columns if not column.refusal]
    losses = {
        column.formula.title: column.loss.astype(np.float64).tolist()
        if problem.reduction == "none"
        else column.ledger.value
        for column in columns
    }
    return losses | {
        f"gradient of {column.formula.title}": column.gradient.astype(np.float64).tolist()
        for column in columns
    }


def printed_by(scripts: list[str], python: str) -> list[dict[str, list[float] | float]]:
    """What each of the scripts prints, run by an interpreter that does not know this package."""
    done = subprocess.run(
        [python, "-W", "error", "-c", RUNNER],
        input=json.dumps(scripts),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(python).parent,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [parsed(text) for text in json.loads(done.stdout)]


def parsed(text: str) -> dict[str, list[float] | float]:
    lines = (line.rsplit(": ", 1) for line in text.splitlines())
    return {title: json.loads(loss.replace("inf", "Infinity").replace("nan", "NaN")) for title, loss in lines}


def assert_alike(printed, expected, tolerance):
    got = np.atleast_1d(np.array(printed, dtype=np.float64))
    want = np.atleast_1d(np.array(expected, dtype=np.float64))
    # Absolute below 1: there a loss may be what cancellation left over.
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


def assert_the_same_numbers(problem, printed, ulps):
    expected = shown(problem)
    assert printed.keys() == expected.keys()
    for title, loss in printed.items():
        tolerance = TRUE_TOLERANCE if title.endswith("exact") else TOLERANCE[problem.format.name]
        if title.startswith("gradient") and tolerance != TRUE_TOLERANCE:
            tolerance = ulps * problem.format.eps
        assert_alike(loss, expected[title], tolerance)


def test_numpy_scripts_print_the_numbers_of_the_window():
    cases = problems()
    scripts = [numpy_snippet(problem, EVERY_FORMULA) for problem in cases]
    for problem, printed in zip(cases, printed_by(scripts, sys.executable), strict=True):
        assert_the_same_numbers(problem, printed, NUMPY_ULPS)


@pytest.mark.skipif(TORCH_PYTHON is None, reason="PyTorch is not installed, and TORCH_PYTHON names none")
def test_torch_scripts_print_the_numbers_of_the_window():
    cases = problems()
    scripts = [torch_snippet(problem, EVERY_FORMULA) for problem in cases]
    for problem, printed in zip(cases, printed_by(scripts, TORCH_PYTHON), strict=True):
        assert_the_same_numbers(problem, printed, TORCH_ULPS)


def assert_the_true_numbers(snippet, python):
    exact = tuple(formula for formula in CATALOGUE if formula.role is Role.EXACT)
    cases = [case.replace(format=form) for case in special_problems() for form in (FLOAT16, FLOAT64)]
    scripts = [snippet(problem, exact) for problem in cases]
    for problem, printed in zip(cases, printed_by(scripts, python), strict=True):
        expected = shown(problem)
        for title in ("exact", "gradient of exact"):
            assert_alike(printed[title], expected[title], TRUE_TOLERANCE)


def test_numpy_scripts_print_the_limits_that_the_window_shows_for_special_numbers():
    assert_the_true_numbers(numpy_snippet, sys.executable)


@pytest.mark.skipif(TORCH_PYTHON is None, reason="PyTorch is not installed, and TORCH_PYTHON names none")
def test_torch_scripts_print_the_limits_that_the_window_shows_for_special_numbers():
    assert_the_true_numbers(torch_snippet, TORCH_PYTHON)


@pytest.mark.parametrize("snippet", [torch_snippet, numpy_snippet])
def test_without_formulas_a_script_has_those_of_a_first_start(snippet):
    script = snippet(BinaryProblem(logits=[17.0], target=[0.0]))
    calls = [line for line in script.splitlines() if line.startswith("show(")]
    assert len(calls) == len(formulas_of("binary"))


@pytest.mark.parametrize("snippet", [torch_snippet, numpy_snippet])
def test_a_refused_formula_is_a_comment_with_the_reason(snippet):
    script = snippet(BinaryProblem(logits=[0.0, math.nan], target=[1.0, 1.0]))
    refused = next(line for line in script.splitlines() if line.startswith("# BCELoss(sigmoid(z))"))
    assert refused.endswith("all elements of input should be between 0 and 1 (row 2 is nan)")


@pytest.mark.parametrize("snippet", [torch_snippet, numpy_snippet])
def test_a_script_holds_only_the_helpers_it_uses(snippet):
    chosen = tuple(f for f in CATALOGUE if f.key == "bce_with_logits")
    tree = ast.parse(snippet(BinaryProblem(logits=[1.0], target=[1.0]), chosen))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert defined <= used
    assert "true_binary_loss" not in defined


def test_literals_are_as_typed():
    script = numpy_snippet(BinaryProblem(logits=[0.1, -0.0, math.inf], target=[1.0, 0.0, 0.5]))
    assert "z = np.array([0.1, -0.0, inf], dtype=np.float32)" in script


def test_a_literal_that_numpy_would_round_to_another_half_is_written_as_rounded():
    typed = 1 + 2.0**-11 + 2.0**-40  # float32, and so PyTorch, drops the last term, and the tie goes to 1
    problem = BinaryProblem(logits=[typed], target=[1.0], format=format_of("float16"))
    assert np.float16(typed) != problem.input[0] == 1
    assert "z = np.array([1.0], dtype=np.float16)" in numpy_snippet(problem)
    assert "z = torch.tensor([1.0], dtype=torch.float16)" in torch_snippet(problem)


def test_long_lists_are_broken_into_short_lines():
    problem = BinaryProblem(logits=np.linspace(-5, 5, 1000), target=np.zeros(1000))
    assert max(map(len, numpy_snippet(problem, ()).splitlines())) <= 110


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_a_target_that_is_nan_gives_a_script_without_a_warning(fmt):
    problem = BinaryProblem(logits=[0.0, 1.0], target=[1.0, math.nan], format=fmt)
    assert "all elements of target should be between 0 and 1" in torch_snippet(problem)


# -- numbers in a file ----------------------------------------------------------------------------------


def saved_problems():
    rng = np.random.default_rng(19)
    z = rng.normal(scale=9, size=(50, 3))
    yield BinaryProblem(logits=z[:, 0], target=z[:, 1] > 0, weight=rng.random(50), pos_weight=2.0)
    yield MulticlassProblem(logits=z, target=rng.integers(0, 3, size=50), weight=[1.0, 2.0, 0.5])
    yield MulticlassProblem(logits=z, target=rng.dirichlet(np.ones(3), size=50), reduction="sum")


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@pytest.mark.parametrize(
    ("snippet", "python", "ulps"),
    [
        (numpy_snippet, sys.executable, NUMPY_ULPS),
        pytest.param(
            torch_snippet,
            TORCH_PYTHON,
            TORCH_ULPS,
            marks=pytest.mark.skipif(TORCH_PYTHON is None, reason="PyTorch is not installed"),
        ),
    ],
)
def test_a_script_loads_large_arrays_from_a_file_and_prints_the_same(tmp_path, fmt, snippet, python, ulps):
    cases = [case.replace(format=fmt) for case in saved_problems()]
    scripts = []
    for number, problem in enumerate(cases):
        path = tmp_path / f"numbers {number}.npz"
        np.savez(path, **script_arrays(problem))
        scripts.append(snippet(problem, EVERY_FORMULA, str(path)))
        assert len(scripts[-1]) < 20_000
    for problem, printed in zip(cases, printed_by(scripts, python), strict=True):
        assert_the_same_numbers(problem, printed, ulps)
