"""The engine gives what real PyTorch 2.13.0 gave: every case of tests/golden."""

from __future__ import annotations

import json

import golden_cases
import numpy as np
import pytest
from torch_agreement import bound_of, disagreement, half_ulp_of_gradient

from engine.gradients import (
    binary_cross_entropy_grad,
    binary_cross_entropy_with_logits_grad,
    cross_entropy_grad,
    nll_loss_grad,
)
from engine.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)

LOSSES = {
    "binary_cross_entropy": (binary_cross_entropy, binary_cross_entropy_grad),
    "binary_cross_entropy_with_logits": (
        binary_cross_entropy_with_logits,
        binary_cross_entropy_with_logits_grad,
    ),
    "cross_entropy": (cross_entropy, cross_entropy_grad),
    "nll_loss": (nll_loss, nll_loss_grad),
}
GROUPS = [(name, *group) for name in (*LOSSES, "corners") for group in golden_cases.groups(name)]


def _report(failures: list[str], total: int) -> str:
    return f"{len(failures)} of {total} cases:\n" + "\n".join(failures[:20])


def test_the_golden_data_hold_at_least_2000_cases_in_all_formats_of_every_loss() -> None:
    assert sum(len(golden_cases.cases(name)) for name in LOSSES) >= 2000
    formats = {(function, fmt) for file, function, fmt, _ in GROUPS if file == function}
    assert formats == {
        (name, fmt) for name in LOSSES for fmt in ("float16", "bfloat16", "float32", "float64")
    }


@pytest.mark.parametrize(("file", "function", "fmt", "group"), GROUPS)
def test_loss_is_pytorchs(file: str, function: str, fmt: str, group: str) -> None:
    compute, _ = LOSSES[function]
    found = golden_cases.in_group(file, function, fmt, group)
    failures = []
    for case in found:
        wrong = disagreement(compute(**case.arguments), case.loss, bound_of(function, case.arguments).loss)
        if wrong:
            failures.append(f"{case}: {wrong}")
    assert not failures, _report(failures, len(found))


@pytest.mark.parametrize(("file", "function", "fmt", "group"), GROUPS)
def test_gradient_is_autograds(file: str, function: str, fmt: str, group: str) -> None:
    _, compute = LOSSES[function]
    found = [case for case in golden_cases.in_group(file, function, fmt, group) if case.gradient is not None]
    failures = []
    for case in found:
        allowed = bound_of(function, case.arguments).gradient
        slack = half_ulp_of_gradient(function)
        wrong = disagreement(compute(**case.arguments), case.gradient, allowed, half_ulp=slack)
        if wrong:
            failures.append(f"{case}: {wrong}")
    assert not failures, _report(failures, len(found))


@pytest.mark.parametrize("fmt", ["float16", "bfloat16", "float32", "float64"])
def test_the_clamp_at_100_is_exact(fmt: str) -> None:
    clamped = 0
    for case in golden_cases.cases("binary_cross_entropy"):
        if case.format == fmt and case.arguments["reduction"] == "none" and "weight" not in case.arguments:
            at_100 = case.loss == 100
            np.testing.assert_array_equal(
                binary_cross_entropy(**case.arguments)[at_100], 100, err_msg=str(case)
            )
            clamped += int(at_100.sum())
    assert clamped > 50


@pytest.mark.parametrize("function", ["binary_cross_entropy", "binary_cross_entropy_with_logits", "nll_loss"])
def test_a_gradient_is_dead_where_autograds_is(function: str) -> None:
    _, compute = LOSSES[function]
    dead = 0
    for case in golden_cases.cases(function):
        if case.gradient is not None:
            computed = compute(**case.arguments)
            np.testing.assert_array_equal(computed == 0, case.gradient == 0, err_msg=str(case))
            dead += int((case.gradient == 0).sum())
    assert dead > 500


@pytest.mark.parametrize("row", golden_cases.refusals(), ids=lambda row: f"{row['function']}-{row['fault']}")
def test_what_pytorch_refuses_is_refused(row: dict[str, object]) -> None:
    arguments = {name: golden_cases.refused_argument(value) for name, value in row["arguments"].items()}
    for compute in LOSSES[row["function"]]:
        with pytest.raises((ValueError, TypeError, IndexError)) as refused:
            compute(**arguments)
        said = str(refused.value)
        shown = f"PyTorch: {row['message']}\nengine: {said}\n{json.dumps(row['arguments'])}"
        assert row["fault"] in said.lower(), shown
