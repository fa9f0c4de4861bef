"""The stack that a pickle works on, the bounds it keeps, and the opcodes that push a value."""

from __future__ import annotations

import struct
from typing import Any

from engine.data.faults import DataError, refusal
from engine.data.pickled import bounds

_FLOAT = struct.Struct(">d").unpack_from
_INT = struct.Struct("<i").unpack_from
_TWO_BYTES = tuple(range(2**16))
"""Integers that are there once however often a pickle has them."""
UINT = struct.Struct("<I").unpack_from
_ULONG = struct.Struct("<Q").unpack_from


def damaged() -> DataError:
    """The refusal of a pickle that is none, or no longer."""
    return refusal("pickle_damaged", "the pickle in it is damaged or cut short")


def too_much(what: str, most: int) -> DataError:
    """The refusal of a pickle that exceeds a bound."""
    texts = {
        "operations": "its pickle has more than {most} steps",
        "containers": "its pickle has more than {most} lists, dictionaries and objects",
        "memos": "its pickle remembers more than {most} objects",
        "texts": "its pickle has more than {most} texts",
        "integers": "its pickle has more than {most} integers beyond 65535",
        "marks": "its pickle has more than {most} unfinished lists",
    }
    return refusal(f"pickle_{what}", texts[what], most=most)


class Machine:
    """A stack with marks, a memo, and counts of what was made; an opcode takes its place, returns the next.

    Parameters
    ----------
    data : bytes
        In which the pickles stand.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self._containers = self._texts = self._integers = self._operations = 0

    def _count(self) -> None:
        self._containers += 1
        if self._containers > bounds.MOST_CONTAINERS:
            raise too_much("containers", bounds.MOST_CONTAINERS)

    def _taken(self, position: int, size: int) -> bytes:
        if size > len(self._data) - position:
            raise damaged()
        return self._data[position : position + size]

    def _marked(self) -> list[Any]:
        """What was pushed since the last mark."""
        items = self._stack
        self._stack = self._below.pop()
        return items

    def _text(self, position: int, size: int) -> int:
        self._texts += 1
        if self._texts > bounds.MOST_TEXTS:
            raise too_much("texts", bounds.MOST_TEXTS)
        self._stack.append(self._taken(position, size).decode("utf-8", "surrogatepass"))
        return position + size

    def _bytes(self, position: int, size: int) -> int:
        self._stack.append(self._taken(position, size))
        return position + size

    def _remember(self, index: int) -> None:
        self._memo[index] = self._stack[-1]
        if len(self._memo) > bounds.MOST_MEMOS or index > bounds.MOST_OPERATIONS:
            raise too_much("memos", bounds.MOST_MEMOS)

    def _recalled(self, index: int) -> None:
        if index not in self._memo:
            raise damaged()
        self._stack.append(self._memo[index])

    # -- values -----------------------------------------------------------------------------------------

    def _none(self, position: int) -> int:
        self._stack.append(None)
        return position

    def _true(self, position: int) -> int:
        self._stack.append(True)
        return position

    def _false(self, position: int) -> int:
        self._stack.append(False)
        return position

    def _whole(self, number: int) -> None:
        self._integers += 1
        if self._integers > bounds.MOST_INTEGERS:
            raise too_much("integers", bounds.MOST_INTEGERS)
        self._stack.append(number)

    def _binint(self, position: int) -> int:
        self._whole(_INT(self._data, position)[0])
        return position + 4

    def _binint1(self, position: int) -> int:
        self._stack.append(self._data[position])
        return position + 1

    def _binint2(self, position: int) -> int:
        self._stack.append(_TWO_BYTES[self._data[position] | self._data[position + 1] << 8])
        return position + 2

    def _long1(self, position: int) -> int:
        size = self._data[position]
        self._whole(int.from_bytes(self._taken(position + 1, size), "little", signed=True))
        return position + 1 + size

    def _binfloat(self, position: int) -> int:
        self._stack.append(_FLOAT(self._data, position)[0])
        return position + 8

    def _short_text(self, position: int) -> int:
        return self._text(position + 1, self._data[position])

    def _binunicode(self, position: int) -> int:
        return self._text(position + 4, UINT(self._data, position)[0])

    def _binunicode8(self, position: int) -> int:
        return self._text(position + 8, _ULONG(self._data, position)[0])

    def _short_bytes(self, position: int) -> int:
        return self._bytes(position + 1, self._data[position])

    def _binbytes(self, position: int) -> int:
        return self._bytes(position + 4, UINT(self._data, position)[0])

    def _binbytes8(self, position: int) -> int:
        return self._bytes(position + 8, _ULONG(self._data, position)[0])
