"""What an interpreted pickle holds: every tensor, array and list of numbers by the path that leads to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.data.arrays.nested_lists import ListShape, ListShapes
from engine.data.pickled import bounds
from engine.data.pickled.frames import Frames, is_frame
from engine.data.pickled.records import Array, Pairs, Record, RefusedTensor, Stack, Tensor
from engine.data.pickled.samples import Samples

LONGEST_PART = 100
"""Characters of a key in a path."""

Path = tuple[Any, ...] | None
"""The path of the container and one part more, so that a million of them share what they have in common."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One array: where it is, what it is, and for a list its shape."""

    path: str
    value: Tensor | Array | RefusedTensor | Stack | list[Any]
    shape: ListShape | None = None
    of_frame: bool = False

    @property
    def is_words(self) -> bool:
        """Whether it is a list of texts."""
        return self.shape is not None and self.shape.is_words


@dataclass
class Walk:
    """Walks through a pickle's object, each container once however often it is contained.

    Attributes
    ----------
    leaves : list of Leaf
        In the file's order, at most as many as `most`.
    omitted : int
        How many more there were.
    too_deep : bool
        Whether something lay deeper than the bound.
    """

    most: int
    leaves: list[Leaf] = field(default_factory=list)
    omitted: int = 0
    too_deep: bool = False
    _shapes: ListShapes = field(default_factory=ListShapes)
    _seen: set[int] = field(default_factory=set)
    _frames: Frames = field(default_factory=Frames)
    _samples: Samples = field(init=False)

    def __post_init__(self) -> None:
        self._samples = Samples(self._shapes)

    def through(self, root: Any) -> None:
        """Find what the object holds, which must live as long as this does."""
        stack: list[tuple[Any, Path, int]] = [(root, None, 0)]
        while stack:
            value, path, depth = stack.pop()
            if type(value) in (Tensor, Array, RefusedTensor):
                self._found(path, value)
                continue
            if type(value) not in (list, tuple, Pairs, Record) or id(value) in self._seen:
                continue
            self._seen.add(id(value))
            if type(value) is Record and is_frame(value):
                self._in_frame(path, value)
            elif type(value) is list and self._is_array(path, value):
                pass
            elif depth == bounds.DEEPEST:
                self.too_deep = True
            else:
                stack.extend(reversed(list(self._children_of(path, value, depth))))

    def _children_of(self, path: Path, value: Any, depth: int) -> Iterator[tuple[Any, Path, int]]:
        """What a container holds that is not known yet, however often it is in there."""
        here: set[int] = set()
        room = self.most - len(self.leaves)
        for part, child in self._inside(path, value):
            if type(child) in (Tensor, Array, RefusedTensor):
                room -= 1
                if room < 0:
                    self.omitted += 1
                    continue
            elif id(child) in self._seen or id(child) in here:
                continue
            else:
                here.add(id(child))
            yield child, _placed(path, part), depth + 1

    def _is_array(self, path: Path, value: list[Any]) -> bool:
        """Whether a list is an array, or a table's rows; then that is noted."""
        if (mixed := self._samples.mixed(value)) is not None:
            for at, cells in enumerate(mixed):
                self._found((path, "[]", str(at)), cells, self._shapes.of(cells), of_frame=True)
        elif (shape := self._shapes.of(value)) is not None:
            self._found(path, value, shape)
        elif (stack := self._samples.stacked(value)) is not None:
            self._found(path, stack)
        else:
            return False
        return True

    def _inside(self, path: Path, value: Any) -> Iterator[tuple[Sequence[str], Any]]:
        """What a container holds; of samples the numbers in each are noted as columns."""
        items = value if type(value) is list else _by_number(value)
        columns = self._samples.columns(items)
        for column in columns:
            self._found(((path, "[]", ""), column.kind, column.part), column.value, column.shape)
        if columns:
            return _deeper(items, {(column.kind, column.part) for column in columns})
        return ((part, child) for *part, child in _children(value))

    def _in_frame(self, path: Path, record: Record) -> None:
        """The columns of a pandas table; a series alone keeps the path's name."""
        columns = self._frames.columns(record)
        for number, column in enumerate(columns):
            is_series = record.kind.name == "Series" and number == 0
            inside: Path = path if is_series and path is not None else (path, ".", column.name)
            self._found(inside, column.value, column.shape, of_frame=True)

    def _found(
        self, path: Path, value: Any, shape: ListShape | None = None, *, of_frame: bool = False
    ) -> None:
        if len(self.leaves) < self.most:
            self.leaves.append(Leaf(_spelled(path), value, shape, of_frame))
        else:
            self.omitted += 1


def _by_number(value: Any) -> list[Any]:
    """What a dictionary has by whole numbers; nothing of another."""
    is_numbered = type(value) is Pairs and all(type(key) is int for key, _ in value.pairs)
    return [item for _, item in value.pairs] if is_numbered else []


def _placed(path: Path, part: Sequence[str]) -> Path:
    for at in range(0, len(part), 2):
        path = (path, part[at], part[at + 1])
    return path


def _deeper(items: Sequence[Any], taken: set[tuple[str, str]]) -> Iterator[tuple[list[str], Any]]:
    """What samples hold beside the parts that are columns."""
    for index, item in enumerate(items):
        for kind, part, child in _children(item):
            if (kind, part) not in taken:
                yield ["[]", str(index), kind, part], child


_LEAVES = (Tensor, Array, RefusedTensor, list, tuple, Pairs, Record)


def _children(value: Any) -> Iterator[tuple[str, str, Any]]:
    """What a container holds, each with how its place is written: a dot and a name, or an index."""
    if type(value) is Pairs:
        yield from _by_key(value.pairs)
    elif type(value) is Record:
        yield from _of_record(value)
    else:
        yield from _by_index(value)


def _by_index(items: Any) -> Iterator[tuple[str, str, Any]]:
    return (("[]", str(index), child) for index, child in enumerate(items) if type(child) in _LEAVES)


def _by_key(pairs: list[tuple[Any, Any]]) -> Iterator[tuple[str, str, Any]]:
    # Texts alone are hashed: theirs cannot be made to collide. Of two equal keys the last counts.
    last = {key: index for index, (key, _) in enumerate(pairs) if type(key) is str}
    for index, (key, child) in enumerate(pairs):
        if type(child) not in _LEAVES:
            continue
        if type(key) is str:
            if last[key] == index:
                yield (".", key[:LONGEST_PART], child)
        elif type(key) is int and abs(key) < 2**63:
            yield ("[]", str(key), child)
        else:
            yield ("[]", "?", child)


def _of_record(record: Record) -> Iterator[tuple[str, str, Any]]:
    """Of an object its attributes, its items, and of what it was made from what is in neither."""
    states = record.state if type(record.state) is tuple else (record.state,)
    found = list(_by_key(record.pairs))
    named = {(part, id(child)) for _, part, child in found}
    for state in states:
        if type(state) is Pairs:
            found += [each for each in _by_key(state.pairs) if (each[1], id(each[2])) not in named]
    found += _by_index(record.items)
    known = {id(child) for *_, child in found}
    yield from found
    yield from (each for each in _by_index(record.args) if id(each[2]) not in known)


def _spelled(path: Path) -> str:
    """Such as ``outputs[0].logits``; nothing for the object itself."""
    parts: list[str] = []
    while path is not None:
        path, kind, part = path
        parts.append(f"[{part}]" if kind == "[]" else f".{part}")
    return "".join(reversed(parts)).removeprefix(".")
