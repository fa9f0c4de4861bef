"""Home-made repairs of the textbook form, each with the number its author chooses.

They are formulas like any other: drawn, classified and judged against the true loss. None of them is
stable. An epsilon or a clip bounds the loss by bending it, and a clip of the logarithm bounds the
loss while the gradient behind it stays 0/0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.activations import sigmoid, sigmoid_grad
from engine.elementary import combine, constant, log
from engine.formats import FloatArray
from engine.formulas import Formula, Role, Step, Values
from engine.reduction import binary_ledger, weighted
from engine.scratch import scratch_binary_cross_entropy, scratch_binary_cross_entropy_grad

Between = Callable[[Values], NDArray[np.bool_]]


def epsilon_in_log(epsilon: float) -> Formula:
    """``-(y * log(p + eps) + (1 - y) * log(1 - p + eps))``.

    Parameters
    ----------
    epsilon : float
        Positive; rounded where PyTorch rounds a Python number, after the addition.

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
    _check_positive(epsilon)
    steps = (
        *_PROBABILITY,
        Step("q", f"p + {epsilon:g}", lambda v: combine(np.add, v["p"], epsilon)),
        Step("r", f"1 − p + {epsilon:g}", lambda v: combine(np.add, v["one_minus_p"], epsilon)),
        Step(
            "loss",
            "−(y·log(q) + (1 − y)·log(r))",
            lambda v: _weighted(v, _from_logs(v, log(v["q"]), log(v["r"]))),
        ),
    )
    return _formula(
        key=f"epsilon_in_log_{epsilon:g}",
        title=f"log(p + {epsilon:g})",
        expression=f"−(y·log(p + {epsilon:g}) + (1 − y)·log(1 − p + {epsilon:g})),  p = sigmoid(z)",
        steps=steps,
        gradient=lambda v: _to_logit(v, _quotients(v, v["q"], v["r"])),
        source="a common repair: an epsilon inside the logarithms",
        code=f"-(y * log(sigmoid(z) + {epsilon!r}) + (1 - y) * log(1 - sigmoid(z) + {epsilon!r}))",
    )


def clipped_probability(epsilon: float) -> Formula:
    """The textbook form of p clipped to [eps, 1 - eps].

    Parameters
    ----------
    epsilon : float
        Between 0 and 0.5.

    Raises
    ------
    ValueError
        If it is not.

    Notes
    -----
    The gradient is exactly 0 wherever p is clipped (``torch.clamp``'s backward): learning stops there.
    Where ``1 - eps`` rounds to 1 in the format (float32: eps < 3e-8), the upper clip does nothing.
    """
    if not 0.0 < epsilon < 0.5:
        raise ValueError(f"epsilon: expected a number between 0 and 0.5, got {epsilon}")

    def clip(v: Values) -> FloatArray:
        low, high = constant(epsilon, v["p"]), constant(1.0 - epsilon, v["p"])
        # np.clip would widen bfloat16 to float32.
        return np.asarray(np.minimum(np.maximum(v["p"], low), high))

    def gradient(v: Values) -> FloatArray:
        inside = v["p"] == v["q"]
        of_q = scratch_binary_cross_entropy_grad(v["q"], v["y"])
        return _to_logit(v, np.where(inside, of_q, constant(0, of_q)))

    return _formula(
        key=f"clipped_probability_{epsilon:g}",
        title=f"p in [{epsilon:g}, 1 − {epsilon:g}]",
        expression=f"−(y·log(q) + (1 − y)·log(1 − q)),  q = clip(sigmoid(z), {epsilon:g}, 1 − {epsilon:g})",
        steps=(
            _PROBABILITY[0],
            Step("q", f"clip(p, {epsilon:g}, 1 − {epsilon:g})", clip),
            Step(
                "loss",
                "−(y·log(q) + (1 − y)·log(1 − q))",
                lambda v: _weighted(v, scratch_binary_cross_entropy(v["q"], v["y"])),
            ),
        ),
        gradient=gradient,
        source="a common repair: probabilities clipped before the logarithms",
        code=f"-(y * log(clip(sigmoid(z), {epsilon!r}, 1 - {epsilon!r})) "
        f"+ (1 - y) * log(1 - clip(sigmoid(z), {epsilon!r}, 1 - {epsilon!r})))",
        clamped=lambda v: v["p"] != v["q"],
    )


def clipped_log(limit: float) -> Formula:
    """The textbook form with its logarithms clipped from below.

    Parameters
    ----------
    limit : float
        Negative, for example -100.

    Raises
    ------
    ValueError
        If it is not negative and finite.

    Notes
    -----
    The loss is finite and the gradient is nan: behind the clip autograd sends 0, and the logarithm
    divides it by p = 0. BCELoss has the same clamp but a backward of its own, which does not.
    """
    if not (limit < 0.0 and np.isfinite(limit)):
        raise ValueError(f"limit: expected a negative number, got {limit}")

    def clip(name: str) -> Callable[[Values], FloatArray]:
        return lambda v: np.maximum(log(v[name]), constant(limit, v[name]))

    def gradient(v: Values) -> FloatArray:
        lowest = constant(limit, v["p"])
        of_log, of_log_1mp = -v["y"], -(constant(1, v["y"]) - v["y"])
        zero = constant(0, v["p"])
        of_p = np.where(log(v["p"]) >= lowest, of_log, zero) / v["p"]
        of_rest = np.where(log(v["one_minus_p"]) >= lowest, of_log_1mp, zero) / v["one_minus_p"]
        return _to_logit(v, of_p - of_rest)

    return _formula(
        key=f"clipped_log_{limit:g}",
        title=f"max(log(p), {limit:g})",
        expression=f"−(y·max(log(p), {limit:g}) + (1 − y)·max(log(1 − p), {limit:g})),  p = sigmoid(z)",
        steps=(
            *_PROBABILITY,
            Step("log_p", f"max(log(p), {limit:g})", clip("p")),
            Step("log_1mp", f"max(log(one_minus_p), {limit:g})", clip("one_minus_p")),
            Step(
                "loss",
                "−(y·log_p + (1 − y)·log_1mp)",
                lambda v: _weighted(v, _from_logs(v, v["log_p"], v["log_1mp"])),
            ),
        ),
        gradient=gradient,
        source="a common repair that keeps the gradient nan: logarithms clipped after the fact",
        code=f"-(y * maximum(log(sigmoid(z)), {limit!r}) "
        f"+ (1 - y) * maximum(log(1 - sigmoid(z)), {limit!r}))",
        clamped=lambda v: (
            ((v["y"] != 0) & (v["log_p"] == constant(limit, v["p"])))
            | ((v["y"] != 1) & (v["log_1mp"] == constant(limit, v["p"])))
        ),
    )


STABILISERS: dict[str, Callable[[float], Formula]] = {
    "epsilon_in_log": epsilon_in_log,
    "clipped_probability": clipped_probability,
    "clipped_log": clipped_log,
}
"""The repairs by name; each takes the one number that its author chooses."""

FIRST_TRY: dict[str, float] = {"epsilon_in_log": 1e-7, "clipped_probability": 1e-7, "clipped_log": -100.0}
"""What to begin with: Keras's epsilon, twice, and BCELoss's clamp."""


_PROBABILITY = (
    Step("p", "sigmoid(z) = 1 / (1 + exp(−z))", lambda v: sigmoid(v["z"])),
    Step("one_minus_p", "1 − p", lambda v: constant(1, v["p"]) - v["p"]),
)


def _check_positive(epsilon: float) -> None:
    if not (epsilon > 0.0 and np.isfinite(epsilon)):
        raise ValueError(f"epsilon: expected a positive number, got {epsilon}")


def _weighted(v: Values, rows: FloatArray) -> FloatArray:
    return weighted(rows, v["weight"])


def _from_logs(v: Values, log_p: FloatArray, log_1mp: FloatArray) -> FloatArray:
    y = v["y"]
    return np.asarray(-(y * log_p + (constant(1, y) - y) * log_1mp))


def _quotients(v: Values, p: FloatArray, one_minus_p: FloatArray) -> FloatArray:
    y = v["y"]
    return np.asarray((-y) / p - (-(constant(1, y) - y)) / one_minus_p)


def _to_logit(v: Values, of_p: FloatArray) -> FloatArray:
    return _weighted(v, sigmoid_grad(v["p"], of_p))


def _formula(*, code: str, **fields: Any) -> Formula:
    return Formula(
        family="binary",
        role=Role.STABILISER,
        ledger=lambda v, reduction: binary_ledger(v["loss"], reduction=reduction),
        honours=frozenset({"weight"}),
        torch_code=f"reduced({_named(code, TORCH_NAMES)}, weight, reduction)",
        numpy_code=f"reduced({_named(code, NUMPY_NAMES)}, weight, reduction)",
        **fields,
    )


def _named(code: str, names: dict[str, str]) -> str:
    for plain, qualified in names.items():
        code = code.replace(f"{plain}(", f"{qualified}(")
    return code


TORCH_NAMES = {
    "log": "torch.log",
    "sigmoid": "torch.sigmoid",
    "clip": "torch.clip",
    "maximum": "torch.clamp_min",
}
NUMPY_NAMES = {"clip": "np.clip", "maximum": "np.maximum"}
"""Names of a formula's code that are not the snippets' own helpers."""
