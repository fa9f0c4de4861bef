"""Batches and shards: arrays that go on where others end, put one after another as one.

A list of batches, ``logits_0`` and ``logits_1``, the same columns in several files: the names differ in one
number alone, or in nothing but their file. Their numbers say the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.data.choosing import names
from engine.data.choosing.choice import ROLES, Choice
from engine.data.choosing.class_axis import agree
from engine.data.choosing.units import Candidate
from engine.data.entries import Entry
from engine.data.faults import Fault, fault
from engine.data.guesses.guess import Guess
from engine.floats.formats import FORMATS

MOST_NUMBERS_IN_A_NAME = 4
_NUMBER = re.compile(r"\d{1,9}")
_GAP = re.compile(r"[\[(]?\*[\])]?\.?")
"""What is left where the part's number stood."""

STORED = frozenset(each.name for each in FORMATS)
"""The types of tensors and arrays, which no table's cells have."""

Group = dict[int, Candidate]
"""The parts by their numbers."""


@dataclass(frozen=True, eq=False)
class Parts:
    """Candidates with the parts of each put together.

    Attributes
    ----------
    candidates : tuple of Candidate
        One for each group, with its first part's index, and those that stand alone.
    members : mapping
        The indices of all parts, in order, by the first's.
    is_sure : bool
        Whether their names count them; files of the same columns may as well be two models'.
    reason : Fault
        How many there are, and which.
    """

    candidates: tuple[Candidate, ...]
    members: Mapping[int, tuple[int, ...]]
    is_sure: bool
    reason: Fault

    def spread(self, guess: Guess[Choice]) -> Guess[Choice] | None:
        """The choice of the parts themselves; None where it takes none of them as the logits."""
        choice = guess.value
        count = len(self.members.get(choice.logits[0], ())) if choice.logits else 0
        roles: dict[str, Any] = {}
        for role in ROLES:
            chosen = getattr(choice, role)
            in_parts = [index in self.members for index in chosen]
            if all(in_parts):
                roles[role] = tuple(self.members[index][at] for at in range(count) for index in chosen)
            elif any(in_parts) or (role == "logits"):
                return None
        if count < 2:
            return None
        is_sure = self.is_sure and guess.is_sure and bool(choice.target)
        return Guess(replace(choice, parts=count, **roles), is_sure, self.reason)


def parts_of(candidates: Sequence[Candidate]) -> Parts | None:
    """What goes on in parts; None where each array stands for itself.

    Examples
    --------
    >>> batches = [Candidate(0, "logits_0", (8, 3)), Candidate(1, "logits_1", (5, 3))]
    >>> parts = parts_of(batches)
    >>> parts.members, parts.candidates[0].shape
    ({0: (0, 1)}, (13, 3))
    """
    for groups in _groupings(candidates):
        found = _meant(groups, candidates)
        if found:
            return _put_together(found, candidates)
    return None


def _groupings(candidates: Sequence[Candidate]) -> Iterator[dict[str, Group]]:
    """Every way to tell parts: by the file first, then by the first number in the names, and so on."""
    if len({each.file for each in candidates}) > 1:
        yield _grouped((each.name, each.file, each) for each in candidates)
    for place in range(MOST_NUMBERS_IN_A_NAME):
        yield _grouped(_by_number(candidates, place))


def _by_number(candidates: Sequence[Candidate], place: int) -> Iterator[tuple[str, int, Candidate]]:
    for each in candidates:
        numbers = list(_NUMBER.finditer(each.name))
        if place < len(numbers):
            start, end = numbers[place].span()
            yield f"{each.name[:start]}*{each.name[end:]}", int(numbers[place][0]), each


def _grouped(named: Iterator[tuple[str, int, Candidate]]) -> dict[str, Group]:
    """The groups of the most parts, of which none has two of a number."""
    found: dict[str, Group] = {}
    doubled = set()
    for key, number, each in named:
        if number in found.setdefault(key, {}):
            doubled.add(key)
        found[key][number] = each
    usable = {key: group for key, group in found.items() if key not in doubled and _go_together(group)}
    most = max(usable.values(), key=len, default={})
    return {key: group for key, group in usable.items() if group.keys() == most.keys()}


def _go_together(group: Group) -> bool:
    first = next(iter(group.values()))
    return (
        len(group) > 1
        and len(first.shape) > 0
        and all(
            each.is_words == first.is_words and agree(each.shape[1:], first.shape[1:])
            for each in group.values()
        )
    )


# -- whether they are meant as parts ----------------------------------------------------------------------


def _lengths(group: Group) -> tuple[int | None, ...]:
    return tuple(_length(group[number]) for number in sorted(group))


def _length(each: Candidate) -> int | None:
    return each.shape[0] if each.values is None else len(each.values)


def _meant(groups: dict[str, Group], candidates: Sequence[Candidate]) -> dict[str, Group]:
    """The groups that are parts of one batch: those as long, part by part, as the logits'."""
    numbers = {key: group for key, group in groups.items() if not _first(group).is_words}
    if not numbers:
        return {}
    main = max(numbers, key=lambda key: (_says(key, names.LOGITS), len(_first(numbers[key]).shape)))
    lengths = _lengths(groups[main])
    found = {key: group for key, group in groups.items() if _lengths(group) == lengths}
    members = {each.index for group in groups.values() for each in group.values()}
    alone = _alone(candidates, members)
    if len(set(lengths)) == 1 and any(_length(each) == lengths[0] for each in alone if _may_be_labels(each)):
        return {}  # the heads of one model, or its classes: each has all rows
    if _are_samples(main, found, alone):
        return {main: found[main]}
    return found if _is_told(main, found, lengths) else {}


def _are_samples(main: str, found: dict[str, Group], alone: Sequence[Candidate]) -> bool:
    """Whether each member of a list is one sample's logits: there are as many labels, or nothing else."""
    group, first = found[main], _first(found[main])
    in_a_list = main.endswith("[*]") or main.startswith("[*]")
    if len(first.shape) != 1 or not first.is_tensor or not in_a_list or len(found) > 1:
        return False
    if len({each.shape for each in group.values()}) > 1 or (first.shape[0] or 0) < 2:
        return False
    labels = any(each.shape[:1] == (len(group),) for each in alone)
    return labels or (main == "[*]" and len(group) > 2 and not alone)


def _is_told(main: str, found: dict[str, Group], lengths: tuple[int | None, ...]) -> bool:
    first = _first(found[main])
    is_bare = not names.words_of(main)
    of_files = len({each.file for each in found[main].values()}) > 1
    if not (of_files or is_bare or _says(main, names.LOGITS | names.TARGET)):
        return False
    if len(first.shape) == 1 and len(set(lengths)) == 1:  # columns side by side look the same
        in_a_list = main.startswith("[*]") or (main.endswith("[*]") and first.is_tensor)
        return len(found) > 1 and (of_files or in_a_list)
    return len(lengths) > 2 or len(found) > 1 or not is_bare or len(set(lengths)) > 1


def _first(group: Group) -> Candidate:
    return group[min(group)]


def _says(key: str, words: frozenset[str]) -> bool:
    return bool(names.words_of(key) & words)


def _may_be_labels(each: Candidate) -> bool:
    """Whether an array may have a label for each row: a loss a batch is none."""
    is_whole = each.values is None or bool(np.all(each.values == np.floor(each.values)))
    return bool(each.shape) and (is_whole or _says(each.name, names.TARGET))


def _alone(candidates: Sequence[Candidate], members: set[int]) -> list[Candidate]:
    """What is in no group and may be a target."""
    return [each for each in candidates if each.index not in members and not _is_helper(each)]


def _is_helper(each: Candidate) -> bool:
    return each.is_words or bool(names.words_of(each.name) & names.WEIGHT)


# -- as one -----------------------------------------------------------------------------------------------


def _put_together(groups: dict[str, Group], candidates: Sequence[Candidate]) -> Parts:
    joined: list[Candidate] = []
    members: dict[int, tuple[int, ...]] = {}
    of_a_group = {each.index for group in groups.values() for each in group.values()}
    for key, group in groups.items():
        parts = [group[number] for number in sorted(group)]
        if _are_the_same(key, parts):
            joined.append(parts[0])
            continue
        joined.append(_joined(key, parts, as_rows=_are_samples(key, groups, _alone(candidates, of_a_group))))
        members[joined[-1].index] = tuple(part.index for part in parts)
    rest = [each for each in candidates if each.index not in of_a_group]
    group = next(iter(groups.values()))
    first, last = group[min(group)], group[max(group)]
    is_counted = first.name != last.name
    said = {"count": len(group), "first": first.name, "last": last.name}
    reason = (
        fault("in_parts", "{count} parts one after another, {first} to {last}", **said)
        if is_counted
        else fault("in_files", "the same in {count} files, one after another", count=len(group))
    )
    return Parts(tuple(sorted([*joined, *rest], key=lambda each: each.index)), members, is_counted, reason)


def _are_the_same(key: str, parts: Sequence[Candidate]) -> bool:
    """Whether each part brings the same names or weights of classes."""
    values = [each.values for each in parts]
    is_helper = _is_helper(parts[0]) and bool(names.words_of(key) & (names.WEIGHT | names.NAMES))
    return is_helper and all(
        each is not None and values[0] is not None and np.array_equal(each, values[0]) for each in values
    )


def _joined(key: str, parts: Sequence[Candidate], *, as_rows: bool) -> Candidate:
    """One candidate for all parts."""
    values = [each.values for each in parts if each.values is not None]
    sides = [1 if as_rows else _length(each) for each in parts]
    rows = None if None in sides else sum(side for side in sides if side is not None)
    put = np.stack if as_rows else np.concatenate
    return replace(
        parts[0],
        name=_GAP.sub("", key),
        shape=(rows, *parts[0].shape[0 if as_rows else 1 :]),
        values=put(values) if len(values) == len(parts) else None,
    )


def with_fitting_parts(choice: Choice, entries: Sequence[Entry]) -> Choice:
    """A choice whose parts fit its logits: arrays that are no columns of a table follow one another."""
    shapes = [entries[index].shape for index in choice.logits]
    if any(len(shape) != 1 or not agree(shape, shapes[0]) for shape in shapes):
        parts = len(shapes)
    else:
        parts = choice.parts if len(shapes) % choice.parts == 0 else 1
    return replace(choice, parts=max(parts, 1))


def possible_parts(choice: Choice, entries: Sequence[Entry], files: Sequence[int]) -> tuple[int, ...]:
    """In how many parts the chosen logits may be meant; 1 is side by side, as one table's columns stand."""
    count = len(choice.logits)
    of_files = len({files[index] for index in choice.logits})
    is_table = of_files == 1 and all(entries[index].type_name not in STORED for index in choice.logits)
    found = {1, choice.parts} if is_table else {1, of_files, count, choice.parts}
    return tuple(sorted(parts for parts in found if parts and count % parts == 0))
