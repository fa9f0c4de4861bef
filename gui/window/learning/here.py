"""What a word means in the selected row: the first formula of which it is said, in one line."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine import Evaluation, GradientRegime, Regime
from gui.document.covering import Cover
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.explain.cards import Card, cards_of
from gui.explain.verdict_words import gradient_verdict, loss_verdict
from gui.tables.grid.cell_words import word_of_formula

_translate = QCoreApplication.translate

OF_LOSSES: dict[str, tuple[Regime, ...]] = {
    "bits_lost": (Regime.LOSING_DIGITS,),
    "underflow": (Regime.UNDERFLOWED,),
    "wrong_feeding": (Regime.MISTAKEN,),
    "clamp": (Regime.CLAMPED,),
    "overflow": (Regime.BEYOND,),
    "inf": (Regime.INFINITE, Regime.TRUE_INFINITY),
    "nan": (Regime.NAN,),
}
OF_GRADIENTS: dict[str, tuple[GradientRegime, ...]] = {
    "dead_gradient": (GradientRegime.DEAD,),
    "exploded_gradient": (GradientRegime.EXPLODED,),
}


def here_words(key: str, evaluator: Evaluator, selection: Selection, cover: Cover) -> str:
    """What a word means in the selected row of the page in front; empty where nothing is said of it."""
    evaluation = evaluator.ready()
    row = selection.place().row
    if evaluation is None or row >= evaluation.problem.rows:
        return ""
    moved = selection.moved_class() if evaluation.problem.family == "multiclass" else None
    for card in cards_of(evaluation, row, moved):
        said = "" if cover.hides(card.formula.key, row) else _said(key, card, evaluation)
        if said:
            words = _translate("words", "row {row}, {formula}: {what}")
            return words.format(row=row + 1, formula=card.formula.title, what=said)
    return ""


def _said(key: str, card: Card, evaluation: Evaluation) -> str:
    if card.gradient_regime in OF_GRADIENTS.get(key, ()):
        return gradient_verdict(card).text
    if card.regime in OF_LOSSES.get(key, ()) or word_of_formula(card.formula.key) == key:
        return loss_verdict(card, evaluation.problem.format).text
    return ""
