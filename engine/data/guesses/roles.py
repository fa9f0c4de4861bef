"""Which columns of a table are the logits and which are the target, by their names and their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.faults import fault
from engine.data.guesses.groups import Group, groups_of
from engine.data.guesses.guess import Guess
from engine.data.guesses.index_column import index_of
from engine.data.guesses.label_words import class_names_of, order_of
from engine.data.guesses.names import Role, role_of
from engine.data.guesses.values import Look, are_class_numbers, look_of

TargetKind = Literal["none", "numbers", "words", "one_hot", "probabilities", "multi_label"]
Columns = Sequence[NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Roles:
    """What columns stand for.

    Attributes
    ----------
    logits, target : tuple of int
        Which columns, the classes in their order.
    target_kind : str
        One column of `numbers` or `words`, or a column a class with `one_hot`, `probabilities` or
        `multi_label` values.
    class_names : tuple of str
        What the logits' columns are called, where that says more than a number.
    """

    logits: tuple[int, ...]
    target: tuple[int, ...]
    target_kind: TargetKind = "none"
    class_names: tuple[str, ...] = ()


def roles_of(names: Sequence[str], columns: Columns, *, has_names: bool = True) -> Guess[Roles]:
    """Which columns are logits and target.

    Parameters
    ----------
    names : sequence of str
    columns : sequence of arrays, each of shape (n,)
        Numbers or words (dtype str) of each column: all of them, or of some first rows.
    has_names : bool
        False where the names are made up, for a table without a header.

    Returns
    -------
    Guess of Roles
        Sure where names and values agree. Columns in neither tuple are left out: an index, words,
        predicted classes, probabilities and losses beside the logits.

    Examples
    --------
    >>> values = [np.array(column) for column in ([1.5, 4], [2.0, 5], [3, 6], [0, 2])]
    >>> roles_of(["class_0", "class_1", "class_2", "label"], values).value
    Roles(logits=(0, 1, 2), target=(3,), target_kind='numbers', class_names=())
    """
    return _Table(names if has_names else [""] * len(names), columns).roles()


class _Table:
    """The columns with what is known of each."""

    def __init__(self, names: Sequence[str], columns: Columns) -> None:
        self._names = names
        self._columns = columns
        self._roles: list[Role | None] = [role_of(name) for name in names]
        self._is_sure = True
        self._reason = fault("by_names", "by the columns' names and values")
        self._left_out = self._index()
        groups = [each for each in groups_of(names) if all(map(self._is_numbers, each.places))]
        looks = [self._look(group) for group in groups]
        # Columns such as label_id and label_source are no classes: their numbers tell.
        kept = [
            k
            for k, group in enumerate(groups)
            if not group.labels or role_of(group.stem) != "target" or looks[k].value != "numbers"
        ]
        self._groups, self._looks = [groups[k] for k in kept], [looks[k] for k in kept]

    def roles(self) -> Guess[Roles]:
        single = self._single_target()
        target: tuple[int, ...] = () if single is None else (single,)
        group = None if self._two_singles(single) else self._logits_group(has_target=single is not None)
        if group is not None:
            logits, names = self._groups[group].places, self._groups[group].labels
            kind: TargetKind = "none"
            if single is None:
                target, kind = self._target_beside(group)
        else:
            logits = self._single_logits(target)
            names = class_names_of([self._names[place] for place in logits]) if len(logits) > 1 else ()
            kind = "none"
        if single is not None:
            kind = self._kind(single, logits, names)
        if not logits:
            self._doubt("no_logits_found", "no column looks like logits")
        elif not target:
            self._doubt("no_target_found", "no column looks like a target")
        said = names if len(set(names)) == len(names) and all(names) else ()
        return Guess(Roles(logits, target, kind, said), self._is_sure, self._reason)

    def _doubt(self, key: str, text: str) -> None:
        """Ask; the first reason is the one that is told."""
        if self._is_sure:
            self._is_sure, self._reason = False, fault(key, text)

    def _index(self) -> frozenset[int]:
        if not self._names or not any(self._names):
            return frozenset()
        guess = index_of(self._names[0], self._columns[0])
        if guess is None:
            return frozenset()
        if guess.value and not guess.is_sure:
            self._doubt(guess.reason.key, guess.reason.text)
        return frozenset((0,)) if guess.value or self._roles[0] == "index" else frozenset()

    def _is_numbers(self, place: int) -> bool:
        return self._columns[place].dtype.kind not in "US" and place not in self._left_out

    def _look(self, group: Group) -> Guess[Look]:
        return look_of(np.stack([self._columns[place] for place in group.places], axis=1))

    # -- the target ---------------------------------------------------------------------------------

    def _single_target(self) -> int | None:
        """The one column that is the target by its name, or else by its values."""
        grouped = {place for group in self._groups for place in group.places}
        rest = [place for place in range(len(self._names)) if place not in grouped | self._left_out]
        named = [place for place in rest if self._roles[place] == "target"]
        if named:
            exact = [place for place in named if self._names[place].strip().lower() in _PLAIN_TARGETS]
            if len(exact or named) > 1:
                self._doubt("many_targets", "more than one column may be the target")
            return (exact or named)[0]
        words = [place for place in rest if self._roles[place] is None and self._repeats_words(place)]
        if len(words) == 1 and not self._has_target_group():
            self._doubt("words_as_target", "the words may be the target or not")
            return words[0]
        if any(self._names):
            return None
        return self._last_of_unnamed(rest)

    def _last_of_unnamed(self, rest: list[int]) -> int | None:
        """Tables without names have their labels last, as it is usual, or in their one column of integers."""
        if len(rest) < 2:
            return None
        whole = [place for place in rest if are_class_numbers(self._columns[place], max(len(rest) - 1, 2))]
        if len(whole) != 1:
            self._doubt("no_names", "the columns have no names")
        return whole[0] if len(whole) == 1 else rest[-1]

    def _repeats_words(self, place: int) -> bool:
        words = self._columns[place]
        return words.dtype.kind in "US" and len(np.unique(words)) < len(words)

    def _has_target_group(self) -> bool:
        return any(role_of(group.stem) == "target" for group in self._groups)

    def _kind(self, target: int, logits: tuple[int, ...], names: tuple[str, ...]) -> TargetKind:
        values = self._columns[target]
        if values.dtype.kind in "US":
            if any(word.strip() for word in values) and not order_of(values, names).is_sure:
                self._doubt("words_of_classes", "the words' order is not known")
            return "words"
        if len(logits) > 1 and not are_class_numbers(values, len(logits)):
            self._doubt("no_class_numbers", "the target's values are no class indices")
        return "numbers"

    # -- the logits ---------------------------------------------------------------------------------

    def _two_singles(self, target: int | None) -> bool:
        """Whether one column called logits stands beside the target: a binary table, whatever else it has."""
        return target is not None and self._names.count("logits") + self._names.count("logit") == 1

    def _logits_group(self, *, has_target: bool) -> int | None:
        """Which group is the logits."""
        able = [k for k, group in enumerate(self._groups) if self._role(k) not in _BESIDE]
        if not able and self._groups and not self._loose():
            self._doubt("only_probabilities", "these are probabilities or classes by their name, not logits")
            able = list(range(len(self._groups)))
        targets = [] if has_target else [k for k in able if self._is_target_group(k)]
        others = [k for k in able if k not in targets]
        if not others:
            if targets:
                self._doubt("only_targets", "a group of target columns alone")
            return None
        named = [k for k in others if self._role(k) == "logits"]
        best = (named or others)[0]
        if len(others) > 1 and (
            len(named) != 1 or any(self._role(k) in _UNEXPLAINED for k in others if k != best)
        ):
            self._doubt("many_groups", "more than one group of columns may be the logits")
        look = self._looks[best].value
        if look != "numbers":
            self._doubt(*_NO_LOGITS[look])
        return best

    def _role(self, group: int) -> Role | None:
        return role_of(self._groups[group].stem)

    def _is_target_group(self, group: int) -> bool:
        return self._role(group) == "target" and self._looks[group].value != "numbers"

    def _target_beside(self, logits: int) -> tuple[tuple[int, ...], TargetKind]:
        """The group that is the target of another of the same size."""
        size = len(self._groups[logits].places)
        same = [k for k, group in enumerate(self._groups) if k != logits and len(group.places) == size]
        found = [k for k in same if self._is_target_group(k)]
        if not found:
            found = [k for k in same if self._looks[k].value == "one_hot"]
            if found:
                self._doubt("target_by_values", "a group is the target by its values, not by its name")
        if not found:
            return (), "none"
        look = self._looks[found[0]]
        if len(found) > 1:
            self._doubt("many_targets", "more than one column may be the target")
        if not look.is_sure:
            self._doubt(look.reason.key, look.reason.text)
        return self._in_order(self._groups[found[0]], self._groups[logits]), _KINDS[look.value]

    def _in_order(self, target: Group, logits: Group) -> tuple[int, ...]:
        """The target's columns in the order of the logits' classes, where words name both."""
        places = dict(zip(target.labels, target.places, strict=False))
        if places.keys() != set(logits.labels):
            return target.places
        return tuple(places[label] for label in logits.labels) or target.places

    def _loose(self) -> list[int]:
        """Columns of numbers in no group whose names say nothing against logits."""
        grouped = {place for group in self._groups for place in group.places}
        return [
            place
            for place in range(len(self._names))
            if place not in grouped and self._is_numbers(place) and self._roles[place] in {None, "logits"}
        ]

    def _single_logits(self, target: tuple[int, ...]) -> tuple[int, ...]:
        """Columns with names of their own: those named logits, or else a class each."""
        loose = [place for place in self._loose() if place not in target]
        named = tuple(place for place in loose if self._roles[place] == "logits")
        if named:
            return named
        if loose:
            return tuple(loose)
        floats = [
            place
            for place, role in enumerate(self._roles)
            if role in {"predicted", "probabilities"} and self._is_numbers(place) and place not in target
        ]
        chosen = [place for place in floats if not are_class_numbers(self._columns[place])] or floats
        for place in chosen[:1]:
            numbers = self._columns[place].astype(np.float64)
            if self._roles[place] == "probabilities" or bool(((numbers >= 0) & (numbers <= 1)).all()):
                self._doubt("perhaps_probabilities", "values from 0 to 1 may be probabilities, not logits")
        return tuple(chosen[:1])


_PLAIN_TARGETS = {"target", "targets", "label", "labels", "y", "y_true"}
_KINDS: dict[Look, TargetKind] = {
    "one_hot": "one_hot",
    "probabilities": "probabilities",
    "bits": "multi_label",
    "numbers": "multi_label",
}
_UNEXPLAINED = (None, "target")
_BESIDE = ("probabilities", "predicted", "computed", "weight", "mask", "index")

_NO_LOGITS: dict[Look, tuple[str, str]] = {
    "one_hot": ("perhaps_one_hot", "0 and 1, one 1 a row: a target, not logits"),
    "bits": ("perhaps_bits", "0 and 1 alone: a target, not logits"),
    "probabilities": ("perhaps_probabilities", "values from 0 to 1 may be probabilities, not logits"),
}
