"""Activations, and the catalogue's computations from the logit, give what real PyTorch 2.13.0 gave."""

from __future__ import annotations

from typing import Any

import golden_cases
import numpy as np
import pytest
from torch_agreement import activation_bound, chain_bound, disagreement

from engine.formulas.catalogue import formula_named
from engine.pytorch.activations import log_sigmoid, log_softmax, sigmoid, softmax

ACTIVATIONS = {"sigmoid": sigmoid, "log_sigmoid": log_sigmoid, "softmax": softmax, "log_softmax": log_softmax}
# The catalogue's key of each chain that the generator ran op by op.
FORMULAS = {
    "sigmoid_bce": "bce_sigmoid",
    "scratch_binary": "binary_scratch",
    "log_softmax_nll": "nll_log_softmax",
    "softmax_log_nll": "nll_log_of_softmax",
    "scratch_multiclass": "multiclass_scratch",
}
NO_OPTIONS = {"weight": None, "pos_weight": None, "ignore_index": -100, "label_smoothing": 0.0}
CHAINS = [group for group in golden_cases.groups("chains") if group[0] in FORMULAS]
OUTPUTS = [group for group in golden_cases.groups("chains") if group[0] in ACTIVATIONS]


def _run(case: golden_cases.Case) -> tuple[Any, dict[str, Any]]:
    formula = formula_named(FORMULAS[case.function])
    values = {"z": case.arguments["input"], "y": case.arguments["target"], **NO_OPTIONS}
    return formula, formula.run(values)


def _gradient(formula: Any, values: dict[str, Any]) -> Any:
    # 1/0 and 0/0 are the failures shown; engine.evaluate silences them around every formula.
    with np.errstate(all="ignore"):
        return formula.gradient(values)


@pytest.mark.parametrize(("function", "fmt", "group"), OUTPUTS)
def test_activation_is_pytorchs(function: str, fmt: str, group: str) -> None:
    for case in golden_cases.in_group("chains", function, fmt, group):
        x = case.arguments["input"]
        wrong = disagreement(ACTIVATIONS[function](x), case.output, activation_bound(function, x))
        assert not wrong, f"{case}: {wrong}"


@pytest.mark.parametrize("fmt", ["float16", "bfloat16", "float32", "float64"])
def test_sigmoid_rounds_to_1_and_to_0_at_pytorchs_floats(fmt: str) -> None:
    for case in golden_cases.in_group("chains", "sigmoid", fmt, "extreme logits"):
        computed = sigmoid(case.arguments["input"])
        np.testing.assert_array_equal(computed == 1, case.output == 1)
        np.testing.assert_array_equal(computed == 0, case.output == 0)


@pytest.mark.parametrize(("function", "fmt", "group"), CHAINS)
def test_loss_from_the_logit_is_pytorchs(function: str, fmt: str, group: str) -> None:
    for case in golden_cases.in_group("chains", function, fmt, group):
        _, values = _run(case)
        wrong = disagreement(values["loss"], case.loss, chain_bound(function, case.arguments).loss)
        assert not wrong, f"{case}: {wrong}"


@pytest.mark.parametrize(("function", "fmt", "group"), CHAINS)
def test_gradient_to_the_logit_is_autograds(function: str, fmt: str, group: str) -> None:
    for case in golden_cases.in_group("chains", function, fmt, group):
        formula, values = _run(case)
        allowed = chain_bound(function, case.arguments).gradient
        wrong = disagreement(_gradient(formula, values), case.gradient, allowed)
        assert not wrong, f"{case}: {wrong}"


@pytest.mark.parametrize("fmt", ["float16", "bfloat16", "float32", "float64"])
def test_sigmoid_then_bce_is_clamped_and_dead_at_pytorchs_floats(fmt: str) -> None:
    for case in golden_cases.cases("chains"):
        if case.function == "sigmoid_bce" and case.format == fmt:
            formula, values = _run(case)
            np.testing.assert_array_equal(values["loss"] == 100, case.loss == 100, err_msg=str(case))
            np.testing.assert_array_equal(
                _gradient(formula, values) == 0, case.gradient == 0, err_msg=str(case)
            )
