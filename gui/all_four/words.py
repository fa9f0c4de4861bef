"""What the page says in one line: the sentence above, the status below, and which float a p stands for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine import KINDS, ROUTES, Band, GradientRegime, Kind, Regime
from engine.data import MINUS
from gui.all_four.lanes import Lane
from gui.all_four.state import Shown, route_bands
from gui.explain.cards import Card
from gui.explain.row_sentence import Mark, Sentence
from gui.explain.verdict_words import badness, gradient_verdict, loss_verdict, mark_of_rank
from gui.findings.status_words import kind_words
from gui.plots.parts.joined import joined
from gui.plots.parts.words import band_text, float_text, value_text

_translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Said:
    """The status line's mark, kind and text, and how many wrong feedings are shown."""

    mark: str
    kind: str
    text: str
    more: str


def short_name(lane: Lane) -> str:
    """The loss without what it is fed."""
    return lane.loss.partition("(")[0]


def sentence_of(shown: Shown, lanes: tuple[Lane, ...]) -> Sentence:
    """How the four routes compare, in the largest type."""
    hint = _translate("all_four", "Drag the marker, or type z.")
    if shown.z is None and shown.p is not None:
        lead = _translate("all_four", "No {format} z gives p = {p}; {results}.")
        text = lead.format(
            format=shown.sample.format.name,
            p=float_text(shown.p, shown.sample.format),
            results=_grouped([lane for lane in lanes if lane.value]),
        )
        return Sentence(_worst(shown), text)
    lead = _translate("all_four", "One sample, four routes: {results}.").format(results=_grouped(list(lanes)))
    return Sentence(_worst(shown), lead, _apart_words(shown, lanes) or hint, _worst_key(shown))


def _grouped(lanes: list[Lane]) -> str:
    """'three give 17, BCELoss gives 100': the largest group first."""
    groups: dict[str, list[Lane]] = {}
    for lane in lanes:
        value = "0" if lane.value == f"{MINUS}0" else lane.value
        groups.setdefault("" if lane.regime is Regime.REFUSED else value, []).append(lane)
    ranked = sorted(groups.items(), key=lambda group: -len(group[1]))
    return ", ".join(_group(value, group, len(lanes)) for value, group in ranked)


def _group(value: str, group: list[Lane], count: int) -> str:
    if not value:
        words = _translate("all_four", "{formula} is refused")
        return words.format(formula=short_name(group[0]))
    if len(group) == 1:
        words = _translate("all_four", "{formula} gives {value}")
        return words.format(formula=short_name(group[0]), value=value)
    if len(group) == count and count == len(ROUTES):
        return _translate("all_four", "all give {value}").format(value=value)
    pair, three = _translate("all_four", "two give {value}"), _translate("all_four", "three give {value}")
    return (pair if len(group) == 2 else three).format(value=value)


def _apart_words(shown: Shown, lanes: tuple[Lane, ...]) -> str:
    apart = max((shown.apart(lane.formula.key), short_name(lane)) for lane in lanes)
    if not apart[0]:
        return ""
    words = _translate("all_four", "{formula} is {count} floats from BCEWithLogitsLoss.")
    if apart[0] == 1.0:
        words = _translate("all_four", "{formula} is 1 float from BCEWithLogitsLoss.")
    return words.format(formula=apart[1], count=value_text(apart[0]))


def _ranks(shown: Shown) -> list[tuple[int, str]]:
    cards = ((formula.key, shown.card(formula.key)) for formula in ROUTES)
    return [(badness(card), key) for key, card in cards if card is not None]


def _worst(shown: Shown) -> Mark:
    rank, key = max(_ranks(shown), default=(0, ""))
    card = shown.card(key) if rank else None
    return mark_of_rank(rank, GradientRegime.EXACT if card is None else card.gradient_regime)


def _worst_key(shown: Shown) -> str | None:
    rank, key = max(_ranks(shown), default=(0, ""))
    return key if rank else None


def stands_words(shown: Shown) -> str:
    """Which float a given probability stands for."""
    form = shown.sample.format
    if shown.p is None:
        return ""
    p = float_text(shown.p, form)
    if shown.stands is None or shown.z is None:
        words = _translate("all_four", "p = {p} comes from no {format} z: no sigmoid gives it")
        return words.format(p=p, format=form.name)
    low, high = shown.stands.low, shown.stands.high
    z = float_text(shown.z, form)
    if low == high:
        words = _translate("all_four", "p = {p} stands for z = {z} alone")
        return words.format(p=p, z=z)
    if high >= form.max:
        words = _translate("all_four", "p = {p} stands for every z from {low} on")
    elif low <= -form.max:
        words = _translate("all_four", "p = {p} stands for every z up to {high}")
    else:
        words = _translate("all_four", "p = {p} stands for z = {z} (and all from {low} to {high})")
    return words.format(p=p, z=z, low=float_text(low, form), high=float_text(high, form))


def status_of(shown: Shown, lanes: tuple[Lane, ...]) -> Said:
    """The worst of the four, where it sets in, and what to take in its place."""
    ranked = _ranks(shown)
    rank, key = max(ranked, default=(0, ""))
    wrong = len(shown.sample.feedings)
    more = _translate("all_four", "%n wrong feedings shown", "", wrong) if wrong else ""
    if wrong == 1:
        more = _translate("all_four", "1 wrong feeding shown")
    card = shown.card(key) if rank else None
    if card is None:
        text = _translate("status", "every formula is within its rounding.")
        return Said("right", _translate("status", "right"), text, more)
    kind = KINDS[-rank]
    lane = next(lane for lane in lanes if lane.formula.key == key)
    right = [short_name(each) for each in lanes if (0, each.formula.key) in ranked]
    instead = _translate("all_four", "Use {names}.").format(names=_or(right)) if right else ""
    if kind is Kind.UNDERFLOW:  # of a sample that is right: no reason to take a loss that breaks elsewhere
        instead = _translate("all_four", "Nothing to mend: the error is tiny.")
    parts = [_what(shown, card, lane), instead]
    return Said(
        mark_of_rank(rank, card.gradient_regime),
        kind_words(kind),
        " ".join(part for part in parts if part),
        more,
    )


def _or(names: list[str]) -> str:
    """The first and the last of some names."""
    if len(names) == 1:
        return names[0]
    return _translate("all_four", "{first} or {last}").format(first=names[0], last=names[-1])


def _what(shown: Shown, card: Card, lane: Lane) -> str:
    if card.refusal is not None:
        words = _translate("all_four", "{formula} is refused: {reason}.")
        return words.format(formula=short_name(lane), reason=card.refusal)
    band = band_at(shown, lane.formula.key)
    verdicts = [loss_verdict(card, shown.sample.format), gradient_verdict(card)]
    text = next(each.text for each in verdicts if each.mark != "right")
    if band is None:
        return _translate("all_four", "{formula}: {verdict}.").format(formula=short_name(lane), verdict=text)
    words = _translate("all_four", "{formula} gives {loss} where the true loss is {truth}: {band}.")
    return words.format(
        formula=short_name(lane),
        loss=value_text(card.loss),
        truth=value_text(card.truth),
        band=band_text(band, shown.sample.format),
    )


def band_at(shown: Shown, key: str) -> Band | None:
    """The stretch in which a route's loss fails as it does here."""
    z = shown.z
    if z is None:
        return None
    bands = joined(band for band in route_bands(shown.sample) if band.formula == key)
    inside = (each for each in bands if each.start <= z <= each.stop)
    return next(inside, None)
