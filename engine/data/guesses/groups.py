"""Columns that belong together by their names: a stem and 0..C-1 or 1..C, or a stem and words in brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBERED = re.compile(r"(?P<stem>.*?)[\s_.\-:\[(]*(?P<label>\d{1,7})[\])]*")
_BRACKETED = re.compile(r"(?P<stem>[^\[]+)\[(?P<label>.+)\]")

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
        The words in brackets, which name the classes; empty for numbers.
    """

    stem: str
    places: tuple[int, ...]
    labels: tuple[str, ...] = ()


def groups_of(names: Sequence[str]) -> tuple[Group, ...]:
    """The groups among columns, in the order of their first columns; each column is in one at most.

    Numbers must run from 0 or 1 without a gap and none twice.

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
    for place, name in enumerate(names):
        if found := _NUMBERED.fullmatch(name.strip()):
            numbered.setdefault(found["stem"], []).append((int(found["label"]), place))
        elif found := _BRACKETED.fullmatch(name.strip()):
            bracketed.setdefault(found["stem"].strip(), []).append((found["label"], place))
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
