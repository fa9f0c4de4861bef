"""A card's verdicts on its loss and gradient: how bad, and in words."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine import KINDS, Format, GradientRegime, Kind, Regime, kind_of, rank_of
from gui.explain.cards import Card, Lost
from gui.services.look.marks import Mark
from gui.services.numbers.number_text import format_number, told_apart
from gui.services.verdicts.later_words import QT_TRANSLATE_NOOP
from gui.services.verdicts.words import no_truth_text

_translate = QCoreApplication.translate

PERCENT_DIGITS = 2

MARKS: dict[Kind | None, Mark] = {
    None: "right",
    Kind.DIGITS: "note",
    Kind.UNDERFLOW: "note",
    Kind.FEEDING: "beware",
    Kind.GRADIENT: "beware",
    Kind.CLAMPED: "beware",
    Kind.INFINITE: "wrong",
    Kind.NAN: "wrong",
    Kind.REFUSED: "wrong",
    Kind.INPUT: "wrong",
}


class Verdict(NamedTuple):
    """One line below a card's rule."""

    mark: Mark
    text: str


def mark_of(regime: Regime | GradientRegime) -> Mark:
    """How bad a regime is, as an icon tells."""
    return MARKS[kind_of(regime)]


def mark_of_rank(rank: int, gradient: GradientRegime) -> Mark:
    """How bad what is worst of a formula is; a gradient of nan is, whatever the order of kinds."""
    return "wrong" if gradient is GradientRegime.NAN else MARKS[KINDS[-rank] if rank else None]


def loss_verdict(card: Card, fmt: Format) -> Verdict:
    """What became of the loss, with what it should have been."""
    loss, truth = _told(card.loss, card.truth, right=card.regime is Regime.EXACT)
    words = _translate("verdicts", LOSS_WORDS[card.regime]).format(
        loss=loss,
        truth=truth,
        format=fmt.name,
        largest=format_number(fmt.max),
        reason=no_truth_text(card.no_truth),
        **_digits(card.lost, fmt),
    )
    return Verdict(mark_of(card.regime), words)


def _digits(lost: Lost | None, fmt: Format) -> dict[str, str]:
    if lost is None:
        return {}
    return {
        "bits": f"{min(lost.bits, fmt.precision):.1f}",
        "width": str(fmt.precision),
        "percent": format_number(100.0 * lost.relative, PERCENT_DIGITS),
        "step": format_number(lost.step),
    }


LOSS_WORDS = {
    Regime.EXACT: QT_TRANSLATE_NOOP("verdicts", "right: the true loss is {truth}"),
    Regime.LOSING_DIGITS: QT_TRANSLATE_NOOP(
        "verdicts",
        "{loss}: {bits} of {width} bits lost, {percent} % off: the true loss is {truth}, where {format} "
        "has a number every {step}",
    ),
    Regime.UNDERFLOWED: QT_TRANSLATE_NOOP("verdicts", "underflowed to {loss}: the true loss is {truth}"),
    Regime.MISTAKEN: QT_TRANSLATE_NOOP(
        "verdicts", "wrong by design: {loss} is another loss, the true one is {truth}"
    ),
    Regime.CLAMPED: QT_TRANSLATE_NOOP("verdicts", "clamped to {loss}: the true loss is {truth}"),
    Regime.BEYOND: QT_TRANSLATE_NOOP(
        "verdicts", "{loss}: the true loss is {truth}, beyond the largest number of {format}, {largest}"
    ),
    Regime.INFINITE: QT_TRANSLATE_NOOP("verdicts", "{loss}: the true loss is {truth}"),
    Regime.NAN: QT_TRANSLATE_NOOP("verdicts", "nan: the true loss is {truth}"),
    Regime.REFUSED: QT_TRANSLATE_NOOP("verdicts", "no loss: the true one is {truth}"),
    Regime.TRUE_INFINITY: QT_TRANSLATE_NOOP(
        "verdicts", "{loss}, as is the true loss: a logit is infinite, the loss only passes it on"
    ),
    Regime.NO_TRUTH: QT_TRANSLATE_NOOP("verdicts", "{loss}: {reason}; the loss only passes it on"),
}


def _told(value: float, truth: float, *, right: bool) -> tuple[str, str]:
    """Both numbers: told apart by their digits where the difference is what is spoken of."""
    return (format_number(value), format_number(truth)) if right else told_apart(value, truth)


def gradient_verdict(card: Card) -> Verdict:
    """What became of the gradient, with what it should have been."""
    right = card.gradient_regime is GradientRegime.EXACT
    gradient, truth = _told(card.gradient, card.true_gradient, right=right)
    words = _translate("verdicts", GRADIENT_WORDS[card.gradient_regime]).format(
        gradient=gradient, truth=truth, reason=no_truth_text(card.no_truth)
    )
    return Verdict(mark_of(card.gradient_regime), words)


GRADIENT_WORDS = {
    GradientRegime.EXACT: QT_TRANSLATE_NOOP("verdicts", "gradient {gradient}"),
    GradientRegime.LOSING_DIGITS: QT_TRANSLATE_NOOP(
        "verdicts", "gradient {gradient}: digits lost, true {truth}"
    ),
    GradientRegime.MISTAKEN: QT_TRANSLATE_NOOP(
        "verdicts", "gradient {gradient}: wrong by design, true {truth}"
    ),
    GradientRegime.DEAD: QT_TRANSLATE_NOOP("verdicts", "gradient {gradient}: dead, true {truth}"),
    GradientRegime.EXPLODED: QT_TRANSLATE_NOOP("verdicts", "gradient {gradient}: exploded, true {truth}"),
    GradientRegime.BEYOND: QT_TRANSLATE_NOOP(
        "verdicts", "gradient {gradient}: true {truth}, beyond the format"
    ),
    GradientRegime.NAN: QT_TRANSLATE_NOOP("verdicts", "gradient nan, true {truth}"),
    GradientRegime.REFUSED: QT_TRANSLATE_NOOP("verdicts", "no gradient, true {truth}"),
    GradientRegime.NO_TRUTH: QT_TRANSLATE_NOOP("verdicts", "gradient {gradient}: {reason}"),
}


def remarks(card: Card) -> tuple[Verdict, ...]:
    """What else is to be said of the formula: a refusal, and options that it has no argument for."""
    said = []
    if card.refusal is not None:
        refused = _translate("verdicts", "PyTorch refuses the whole call: {reason}")
        said.append(Verdict("wrong", refused.format(reason=card.refusal)))
    if card.passed_over:
        said.append(Verdict("note", card.passed_over))
    return tuple(said)


def badness(card: Card) -> int:
    """How bad a card is, to show the worst where not all fit."""
    refused = rank_of(Regime.REFUSED) if card.refusal is not None else 0
    return max(refused, rank_of(card.regime), rank_of(card.gradient_regime))
