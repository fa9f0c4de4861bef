"""The one sample of the page with all four losses: a logit or a probability, a target, a format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from engine import FEEDINGS, FLOAT32, BinaryProblem, Catalogue, Format

Given = Literal["z", "p"]
GIVEN: tuple[Given, ...] = get_args(Given)

FEEDING_KEYS = tuple(formula.key for formula in FEEDINGS)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the page is about; another one is another value.

    Attributes
    ----------
    number : float
        The logit z, or the probability p, as typed.
    given : {'z', 'p'}
        Which of the two it is.
    target : float
        y, in [0, 1].
    format : Format
    feedings : frozenset of str
        The keys of the wrong feedings switched on.
    row : int or None
        The binary page's row that was brought here, if one was.
    """

    number: float = 17.0
    given: Given = "z"
    target: float = 0.0
    format: Format = FLOAT32
    feedings: frozenset[str] = frozenset(FEEDING_KEYS[:3])
    row: int | None = None

    def __post_init__(self) -> None:
        if self.given not in GIVEN:
            raise ValueError(f"given: expected one of {', '.join(GIVEN)}, got {self.given!r}")
        if not 0.0 <= self.target <= 1.0:
            raise ValueError(f"y: expected a number from 0 to 1, got {self.target!r}")
        if self.given == "p" and not 0.0 <= self.number <= 1.0:
            raise ValueError(f"p: expected a number from 0 to 1, got {self.number!r}")
        if not self.feedings <= set(FEEDING_KEYS):
            raise ValueError(f"feedings: expected some of {', '.join(FEEDING_KEYS)}")

    @property
    def wrong(self) -> Catalogue:
        """The wrong feedings switched on."""
        return tuple(formula for formula in FEEDINGS if formula.key in self.feedings)

    @property
    def is_hard(self) -> bool:
        """Whether the target is one of the two classes."""
        return self.target in (0.0, 1.0)

    def problem(self, z: float) -> BinaryProblem:
        """The sample with a logit, as the binary page would have it."""
        return BinaryProblem(
            logits=np.array([z]), target=np.array([self.target]), format=self.format, reduction="none"
        )

    def same_as(self, other: Sample) -> bool:
        """Whether two samples are one, nan logits included."""
        mine, theirs = repr(self.number), repr(other.number)
        return mine == theirs and replace(self, number=0.0) == replace(other, number=0.0)
