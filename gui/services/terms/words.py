"""Cards of words as values, read from data files: a term, a formula, or a part of the window."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication

from gui.services.resources import RESOURCES

FOLDER = RESOURCES / "words"
KINDS = ("terms", "formulas", "places")
"""The files, in the order in which Help lists their cards."""

_translate = QCoreApplication.translate


class Word(NamedTuple):
    """One card, in the language of the data files.

    Attributes
    ----------
    key : str
    kind : str
        One of `KINDS`.
    title : str
    names : tuple of str
        What the word is called in running text, where it is dotted.
    says : tuple of str
        Sentences.
    lines : tuple of (str, str)
        A name each, as 'Begins' or 'Instead', and what stands behind it.
    see : tuple of str
        Keys of other cards.
    lesson : str
        The key of the lesson that shows it, or nothing.
    """

    key: str
    kind: str
    title: str
    names: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    see: tuple[str, ...] = ()
    lesson: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of the card, as it is to be translated."""
        return (self.title, *self.says, *(text for line in self.lines for text in line))

    def matches(self, wanted: str) -> bool:
        """Whether the card has all these words somewhere, in the language of the window."""
        text = " ".join((*map(said, self.texts), *map(said, self.names), self.key)).casefold()
        return all(part in text for part in wanted.casefold().split())


def said(text: str) -> str:
    """A text of a card in the language of the window."""
    return _translate("words", text)


@cache
def words() -> Mapping[str, Word]:
    """Every card by its key, in the order of the files."""
    made = (
        _word(fields, kind)
        for kind in KINDS
        for fields in json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    )
    return {word.key: word for word in made}


def _word(fields: dict[str, Any], kind: str) -> Word:
    return Word(
        key=fields["key"],
        kind=kind,
        title=fields["title"],
        names=tuple(fields["names"]),
        says=tuple(fields["says"]),
        lines=tuple((name, text) for name, text in fields["lines"]),
        see=tuple(fields["see"]),
        lesson=fields.get("lesson", ""),
    )


def found(wanted: str) -> list[Word]:
    """The cards that have these words: those that are called so first, all for no words."""
    matching = [word for word in words().values() if word.matches(wanted)]
    first = wanted.casefold().strip()
    return sorted(matching, key=lambda word: not (first and _is_called(word, first)))


def _is_called(word: Word, wanted: str) -> bool:
    names: Iterable[str] = (said(word.title), *map(said, word.names))
    return any(name.casefold().startswith(wanted) for name in names)


# -- in running text --------------------------------------------------------------------------------------


class Mention(NamedTuple):
    """Where a word stands in a text, from `start` up to `stop`."""

    key: str
    start: int
    stop: int


@cache
def _names() -> dict[str, str]:
    """Keys by what the words are called, in small letters."""
    return {said(name).casefold(): word.key for word in words().values() for name in word.names}


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_names(), key=len, reverse=True)
    return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest_first))})(?![\w(])", re.IGNORECASE)


def mentions(text: str) -> tuple[Mention, ...]:
    """The words of a text that have a card, each at its first place there."""
    seen: dict[str, Mention] = {}
    for match in _pattern().finditer(text):
        key = _names()[match.group().casefold()]
        seen.setdefault(key, Mention(key, match.start(), match.end()))
    return tuple(seen.values())
