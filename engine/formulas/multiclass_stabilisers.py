"""Home-made repairs of ``log(softmax(z))``: the twins of `engine.formulas.binary_stabilisers` over C classes.

Each takes class indices with weights and an ignored index, or class probabilities, as the scratch form
does, and each keeps a failure of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FloatArray
from engine.floats.rounding import combine, constant, log
from engine.formulas.binary_stabilisers import Make, checked_clip, checked_epsilon, checked_limit
from engine.formulas.formula import Formula, Role, Step, Values
from engine.formulas.multiclass import SOFTMAX
from engine.formulas.row_expressions import target_term
from engine.formulas.target_log import of_log_p, safe_target, target_ledger, target_loss
from engine.pytorch.activations import softmax_grad

LOG_Q = Step("log_p", "log(q)", lambda v: log(v["q"]))
LOSS = Step("loss", "−log_p[y]", target_loss, target_term("log_p", "−log_p[y]"))


def epsilon_in_log_of_softmax(epsilon: float) -> Formula:
    """``-log(softmax(z) + eps)[y]``.

    Parameters
    ----------
    epsilon : float
        Positive; rounded to the format before it is added, as PyTorch rounds a Python number.

    Returns
    -------
    Formula
        Of the multiclass family, named and titled by the number.

    Raises
    ------
    ValueError
        If it is not positive and finite.

    Notes
    -----
    The loss ends at -log(eps). The gradient is p / (p + eps) times the true one and so dies with p.
    """
    eps = checked_epsilon(epsilon)
    return _formula(
        key=f"epsilon_in_log_of_softmax_{eps}",
        title=f"log(p + {eps})",
        expression=f"−log(softmax(z) + {eps})[y]",
        steps=(
            SOFTMAX,
            Step("q", f"p + {eps}", lambda v: combine(np.add, v["p"], epsilon)),
            LOG_Q,
            LOSS,
        ),
        gradient=lambda v: softmax_grad(v["p"], of_log_p(v) / v["q"]),
        source="a common repair: an epsilon inside the logarithm",
        torch=f"torch.log(F.softmax(z, dim=1) + {eps})",
        numpy=f"log(plus(softmax(z), {eps}))",
        of_p=f"{_OF_LOG} / plus(softmax(z), {eps})",
    )


def clipped_softmax(epsilon: float) -> Formula:
    """``-log(clip(softmax(z), eps, 1 - eps))[y]``.

    Parameters
    ----------
    epsilon : float
        Between 0 and 0.5.

    Returns
    -------
    Formula
        Of the multiclass family, named and titled by the number.

    Raises
    ------
    ValueError
        If it is not.

    Notes
    -----
    Where the target's probability is clipped, the gradient is exactly 0 for every class: a
    confidently wrong row teaches nothing, and neither does a confidently right one. What is clipped
    does not sum to 1.
    """
    eps = checked_clip(epsilon)

    def clip(v: Values) -> FloatArray:
        low, high = constant(epsilon, v["p"]), constant(1.0 - epsilon, v["p"])
        # np.clip would widen bfloat16 to float32.
        return np.asarray(np.minimum(np.maximum(v["p"], low), high))

    def gradient(v: Values) -> FloatArray:
        of_q = of_log_p(v) / v["q"]
        return softmax_grad(v["p"], np.where(v["p"] == v["q"], of_q, constant(0, of_q)))

    return _formula(
        key=f"clipped_softmax_{eps}",
        title=f"p in [{eps}, 1 − {eps}]",
        expression=f"−log(clip(softmax(z), {eps}, 1 − {eps}))[y]",
        steps=(SOFTMAX, Step("q", f"clip(p, {eps}, 1 − {eps})", clip), LOG_Q, LOSS),
        gradient=gradient,
        source="a common repair: probabilities clipped before the logarithm",
        torch=f"torch.log(F.softmax(z, dim=1).clip({eps}, 1 - {eps}))",
        numpy=f"log(clip(softmax(z), {eps}, 1 - {eps}))",
        of_p=f"where(clip(softmax(z), {eps}, 1 - {eps}) == softmax(z), {_OF_LOG} / softmax(z))",
        clamped=lambda v: _in_the_loss(v, v["p"] != v["q"]),
    )


def clipped_log_of_softmax(limit: float) -> Formula:
    """``-max(log(softmax(z)), limit)[y]``.

    Parameters
    ----------
    limit : float
        Negative, for example -100.

    Returns
    -------
    Formula
        Of the multiclass family, named and titled by the number.

    Raises
    ------
    ValueError
        If it is not negative and finite.

    Notes
    -----
    The loss is finite, but any class whose probability is 0, the target or not, makes the gradient of
    the whole row nan: the logarithm's backward divides the 0 that it is sent by p = 0.
    """
    lim = checked_limit(limit)

    def gradient(v: Values) -> FloatArray:
        of_log = of_log_p(v)
        kept = np.where(log(v["p"]) >= constant(limit, v["p"]), of_log, constant(0, of_log))
        return softmax_grad(v["p"], np.asarray(kept / v["p"]))

    return _formula(
        key=f"clipped_log_of_softmax_{lim}",
        title=f"max(log(p), {lim})",
        expression=f"−max(log(softmax(z)), {lim})[y]",
        steps=(
            SOFTMAX,
            Step("log_p", f"max(log(p), {lim})", lambda v: np.maximum(log(v["p"]), constant(limit, v["p"]))),
            LOSS,
        ),
        gradient=gradient,
        source="a common repair that keeps the gradient nan: the logarithm clipped after the fact",
        torch=f"torch.log(F.softmax(z, dim=1)).clip({lim})",
        numpy=f"clip(log(softmax(z)), {lim})",
        of_p=f"where(log(softmax(z)) >= scalar({lim}, z), {_OF_LOG}) / softmax(z)",
        clamped=lambda v: _in_the_loss(v, v["log_p"] == constant(limit, v["log_p"])),
    )


MULTICLASS_STABILISERS: Mapping[str, Make] = MappingProxyType(
    {
        "epsilon_in_log": epsilon_in_log_of_softmax,
        "clipped_probability": clipped_softmax,
        "clipped_log": clipped_log_of_softmax,
    }
)
"""The repairs by the names of `engine.formulas.binary_stabilisers.STABILISERS`."""


def _in_the_loss(v: Values, changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The rows in which a changed class has a share of the loss."""
    y = v["y"]
    if y.ndim == 2:
        return np.asarray((changed & (y != 0)).any(axis=1))
    return np.asarray(changed[np.arange(len(y)), safe_target(v)] & (y != v["ignore_index"]))


_OF_LOG = "target_grad(z, y, weight, ignore_index)"
"""The loss's gradient to the logarithms, as copied code has it."""


def _formula(
    *,
    torch: str,
    numpy: str,
    of_p: str,
    clamped: Callable[[Values], NDArray[np.bool_]] | None = None,
    **fields: Any,
) -> Formula:
    return Formula(
        family="multiclass",
        role=Role.STABILISER,
        ledger=target_ledger,
        honours=frozenset({"weight", "ignore_index"}),
        torch_code=f"target_loss({torch}, y, weight, ignore_index, reduction)",
        numpy_code=f"target_loss({numpy}, y, weight, ignore_index, reduction)",
        numpy_gradient=f"softmax_grad(softmax(z), {of_p})",
        clamped=clamped,
        **fields,
    )
