"""An answer that may be wrong: how sure it is, why, and what else it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.data.faults import Fault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Guess(Generic[T]):
    """A value that was guessed.

    Attributes
    ----------
    value : T
        What to take as long as nobody says otherwise.
    is_sure : bool
        Whether it may be taken without a question; otherwise ask, with this value preselected.
    reason : Fault
        Why, in words for people.
    others : tuple of T
        What else to offer, the likelier first.
    """

    value: T
    is_sure: bool
    reason: Fault
    others: tuple[T, ...] = ()
