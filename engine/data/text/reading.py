"""How a text file is read: every guess in it as a value that can be changed."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from engine.data.guesses.cells import BLANKS
from engine.data.guesses.guess import Guess


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is read.

    Attributes
    ----------
    encoding : str
        As Python names it.
    delimiter : str
        What stands between columns; nothing where each line is one cell.
    decimal : str
        The decimal sign, a point or a comma.
    thousands : str
        What stands at every third digit, or nothing.
    has_header : bool
        Whether the first line names the columns.
    has_index : bool
        Whether the first column is an index, which is left out.
    skipped : int
        How many lines at the beginning are no table, such as ``sep=;``.
    comment : str
        Lines that begin with it are passed over; nothing for none.
    blanks : tuple of str
        What stands for a missing number, read as nan, or for a missing word. With none of them a blank
        cell is refused.
    names : tuple of str
        What the columns are called where no line of the table says it: the words of a comment above.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    has_header: bool = False
    has_index: bool = False
    skipped: int = 0
    comment: str = ""
    blanks: tuple[str, ...] = BLANKS
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingGuesses:
    """The guesses that make a `Reading`, each with how sure it is, why, and what else to offer."""

    encoding: Guess[str]
    delimiter: Guess[str]
    decimal: Guess[str]
    thousands: Guess[str]
    has_header: Guess[bool]
    has_index: Guess[bool]
    skipped: Guess[int]
    comment: Guess[str]
    blanks: Guess[tuple[str, ...]]
    names: Guess[tuple[str, ...]]

    def reading(self) -> Reading:
        """What is read as long as nothing is changed."""
        return Reading(**{each.name: getattr(self, each.name).value for each in fields(self)})

    def asked(self) -> dict[str, Guess[Any]]:
        """What is to be asked, by the reading's field."""
        guesses = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: guess for name, guess in guesses.items() if not guess.is_sure}

    def known(self, reading: Reading) -> ReadingGuesses:
        """The same, where somebody chose a reading: what differs from the guess is sure."""
        chosen = {}
        for each in fields(self):
            guess, value = getattr(self, each.name), getattr(reading, each.name)
            others = tuple(other for other in (guess.value, *guess.others) if other != value)
            if value != guess.value:
                chosen[each.name] = Guess(value, True, guess.reason, others)
        return replace(self, **chosen)
