"""One sample through all four losses: from a logit, or from a probability given in its place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.evaluation.column import Column, Truth
from engine.evaluation.evaluate import Evaluation, evaluate
from engine.floats.formats import Format
from engine.floats.rounding import failures_are_results
from engine.formulas.binary import BCE_SIGMOID
from engine.formulas.binary import EXACT as BINARY_EXACT
from engine.formulas.catalogue import Catalogue
from engine.formulas.formula import Values
from engine.formulas.multiclass import EXACT as TWO_CLASSES_EXACT
from engine.formulas.multiclass import NLL_LOG_SOFTMAX
from engine.formulas.routes import GIVEN, ROUTES, as_two_classes
from engine.formulas.values import values_of
from engine.problem import BinaryProblem

REPLACED = {BCE_SIGMOID.key: GIVEN[0].key, NLL_LOG_SOFTMAX.key: GIVEN[1].key}
"""What a given probability goes through in the place of a route from the logit."""


@dataclass(frozen=True, eq=False)
class Routes:
    """One sample by every route that is open to it.

    Attributes
    ----------
    binary, multiclass : Evaluation or None
        Of the logit and of (0, z), as the pages of tables have them; None where no float is the logit.
    given : Evaluation or None
        Of the probability; None where the logit was given.
    """

    binary: Evaluation | None
    multiclass: Evaluation | None
    given: Evaluation | None = None

    def find(self, key: str) -> tuple[Evaluation, Column] | None:
        """The evaluation and the column of a route or of a wrong feeding; None where it has no input."""
        return self._found.get(key if self.given is None else REPLACED.get(key, key))

    @cached_property
    def _found(self) -> dict[str, tuple[Evaluation, Column]]:
        evaluations = [each for each in (self.multiclass, self.binary, self.given) if each is not None]
        return {column.formula.key: (each, column) for each in evaluations for column in each.columns}


def evaluate_routes(problem: BinaryProblem, feedings: Catalogue = ()) -> Routes:
    """Evaluate a binary problem, and the same as two classes, by all four losses.

    Parameters
    ----------
    problem : BinaryProblem
        Each y in [0, 1], without weights.
    feedings : tuple of Formula
        Wrong feedings to evaluate as well (`engine.formulas.routes.FEEDINGS`).

    Returns
    -------
    Routes

    Examples
    --------
    >>> routes = evaluate_routes(BinaryProblem(logits=[17.0], target=[0.0]))
    >>> [float(routes.find(route.key)[1].loss[0]) for route in ROUTES]
    [100.0, 17.0, 17.0, 17.0]
    """
    formulas = (*ROUTES, BINARY_EXACT, TWO_CLASSES_EXACT, *feedings)
    return Routes(evaluate(problem, formulas=formulas), evaluate(as_two_classes(problem), formulas=formulas))


def evaluate_probability(p: float, target: float, form: Format) -> Evaluation:
    """BCELoss and NLLLoss of a probability that is given.

    Parameters
    ----------
    p, target : float
        In [0, 1]; rounded to the format.
    form : Format

    Returns
    -------
    Evaluation
        Its columns' gradients and true gradients are those to p.

    Notes
    -----
    The true loss of p is -y*log(p) - (1 - y)*log1p(-p) in float64; 0 times inf counts as 0.
    """
    problem = BinaryProblem(logits=np.array([p]), target=np.array([target]), format=form, reduction="none")
    values = values_of(problem)
    truth = _truth_of_p(values)
    columns = []
    for formula in GIVEN:
        results = formula.run(values)
        refusal = formula.refusal(problem) if formula.refusal else None
        columns.append(Column(formula, results, results["loss"], truth, "none", refusal))
    return Evaluation(problem, values["z"], tuple(columns))


@failures_are_results
def _truth_of_p(values: Values) -> Truth:
    p, y = (np.asarray(values[name]).astype(np.float64) for name in ("z", "y"))
    with_class = np.where(y == 0.0, 0.0, -y * np.log(p))
    without = np.where(y == 1.0, 0.0, -(1.0 - y) * np.log1p(-p))
    slope = np.where(y == 1.0, 0.0, (1.0 - y) / (1.0 - p)) - np.where(y == 0.0, 0.0, y / p)
    return Truth(np.asarray(with_class + without + 0.0), lambda: np.asarray(slope))
