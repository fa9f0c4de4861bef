"""One sample through all four losses as a runnable PyTorch script, gradients included."""

from __future__ import annotations

import json
import re

import numpy as np

from engine.floats.formats import Format
from engine.formulas.catalogue import Catalogue
from engine.formulas.formula import Formula
from engine.formulas.routes import GIVEN, ROUTES, as_two_classes
from engine.problem import BinaryProblem, Problem
from engine.snippets.script import definitions_for_torch

SHOW = """
def show(title, loss_of, leaf, at=...):
    leaf = leaf.clone().requires_grad_()
    loss = loss_of(leaf)
    loss.sum().backward()
    print(f"{title}: {loss.double().tolist()[0]}, gradient {leaf.grad[at].double().tolist()[0]}")
"""

OPENING = "import torch\nimport torch.nn.functional as F"


def four_losses_snippet(
    problem: BinaryProblem | None,
    *,
    p: float | None = None,
    target: float = 0.0,
    format: Format | None = None,
    feedings: Catalogue = (),
) -> str:
    """A script that prints a sample's loss and gradient by every route.

    Parameters
    ----------
    problem : BinaryProblem or None
        Of one row, without weights, its y in [0, 1]; None where a probability is given that is no
        float's sigmoid.
    p : float, optional
        The probability that BCELoss and NLLLoss get in the place of the logit's.
    target, format : optional
        What the problem would say; needed where there is none.
    feedings : tuple of Formula
        Wrong feedings to show as well.

    Returns
    -------
    str
        Python source that needs `torch` alone and prints one line a route: its title, its loss, and
        the gradient to z (to p where that is given). What PyTorch refuses stands there as a comment.

    Examples
    --------
    >>> script = four_losses_snippet(BinaryProblem(logits=[17.0], target=[0.0]))
    >>> print(script.splitlines()[-1])
    show("CrossEntropyLoss(z)", lambda z: F.cross_entropy(z, y, weight=weight, \
ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing), z, (..., 1))
    """
    form = problem.format if problem is not None else format
    if form is None:
        raise ValueError("format: expected one, as there is no problem")
    parts = [f"# One sample through all four losses by PyTorch; format: {form}\n{OPENING}", SHOW.strip("\n")]
    if p is not None:
        parts.append(
            _given(
                BinaryProblem(logits=np.array([p]), target=np.array([target]), format=form, reduction="none")
            )
        )
    if problem is not None:
        routes = ROUTES if p is None else tuple(each for each in ROUTES if each not in _replaced())
        single = problem.replace(reduction="none")
        parts.append(_section(single, (*routes, *feedings), "# The logit by itself.", "z"))
        two = as_two_classes(single)
        parts.append(
            _section(two, (*routes, *feedings), "# As two classes: the logits (0, z).", "z, (..., 1)")
        )
    text = "\n\n".join(parts) + "\n"
    return f"from math import inf, nan\n\n{text}" if re.search(r"\b(inf|nan)\b", text) else text


def _replaced() -> Catalogue:
    """The routes through a probability, in whose place a given one stands."""
    return ROUTES[0], ROUTES[2]


def _given(problem: BinaryProblem) -> str:
    lines = [line for line in definitions_for_torch(problem) if line[:2] in ("z ", "y ")]
    lines = ["# The probability as it is given.", lines[0].replace("z =", "p =", 1), lines[1]]
    lines.append("k = y.long()")
    return "\n".join((*lines, *(_line(each, problem, "p", "p") for each in GIVEN)))


def _section(problem: Problem, formulas: Catalogue, heading: str, call: str) -> str:
    own = [each for each in formulas if each.family == problem.family]
    lines = [heading, *definitions_for_torch(problem)]
    return "\n".join((*lines, *(_line(each, problem, "z", call) for each in own)))


def _line(formula: Formula, problem: Problem, name: str, call: str) -> str:
    refusal = formula.refusal(problem) if formula.refusal else None
    if refusal is not None:
        return f"# {formula.title}: PyTorch refuses: {refusal}"
    title = json.dumps(formula.title, ensure_ascii=False)
    return f"show({title}, lambda {name}: {formula.torch_code}, {call})"
