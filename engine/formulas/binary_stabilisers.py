"""Home-made repairs of the binary textbook form, each with the number its author chooses.

They are formulas like any other: drawn, classified and judged against the true loss. None of them is
stable. An epsilon or a clip bounds the loss by bending it, and a clip of the logarithm bounds the
loss while the gradient behind it stays 0/0. Their twins over C classes stand in
`engine.formulas.multiclass_stabilisers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.floats.formats import FloatArray
from engine.floats.rounding import combine, constant, log
from engine.formulas.binary import TEXTBOOK, of_log_1mp, of_log_p
from engine.formulas.formula import Formula, Role, Step, Values
from engine.formulas.row_expressions import weighted_sum
from engine.formulas.scratch import scratch_binary_cross_entropy
from engine.pytorch.activations import sigmoid, sigmoid_grad
from engine.pytorch.reduction import binary_ledger, weighted

Make = Callable[[float], Formula]
"""From the number that a repair's author chooses to the formula; ValueError where it makes no sense."""


def epsilon_in_log(epsilon: float) -> Formula:
    """``-(y * log(p + eps) + (1 - y) * log(1 - p + eps))``.

    Parameters
    ----------
    epsilon : float
        Positive; rounded to the format before it is added, as PyTorch rounds a Python number.

    Returns
    -------
    Formula
        Of the binary family, named and titled by the number.

    Raises
    ------
    ValueError
        If it is not positive and finite.

    Notes
    -----
    The loss ends at -log(eps) and the gradient dies with it, from where p is smaller than eps. In a
    format whose spacing near 1 is wider than eps, ``1 - p + eps`` differs from ``1 - p`` only where
    p is nearly 1.
    """
    eps = checked_epsilon(epsilon)
    textbook = "−(y·log(q) + (1 − y)·log(r))"
    steps = (
        *_PROBABILITY,
        Step("q", f"p + {eps}", lambda v: combine(np.add, v["p"], epsilon)),
        Step("r", f"1 − p + {eps}", lambda v: combine(np.add, v["one_minus_p"], epsilon)),
        Step(
            "loss",
            textbook,
            lambda v: _weighted(v, _from_logs(v, log(v["q"]), log(v["r"]))),
            weighted_sum(textbook),
        ),
    )
    return _formula(
        key=f"epsilon_in_log_{eps}",
        title=f"log(p + {eps})",
        expression=f"−(y·log(p + {eps}) + (1 − y)·log(1 − p + {eps})),  p = sigmoid(z)",
        steps=steps,
        gradient=lambda v: sigmoid_grad(v["p"], of_log_p(v) / v["q"] - of_log_1mp(v) / v["r"]),
        source="a common repair: an epsilon inside the logarithms",
        torch=f"-(y * torch.log(torch.sigmoid(z) + {eps}) "
        f"+ (1 - y) * torch.log(1 - torch.sigmoid(z) + {eps}))",
        numpy=f"-(y * log(plus(sigmoid(z), {eps})) + (1 - y) * log(plus(1 - sigmoid(z), {eps})))",
        numpy_gradient=f"sigmoid_grad(sigmoid(z), "
        f"textbook_grad(plus(sigmoid(z), {eps}), plus(1 - sigmoid(z), {eps}), y, weight))",
    )


def clipped_probability(epsilon: float) -> Formula:
    """The textbook form of p clipped to [eps, 1 - eps].

    Parameters
    ----------
    epsilon : float
        Between 0 and 0.5.

    Returns
    -------
    Formula
        Of the binary family, named and titled by the number.

    Raises
    ------
    ValueError
        If it is not.

    Notes
    -----
    The gradient is exactly 0 wherever p is clipped (``torch.clamp``'s backward): learning stops there.
    Where ``1 - eps`` rounds to 1 in the format (float32: eps < 3e-8), the upper clip does nothing.
    """
    eps = checked_clip(epsilon)
    textbook = "−(y·log(q) + (1 − y)·log(1 − q))"

    def clip(v: Values) -> FloatArray:
        low, high = constant(epsilon, v["p"]), constant(1.0 - epsilon, v["p"])
        # np.clip would widen bfloat16 to float32.
        return np.asarray(np.minimum(np.maximum(v["p"], low), high))

    def gradient(v: Values) -> FloatArray:
        q = v["q"]
        of_q = of_log_p(v) / q - of_log_1mp(v) / (constant(1, q) - q)
        return sigmoid_grad(v["p"], np.where(v["p"] == q, of_q, constant(0, q)))

    return _formula(
        key=f"clipped_probability_{eps}",
        title=f"p in [{eps}, 1 − {eps}]",
        expression=f"−(y·log(q) + (1 − y)·log(1 − q)),  q = clip(sigmoid(z), {eps}, 1 − {eps})",
        steps=(
            _PROBABILITY[0],
            Step("q", f"clip(p, {eps}, 1 − {eps})", clip),
            Step(
                "loss",
                textbook,
                lambda v: _weighted(v, scratch_binary_cross_entropy(v["q"], v["y"])),
                weighted_sum(textbook),
            ),
        ),
        gradient=gradient,
        source="a common repair: probabilities clipped before the logarithms",
        torch=f"-(y * torch.log(torch.sigmoid(z).clip({eps}, 1 - {eps})) "
        f"+ (1 - y) * torch.log(1 - torch.sigmoid(z).clip({eps}, 1 - {eps})))",
        numpy=f"-(y * log(clip(sigmoid(z), {eps}, 1 - {eps})) "
        f"+ (1 - y) * log(1 - clip(sigmoid(z), {eps}, 1 - {eps})))",
        numpy_gradient=f"sigmoid_grad(sigmoid(z), where(clip(sigmoid(z), {eps}, 1 - {eps}) == sigmoid(z), "
        f"textbook_grad(sigmoid(z), 1 - sigmoid(z), y, weight)))",
        clamped=lambda v: v["p"] != v["q"],
    )


def clipped_log(limit: float) -> Formula:
    """The textbook form with its logarithms clipped from below.

    Parameters
    ----------
    limit : float
        Negative, for example -100.

    Returns
    -------
    Formula
        Of the binary family, named and titled by the number.

    Raises
    ------
    ValueError
        If it is not negative and finite.

    Notes
    -----
    The loss is finite and the gradient is nan: behind the clip autograd sends 0, and the logarithm
    divides it by p = 0. BCELoss has the same clamp but a backward of its own, which does not.
    """
    lim = checked_limit(limit)

    def clip(name: str) -> Callable[[Values], FloatArray]:
        return lambda v: np.maximum(log(v[name]), constant(limit, v[name]))

    def gradient(v: Values) -> FloatArray:
        lowest, zero = constant(limit, v["p"]), constant(0, v["p"])
        of_p = np.where(log(v["p"]) >= lowest, of_log_p(v), zero) / v["p"]
        rest = v["one_minus_p"]
        of_rest = np.where(log(rest) >= lowest, of_log_1mp(v), zero) / rest
        return sigmoid_grad(v["p"], np.asarray(of_p - of_rest))

    return _formula(
        key=f"clipped_log_{lim}",
        title=f"max(log(p), {lim})",
        expression=f"−(y·max(log(p), {lim}) + (1 − y)·max(log(1 − p), {lim})),  p = sigmoid(z)",
        steps=(
            *_PROBABILITY,
            Step("log_p", f"max(log(p), {lim})", clip("p")),
            Step("log_1mp", f"max(log(one_minus_p), {lim})", clip("one_minus_p")),
            Step(
                "loss",
                TEXTBOOK,
                lambda v: _weighted(v, _from_logs(v, v["log_p"], v["log_1mp"])),
                weighted_sum(TEXTBOOK),
            ),
        ),
        gradient=gradient,
        source="a common repair that keeps the gradient nan: logarithms clipped after the fact",
        torch=f"-(y * torch.log(torch.sigmoid(z)).clip({lim}) "
        f"+ (1 - y) * torch.log(1 - torch.sigmoid(z)).clip({lim}))",
        numpy=f"-(y * clip(log(sigmoid(z)), {lim}) + (1 - y) * clip(log(1 - sigmoid(z)), {lim}))",
        numpy_gradient=f"sigmoid_grad(sigmoid(z), "
        f"textbook_grad(sigmoid(z), 1 - sigmoid(z), y, weight, clipped_at={lim}))",
        clamped=lambda v: (
            ((v["y"] != 0) & (v["log_p"] == constant(limit, v["p"])))
            | ((v["y"] != 1) & (v["log_1mp"] == constant(limit, v["p"])))
        ),
    )


STABILISERS: Mapping[str, Make] = MappingProxyType(
    {
        "epsilon_in_log": epsilon_in_log,
        "clipped_probability": clipped_probability,
        "clipped_log": clipped_log,
    }
)
"""The repairs by name; each takes the one number that its author chooses."""

FIRST_TRY: Mapping[str, float] = MappingProxyType(
    {"epsilon_in_log": 1e-7, "clipped_probability": 1e-7, "clipped_log": -100.0}
)
"""What to begin with: Keras's epsilon, twice, and BCELoss's clamp."""


def checked_epsilon(epsilon: float) -> str:
    """The text of a number that may be added inside a logarithm; ValueError if it is none."""
    if not (epsilon > 0.0 and np.isfinite(epsilon)):
        raise ValueError(f"epsilon: expected a positive number, got {epsilon}")
    return _text(epsilon)


def checked_clip(epsilon: float) -> str:
    """The text of a number that p may be kept away from 0 and 1 by; ValueError if it is none."""
    if not 0.0 < epsilon < 0.5:
        raise ValueError(f"epsilon: expected a number between 0 and 0.5, got {epsilon}")
    return _text(epsilon)


def checked_limit(limit: float) -> str:
    """The text of a number that a logarithm may be kept from falling below; ValueError if it is none."""
    if not (limit < 0.0 and np.isfinite(limit)):
        raise ValueError(f"limit: expected a negative number, got {limit}")
    return _text(limit)


def _text(number: float) -> str:
    """Every digit, since keys and titles tell two numbers apart by it."""
    return repr(float(number)).removesuffix(".0")


_PROBABILITY = (
    Step("p", "sigmoid(z) = 1 / (1 + exp(−z))", lambda v: sigmoid(v["z"])),
    Step("one_minus_p", "1 − p", lambda v: constant(1, v["p"]) - v["p"]),
)


def _weighted(v: Values, rows: FloatArray) -> FloatArray:
    return weighted(rows, v["weight"])


def _from_logs(v: Values, log_p: FloatArray, log_1mp: FloatArray) -> FloatArray:
    y = v["y"]
    return np.asarray(-(y * log_p + (constant(1, y) - y) * log_1mp))


def _formula(*, torch: str, numpy: str, **fields: Any) -> Formula:
    return Formula(
        family="binary",
        role=Role.STABILISER,
        ledger=lambda v, reduction: binary_ledger(v["loss"], reduction=reduction),
        honours=frozenset({"weight"}),
        torch_code=f"reduced({torch}, weight, reduction)",
        numpy_code=f"reduced({numpy}, weight, reduction)",
        **fields,
    )
