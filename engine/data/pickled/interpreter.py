"""The opcodes that pickles of tensors and arrays are made of, each a small method; no other is known.

Python's own unpickler imports and calls what a pickle names, hashes its keys in C and takes memory as it is
told to. This one makes records: a name is a token, a call of a token a record, a dictionary a list of
pairs. So no attack needs to be foreseen; what could grow is bounded (bounds.py).

References
----------
Python, Lib/pickletools.py, for the opcodes' arguments.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from engine.data.entries import Progress
from engine.data.faults import refusal
from engine.data.pickled import bounds
from engine.data.pickled.machine import UINT, Machine, damaged, too_much
from engine.data.pickled.rebuilding import Builder
from engine.data.pickled.records import Name, Pairs, Record

OPERATIONS_A_REPORT = 2**16


class _Stopped(Exception):  # noqa: N818  # it ends a pickle well
    pass


class Interpreter(Machine):
    """Reads pickles that stand in one run of bytes.

    Parameters
    ----------
    data : bytes
    builder : Builder
        Makes records of calls and of persistent ids.
    progress : Progress
        With the bytes passed and all of them.
    """

    def __init__(self, data: bytes, builder: Builder, progress: Progress) -> None:
        super().__init__(data)
        self._builder = builder
        self._progress = progress
        self._table: list[Callable[[int], int]] = [self._unknown] * 256
        for opcode, method in _OPCODES.items():
            self._table[ord(opcode)] = getattr(self, method)

    def load(self, position: int = 0) -> tuple[Any, int]:
        """The object of the pickle that begins here, and where the pickle ends.

        Raises
        ------
        DataError
        """
        self._stack, self._below, self._memo = [], [], {}
        try:
            self._run(position)
        except _Stopped as stopped:
            value, end = stopped.args
            return value, end
        except (IndexError, struct.error, UnicodeError, OverflowError, TypeError, RecursionError):
            raise damaged() from None
        raise too_much("operations", bounds.MOST_OPERATIONS)

    def _run(self, position: int) -> None:
        data, table = self._data, self._table
        while self._operations < bounds.MOST_OPERATIONS:
            self._progress(position, len(data))
            for _ in range(OPERATIONS_A_REPORT):
                position = table[data[position]](position + 1)
            self._operations += OPERATIONS_A_REPORT

    def _unknown(self, position: int) -> int:
        opcode = self._data[position - 1]
        raise refusal(
            "pickle_opcode",
            "its pickle has the instruction {opcode}, which no tensor or array needs",
            opcode=f"0x{opcode:02x}",
        )

    # -- the frame --------------------------------------------------------------------------------------

    def _proto(self, position: int) -> int:
        version = self._data[position]
        if version > 5:
            raise refusal(
                "pickle_protocol", "its pickle is of protocol {version}, which is not known", version=version
            )
        return position + 1

    def _frame(self, position: int) -> int:
        return position + 8

    def _stop(self, position: int) -> int:
        raise _Stopped(self._stack.pop(), position)

    # -- containers -------------------------------------------------------------------------------------

    def _mark(self, position: int) -> int:
        if len(self._below) >= bounds.MOST_MARKS:
            raise too_much("marks", bounds.MOST_MARKS)
        self._below.append(self._stack)
        self._stack = []
        return position

    def _pop(self, position: int) -> int:
        self._stack.pop()
        return position

    def _pop_mark(self, position: int) -> int:
        self._marked()
        return position

    def _empty_tuple(self, position: int) -> int:
        self._stack.append(())
        return position

    def _tuple(self, position: int) -> int:
        self._count()
        items = tuple(self._marked())
        self._stack.append(items)
        return position

    def _tuple1(self, position: int) -> int:
        return self._tuple_of(1, position)

    def _tuple2(self, position: int) -> int:
        return self._tuple_of(2, position)

    def _tuple3(self, position: int) -> int:
        return self._tuple_of(3, position)

    def _tuple_of(self, size: int, position: int) -> int:
        self._count()
        if len(self._stack) < size:
            raise damaged()
        self._stack[-size:] = [tuple(self._stack[-size:])]
        return position

    def _empty_list(self, position: int) -> int:
        self._count()
        self._stack.append([])
        return position

    def _append(self, position: int) -> int:
        item = self._stack.pop()
        self._items(self._stack[-1]).append(item)
        return position

    def _appends(self, position: int) -> int:
        items = self._marked()
        self._items(self._stack[-1]).extend(items)
        return position

    def _items(self, target: Any) -> list[Any]:
        if type(target) is list:
            return target
        if type(target) is Record:
            return target.items
        raise damaged()

    def _empty_dict(self, position: int) -> int:
        self._count()
        self._stack.append(Pairs())
        return position

    def _setitem(self, position: int) -> int:
        if len(self._stack) < 3:
            raise damaged()
        value, key = self._stack.pop(), self._stack.pop()
        self._set(self._stack[-1], [key, value])
        return position

    def _setitems(self, position: int) -> int:
        items = self._marked()
        self._set(self._stack[-1], items)
        return position

    def _set(self, target: Any, items: list[Any]) -> None:
        if type(target) not in (Pairs, Record) or len(items) % 2:
            raise damaged()
        self._containers += len(items) // 2
        self._count()
        target.pairs.extend(zip(items[::2], items[1::2], strict=True))

    def _empty_set(self, position: int) -> int:
        self._count()
        self._stack.append(Record(Name("builtins", "set")))
        return position

    def _frozenset(self, position: int) -> int:
        self._count()
        made = Record(Name("builtins", "frozenset"))
        made.items = self._marked()
        self._stack.append(made)
        return position

    # -- the memo ---------------------------------------------------------------------------------------

    def _binput(self, position: int) -> int:
        self._remember(self._data[position])
        return position + 1

    def _long_binput(self, position: int) -> int:
        self._remember(UINT(self._data, position)[0])
        return position + 4

    def _memoize(self, position: int) -> int:
        self._remember(len(self._memo))
        return position

    def _binget(self, position: int) -> int:
        self._recalled(self._data[position])
        return position + 1

    def _long_binget(self, position: int) -> int:
        self._recalled(UINT(self._data, position)[0])
        return position + 4

    # -- names and calls --------------------------------------------------------------------------------

    def _global(self, position: int) -> int:
        module, position = self._line(position)
        name, position = self._line(position)
        self._count()
        self._stack.append(Name(module, name))
        return position

    def _line(self, position: int) -> tuple[str, int]:
        end = self._data.find(b"\n", position, position + bounds.LONGEST_NAME + 1)
        if end < 0:
            raise damaged()
        return self._data[position:end].decode("utf-8", "surrogatepass"), end + 1

    def _stack_global(self, position: int) -> int:
        name, module = self._stack.pop(), self._stack.pop()
        if type(name) is not str or type(module) is not str or len(name) + len(module) > bounds.LONGEST_NAME:
            raise damaged()
        self._count()
        self._stack.append(Name(module, name))
        return position

    def _called(self, position: int, *, known: bool) -> int:
        args, name = self._stack.pop(), self._stack.pop()
        if type(name) is not Name or type(args) is not tuple:
            raise refusal("pickle_call", "its pickle calls what is no name")
        self._count()
        self._stack.append(self._builder.called(name, args) if known else Record(name, args))
        return position

    def _reduce(self, position: int) -> int:
        return self._called(position, known=True)

    def _newobj(self, position: int) -> int:
        return self._called(position, known=False)

    def _newobj_ex(self, position: int) -> int:
        keywords = self._stack.pop()
        position = self._called(position, known=False)
        self._stack[-1].state = keywords
        return position

    def _build(self, position: int) -> int:
        state = self._stack.pop()
        self._builder.give_state(self._stack[-1], state)
        return position

    def _persistent(self, position: int) -> int:
        self._count()
        self._stack.append(self._builder.storage(self._stack.pop()))
        return position


_OPCODES = {
    "\x80": "_proto", "\x95": "_frame", ".": "_stop",
    "N": "_none", "\x88": "_true", "\x89": "_false", "J": "_binint", "K": "_binint1", "M": "_binint2",
    "\x8a": "_long1", "G": "_binfloat",
    "\x8c": "_short_text", "X": "_binunicode", "\x8d": "_binunicode8",
    "C": "_short_bytes", "B": "_binbytes", "\x8e": "_binbytes8", "\x96": "_binbytes8",
    "(": "_mark", "0": "_pop", "1": "_pop_mark", ")": "_empty_tuple", "t": "_tuple",
    "\x85": "_tuple1", "\x86": "_tuple2", "\x87": "_tuple3",
    "]": "_empty_list", "a": "_append", "e": "_appends", "}": "_empty_dict", "s": "_setitem",
    "u": "_setitems",
    "\x8f": "_empty_set", "\x90": "_appends", "\x91": "_frozenset",
    "q": "_binput", "r": "_long_binput", "\x94": "_memoize", "h": "_binget", "j": "_long_binget",
    "c": "_global", "\x93": "_stack_global", "R": "_reduce", "\x81": "_newobj", "\x92": "_newobj_ex",
    "b": "_build", "Q": "_persistent",
}  # fmt: skip
"""By their bytes. A bytearray is bytes, a set's items are a list's: neither is changed here."""
