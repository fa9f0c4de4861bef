"""A card's verdicts on its loss and gradient: how bad, and in words."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine import Format, GradientRegime, Regime
from gui.explain.cards import Card
from gui.services.look.marks import Mark
from gui.services.numbers.number_text import format_number

_translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line below a card's rule."""

    mark: Mark
    text: str


def loss_verdict(card: Card, fmt: Format) -> Verdict:
    """What became of the loss, with what it should have been."""
    mark, words = _loss_words()[card.regime]
    return Verdict(
        mark,
        words.format(
            loss=format_number(card.loss),
            truth=format_number(card.truth),
            bits=f"{min(card.bits, fmt.precision):.1f}",
            width=fmt.precision,
        ),
    )


def _loss_words() -> dict[Regime, tuple[Mark, str]]:
    return {
        Regime.EXACT: ("right", _translate("verdicts", "right: the true loss is {truth}")),
        Regime.LOSING_DIGITS: (
            "note",
            _translate("verdicts", "{bits} of {width} bits lost: the true loss is {truth}"),
        ),
        Regime.CLAMPED: ("beware", _translate("verdicts", "clamped to {loss}: the true loss is {truth}")),
        Regime.UNDERFLOWED: (
            "note",
            _translate("verdicts", "underflowed to {loss}: the true loss is {truth}"),
        ),
        Regime.INFINITE: ("wrong", _translate("verdicts", "{loss}: the true loss is {truth}")),
        Regime.NAN: ("wrong", _translate("verdicts", "nan: the true loss is {truth}")),
    }


def gradient_verdict(card: Card) -> Verdict:
    """What became of the gradient, with what it should have been."""
    mark, words = _gradient_words()[card.gradient_regime]
    gradient, truth = format_number(card.gradient), format_number(card.true_gradient)
    return Verdict(mark, words.format(gradient=gradient, truth=truth))


def _gradient_words() -> dict[GradientRegime, tuple[Mark, str]]:
    return {
        GradientRegime.EXACT: ("right", _translate("verdicts", "gradient {gradient}")),
        GradientRegime.LOSING_DIGITS: (
            "note",
            _translate("verdicts", "gradient {gradient}: digits lost, true {truth}"),
        ),
        GradientRegime.DEAD: ("beware", _translate("verdicts", "gradient {gradient}: dead, true {truth}")),
        GradientRegime.EXPLODED: (
            "wrong",
            _translate("verdicts", "gradient {gradient}: exploded, true {truth}"),
        ),
        GradientRegime.NAN: ("wrong", _translate("verdicts", "gradient nan, true {truth}")),
    }


def remarks(card: Card) -> tuple[Verdict, ...]:
    """What else is to be said of the formula."""
    if card.refusal is None:
        return ()
    refused = _translate("verdicts", "PyTorch refuses the whole call: {reason}")
    return (Verdict("wrong", refused.format(reason=card.refusal)),)


_LOSSES = (Regime.LOSING_DIGITS, Regime.UNDERFLOWED, Regime.CLAMPED, Regime.INFINITE, Regime.NAN)
_AMID = {GradientRegime.DEAD: 2.5, GradientRegime.EXPLODED: 2.5, GradientRegime.NAN: 2.5}


def badness(card: Card) -> float:
    """How bad a card is, to show the worst where not all fit."""
    if card.refusal is not None:
        return len(_LOSSES) + 1.0
    loss = float(_LOSSES.index(card.regime) + 1) if card.regime in _LOSSES else 0.0
    return max(loss, _AMID.get(card.gradient_regime, 0.0))
