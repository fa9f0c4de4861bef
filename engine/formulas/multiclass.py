"""The catalogue's multiclass entries: ways to compute cross-entropy over C classes from logits.

Each step works on the values so far (`engine.formulas.formula.Values`): `z` of shape (N, C) in the problem's
format, `y` class indices of shape (N,) or probabilities of shape (N, C), `weight` of shape (C,) or
None, `ignore_index` and `label_smoothing`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine import exact
from engine.arguments.checks import Reduction
from engine.floats.formats import FloatArray
from engine.floats.rounding import log
from engine.formulas.formula import Formula, Role, Step, Values
from engine.formulas.row_expressions import nll_term, smoothed_term, target_term
from engine.formulas.target_log import of_log_p, target_ledger, target_loss
from engine.problem import MulticlassProblem, Problem
from engine.pytorch import backward, forward
from engine.pytorch.activations import log_softmax, log_softmax_grad, softmax, softmax_grad
from engine.pytorch.reduction import Ledger, binary_ledger, ledger_from_index_losses, ledger_from_log_p

SOFTMAX = Step("p", "softmax(z) = exp(z − max z) / Σ exp(z − max z)", lambda v: softmax(v["z"]))
LOG_SOFTMAX = Step(
    "log_p", "log_softmax(z) = (z − max z) − log Σ exp(z − max z)", lambda v: log_softmax(v["z"])
)
LOG = Step("log_p", "log(p)", lambda v: log(v["p"]))
TEXTBOOK = "−log_p[arange(N), y]"


def _nll_options(v: Values) -> dict[str, Any]:
    return {"weight": v["weight"], "ignore_index": v["ignore_index"]}


def _options(v: Values) -> dict[str, Any]:
    return {**_nll_options(v), "label_smoothing": v["label_smoothing"]}


def _nll_refusal(problem: Problem) -> str | None:
    """Why NLLLoss raises, in PyTorch's words."""
    if isinstance(problem, MulticlassProblem) and problem.has_probabilities:
        return "0D or 1D target tensor expected, multi-target not supported (NLLLoss takes class indices)"
    return None


def _cross_entropy_refusal(problem: Problem) -> str | None:
    """Why CrossEntropyLoss raises, in PyTorch's words."""
    if isinstance(problem, MulticlassProblem) and problem.has_probabilities and problem.ignore_index >= 0:
        return "ignore_index is not supported for floating point target"
    return None


def _nll(v: Values, input: FloatArray) -> FloatArray:
    """NLLLoss of each row; nan where it would refuse class probabilities."""
    if v["y"].ndim == 2:
        return np.full(len(input), np.nan, dtype=input.dtype)
    return forward.nll_loss(input, v["y"], v["weight"], v["ignore_index"], "none")


def _nll_grad(v: Values, input: FloatArray) -> FloatArray:
    if v["y"].ndim == 2:
        return np.full(input.shape, np.nan, dtype=input.dtype)
    return backward.nll_loss_grad(input, v["y"], v["weight"], v["ignore_index"], "none")


def _nll_ledger(v: Values, reduction: Reduction) -> Ledger:
    """NLLLoss's, which its rows' losses suffice for; of nan where it would refuse class probabilities."""
    if v["y"].ndim == 2:
        return binary_ledger(v["loss"], reduction=reduction)
    return ledger_from_index_losses(v["loss"], v["y"], v["weight"], v["ignore_index"], reduction)


def _options_in_order(v: Values) -> tuple[Any, Any, Any]:
    return v["weight"], v["ignore_index"], v["label_smoothing"]


def _cross_entropy(v: Values, log_p: FloatArray) -> FloatArray:
    """CrossEntropyLoss of each row, from log_softmax on."""
    return forward.cross_entropy_from_log_p(log_p, v["y"], *_options_in_order(v), "none")


def _cross_entropy_grad(v: Values, log_p: FloatArray) -> FloatArray:
    return backward.cross_entropy_grad_from_log_p(log_p, v["y"], *_options_in_order(v), "none")


def _cross_entropy_ledger(v: Values, reduction: Reduction) -> Ledger:
    if v["y"].ndim == 1 and not v["label_smoothing"]:
        return _nll_ledger(v, reduction)
    return ledger_from_log_p(v["log_p"], v["y"], *_options_in_order(v), reduction)


def _exact_ledger(v: Values, reduction: Reduction) -> Ledger:
    """CrossEntropyLoss's denominators under the true losses of the rows."""
    wide = {name: v[name] for name in ("loss", "y", "ignore_index", "label_smoothing")}
    wide["weight"] = None if v["weight"] is None else v["weight"].astype(np.float64)
    if v["y"].ndim == 2 or v["label_smoothing"]:
        z = v["z"].astype(np.float64)
        # Without smoothing the rows' numerators, all that hangs on log_p, are put in below.
        wide["log_p"] = log_softmax(z) if v["label_smoothing"] else z
    ledger = _cross_entropy_ledger(wide, reduction)
    total = np.float64(np.sum(v["loss"]))
    value = None if reduction == "none" else float(total / ledger.denominator)
    return replace(ledger, numerator=float(total), value=value, row_losses=v["loss"])


EXACT = Formula(
    key="multiclass_exact",
    title="exact",
    family="multiclass",
    role=Role.EXACT,
    expression="log(Σⱼ exp(zⱼ)) − z[y]",
    steps=(
        Step(
            "loss",
            "the true value, rounded to float64",
            lambda v: exact.exact_multiclass_loss(v["z"], v["y"], **_options(v)),
        ),
    ),
    gradient=lambda v: exact.exact_multiclass_loss_grad(v["z"], v["y"], **_options(v)),
    ledger=_exact_ledger,
    source="engine/exact/multiclass.py: differences keep their rounding error; tested against mpmath",
    honours=frozenset({"weight", "ignore_index", "label_smoothing"}),
    torch_code="true_cross_entropy(z, y, weight, ignore_index, reduction, label_smoothing)",
    numpy_code="true_cross_entropy(z, y, weight, ignore_index, reduction, label_smoothing)",
    numpy_gradient="true_gradient(z, y, weight, ignore_index, label_smoothing)",
)

CROSS_ENTROPY = Formula(
    key="cross_entropy",
    title="CrossEntropyLoss(z)",
    family="multiclass",
    role=Role.PYTORCH,
    expression="−log_softmax(z)[y]",
    steps=(
        LOG_SOFTMAX,
        Step("loss", "−log_p[y]", lambda v: _cross_entropy(v, v["log_p"]), smoothed_term),
    ),
    gradient=lambda v: _cross_entropy_grad(v, v["log_p"]),
    ledger=_cross_entropy_ledger,
    source="PyTorch, aten/src/ATen/native/LossNLL.cpp, cross_entropy_loss",
    honours=frozenset({"weight", "ignore_index", "label_smoothing"}),
    torch_code="F.cross_entropy(z, y, weight=weight, ignore_index=ignore_index, "
    "reduction=reduction, label_smoothing=label_smoothing)",
    numpy_code="cross_entropy(z, y, weight, ignore_index, reduction, label_smoothing)",
    numpy_gradient="cross_entropy_grad(z, y, weight, ignore_index, label_smoothing)",
    refusal=_cross_entropy_refusal,
)

NLL_LOG_SOFTMAX = Formula(
    key="nll_log_softmax",
    title="NLLLoss(log_softmax(z))",
    family="multiclass",
    role=Role.PYTORCH,
    expression="−log_softmax(z)[y]",
    steps=(
        LOG_SOFTMAX,
        Step("loss", "−log_p[y]", lambda v: _nll(v, v["log_p"]), nll_term("log_p")),
    ),
    gradient=lambda v: log_softmax_grad(v["log_p"], _nll_grad(v, v["log_p"])),
    ledger=_nll_ledger,
    source="PyTorch, aten/src/ATen/native/LossNLL.cpp, nll_loss_nd",
    honours=frozenset({"weight", "ignore_index"}),
    torch_code="F.nll_loss(F.log_softmax(z, dim=1), y, weight=weight, ignore_index=ignore_index, "
    "reduction=reduction)",
    numpy_code="nll_loss(log_softmax(z), y, weight, ignore_index, reduction)",
    numpy_gradient="log_softmax_grad(log_softmax(z), target_grad(z, y, weight, ignore_index))",
    refusal=_nll_refusal,
)

NLL_LOG_OF_SOFTMAX = Formula(
    key="nll_log_of_softmax",
    title="NLLLoss(log(softmax(z)))",
    family="multiclass",
    role=Role.PYTORCH,
    expression="−log(softmax(z))[y]",
    steps=(
        SOFTMAX,
        LOG,
        Step("loss", "−log_p[y]", lambda v: _nll(v, v["log_p"]), nll_term("log_p")),
    ),
    gradient=lambda v: softmax_grad(v["p"], _nll_grad(v, v["log_p"]) / v["p"]),
    ledger=_nll_ledger,
    source="PyTorch, softmax, log and nll_loss as three operations",
    honours=frozenset({"weight", "ignore_index"}),
    torch_code="F.nll_loss(torch.log(F.softmax(z, dim=1)), y, weight=weight, "
    "ignore_index=ignore_index, reduction=reduction)",
    numpy_code="nll_loss(log(softmax(z)), y, weight, ignore_index, reduction)",
    numpy_gradient="softmax_grad(softmax(z), target_grad(z, y, weight, ignore_index) / softmax(z))",
    refusal=_nll_refusal,
)

SCRATCH = Formula(
    key="multiclass_scratch",
    title="scratch",
    family="multiclass",
    role=Role.SCRATCH,
    expression="−log(softmax(z))[arange(N), y]",
    steps=(
        SOFTMAX,
        LOG,
        Step("loss", TEXTBOOK, target_loss, target_term("log_p", TEXTBOOK)),
    ),
    gradient=lambda v: softmax_grad(v["p"], of_log_p(v) / v["p"]),
    ledger=target_ledger,
    source="the textbook form, kept as it is (engine/formulas/scratch.py)",
    honours=frozenset({"weight", "ignore_index"}),
    torch_code="target_loss(torch.log(F.softmax(z, dim=1)), y, weight, ignore_index, reduction)",
    numpy_code="target_loss(log(softmax(z)), y, weight, ignore_index, reduction)",
    numpy_gradient="softmax_grad(softmax(z), target_grad(z, y, weight, ignore_index) / softmax(z))",
)

LOG_FORGOTTEN = Formula(
    key="nll_softmax",
    title="NLLLoss(softmax(z))",
    family="multiclass",
    role=Role.MISTAKE,
    expression="−softmax(z)[y]",
    steps=(
        Step("p", "softmax(z): probabilities, not their logarithms", lambda v: softmax(v["z"])),
        Step("loss", "−p[y]", lambda v: _nll(v, v["p"]), nll_term("p")),
    ),
    gradient=lambda v: softmax_grad(v["p"], _nll_grad(v, v["p"])),
    ledger=_nll_ledger,
    source="a common mistake: NLLLoss takes log-probabilities (pytorch/pytorch issue 10033)",
    honours=frozenset({"weight", "ignore_index"}),
    torch_code="F.nll_loss(F.softmax(z, dim=1), y, weight=weight, ignore_index=ignore_index, "
    "reduction=reduction)",
    numpy_code="nll_loss(softmax(z), y, weight, ignore_index, reduction)",
    numpy_gradient="softmax_grad(softmax(z), target_grad(z, y, weight, ignore_index))",
    refusal=_nll_refusal,
)

SOFTMAX_TWICE = Formula(
    key="cross_entropy_of_softmax",
    title="CrossEntropyLoss(softmax(z))",
    family="multiclass",
    role=Role.MISTAKE,
    expression="−log_softmax(softmax(z))[y]",
    steps=(
        SOFTMAX,
        Step("log_p", "log_softmax(p): a second softmax", lambda v: log_softmax(v["p"])),
        Step("loss", "−log_p[y]", lambda v: _cross_entropy(v, v["log_p"]), smoothed_term),
    ),
    gradient=lambda v: softmax_grad(v["p"], _cross_entropy_grad(v, v["log_p"])),
    ledger=_cross_entropy_ledger,
    source="a common mistake: CrossEntropyLoss applies log_softmax itself (pytorch/pytorch issue 31396)",
    honours=frozenset({"weight", "ignore_index", "label_smoothing"}),
    torch_code="F.cross_entropy(F.softmax(z, dim=1), y, weight=weight, ignore_index=ignore_index, "
    "reduction=reduction, label_smoothing=label_smoothing)",
    numpy_code="cross_entropy(softmax(z), y, weight, ignore_index, reduction, label_smoothing)",
    numpy_gradient="softmax_grad(softmax(z), "
    "cross_entropy_grad(softmax(z), y, weight, ignore_index, label_smoothing))",
    refusal=_cross_entropy_refusal,
)

MULTICLASS_FORMULAS: tuple[Formula, ...] = (
    CROSS_ENTROPY,
    NLL_LOG_SOFTMAX,
    NLL_LOG_OF_SOFTMAX,
    SCRATCH,
    EXACT,
    LOG_FORGOTTEN,
    SOFTMAX_TWICE,
)
"""In the order of the table's columns."""
