"""The lines of PyTorch that mend what was found, with the options that are in force.

They are written in terms of `logits`, `target`, `weight` and `pos_weight`, with ``import torch`` and
``import torch.nn.functional as F``.
"""

from __future__ import annotations

from engine.floats.formats import FLOAT64
from engine.problem import IGNORE_INDEX, BinaryProblem, MulticlassProblem

BCE_WITH_LOGITS = "binary_cross_entropy_with_logits"
CROSS_ENTROPY = "cross_entropy"

NO_FORMAT_REACHES_FURTHER = (
    "No format reaches further than float64: make the logits, targets or weights smaller."
)
NO_FORMAT_HAS_MORE_DIGITS = (
    "Nothing to mend, as a rule: the loss of a row that is wrong is far larger, and no format has more "
    "digits than float64."
)

CHECK_LOGITS = "assert torch.isfinite(logits).all(), (~torch.isfinite(logits)).nonzero()"


def line(
    problem: BinaryProblem | MulticlassProblem,
    *,
    logits: str = "logits",
    target: str = "target",
    **changes: str,
) -> str:
    """The problem's stable loss as one line.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    logits, target : str
        What is given for them.
    changes : str
        Options by name, in place of the problem's; an empty text leaves an option out.

    Returns
    -------
    str

    Examples
    --------
    >>> line(BinaryProblem(logits=[0.0], target=[1.0], pos_weight=4.0), logits="logits.float()")
    'loss = F.binary_cross_entropy_with_logits(logits.float(), target, pos_weight=pos_weight)'
    """
    name = BCE_WITH_LOGITS if isinstance(problem, BinaryProblem) else CROSS_ENTROPY
    options = options_of(problem) | changes
    given = [logits, target, *(f"{key}={value}" for key, value in options.items() if value)]
    return f"loss = F.{name}({', '.join(given)})"


def in_float32(problem: BinaryProblem | MulticlassProblem) -> str:
    """The same loss computed in float32, as autocast does it."""
    target = "target"
    if isinstance(problem, BinaryProblem) or problem.has_probabilities:
        target = "target.float()"
    changes = {
        name: f"{name}.float()"
        for name in ("weight", "pos_weight")
        if getattr(problem, name, None) is not None
    }
    return line(problem, logits="logits.float()", target=target, **changes)


def in_float64(problem: BinaryProblem | MulticlassProblem) -> str:
    """The same loss computed in float64."""
    return in_float32(problem).replace(".float()", ".double()")


def wider(problem: BinaryProblem | MulticlassProblem) -> str:
    """The same loss in the next format that reaches further; as it is in float64, the last one."""
    if problem.format is FLOAT64:
        return line(problem)
    return in_float32(problem) if problem.format.is_half else in_float64(problem)


def options_of(problem: BinaryProblem | MulticlassProblem) -> dict[str, str]:
    """The options in force as they are written in a call."""
    options: dict[str, str] = {}
    if problem.weight is not None:
        options["weight"] = "weight"
    if isinstance(problem, BinaryProblem):
        if problem.pos_weight is not None:
            options["pos_weight"] = "pos_weight"
    else:
        if problem.ignore_index != IGNORE_INDEX:
            options["ignore_index"] = str(problem.ignore_index)
        if problem.label_smoothing:
            options["label_smoothing"] = repr(problem.label_smoothing)
    if problem.reduction != "mean":
        options["reduction"] = repr(problem.reduction)
    return options
