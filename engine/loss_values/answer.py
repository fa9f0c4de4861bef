"""What an explanation says: causes in words, candidates with a number, answers in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.floats.formats import FLOAT32, Format
from engine.loss_values.asked import Typed
from engine.loss_values.rows import Rows


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a loss to stand at a number, in English with named fields: the form that is translated.

    Attributes
    ----------
    key : str
    title : str
        What it is, in a few words.
    sentence : str
        What happens, in one sentence.
    question : str
        A yes tells it from the other answers.
    repeats : bool
        Whether such a loss repeats to the last digit (saturation) and does not wobble (chance).
    """

    key: str
    title: str
    sentence: str
    question: str
    repeats: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Candidate:
    """A cause with its numbers, before it is known whether it fits.

    Attributes
    ----------
    cause : Cause
    about : float
        The loss by paper and pencil; what is far from the typed number is not evaluated.
    rows : callable, optional
        Makes the rows that give the loss; None for another library's, which has a `source`.
    measure : callable, optional
        Gives their loss where that is cheaper than to make all of them.
    fields : mapping
        The texts' fields: numbers and strings.
    core : bool
        Whether it may be claimed without an option that names it.
    named : bool
        Whether an option does.
    free : int
        Numbers that were searched for it: k, N, epsilon.
    slack : float
        How far `about` may be off, as a share.
    allowance : float
        How far the loss itself may be off, beside half a unit: of numbers that are only known so well.
    losses : frozenset of str
        Of `engine.loss_values.asked.LOSSES`, those it is about; empty for all.
    source : str
        Where and when somebody saw another library give this number.
    form : Format
    """

    cause: Cause
    about: float
    rows: Callable[[], Rows] | None = None
    measure: Callable[[], float] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    core: bool = False
    named: bool = False
    free: int = 0
    slack: float = 1e-6
    allowance: float = 0.0
    losses: frozenset[str] = frozenset()
    source: str = ""
    form: Format = FLOAT32


@dataclass(frozen=True, eq=False)
class Answer:
    """One explanation.

    Attributes
    ----------
    candidate : Candidate
    value : float
        What the rows give, or the other library gave.
    confident : bool
        False for 'possible'.
    rank : int
        From 1 on; answers of one rank are equally likely, and their questions tell them apart.
    """

    candidate: Candidate
    value: float
    confident: bool
    rank: int

    @property
    def key(self) -> str:
        """The cause's key."""
        return self.candidate.cause.key

    @property
    def fields(self) -> Mapping[str, Any]:
        """The numbers that the texts name."""
        return self.candidate.fields

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return self.candidate.cause.title.format(**self.fields)

    @property
    def sentence(self) -> str:
        """What happens, in one sentence."""
        return self.candidate.cause.sentence.format(**self.fields)

    @property
    def question(self) -> str:
        """A yes tells it from the other answers."""
        return self.candidate.cause.question.format(**self.fields)

    @property
    def source(self) -> str:
        """Where and when somebody saw another library give this number; empty where rows do."""
        return self.candidate.source

    @cached_property
    def rows(self) -> Rows | None:
        """The rows that give it; None for another library's."""
        return None if self.candidate.rows is None else self.candidate.rows()


@dataclass(frozen=True, slots=True)
class RuledOut:
    """What the number is not, and by which numbers: English with fields."""

    key: str
    sentence: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence with its numbers."""
        return self.sentence.format(**self.fields)


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """All that can be said of one typed loss, or of several.

    Attributes
    ----------
    typed : tuple of Typed
        Several where the answers are about losses read one after the other.
    answers : tuple of Answer
        The likeliest first.
    ruled_out : tuple of RuledOut
    """

    typed: tuple[Typed, ...]
    answers: tuple[Answer, ...]
    ruled_out: tuple[RuledOut, ...] = ()

    @property
    def is_confident(self) -> bool:
        """Whether any answer is."""
        return any(answer.confident for answer in self.answers)

    @property
    def first(self) -> tuple[Answer, ...]:
        """The equally ranked first answers."""
        return tuple(answer for answer in self.answers if answer.rank == 1)
