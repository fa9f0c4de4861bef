"""One sample's script prints what the page shows: losses and gradients by every route."""

from __future__ import annotations

import ast
import json
import subprocess
from itertools import product

import pytest
from snippets.test_script import RUNNER, TORCH_PYTHON

from engine import (
    FEEDINGS,
    FORMATS,
    ROUTES,
    BinaryProblem,
    evaluate_probability,
    evaluate_routes,
    four_losses_snippet,
)

CASES = [
    BinaryProblem(logits=[z], target=[y], format=form)
    for form, (z, y) in product(FORMATS, [(17.0, 0.0), (-200.0, 1.0), (-3.25, 0.3), (0.5, 1.0)])
]
TOLERANCE = {"float16": 1e-9, "bfloat16": 1e-9, "float32": 4e-7, "float64": 2e-15}


def expected(evaluations) -> dict[str, tuple[float, float]]:
    shown = {}
    for evaluation in evaluations:
        for column in evaluation.columns:
            if column.refusal is None and column.formula.role != "exact":
                slope = column.gradient[0] if evaluation.problem.family == "binary" else column.gradient[0, 1]
                shown[column.formula.title] = float(column.loss[0]), float(slope)
    return shown


def test_the_script_is_python_and_comments_what_pytorch_refuses():
    script = four_losses_snippet(CASES[0], feedings=FEEDINGS)
    ast.parse(script)
    assert "# BCELoss(z): PyTorch refuses: all elements of input should be between 0 and 1" in script
    assert script.count("show(") == 1 + len(ROUTES) + len(FEEDINGS) - 1


def test_a_given_probability_takes_the_place_of_the_sigmoids():
    script = four_losses_snippet(None, p=1.0 - 2.0**-24, target=1.0, format=FORMATS[2])
    ast.parse(script)
    assert "sigmoid" not in script
    assert "F.nll_loss(torch.log(torch.stack((1 - p, p), dim=1)), k" in script


@pytest.mark.skipif(TORCH_PYTHON is None, reason="needs a Python with PyTorch")
def test_pytorch_prints_the_pages_numbers():
    given = list(product(FORMATS, ((0.25, 0.0), (1.0 - 2.0**-24, 1.0), (1.0, 0.0), (0.5, 0.25))))
    scripts = [four_losses_snippet(problem, feedings=FEEDINGS) for problem in CASES]
    scripts += [four_losses_snippet(None, p=p, target=y, format=form) for form, (p, y) in given]
    routes = [evaluate_routes(problem, FEEDINGS) for problem in CASES]
    shown = [expected((each.binary, each.multiclass)) for each in routes]
    shown += [expected([evaluate_probability(p, y, form)]) for form, (p, y) in given]
    forms = [problem.format for problem in CASES] + [form for form, _ in given]
    for printed, wanted, form in zip(printed_by(scripts), shown, forms, strict=True):
        relative = TOLERANCE[form.name]
        assert printed == {
            title: pytest.approx(pair, rel=relative, abs=form.eps, nan_ok=True)
            for title, pair in wanted.items()
        }, form


def printed_by(scripts: list[str]) -> list[dict[str, tuple[float, float]]]:
    """What each of the scripts prints, run by an interpreter that does not know this package."""
    done = subprocess.run(
        [TORCH_PYTHON, "-c", RUNNER], input=json.dumps(scripts), capture_output=True, text=True, check=True
    )
    return [read(text) for text in json.loads(done.stdout)]


def read(text: str) -> dict[str, tuple[float, float]]:
    found = {}
    for line in text.splitlines():
        title, _, numbers = line.partition(": ")
        loss, _, slope = numbers.partition(", gradient ")
        found[title] = float(loss), float(slope)
    return found
