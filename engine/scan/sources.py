"""What is to be scanned: shards of logits and targets, and what the numbers are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.choice import suggested
from engine.data.chosen_problem import read_problem
from engine.data.entries import no_progress
from engine.data.faults import DataFileError, fault, refusal
from engine.data.guesses.names import role_of
from engine.data.joined_files import inspect_all
from engine.floats.formats import FLOAT32, FORMATS, FloatArray, Format
from engine.problem import BinaryProblem, Family, MulticlassProblem
from engine.scan.block import Block
from engine.scan.streams import Rows, streams_of

Kind = Literal["binary", "multilabel", "multiclass", "probabilities"]
KINDS: tuple[Kind, ...] = ("binary", "multilabel", "multiclass", "probabilities")

NUMBERS = 2**21
"""Logits that are read together: `engine.scan.run.scan` cuts them as their rows take time."""
FEW_NUMBERS = 2**14
"""The same on a cluster, where each row is evaluated."""

LOOKED_AT = 2**12
"""Rows of a target that tell what it is."""

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Shard:
    """One file's rows, or one pair of files'.

    Attributes
    ----------
    logits, target, weight : Rows or array, optional
        Without a target every row's is 0.
    files : tuple of Path
        Where these three were asked for.
    """

    logits: Rows | Array
    target: Rows | Array | None
    weight: Rows | Array | None = None
    files: tuple[Path | None, Path | None, Path | None] = (None, None, None)

    @property
    def rows(self) -> int:
        """Along the first side."""
        return self.logits.shape[0]


@dataclass(frozen=True, slots=True)
class Data:
    """All shards and what they are.

    Attributes
    ----------
    shards : tuple of Shard
    paths : tuple of str
        What each shard is called.
    kind : str
    format : Format
        Of the logits; float32 of whole numbers and of text.
    width : int
        Classes or labels of a row; 1 of a binary problem.
    """

    shards: tuple[Shard, ...]
    paths: tuple[str, ...]
    kind: Kind
    format: Format
    width: int

    @property
    def rows(self) -> int:
        """Of all shards; of several labels each is one."""
        rows = sum(shard.rows for shard in self.shards)
        return rows * self.width if self.kind == "multilabel" else rows

    @property
    def family(self) -> Family:
        """Of the losses that they are for."""
        return "binary" if self.kind in {"binary", "multilabel"} else "multiclass"

    def place(self, shard: int, row: int) -> str:
        """A row's place in words, counted from 1."""
        label = ""
        if self.kind == "multilabel":
            row, number = divmod(row, self.width)
            label = f" label {number + 1}"
        name = f" of {self.paths[shard]}" if len(self.paths) > 1 else ""
        return f"{row + 1:,}{label}{name}"

    def blocks(self, numbers: int = NUMBERS) -> Iterator[Block]:
        """The rows of all shards, so many numbers at a time; raises DataFileError."""
        for at, shard in enumerate(self.shards):
            yield from self.blocks_of(at, range(shard.rows), numbers)

    def blocks_of(self, at: int, part: range, numbers: int) -> Iterator[Block]:
        """Rows of one shard that follow one another; raises DataFileError."""
        shard, rows = self.shards[at], max(1, numbers // self.width)
        with ExitStack() as stack:
            read = [_reader(stack, each, part.start) for each in (shard.logits, shard.target, shard.weight)]
            for start in range(part.start, part.stop, rows):
                count = min(rows, part.stop - start)
                yield self._block(at, start, *(None if each is None else each(count) for each in read))

    def _block(
        self, shard: int, start: int, logits: Array | None, target: Array | None, weight: Array | None
    ) -> Block:
        assert logits is not None
        z = _as_floats(logits)
        if self.kind in {"multiclass", "probabilities"}:
            if target is None:
                target = np.zeros(len(z), dtype=np.int64)
            y = target if self.kind == "probabilities" else _as_labels(target.reshape(len(z)))
            return Block(logits=z, target=y, shard=shard, first=start)
        y = np.zeros(z.size, dtype=np.float32) if target is None else target.reshape(-1)
        own = None if weight is None else np.broadcast_to(_row_weight(weight, z), z.shape).reshape(-1)
        return Block(logits=z.reshape(-1), target=y, weight=own, shard=shard, first=start * self.width)


def _row_weight(weight: Array, z: FloatArray) -> Array:
    return weight.reshape(-1, 1) if z.ndim == 2 and weight.size == len(z) else weight.reshape(z.shape)


def _reader(stack: ExitStack, source: Rows | Array | None, first: int = 0) -> Callable[[int], Array] | None:
    if source is None:
        return None
    if not isinstance(source, np.ndarray):
        return stack.enter_context(source.reader(first))
    array, at = source, first

    def read(rows: int) -> Array:
        nonlocal at
        at += rows
        return array[at - rows : at]

    return read


def _as_floats(logits: Array) -> FloatArray:
    return logits if any(fmt.dtype == logits.dtype for fmt in FORMATS) else logits.astype(np.float32)


def _as_labels(target: Array) -> NDArray[np.int64]:
    if target.dtype.kind in "iub":
        return target.astype(np.int64)
    wide = target.astype(np.float64)
    with np.errstate(invalid="ignore"):
        whole = wide == np.floor(wide)
        # What is no whole number is no class.
        return np.where(whole & (np.abs(wide) < 2**62), wide, -(2**62)).astype(np.int64)


def open_data(
    logits: Sequence[Path],
    targets: Sequence[Path] = (),
    *,
    weights: Sequence[Path] = (),
    kind: Kind | None = None,
) -> Data:
    """Look at what is to be scanned.

    Parameters
    ----------
    logits : sequence of Path
        A shard each; a file with a target beside the logits needs none in `targets`.
    targets, weights : sequence of Path
        One a shard, or none. Weights are the rows' own.
    kind : str, optional
        By default told by shapes and by the first targets.

    Raises
    ------
    DataFileError
        If a file cannot be read.
    DataError
        If the arrays do not belong together.
    """
    for name, paths in (("targets", targets), ("weights", weights)):
        if paths and len(paths) != len(logits):
            raise refusal(
                "shards",
                "expected as many {name} as logits ({count} files), got {got}",
                name=name,
                count=len(logits),
                got=len(paths),
            )
    shards, found = [], None
    for at, path in enumerate(logits):
        shard, said = _shard(path, targets[at] if targets else None)
        found = found or said
        weight = _only(weights[at]) if weights else shard.weight
        files = path, targets[at] if targets else None, weights[at] if weights else None
        shards.append(replace(shard, weight=weight, files=files))
    shapes = {shard.logits.shape[1:] for shard in shards}
    if len(shapes) > 1 or any(len(shard.logits.shape) > 2 for shard in shards):
        raise refusal("scan_shape", "expected logits of shape (N,) or (N, C), of one C in all shards")
    (sides,) = shapes
    width = sides[0] if sides else 1
    if width == 0:
        raise refusal("no_classes", "the logits have no classes")
    kind = kind or found or _kind(shards[0], width)
    for path, shard in zip(logits, shards, strict=True):
        _check(path, shard, kind, width)
    dtype = shards[0].logits.dtype
    fmt = next((each for each in FORMATS if each.dtype == dtype), FLOAT32)
    return Data(tuple(shards), tuple(path.name for path in logits), kind, fmt, width)


def _shard(path: Path, target: Path | None) -> tuple[Shard, Kind | None]:
    streams = streams_of(path)
    if target is not None:
        return Shard(_chosen(path, streams, "logits"), _chosen(target, streams_of(target), "target")), None
    if streams is None:
        return _read_whole([path])
    if len(streams) == 1:
        return Shard(streams[0], None), None
    return Shard(
        _chosen(path, streams, "logits"),
        next((each for each in streams if role_of(each.name) == "target"), None),
    ), None


def _chosen(path: Path, streams: Sequence[Rows] | None, role: str) -> Rows | Array:
    if streams is None:
        return _only(path)
    if len(streams) == 1:
        return streams[0]
    named = [each for each in streams if role_of(each.name) == role]
    if len(named) != 1:
        names = ", ".join(each.name for each in streams[:10])
        raise DataFileError(
            path,
            fault(
                "which_array",
                "expected one array of {role}s, got {names}",
                role=role.rstrip("s"),
                names=names,
            ),
        )
    return named[0]


def _only(path: Path) -> Rows | Array:
    """The one array of a file, whatever it is called; columns of text stand side by side."""
    streams = streams_of(path)
    if streams is not None and len(streams) == 1:
        return streams[0]
    files = inspect_all([path])
    chosen = [
        at for at, entry in enumerate(files.entries) if entry.fault is None and entry.type_name != "words"
    ]
    arrays = files.read(chosen)
    if not arrays or (
        len(arrays) > 1 and any(each.ndim > 1 or len(each) != len(arrays[0]) for each in arrays)
    ):
        raise DataFileError(path, fault("one_array", "expected one array, or columns of numbers"))
    return arrays[0] if len(arrays) == 1 else np.stack(arrays, axis=1)


def _read_whole(paths: list[Path]) -> tuple[Shard, Kind]:
    """A file that is read as a whole: what the window would make of it."""
    files = inspect_all(paths)
    looked = files.looked_at()
    choice = suggested(files.entries, looked.values, files.options, files.owners)
    problem = read_problem(files, choice, FLOAT32, no_progress, looked.whole)
    if isinstance(problem, BinaryProblem):
        return Shard(problem.input, problem.target, problem.weight), "binary"
    assert isinstance(problem, MulticlassProblem)
    return Shard(
        problem.input, problem.target
    ), "probabilities" if problem.has_probabilities else "multiclass"


def _kind(shard: Shard, width: int) -> Kind:
    target = shard.target
    if width == 1:
        return "binary"
    if target is None or target.shape[1:] in {(), (1,)}:
        return "multiclass"
    with ExitStack() as stack:
        read = _reader(stack, target)
        assert read is not None
        first = read(min(LOOKED_AT, shard.rows, target.shape[0])).astype(np.float64)
    with np.errstate(invalid="ignore"):
        sums = first.sum(axis=1)
        adds_up = bool((np.abs(sums - 1.0) < 1e-2).all() and (first >= 0).all())
    return "probabilities" if adds_up else "multilabel"


def _check(path: Path, shard: Shard, kind: Kind, width: int) -> None:
    wanted = shard.logits.shape if kind in {"multilabel", "probabilities"} else (shard.rows,)
    if kind == "binary" and width > 1:
        raise DataFileError(path, fault("binary_width", "expected one logit a row, got {width}", width=width))
    for name, source in (("target", shard.target), ("weight", shard.weight)):
        if source is None:
            continue
        fits = {wanted, (shard.rows,), (shard.rows, 1)} if name == "weight" else {wanted, (*wanted, 1)}
        if source.shape not in fits and not (width == 1 and source.shape in {(shard.rows,), (shard.rows, 1)}):
            raise DataFileError(
                path,
                fault(
                    "scan_shapes",
                    "expected a {name} of shape {wanted} beside logits of shape {logits}, got {got}",
                    name=name,
                    wanted=wanted,
                    logits=shard.logits.shape,
                    got=source.shape,
                ),
            )


def whole_array(path: Path) -> Array:
    """The one array of a small file; raises DataFileError."""
    source = _only(path)
    with ExitStack() as stack:
        read = _reader(stack, source)
        assert read is not None
        return read(source.shape[0])
