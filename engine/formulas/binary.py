"""The catalogue's binary entries: ways to compute binary cross-entropy from logits.

Each step works on the values so far (`engine.formulas.formula.Values`): `z` and `y` of shape (N,) in the
problem's format, `weight` of shape (N,) or None, `pos_weight` of shape () or None.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import exact
from engine.arguments.checks import Reduction
from engine.floats.formats import FloatArray
from engine.floats.rounding import LOG_CLAMP, constant, failures_are_results, log, log1p, widened
from engine.formulas.formula import Formula, Role, Step, Told, Values
from engine.formulas.row_expressions import linear_minus_log_p, weighted_sum
from engine.formulas.scratch import scratch_binary_from_logs
from engine.problem import Problem
from engine.pytorch import backward, forward
from engine.pytorch.activations import log_sigmoid, sigmoid, sigmoid_grad
from engine.pytorch.reduction import Ledger, binary_ledger, weighted

SIGMOID = Step("p", "sigmoid(z) = 1 / (1 + exp(−z))", lambda v: sigmoid(v["z"]))
LOG = Step("log_p", "log(p)", lambda v: log(v["p"]))
CLAMPED = "(y − 1)·max(log_1mp, −100) − y·max(log_p, −100)"
TEXTBOOK = "−(y·log_p + (1 − y)·log_1mp)"


def _weighted(v: Values, loss: FloatArray) -> FloatArray:
    return weighted(loss, v["weight"])


def of_log_p(v: Values) -> FloatArray:
    """The textbook form's gradient to ``log(p)``: weights come first, as autograd goes backwards."""
    return _weighted(v, -v["y"])


def of_log_1mp(v: Values) -> FloatArray:
    """The textbook form's gradient to ``log(1 - p)``."""
    return _weighted(v, -(constant(1, v["y"]) - v["y"]))


def _options(v: Values) -> dict[str, Any]:
    return {"weight": v["weight"], "pos_weight": v["pos_weight"]}


def _ledger(v: Values, reduction: Reduction) -> Ledger:
    return binary_ledger(v["loss"], reduction=reduction)


@failures_are_results  # half formats compare nan with a warning
def _bce_accepts(v: Values) -> NDArray[np.bool_]:
    p, y = widened(v["p"]), widened(v["y"])  # NumPy compares half formats slowly
    return np.asarray((p >= 0) & (p <= 1) & (y >= 0) & (y <= 1))


def _where_accepted(v: Values, results: FloatArray) -> FloatArray:
    """BCELoss's results, nan in rows for which it would raise."""
    accepted = _bce_accepts(v)
    return results if accepted.all() else np.where(accepted, results, results.dtype.type(np.nan))


def _bce(v: Values) -> FloatArray:
    loss = forward.binary_cross_entropy_from_logs(v["log_p"], v["log_1mp"], v["y"])
    return _where_accepted(v, _weighted(v, loss))


def _tell_bce(v: Values, row: int) -> Told:
    if not _bce_accepts(v)[row]:
        return Told("nan: p and y must lie in [0, 1]")
    return weighted_sum(CLAMPED)(v, row)


def _bce_grad(v: Values) -> FloatArray:
    """The gradient to p."""
    grad = backward.binary_cross_entropy_grad(v["p"], v["y"], v["weight"], "none")
    return _where_accepted(v, grad)


def _bce_with_logits(v: Values, linear: FloatArray) -> FloatArray:
    """BCEWithLogitsLoss of each row, from log_sigmoid and the linear part on."""
    loss = forward.binary_cross_entropy_from_log_sigmoid(v["log_p"], linear, v["y"], v["pos_weight"])
    return _weighted(v, loss)


def _bce_with_logits_grad(v: Values, input: FloatArray) -> FloatArray:
    return backward.binary_cross_entropy_with_logits_grad(input, v["y"], v["weight"], v["pos_weight"], "none")


def _linear(v: Values, input: FloatArray) -> FloatArray:
    return np.asarray((constant(1, v["y"]) - v["y"]) * input)


@failures_are_results
def _bce_refusal(problem: Problem) -> str | None:
    """Why BCELoss(sigmoid(z), y) raises, in PyTorch's words and with the first row at fault."""
    target = problem.target
    if not ((target >= 0) & (target <= 1)).all():  # else rounding leaves it there
        target = problem.format.round(target)
    for name, wrong in (
        ("input", np.isnan(problem.logits)),
        ("target", ~((target >= 0) & (target <= 1))),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            value = "nan" if name == "input" else f"{float(target[row])!r}"
            return f"all elements of {name} should be between 0 and 1 (row {row + 1} is {value})"
    return None


def _bce_clamped(v: Values) -> NDArray[np.bool_]:
    y = v["y"]
    return np.asarray(((y != 0) & (v["log_p"] < LOG_CLAMP)) | ((y != 1) & (v["log_1mp"] < LOG_CLAMP)))


EXACT = Formula(
    key="binary_exact",
    title="exact",
    family="binary",
    role=Role.EXACT,
    expression="y·log(1 + e⁻ᶻ) + (1 − y)·log(1 + eᶻ)",
    steps=(
        Step(
            "loss",
            "the true value, rounded to float64",
            lambda v: exact.exact_binary_loss(v["z"], v["y"], **_options(v)),
        ),
    ),
    gradient=lambda v: exact.exact_binary_loss_grad(v["z"], v["y"], **_options(v)),
    ledger=_ledger,
    source="engine/exact/binary.py: only non-negative terms are added; tested against mpmath",
    honours=frozenset({"weight", "pos_weight"}),
    torch_code="true_binary_loss(z, y, weight, pos_weight, reduction)",
    numpy_code="true_binary_loss(z, y, weight, pos_weight, reduction)",
)

BCE_WITH_LOGITS = Formula(
    key="bce_with_logits",
    title="BCEWithLogitsLoss(z)",
    family="binary",
    role=Role.PYTORCH,
    expression="(1 − y)·z − log_sigmoid(z)",
    steps=(
        Step("log_p", "log_sigmoid(z) = min(z, 0) − log1p(exp(−|z|))", lambda v: log_sigmoid(v["z"])),
        Step("linear", "(1 − y)·z", lambda v: _linear(v, v["z"])),
        Step(
            "loss",
            "linear − log_p",
            lambda v: _bce_with_logits(v, v["linear"]),
            linear_minus_log_p("linear"),
        ),
    ),
    gradient=lambda v: _bce_with_logits_grad(v, v["z"]),
    ledger=_ledger,
    source="PyTorch, aten/src/ATen/native/Loss.cpp, binary_cross_entropy_with_logits",
    honours=frozenset({"weight", "pos_weight"}),
    torch_code="F.binary_cross_entropy_with_logits(z, y, weight=weight, pos_weight=pos_weight, "
    "reduction=reduction)",
    numpy_code="reduced((1 - y) * z - log_sigmoid(z) * log_weight(y, pos_weight), weight, reduction)",
)

BCE_SIGMOID = Formula(
    key="bce_sigmoid",
    title="BCELoss(sigmoid(z))",
    family="binary",
    role=Role.PYTORCH,
    expression="(y − 1)·max(log1p(−p), −100) − y·max(log(p), −100),  p = sigmoid(z)",
    steps=(
        SIGMOID,
        LOG,
        Step("log_1mp", "log1p(−p)", lambda v: log1p(-v["p"])),
        Step(
            "loss",
            CLAMPED,
            _bce,
            _tell_bce,
        ),
    ),
    gradient=lambda v: sigmoid_grad(v["p"], _bce_grad(v)),
    ledger=_ledger,
    source="PyTorch, aten/src/ATen/native/Loss.cpp, binary_cross_entropy",
    honours=frozenset({"weight"}),
    torch_code="F.binary_cross_entropy(torch.sigmoid(z), y, weight=weight, reduction=reduction)",
    numpy_code="reduced((y - 1) * np.maximum(log1p(-sigmoid(z)), -100) - y * "
    "np.maximum(log(sigmoid(z)), -100), weight, reduction)",
    clamped=_bce_clamped,
    refusal=_bce_refusal,
)

SCRATCH = Formula(
    key="binary_scratch",
    title="scratch",
    family="binary",
    role=Role.SCRATCH,
    expression="−(y·log(p) + (1 − y)·log(1 − p)),  p = sigmoid(z)",
    steps=(
        SIGMOID,
        LOG,
        Step("one_minus_p", "1 − p", lambda v: constant(1, v["p"]) - v["p"]),
        Step("log_1mp", "log(one_minus_p)", lambda v: log(v["one_minus_p"])),
        Step(
            "loss",
            TEXTBOOK,
            lambda v: _weighted(v, scratch_binary_from_logs(v["log_p"], v["log_1mp"], v["y"])),
            weighted_sum(TEXTBOOK),
        ),
    ),
    gradient=lambda v: sigmoid_grad(v["p"], of_log_p(v) / v["p"] - of_log_1mp(v) / v["one_minus_p"]),
    ledger=_ledger,
    source="the textbook form, kept as it is (engine/formulas/scratch.py)",
    honours=frozenset({"weight"}),
    torch_code="reduced(-(y * torch.log(torch.sigmoid(z)) + (1 - y) * torch.log(1 - "
    "torch.sigmoid(z))), weight, reduction)",
    numpy_code="reduced(-(y * log(sigmoid(z)) + (1 - y) * log(1 - sigmoid(z))), weight, reduction)",
)

SIGMOID_TWICE = Formula(
    key="bce_with_logits_of_sigmoid",
    title="BCEWithLogitsLoss(sigmoid(z))",
    family="binary",
    role=Role.MISTAKE,
    expression="(1 − y)·p − log_sigmoid(p),  p = sigmoid(z)",
    steps=(
        SIGMOID,
        Step("log_p", "log_sigmoid(p): a second sigmoid", lambda v: log_sigmoid(v["p"])),
        Step(
            "loss",
            "(1 − y)·p − log_p",
            lambda v: _bce_with_logits(v, _linear(v, v["p"])),
            linear_minus_log_p("(1 − y)·p"),
        ),
    ),
    gradient=lambda v: sigmoid_grad(v["p"], _bce_with_logits_grad(v, v["p"])),
    ledger=_ledger,
    source="a common mistake: BCEWithLogitsLoss applies the sigmoid itself",
    honours=frozenset({"weight", "pos_weight"}),
    torch_code="F.binary_cross_entropy_with_logits(torch.sigmoid(z), y, weight=weight, "
    "pos_weight=pos_weight, reduction=reduction)",
    numpy_code="reduced((1 - y) * sigmoid(z) - log_sigmoid(sigmoid(z)) * log_weight(y, pos_weight), "
    "weight, reduction)",
)

BINARY_FORMULAS: tuple[Formula, ...] = (BCE_WITH_LOGITS, BCE_SIGMOID, SCRATCH, EXACT, SIGMOID_TWICE)
"""In the order of the table's columns."""
