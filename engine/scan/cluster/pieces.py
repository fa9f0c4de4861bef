"""A scan in pieces, each of which any machine that sees the files can count."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.data.faults import DataError, DataFileError, fault
from engine.scan.block import Options
from engine.scan.run import scan
from engine.scan.sources import Data, Kind, Shard, open_data
from engine.scan.streams import Rows, Stream
from engine.scan.summary import Summary

ENGINE = Path(__file__).resolve().parents[2]

BLOCKS = 16
"""Blocks of a piece: some seconds of work, which is what a lost worker costs."""

Source = Rows | NDArray[Any]

Layout = tuple[tuple[tuple[int, ...], str] | None, ...]
"""Shape and number type of logits, target and weight."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one shard that follow one another.

    Attributes
    ----------
    shard : int
        Its number, from 0 on.
    files : tuple of Path
        Of logits, target and weight; absolute.
    layout : tuple
        What the files hold, so that another file under the same path is found out.
    first, stop : int
    """

    shard: int
    files: tuple[Path | None, Path | None, Path | None]
    layout: Layout
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Task:
    """What holds for all pieces of a scan.

    Attributes
    ----------
    engine : str
        `engine_digest` of the machine that asks.
    kind : str
    options : Options
    numbers : int
        Logits in a block.
    """

    engine: str
    kind: Kind
    options: Options
    numbers: int


def pieces_of(data: Data, numbers: int) -> Iterator[Piece]:
    """The pieces of a scan; a file that cannot be entered in the middle is one, whatever its length."""
    most = BLOCKS * max(1, numbers // data.width)
    for number, shard in enumerate(data.shards):
        rows = most if all(map(_is_entered_anywhere, _sources(shard))) else shard.rows
        first, second, third = (None if path is None else path.absolute() for path in shard.files)
        for start in range(0, shard.rows, max(1, rows)):
            yield Piece(number, (first, second, third), _layout(shard), start, min(start + rows, shard.rows))


def _sources(shard: Shard) -> tuple[Source | None, ...]:
    return shard.logits, shard.target, shard.weight


def _is_entered_anywhere(source: Source | None) -> bool:
    return source is None or (isinstance(source, Stream) and not source.is_packed)


def _layout(shard: Shard) -> Layout:
    return tuple(None if each is None else (each.shape, each.dtype.name) for each in _sources(shard))


def counted(piece: Piece, task: Task) -> Summary:
    """The summary of a piece, as one machine would give it.

    Raises
    ------
    DataError
        If the files are not here, or are not those that were looked at.
    RuntimeError
        If this is another engine than the one that asks.
    """
    if task.engine != engine_digest():
        raise RuntimeError(
            "another version of Logitscope runs there; install the same one and restart the workers"
        )
    logits, target, weight = piece.files
    assert logits is not None
    data = open_data(
        [logits],
        [] if target is None else [target],
        weights=[] if weight is None else [weight],
        kind=task.kind,
    )
    if _layout(data.shards[0]) != piece.layout:
        raise DataFileError(logits, fault("other_file", "another file than the one that was looked at"))
    blocks = data.blocks_of(0, range(piece.first, piece.stop), task.numbers)
    return scan((replace(each, shard=piece.shard) for each in blocks), task.options, jobs=1)


def packed(summary: Summary) -> bytes:
    """A summary as it travels."""
    return pickle.dumps(replace(summary, sums=dict(summary.sums), named=dict(summary.named)))


def unpacked(data: bytes) -> Summary:
    """The summary again."""
    summary = pickle.loads(data)
    assert isinstance(summary, Summary)
    return summary


def counted_elsewhere(piece: bytes, task: bytes) -> bytes:
    """`counted` for who does not know this engine's types; DataError becomes RuntimeError."""
    try:
        return packed(counted(pickle.loads(piece), pickle.loads(task)))
    except DataError as error:
        raise RuntimeError(str(error)) from error


@cache
def engine_digest() -> str:
    """What tells two engines apart: a digest of their sources and tables."""
    digest = hashlib.sha256()
    for path in sorted((*ENGINE.rglob("*.py"), *ENGINE.rglob("*.npz"))):
        content = path.read_bytes()
        if path.suffix == ".py":
            content = content.replace(b"\r\n", b"\n")
        digest.update(path.relative_to(ENGINE).as_posix().encode() + content)
    return digest.hexdigest()
