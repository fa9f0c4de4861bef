"""Columns that belong together by their names: a stem and 0..C-1 or 1..C, or a stem and words for classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.data.guesses.names import role_of

_NUMBERED = re.compile(r"(?P<stem>.*?)[\s_.\-:\[(]*(?P<label>\d{1,7})[\])]*")
_BRACKETED = re.compile(r"(?P<stem>[^\[]+)\[(?P<label>.+)\]")
_WORDED = re.compile(r"(?P<stem>[^\W_]+)[_.](?P<label>.+)")

LEAST = 2
"""Columns of a group."""


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that stand for the classes, in their order.

    Attributes
    ----------
    stem : str
        What their names begin with; nothing where names are numbers alone.
    places : tuple of int
        Which columns, sorted by number, or as they stand where words name them.
    labels : tuple of str
        The words that name the classes; empty for numbers.
    """

    stem: str
    places: tuple[int, ...]
    labels: tuple[str, ...] = ()


def groups_of(names: Sequence[str]) -> tuple[Group, ...]:
    """The groups among columns, in the order of their first columns; each column is in one at most.

    Numbers must run from 0 or 1 without a gap and none twice. Words stand in brackets, or behind
    logit_ or its like, or behind two stems alike.

    Examples
    --------
    >>> groups_of(["z2", "z1", "z10", "label"])
    ()
    >>> groups_of(["class_1", "class_0", "label"])
    (Group(stem='class', places=(1, 0), labels=()),)
    >>> groups_of(["logits[cat]", "logits[owl]", "target"])
    (Group(stem='logits', places=(0, 1), labels=('cat', 'owl')),)
    """
    numbered: dict[str, list[tuple[int, int]]] = {}
    bracketed: dict[str, list[tuple[str, int]]] = {}
    worded: dict[str, list[tuple[str, int]]] = {}
    for place, name in enumerate(names):
        if found := _NUMBERED.fullmatch(name.strip()):
            numbered.setdefault(found["stem"], []).append((int(found["label"]), place))
        elif found := _BRACKETED.fullmatch(name.strip()):
            bracketed.setdefault(found["stem"].strip(), []).append((found["label"], place))
        elif (found := _WORDED.fullmatch(name.strip())) and _names_a_class(found["stem"], found["label"]):
            worded.setdefault(found["stem"], []).append((found["label"], place))
    sizes = {len(numbers) for numbers in numbered.values()} | {len(words) for words in bracketed.values()}
    bracketed |= {stem: members for stem, members in worded.items() if _are_classes(stem, worded, sizes)}
    groups = [
        Group(stem, tuple(place for _, place in sorted(members)))
        for stem, members in numbered.items()
        if len(members) >= LEAST and _run_without_gap(sorted(number for number, _ in members))
    ]
    groups += [
        Group(stem, tuple(place for _, place in members), tuple(label for label, _ in members))
        for stem, members in bracketed.items()
        if len(members) >= LEAST and len({label for label, _ in members}) == len(members)
    ]
    return tuple(sorted(groups, key=lambda group: min(group.places)))


def _run_without_gap(numbers: list[int]) -> bool:
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _names_a_class(stem: str, label: str) -> bool:
    """Whether the first word says what a column is and the rest does not, unlike y_true."""
    return (
        role_of(stem) is not None and role_of(label) is None and role_of(f"{stem}_{label}") == role_of(stem)
    )


def _are_classes(stem: str, worded: dict[str, list[tuple[str, int]]], sizes: set[int]) -> bool:
    """Whether words behind a stem name classes: behind logit, or where another stem has the same ones.

    Behind label, as pandas' get_dummies writes, it is enough that there are as many of another group.
    """
    words = {label for label, _ in worded[stem]}
    alike = any(
        words == {label for label, _ in members} for other, members in worded.items() if other != stem
    )
    is_target = role_of(stem) == "target" and len(words) > LEAST and len(words) in sizes
    return alike or is_target or (role_of(stem) == "logits" and stem.lower() not in {"x", "z", "input"})
