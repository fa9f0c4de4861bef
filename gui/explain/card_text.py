"""A card in words, as it is painted, read aloud and copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import Evaluation, Format, Formula, MulticlassProblem, Regime
from gui.document.covering import COVERED, covered_words
from gui.explain.cards import Card, Line, broken_entry
from gui.explain.verdict_words import Verdict, gradient_verdict, loss_verdict, remarks
from gui.services.numbers.number_text import format_number

_translate = QCoreApplication.translate

FEW_CLASSES = 3
"""Up to so many classes a vector is written out; of more, the entries that matter."""

FEW_DIGITS = 4
"""Significant digits of the numbers of a vector that is written out."""


class LineText(NamedTuple):
    """A step: its name, what it is computed from, and what it gave."""

    name: str
    expression: str
    value: str
    breaks: bool

    @property
    def sentence(self) -> str:
        """The line on its own."""
        parts = (self.name, self.expression, self.value)
        text = " = ".join(part for part in parts if part)
        return f"{text} ◂ {breaks_here()}" if self.breaks else text


class CardText(NamedTuple):
    """One formula's card."""

    formula: Formula
    loss: str
    regime: Regime
    lines: tuple[LineText, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def title(self) -> str:
        """The formula's name."""
        return self.formula.title

    @property
    def name(self) -> str:
        """Formula and loss, as a screen reader says them first."""
        return f"{self.title}: {self.loss}"

    @property
    def description(self) -> str:
        """All lines, for a screen reader and for the clipboard."""
        return "\n".join([*(line.sentence for line in self.lines), *(each.text for each in self.verdicts)])


def breaks_here() -> str:
    """What stands beside the first step that the format could not hold."""
    return _translate("explain", "breaks here")


def card_text(card: Card, fmt: Format, shown: Sequence[int] = ()) -> CardText:
    """A card's words; of vectors of many classes, the entries `shown` and the one that breaks."""
    return CardText(
        formula=card.formula,
        loss=format_number(card.loss),
        regime=card.regime,
        lines=tuple(_line_text(line, shown) for line in card.lines),
        verdicts=(loss_verdict(card, fmt), *remarks(card), gradient_verdict(card)),
    )


def covered_text(card: Card) -> CardText:
    """A card of which only the way is told, and no number."""
    lines = tuple(LineText(line.name, line.expression, COVERED, breaks=False) for line in card.lines)
    return CardText(card.formula, COVERED, Regime.EXACT, lines, (Verdict("note", covered_words()),))


def _line_text(line: Line, shown: Sequence[int]) -> LineText:
    if line.breaks and len(line.value) > FEW_CLASSES:
        # Only what breaks: the target's entry where that is one of them.
        first = broken_entry(line.name, line.value)
        broken = [at for at in shown if broken_entry(line.name, (line.value[at],)) is not None]
        shown = broken or ([] if first is None else [first])
    return LineText(line.name, line.expression, vector_text(line.value, shown), line.breaks)


def vector_text(values: Sequence[float], shown: Sequence[int]) -> str:
    """One number; a short vector whole; of a long one the entries `shown`, each with its class."""
    if len(values) == 1:
        return format_number(values[0])
    if len(values) <= FEW_CLASSES:
        return f"[{', '.join(format_number(value, FEW_DIGITS) for value in values)}]"
    entries = [f"[{at}] {format_number(values[at])}" for at in dict.fromkeys(shown)]
    return ", ".join([*entries, "…"])


def entries_shown(evaluation: Evaluation, row: int, moved: int | None) -> tuple[int, ...]:
    """The classes whose numbers matter: the row's target, and the one whose logit moves."""
    problem = evaluation.problem
    if not isinstance(problem, MulticlassProblem):
        return ()
    wanted = (problem.target_class(row), moved)
    return tuple(dict.fromkeys(at for at in wanted if at is not None))


def row_words(evaluation: Evaluation, row: int, shown: Sequence[int]) -> str:
    """The row itself: its logits, target and probabilities."""
    part, at = evaluation.of_row(row)
    problem = part.problem
    activation, logits, target = (
        vector_text(np.atleast_1d(np.asarray(numbers, dtype=np.float64)).tolist(), shown)
        for numbers in (part.activation[at], problem.input[at], problem.target[at])
    )
    name = "sigmoid(z)" if problem.family == "binary" else "softmax(z)"
    text = _translate("explain", "Row {row} in {format}:  z = {z},  y = {y},  {name} = {activation}")
    return text.format(
        row=row + 1, format=problem.format.name, z=logits, y=target, name=name, activation=activation
    )
