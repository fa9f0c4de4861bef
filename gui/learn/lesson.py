"""A lesson as a value, its answer, and when what it asks to do is done."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import numpy as np

from engine import CATALOGUE, Column, Evaluation, GradientRegime, Problem, Regime, evaluate, format_of
from gui.document.covering import Cover
from gui.session.problem_file import ProblemFile

CLOSE = 1e-4
"""Part of a number by which the one in a choice may be off: it is typed with few digits."""

Asked = Literal["loss", "gradient", "mean", "row"]
Kind = Literal["loss_fails", "loss_right", "gradient_right", "option", "logit_above"]


class Choice(NamedTuple):
    """One answer: its words, and the number it stands for; None for one that is never right."""

    text: str
    value: float | None


class Asks(NamedTuple):
    """The number that is asked for: of a row by a formula, a formula's mean, or the row that breaks it."""

    of: Asked
    formula: str
    row: int = 0


class Done(NamedTuple):
    """What is to be done at the end: a formula comes right or fails, an option or a logit has a value."""

    kind: Kind
    formula: str = ""
    row: int = 0
    column: int = 0
    name: str = ""
    value: Any = None


class Lesson(NamedTuple):
    """One lesson, in the language of the data files.

    Attributes
    ----------
    key : str
    number : int
        From 1 on.
    title : str
    file : ProblemFile
        The problem, with how it is to be seen.
    cover : Cover
        What is not shown until the question is answered.
    tells, explains : tuple of str
        Sentences before and after the answer.
    hint, question, task : str
    asks : Asks
    choices : tuple of Choice
    done : Done
    words : tuple of str
        Keys of the cards that one needs.
    """

    key: str
    number: int
    title: str
    file: ProblemFile
    cover: Cover
    tells: tuple[str, ...]
    hint: str
    question: str
    asks: Asks
    choices: tuple[Choice, ...]
    explains: tuple[str, ...]
    task: str
    done: Done
    words: tuple[str, ...]

    @property
    def answer(self) -> int:
        """The number of the right choice, from 0 on: the one with the number that the engine gives.

        Raises
        ------
        ValueError
            If no choice has it, or more than one.
        """
        computed = asked_number(self.asks, self.file.problem)
        right = [at for at, choice in enumerate(self.choices) if _is_same(choice.value, computed)]
        if len(right) != 1:
            raise ValueError(f"{self.key}: expected one choice with {computed}, got {len(right)}")
        return right[0]


def asked_number(asks: Asks, problem: Problem) -> float:
    """The number that is asked for, as the engine gives it."""
    column = evaluate(problem, formulas=CATALOGUE).column(asks.formula)
    if asks.of == "loss":
        return float(column.loss[asks.row])
    if asks.of == "gradient":
        return float(column.gradient[asks.row])
    if asks.of == "mean":
        value = column.ledger.value
        assert value is not None
        return value
    broken = np.flatnonzero(~np.isfinite(column.loss))
    return float(broken[0] + 1) if len(broken) == 1 else math.nan


def _is_same(value: float | None, computed: float) -> bool:
    if value is None:
        return False
    if math.isnan(computed) or not math.isfinite(value):
        return value == computed or (math.isnan(value) and math.isnan(computed))
    return math.isclose(value, computed, rel_tol=CLOSE)


def is_done(done: Done, evaluation: Evaluation) -> bool:
    """Whether an evaluation shows that what was asked for has been done."""
    problem = evaluation.problem
    if done.kind == "option":
        value = getattr(problem, done.name)
        return bool(value is format_of(done.value)) if done.name == "format" else value is done.value
    if done.row >= problem.rows:
        return False
    if done.kind == "logit_above":
        return bool(np.atleast_1d(problem.logits[done.row])[done.column] > done.value)
    column = next((each for each in evaluation.columns if each.formula.key == done.formula), None)
    return column is not None and _comes_true(done, column)


def _comes_true(done: Done, column: Column) -> bool:
    if done.kind == "gradient_right":
        regimes = np.atleast_1d(column.gradient_regimes[done.row])
        return bool((regimes == GradientRegime.EXACT).all())
    is_right = Regime(int(column.regimes[done.row])) is Regime.EXACT
    if done.kind == "loss_right":
        return is_right
    return not is_right and (done.value is None or float(column.loss[done.row]) == done.value)
