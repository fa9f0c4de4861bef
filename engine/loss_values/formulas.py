"""Ways to compute a loss that the window's catalogue does not list, and whose numbers turn up in logs.

They are formulas like the catalogue's, so the rows of an answer are evaluated as any problem is.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.arguments.checks import Reduction
from engine.floats.formats import FloatArray
from engine.floats.rounding import combine, constant, exp, log
from engine.formulas.binary import SIGMOID, TEXTBOOK, of_log_1mp, of_log_p
from engine.formulas.formula import Formula, Role, Step, Values
from engine.formulas.scratch import scratch_binary_cross_entropy
from engine.pytorch import backward, forward
from engine.pytorch.activations import sigmoid_grad
from engine.pytorch.reduction import Ledger, binary_ledger, ledger_from_log_p, weighted


def _binary(
    key: str, title: str, steps: tuple[Step, ...], *, source: str, torch: str, gradient: object
) -> Formula:
    in_numpy = torch.replace("torch.sigmoid", "sigmoid").replace("torch.", "np.")
    return Formula(
        key=key,
        title=title,
        family="binary",
        role=Role.STABILISER,
        expression=steps[-1].expression,
        steps=steps,
        gradient=gradient,  # type: ignore[arg-type]  # a function of the values
        ledger=lambda v, reduction: binary_ledger(v["loss"], reduction=reduction),
        source=source,
        honours=frozenset({"weight"}),
        torch_code=f"reduced({torch}, weight, reduction)",
        numpy_code=f"reduced({in_numpy}, weight, reduction)",
    )


def _one_minus(x: FloatArray) -> FloatArray:
    return np.asarray(constant(1, x) - x)


OF_GIVEN_P = _binary(
    "scratch_of_given_p",
    "scratch(p)",
    (
        Step("p", "the numbers given, taken as probabilities", lambda v: v["z"]),
        Step("loss", TEXTBOOK, lambda v: weighted(scratch_binary_cross_entropy(v["p"], v["y"]), v["weight"])),
    ),
    source="the textbook form of probabilities that come from elsewhere",
    torch="-(y * torch.log(z) + (1 - y) * torch.log(1 - z))",
    gradient=lambda v: of_log_p(v) / v["p"] - of_log_1mp(v) / _one_minus(v["p"]),
)

SOFTPLUS = _binary(
    "log_of_1_plus_exp",
    "log(1 + exp(z))",
    (
        Step("e", "exp(z)", lambda v: exp(v["z"])),
        Step(
            "loss",
            "log(1 + e) − y·z",
            lambda v: weighted(log(np.asarray(constant(1, v["e"]) + v["e"])) - v["y"] * v["z"], v["weight"]),
        ),
    ),
    source="the loss of logits as one derives it on paper",
    torch="torch.log(1 + torch.exp(z)) - y * z",
    gradient=lambda v: weighted(v["e"] / (constant(1, v["e"]) + v["e"]) - v["y"], v["weight"]),
)


@cache
def clip_and_add(epsilon: float) -> Formula:
    """The textbook form of p clipped to [eps, 1 - eps], with eps added inside the logarithms once more."""

    def clip(v: Values) -> FloatArray:
        low, high = constant(epsilon, v["p"]), constant(1.0 - epsilon, v["p"])
        return np.asarray(np.minimum(np.maximum(v["p"], low), high))

    def both(v: Values) -> tuple[FloatArray, FloatArray]:
        return combine(np.add, v["q"], epsilon), combine(np.add, _one_minus(v["q"]), epsilon)

    def loss(v: Values) -> FloatArray:
        q, r = both(v)
        terms = v["y"] * log(q) + _one_minus(v["y"]) * log(r)
        return weighted(np.asarray(-terms), v["weight"])

    def gradient(v: Values) -> FloatArray:
        q, r = both(v)
        of_q = of_log_p(v) / q - of_log_1mp(v) / r
        return sigmoid_grad(v["p"], np.where(v["p"] == v["q"], of_q, constant(0, of_q)))

    q = f"torch.sigmoid(z).clip({epsilon}, 1 - {epsilon})"
    return _binary(
        f"clip_and_add_{epsilon!r}",
        f"log(clip(p) + {epsilon!r})",
        (
            SIGMOID,
            Step("q", f"clip(p, {epsilon!r}, 1 − {epsilon!r})", clip),
            Step("loss", f"−(y·log(q + {epsilon!r}) + (1 − y)·log(1 − q + {epsilon!r}))", loss),
        ),
        source="TensorFlow 2, keras/backend.py, binary_crossentropy",
        torch=f"-(y * torch.log({q} + {epsilon}) + (1 - y) * torch.log(1 - {q} + {epsilon}))",
        gradient=gradient,
    )


@cache
def focal(alpha: float | None) -> Formula:
    """Focal loss with gamma = 2: ``-(1 - pt)**2 * log(pt)``, times alpha for y = 1 and 1 - alpha for y = 0.

    Targets are 0 or 1.

    References
    ----------
    Lin et al., "Focal Loss for Dense Object Detection", 2017
    """

    def pt(v: Values) -> FloatArray:
        return np.where(v["y"] == 1, v["p"], _one_minus(v["p"]))

    def balance(v: Values) -> FloatArray:
        if alpha is None:
            return np.asarray(np.ones_like(v["p"]))
        return np.asarray(np.where(v["y"] == 1, constant(alpha, v["p"]), constant(1.0 - alpha, v["p"])))

    def loss(v: Values) -> FloatArray:
        miss = _one_minus(v["pt"])
        return weighted(-balance(v) * miss * miss * log(v["pt"]), v["weight"])

    def gradient(v: Values) -> FloatArray:
        p, miss = v["pt"], _one_minus(v["pt"])
        slope = constant(2, p) * p * log(p) - miss
        sign = np.where(v["y"] == 1, constant(1, p), constant(-1, p))
        return weighted(sign * balance(v) * miss * miss * slope, v["weight"])

    balanced = "" if alpha is None else f"{alpha}·"
    share = "1" if alpha is None else f"torch.where(y == 1, {alpha}, 1 - {alpha})"
    chosen = "torch.where(y == 1, torch.sigmoid(z), 1 - torch.sigmoid(z))"
    return _binary(
        f"focal_{alpha}",
        f"focal, alpha {alpha}" if alpha is not None else "focal",
        (
            SIGMOID,
            Step("pt", "p where y = 1, else 1 − p", pt),
            Step("loss", f"−{balanced}(1 − pt)²·log(pt)", loss),
        ),
        source="Lin et al., Focal Loss for Dense Object Detection, 2017, with gamma = 2",
        torch=f"-{share} * (1 - {chosen}) ** 2 * torch.log({chosen})",
        gradient=gradient,
    )


def _nll_ledger(v: Values, reduction: Reduction) -> Ledger:
    return ledger_from_log_p(v["z"], v["y"], v["weight"], v["ignore_index"], 0.0, reduction)


NLL_OF_LOGITS = Formula(
    key="nll_of_logits",
    title="NLLLoss(z)",
    family="multiclass",
    role=Role.MISTAKE,
    expression="−z[y]",
    steps=(
        Step(
            "loss",
            "−z[y]",
            lambda v: forward.nll_loss(v["z"], v["y"], v["weight"], v["ignore_index"], "none"),
        ),
    ),
    gradient=lambda v: backward.nll_loss_grad(v["z"], v["y"], v["weight"], v["ignore_index"], "none"),
    ledger=_nll_ledger,
    source="a common mistake: NLLLoss takes log-probabilities, and was given logits",
    honours=frozenset({"weight", "ignore_index"}),
    torch_code="F.nll_loss(z, y, weight=weight, ignore_index=ignore_index, reduction=reduction)",
    numpy_code="nll_loss(z, y, weight, ignore_index, reduction)",
)
