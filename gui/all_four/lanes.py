"""The four lanes and the four wrong feedings as values: what each takes, gives, and is worth."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine import FEEDINGS, ROUTES, Formula, GradientRegime, Regime
from engine.data import MINUS
from gui.all_four.state import Shown
from gui.explain.cards import Card
from gui.explain.verdict_words import gradient_verdict, loss_verdict, mark_of
from gui.plots.parts.words import float_text, value_text
from gui.services.colours import regime_name
from gui.services.look.marks import Mark
from gui.services.numbers.number_text import format_number

_translate = QCoreApplication.translate


NO_VALUE = "\N{EN DASH}"
"""Stands for the loss where PyTorch refuses."""

SHORT = 8
"""Letters of a wrong feeding's number for which there is room."""


@dataclass(frozen=True, slots=True)
class Then:
    """What stands between the input and the loss: an activation and its value."""

    words: str
    value: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One route from the sample to its loss.

    Attributes
    ----------
    formula : Formula
        Whose look the lane has.
    takes : str
    then : Then or None
        None where the loss does it inside.
    loss, target : str
        The call, and what kind of target it takes.
    value : str
        The loss; empty where it has no input.
    regime : Regime or None
    mark, gradient_mark : Mark
    verdict, gradient : str
    short_takes, short_value, short_verdict, short_gradient : str
        The same where there is little room.
    """

    formula: Formula
    takes: str
    then: Then | None
    loss: str
    target: str
    value: str
    regime: Regime | None
    mark: Mark
    verdict: str
    gradient: str
    gradient_mark: Mark
    short_takes: str = ""
    short_value: str = ""
    short_verdict: str = ""
    short_gradient: str = ""

    @property
    def spoken(self) -> str:
        """The lane in one sentence."""
        parts = [self.takes, f"{self.then.words}: {self.then.value}" if self.then else inside(), self.target]
        parts += [f"{gives()} {self.value}" if self.value else "", self.verdict, self.gradient]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Feeding:
    """One wrong feeding in its place."""

    formula: Formula
    name: str
    chain: str
    value: str
    regime: Regime | None
    mark: Mark
    words: str
    tip: str

    @property
    def spoken(self) -> str:
        """What it does, and what comes of it."""
        return "; ".join(part for part in (self.chain, self.value, self.words) if part)


def inside() -> str:
    """What stands for an activation that the loss does by itself."""
    return _translate("all_four", "inside the loss")


def gives() -> str:
    """The heading of the numbers."""
    return _translate("all_four", "gives")


def lanes_of(shown: Shown) -> tuple[Lane, ...]:
    """The four lanes, in the order of the catalogue's routes."""
    return tuple(_lane(shown, formula) for formula in ROUTES)


def _lane(shown: Shown, formula: Formula) -> Lane:
    card = shown.card(formula.key)
    given = shown.p is not None and formula.key in ("bce_sigmoid", "nll_log_softmax")
    two = formula.family == "multiclass"
    loss, target = _calls()[formula.key]
    takes = _takes(shown, given=given, two=two)
    if card is None:
        words = _translate("all_four", "no {format} z gives this p").format(format=shown.sample.format.name)
        return Lane(formula, takes, None, loss, target, "", None, "note", words, "", "note")
    verdict = _verdict(shown, card, formula.key)
    slope = gradient_verdict(card)
    return Lane(
        formula=formula,
        takes=takes,
        then=_then(card, given=given),
        loss=loss,
        target=target,
        value=NO_VALUE if card.refusal else value_text(card.loss),
        regime=card.regime,
        mark="wrong" if card.refusal else mark_of(card.regime),
        verdict=verdict,
        gradient=_to_p(slope.text, given) if not card.refusal else "",
        gradient_mark=slope.mark,
        short_verdict=_short_verdict(card),
        short_takes=_short_takes(takes, given=given, two=two),
        short_value=_shorter(card.loss) if not card.refusal else NO_VALUE,
        short_gradient=_to_p(_short_gradient(card), given),
    )


def _short_takes(takes: str, *, given: bool, two: bool) -> str:
    """The pair without its name, or a given one without its value, which stands in the lane above."""
    if not two:
        return takes
    return takes.partition(", p =")[0] if given else takes.partition(" = ")[2]


def _to_p(gradient: str, given: bool) -> str:
    """A gradient's words; where a probability is given it is the one to that."""
    return _translate("all_four", "{gradient} (to p)").format(gradient=gradient) if given else gradient


def _shorter(value: float) -> str:
    return format_number(value, 3).replace("-", MINUS)


def _short_verdict(card: Card) -> str:
    if card.refusal is not None or card.regime is Regime.EXACT:
        return regime_name(Regime.REFUSED if card.refusal is not None else Regime.EXACT)
    words = _translate("all_four", "{what}: true {truth}")
    return words.format(what=regime_name(card.regime), truth=value_text(card.truth))


def _short_gradient(card: Card) -> str:
    if card.refusal is not None:
        return ""
    if card.gradient_regime is GradientRegime.EXACT:
        return gradient_verdict(card).text
    return f"{regime_name(card.gradient_regime)} {value_text(card.gradient)}"


def _takes(shown: Shown, *, given: bool, two: bool) -> str:
    form = shown.sample.format
    if given and shown.p is not None:
        p = float_text(shown.p, form)
        return f"(1 − p, p), p = {p}" if two else f"p = {p}"
    z = "?" if shown.z is None else float_text(shown.z, form)
    return f"(0, z) = (0, {z})" if two else f"z = {z}"


def _then(card: Card, *, given: bool) -> Then | None:
    lines = {line.name: line for line in card.lines}
    if card.formula.key == "bce_sigmoid":
        return Then("sigmoid(z)", f"p = {value_text(lines['p'].value[0])}")
    if card.formula.key == "nll_log_softmax":
        return Then("log_softmax", _pair(lines["log_p"].value))
    if given and "p" in lines:
        return Then(_translate("all_four", "as given"), f"p = {value_text(lines['p'].value[0])}")
    if given:
        return Then("log", _pair(lines["log_p"].value))
    return None


def _pair(values: tuple[float, ...]) -> str:
    return "({})".format(", ".join(value_text(each + 0.0) for each in values))


def _verdict(shown: Shown, card: Card, key: str) -> str:
    if card.refusal is not None:
        return _translate("all_four", "PyTorch refuses: {reason}").format(reason=card.refusal)
    is_right = card.regime is Regime.EXACT
    words = regime_name(card.regime) if is_right else loss_verdict(card, shown.sample.format).text
    apart = shown.apart(key)
    if not apart:
        return words
    if apart == 1.0:
        beside = _translate("all_four", "1 float from BCEWithLogitsLoss")
    else:
        beside = _translate("all_four", "{count} floats from BCEWithLogitsLoss").format(
            count=value_text(apart)
        )
    return f"{words}, {beside}" if is_right else f"{words}; {beside}"


def _calls() -> dict[str, tuple[str, str]]:
    """Each route's call, and the kind of target that it takes."""
    return {
        "bce_sigmoid": ("BCELoss(p, y)", _translate("all_four", "y: 0 to 1, a float")),
        "bce_with_logits": ("BCEWithLogitsLoss(z, y)", _translate("all_four", "y: 0 to 1, a float")),
        "nll_log_softmax": ("NLLLoss(log_p, k)", _translate("all_four", "k: class index, 0 or 1")),
        "cross_entropy": (
            "CrossEntropyLoss((0, z), k)",
            _translate("all_four", "k: index, or 2 probabilities"),
        ),
    }


def loss_name(key: str) -> str:
    """A route's loss without what it is fed."""
    return _calls()[key][0].partition("(")[0]


# -- wrong feedings ---------------------------------------------------------------------------------------


def feeding_names() -> dict[str, tuple[str, str]]:
    """Each wrong feeding's name, and what it does."""
    return {
        "bce_with_logits_of_sigmoid": (
            _translate("all_four", "sigmoid twice"),
            "sigmoid → BCEWithLogitsLoss(p, y)",
        ),
        "cross_entropy_of_softmax": (
            _translate("all_four", "softmax twice"),
            "softmax → CrossEntropyLoss(p, k)",
        ),
        "nll_softmax": (_translate("all_four", "logarithm forgotten"), "softmax → NLLLoss(p, k)"),
        "bce_of_logits": (_translate("all_four", "no sigmoid"), "z → BCELoss(z, y)"),
    }


def feedings_of(shown: Shown) -> tuple[Feeding, ...]:
    """The four wrong feedings, switched on or not, each in its place."""
    return tuple(_feeding(shown, formula) for formula in FEEDINGS)


def _feeding(shown: Shown, formula: Formula) -> Feeding:
    name, chain = feeding_names()[formula.key]
    if formula.key not in shown.sample.feedings:
        off = _translate("all_four", "switched off")
        return Feeding(formula, name, chain, "", None, "note", off, formula.source)
    card = shown.result(formula.key)
    if card is None:
        words = _translate("all_four", "no z to feed")
        return Feeding(formula, name, chain, "", None, "note", words, words)
    if card.refusal is not None:
        words = _translate("status", "refused")
        return Feeding(formula, name, chain, NO_VALUE, Regime.REFUSED, "wrong", words, card.refusal)
    words = _translate("all_four", "true {truth}").format(truth=value_text(card.truth))
    if card.loss < 0.0 <= card.truth:
        words = _translate("all_four", "negative, {true}").format(true=words)
    tip = f"{regime_name(card.regime)}: {words}"
    value = value_text(card.loss)
    if len(value) > SHORT:
        value = _shorter(card.loss)
    return Feeding(formula, name, chain, value, card.regime, mark_of(card.regime), words, tip)
