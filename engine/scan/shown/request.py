"""What is to be scanned, as a value: opened, and written as the line that asks for the same in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.data.entries import MAX_COLUMNS, MAX_NUMBERS, MAX_ROWS, Entry
from engine.data.guesses.names import role_of
from engine.floats.formats import Format
from engine.scan.block import Options
from engine.scan.sources import Data, Kind, open_data
from engine.scan.streams import streams_of

BINARY_NUMBERS, CLASS_NUMBERS = 2**17, 2**19
"""Logits that are read together: `engine.scan.run.scan` cuts them where their rows take long."""

TOO_LARGE = frozenset({"too_large", "too_many_numbers", "too_many_rows"})
"""Keys of the faults of what a table cannot hold."""


@dataclass(frozen=True, slots=True)
class Request:
    """Files, and what is said of them.

    Attributes
    ----------
    logits, targets : tuple of Path
        A shard each; as many of both, or no targets.
    kind : str, optional
        By default told by shapes and targets.
    format : Format, optional
        The one that decides; by default that of the logits.
    """

    logits: tuple[Path, ...]
    targets: tuple[Path, ...] = ()
    kind: Kind | None = None
    format: Format | None = None

    def opened(self) -> tuple[Data, Options]:
        """The data, and what is asked of them; raises DataError as `open_data` does."""
        data = open_data(self.logits, self.targets, kind=self.kind)
        fmt, has_probabilities = self.format or data.format, data.kind == "probabilities"
        return data, Options(family=data.family, format=fmt, probabilities=has_probabilities)

    def command(self) -> list[str]:
        """The arguments with which ``main.py`` makes the same scan.

        Examples
        --------
        >>> Request((Path("logits.npy"),), (Path("targets.npy"),), "binary").command()
        ['scan', 'logits.npy', 'targets.npy', '--kind', 'binary']
        """
        words = ["scan", *map(str, self.logits)]
        if len(self.logits) == 1 == len(self.targets):
            words.append(str(self.targets[0]))
        elif self.targets:
            words += ["--targets", *map(str, self.targets)]
        if self.kind is not None:
            words += ["--kind", self.kind]
        if self.format is not None:
            words += ["--format", self.format.name]
        return words


def request_of(paths: Iterable[Path]) -> Request:
    """Files as a request: which of them hold targets is told by their names, or, of two, by their order.

    Examples
    --------
    >>> request = request_of([Path("labels.npy"), Path("scores.npy")])
    >>> request.logits[0].name, request.targets[0].name
    ('scores.npy', 'labels.npy')
    """
    every = tuple(paths)
    targets = tuple(path for path in every if role_of(path.stem) == "target")
    logits = tuple(path for path in every if path not in targets)
    if len(targets) == len(logits):
        return Request(logits, targets)
    if not targets and len(every) == 2:
        return Request(every[:1], every[1:])
    return Request(every)


def numbers_together(data: Data) -> int:
    """Logits in a block: so few that much is told while they are counted; of half floats it costs little."""
    return BINARY_NUMBERS if data.family == "binary" and not data.format.is_half else CLASS_NUMBERS


def is_too_large(entries: Sequence[Entry]) -> bool:
    """Whether files hold an array that no table can."""
    return any(map(_is_too_large, entries))


def _is_too_large(entry: Entry) -> bool:
    if entry.fault is not None:
        return entry.fault.key in TOO_LARGE
    sides = [side or 0 for side in entry.shape]
    rows, columns = (max(sides, default=0), min(sides)) if len(sides) == 2 else (max(sides, default=0), 1)
    return len(sides) <= 2 and (rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_NUMBERS)


def can_be_scanned(paths: Sequence[Path]) -> bool:
    """Whether all files can be read in pieces, however large they are."""
    try:
        return bool(paths) and all(streams_of(path) is not None for path in paths)
    except (ValueError, OSError):
        return False
