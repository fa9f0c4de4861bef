"""What the loss of one row is computed from, in words: the options in force enter the expression.

Each function gives a step's `tell` (`engine.formulas.formula.Step`). Where no option is in force the plain
expression stands; else every factor in the expression is an earlier step, `y`, the number of classes
`C`, or told with its number, so that a reader who multiplies it out gets the loss.
"""

from __future__ import annotations

from engine.formulas.formula import Factor, Tell, Told, Values
from engine.pytorch.forward import log_weight

IGNORED = Told("0: y is ignore_index")
REFUSED_PROBABILITIES = Told("nan: y must hold class indices")


def weighted_sum(expression: str) -> Tell:
    """A binary loss whose only option is a weight for each row."""

    def tell(v: Values, row: int) -> Told:
        return _weighted(v, row, expression, ())

    return tell


def linear_minus_log_p(linear: str) -> Tell:
    """BCEWithLogitsLoss: `pos_weight` multiplies the logarithm, then `weight` the whole."""

    def tell(v: Values, row: int) -> Told:
        if v["pos_weight"] is None:
            return _weighted(v, row, f"{linear} − log_p", ())
        factor = log_weight(v["y"][row : row + 1], v["pos_weight"])[0]
        factors = (
            Factor("pos_weight", "", v["pos_weight"]),
            Factor("log_weight", "(pos_weight − 1)·y + 1", factor),
        )
        return _weighted(v, row, f"{linear} − log_p·log_weight", factors)

    return tell


def target_term(term: str, plain: str) -> Tell:
    """One class's term, weighted, or the sum over the classes for class probabilities."""

    def tell(v: Values, row: int) -> Told:
        return _of_probabilities(v, term) if v["y"].ndim == 2 else _of_index(v, row, term, plain)

    return tell


def nll_term(term: str) -> Tell:
    """NLLLoss: one class's term, weighted; class probabilities are refused."""

    def tell(v: Values, row: int) -> Told:
        return REFUSED_PROBABILITIES if v["y"].ndim == 2 else _of_index(v, row, term, f"−{term}[y]")

    return tell


def smoothed_term(v: Values, row: int) -> Told:
    """CrossEntropyLoss from ``log_p`` on: NLLLoss, mixed with all classes by label smoothing."""
    epsilon = v["label_smoothing"]
    if v["y"].ndim == 2:
        return _of_probabilities(v, "log_p", row if epsilon else None)
    plain = _of_index(v, row, "log_p", "−log_p[y]")
    if not epsilon or plain is IGNORED:
        return plain
    factors = (*plain.factors, *_class_weights(v), Factor("ε", "label_smoothing", epsilon))
    every = "log_p" if v["weight"] is None else "(log_p·weight)"
    return Told(f"(1 − ε)·({plain.expression}) − ε/C·Σ {every}", factors)


def _weighted(v: Values, row: int, expression: str, factors: tuple[Factor, ...]) -> Told:
    if v["weight"] is None:
        return Told(expression, factors)
    return Told(f"({expression})·weight", (*factors, Factor("weight", "", v["weight"][row])))


def _of_index(v: Values, row: int, term: str, plain: str) -> Told:
    target = int(v["y"][row])
    if target == v["ignore_index"]:
        return IGNORED
    if v["weight"] is None:
        return Told(plain)
    return Told(f"−{term}[y]·weight[y]", (Factor("weight[y]", "", v["weight"][target]),))


def _of_probabilities(v: Values, term: str, smoothed: int | None = None) -> Told:
    """The sum over the classes; `smoothed` is the row where label smoothing is in force."""
    weight = "" if v["weight"] is None else "·weight"
    if smoothed is None:
        return Told(f"−Σ ({term}·y{weight})", _class_weights(v))
    y, epsilon = v["y"][smoothed], v["label_smoothing"]
    mixed = y.astype(float) * (1 - epsilon) + epsilon / len(y)
    factors = (Factor("ε", "label_smoothing", epsilon), Factor("t", "y·(1 − ε) + ε/C", mixed))
    return Told(f"−Σ ({term}·t{weight})", (*_class_weights(v), *factors))


def _class_weights(v: Values) -> tuple[Factor, ...]:
    return () if v["weight"] is None else (Factor("weight", "", v["weight"]),)
