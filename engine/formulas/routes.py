"""One sample's ways through the four losses: z by itself, or two classes with the logits (0, z).

sigmoid(z) is softmax((0, z))[1], so that all four losses are the same number on paper. The routes are
entries of the catalogue; only what a binary problem cannot say is made here: a logit that BCELoss takes for
a probability, and a probability that is given instead of a logit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.floats.formats import FloatArray
from engine.floats.rounding import constant, failures_are_results, log
from engine.formulas.binary import BCE_SIGMOID, BCE_WITH_LOGITS, SIGMOID_TWICE
from engine.formulas.catalogue import Catalogue
from engine.formulas.formula import Role, Step, Values
from engine.formulas.multiclass import CROSS_ENTROPY, LOG_FORGOTTEN, NLL_LOG_SOFTMAX, SOFTMAX_TWICE
from engine.problem import BinaryProblem, MulticlassProblem, Problem
from engine.pytorch import backward, forward
from engine.pytorch.reduction import ledger_from_log_p

ROUTES: Catalogue = (BCE_SIGMOID, BCE_WITH_LOGITS, NLL_LOG_SOFTMAX, CROSS_ENTROPY)
"""The four losses, each fed as its documentation asks."""


def as_two_classes(problem: BinaryProblem) -> MulticlassProblem:
    """The same samples as two classes with the logits (0, z); each gradient to z is that of class 1.

    Parameters
    ----------
    problem : BinaryProblem
        Without weights, which the two families do not have in common.

    Returns
    -------
    MulticlassProblem
        Its target holds class indices where every y is 0 or 1, else the probabilities (1 - y, y).

    Raises
    ------
    ValueError
        If a target lies outside [0, 1], or the problem has weights.

    Examples
    --------
    >>> as_two_classes(BinaryProblem(logits=[17.0], target=[0.0])).logits.tolist()
    [[0.0, 17.0]]
    """
    y = problem.target
    if not ((y >= 0.0) & (y <= 1.0)).all():
        raise ValueError("target: two classes need every y to lie in [0, 1]")
    if problem.weight is not None or problem.pos_weight is not None:
        raise ValueError("weight, pos_weight: expected none")
    hard = bool(((y == 0.0) | (y == 1.0)).all())
    return MulticlassProblem(
        logits=np.stack((np.zeros(problem.rows), problem.logits), axis=1),
        target=y.astype(np.int64) if hard else np.stack((1.0 - y, y), axis=1),
        format=problem.format,
        reduction=problem.reduction,
    )


@failures_are_results
def _outside(problem: Problem) -> str | None:
    """Why BCELoss(z, y) raises, in PyTorch's words."""
    for name, values in (("input", problem.input), ("target", problem.format.round(problem.target))):
        wrong = ~((values >= 0) & (values <= 1))
        if wrong.any():
            row = int(np.argmax(wrong))
            value = float(values[row])
            return f"all elements of {name} should be between 0 and 1 (row {row + 1} is {value!r})"
    return None


@failures_are_results
def _gradient_to_p(v: Values) -> FloatArray:
    """Nan in rows for which BCELoss would raise."""
    p = v["p"]
    grad = backward.binary_cross_entropy_grad(p, v["y"], v["weight"], "none")
    return np.where((p >= 0) & (p <= 1), grad, grad.dtype.type(np.nan))


BCE_OF_P = replace(
    BCE_SIGMOID,
    key="bce_of_p",
    title="BCELoss(p)",
    expression="(y − 1)·max(log1p(−p), −100) − y·max(log(p), −100)",
    steps=(Step("p", "as given", lambda v: v["z"]), *BCE_SIGMOID.steps[1:]),
    gradient=_gradient_to_p,
    torch_code="F.binary_cross_entropy(p, y, reduction='none')",
    numpy_code="reduced((y - 1) * np.maximum(log1p(-p), -100) - y * "
    "np.maximum(log(p), -100), weight, reduction)",
    refusal=_outside,
)
"""BCELoss of a probability; the gradient is the one to it."""

NO_SIGMOID = replace(
    BCE_OF_P,
    key="bce_of_logits",
    title="BCELoss(z)",
    role=Role.MISTAKE,
    expression="(y − 1)·max(log1p(−z), −100) − y·max(log(z), −100)",
    steps=(Step("p", "z: a logit taken for a probability", lambda v: v["z"]), *BCE_SIGMOID.steps[1:]),
    source="a common mistake: BCELoss takes probabilities (pytorch/pytorch issues 51866, 1010)",
    torch_code="F.binary_cross_entropy(z, y, weight=weight, reduction=reduction)",
    numpy_code="reduced((y - 1) * np.maximum(log1p(-z), -100) - y * "
    "np.maximum(log(z), -100), weight, reduction)",
)

FEEDINGS: Catalogue = (SIGMOID_TWICE, SOFTMAX_TWICE, LOG_FORGOTTEN, NO_SIGMOID)
"""The four well-known wrong feedings: the last raises outside [0, 1], the others never."""


def _pair(v: Values) -> FloatArray:
    p = v["z"]
    return log(np.stack((constant(1, p) - p, p), axis=1))


def _indices(v: Values) -> np.ndarray:
    return np.asarray(v["y"]).astype(np.int64)


def _nll_of_pair(v: Values) -> FloatArray:
    """NLLLoss of each row; nan where y is no class index."""
    if not np.isin(v["y"].astype(np.float64), (0.0, 1.0)).all():
        return np.full(len(v["z"]), np.nan, dtype=v["z"].dtype)
    return forward.nll_loss(v["log_p"], _indices(v), None, -100, "none")


def _nll_of_pair_grad(v: Values) -> FloatArray:
    """Through log and through 1 - p, as autograd goes backwards."""
    p = v["z"]
    if not np.isin(v["y"].astype(np.float64), (0.0, 1.0)).all():
        return np.full(len(p), np.nan, dtype=p.dtype)
    grad = backward.nll_loss_grad(v["log_p"], _indices(v), None, -100, "none")
    shares = grad / np.stack((constant(1, p) - p, p), axis=1)
    return np.asarray(shares[:, 1] - shares[:, 0])


def _soft(problem: Problem) -> str | None:
    if np.isin(problem.target, (0.0, 1.0)).all():
        return None
    return "0D or 1D target tensor expected, multi-target not supported (NLLLoss takes class indices)"


NLL_OF_P = replace(
    NLL_LOG_SOFTMAX,
    key="nll_of_p",
    title="NLLLoss(log((1 − p, p)))",
    family="binary",
    expression="−log((1 − p, p))[k]",
    steps=(
        Step("log_p", "log((1 − p, p))", _pair),
        Step("loss", "−log_p[k]", _nll_of_pair),
    ),
    gradient=_nll_of_pair_grad,
    ledger=lambda v, reduction: ledger_from_log_p(v["log_p"], _indices(v), None, -100, 0.0, reduction),
    torch_code="F.nll_loss(torch.log(torch.stack((1 - p, p), dim=1)), k, reduction='none')",
    numpy_code="nll_loss(log(np.stack((1 - p, p), axis=1)), k, weight, -100, reduction)",
    refusal=_soft,
)
"""NLLLoss of a probability as two classes; the gradient is the one to p."""

GIVEN: Catalogue = (BCE_OF_P, NLL_OF_P)
"""What a probability is fed to that is given instead of a logit."""
