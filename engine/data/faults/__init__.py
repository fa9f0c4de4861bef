"""Why a file or a choice of its contents is refused: a key, English words with fields, the fields' values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

LONGEST_NAME = 60
"""Characters of a name or a word that came with a file, in messages and lists."""


class Fault(NamedTuple):
    """A reason in words for people.

    Attributes
    ----------
    key : str
        Which one, for example ``ragged_line``.
    text : str
        What to say, in English, with named fields: the form that is translated.
    values : mapping
        The fields' values: Python numbers, strings, and faults that are the reason for this one.
    """

    key: str
    text: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return self.text.format(**self.values)


def fault(key: str, text: str, /, **values: Any) -> Fault:
    """A fault whose text names these values."""
    return Fault(key, text, MappingProxyType(values))


class DataError(ValueError):
    """Numbers that cannot be taken in; in `fault`, why, and as a string the same in English."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class DataFileError(DataError):
    """A file that cannot be read; `path` says which."""

    def __init__(self, path: Path, fault: Fault) -> None:
        super().__init__(fault)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: {self.fault}"


def refusal(key: str, text: str, /, **values: Any) -> DataError:
    """The exception to raise where a fault is found."""
    return DataError(fault(key, text, **values))


@contextmanager
def reading(path: Path, *broken: type[Exception]) -> Iterator[None]:
    """Whatever a broken file raises, as a `DataFileError`.

    Parameters
    ----------
    path : Path
    *broken : exception types
        What the file's own reader raises, beside OSError and ValueError.
    """
    kinds: tuple[type[Exception], ...] = (OSError, ValueError, *broken)
    try:
        yield
    except DataFileError:
        raise
    except kinds as error:
        raise DataFileError(path, fault_in(error)) from error


def fault_in(error: Exception) -> Fault:
    """Why something was refused, from what was raised; words that are not ours are cut short."""
    if isinstance(error, DataError):
        return error.fault
    if isinstance(error, UnicodeDecodeError):
        name = "UTF-8" if error.encoding.startswith("utf-8") else short(error.encoding)
        return fault("not_decoded", "expected {encoding} text, got a byte that is none", encoding=name)
    words = getattr(error, "strerror", None) or str(error)
    if not words:
        return fault("damaged", "the file is damaged")
    return fault("foreign", "{words}", words=short(words))


def short(name: str) -> str:
    """A name that came with a file, on one line and cut where it is long."""
    plain = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:200])
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1] + "…"
