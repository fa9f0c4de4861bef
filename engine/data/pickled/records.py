"""What an interpreted pickle is made of, beside Python's own numbers, texts, bytes, lists and tuples.

No record has a class, a function or a file's code in it. Records compare by identity and print nothing of
what they hold: to compare or to print a pickle's objects may take forever.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.data.faults import Fault


class Name:
    """A module's attribute, which is never looked up."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    @property
    def qualified(self) -> str:
        """Both parts."""
        return f"{self.module}.{self.name}"


class Pairs:
    """A dictionary's keys and values, in order and not hashed."""

    __slots__ = ("pairs",)

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, Any]] = []


class Record:
    """What a call would have made: an object of a class that is not known here.

    Attributes
    ----------
    kind : Name
        What would have been called.
    args : tuple
    state : object
        What the object would have been given as its attributes; None without.
    items, pairs : list
        What would have been appended to it, or set as its items.
    """

    __slots__ = ("args", "items", "kind", "pairs", "state")

    def __init__(self, kind: Name, args: tuple[Any, ...] = ()) -> None:
        self.kind = kind
        self.args = args
        self.state: Any = None
        self.items: list[Any] = []
        self.pairs: list[tuple[Any, Any]] = []


class Storage:
    """The memory of one or several tensors.

    Attributes
    ----------
    key : str
        The file's name of it.
    dtype : numpy dtype, optional
        Of its elements; None where it is bytes.
    nbytes, item : int
        Of all elements, and of one.
    offset : int
        Where it begins in the file; -1 as long as that is not known.
    """

    __slots__ = ("dtype", "item", "key", "nbytes", "offset", "type_name")

    def __init__(self, key: str, type_name: str, dtype: np.dtype[Any] | None, nbytes: int, item: int) -> None:
        self.key = key
        self.type_name = type_name
        self.dtype = dtype
        self.nbytes = nbytes
        self.item = item
        self.offset = -1


class Tensor:
    """A view of a storage; offset and strides in elements."""

    __slots__ = ("dtype", "negative", "offset", "shape", "storage", "strides", "type_name")

    def __init__(
        self,
        storage: Storage,
        type_name: str,
        dtype: np.dtype[Any] | None,
        layout: tuple[int, tuple[int, ...], tuple[int, ...]],
        *,
        negative: bool,
    ) -> None:
        self.storage = storage
        self.type_name = type_name
        self.dtype = dtype
        self.offset, self.shape, self.strides = layout
        self.negative = negative


class Stack:
    """Tensors of one number each that stand in a list."""

    __slots__ = ("tensors",)

    def __init__(self, tensors: list[Tensor]) -> None:
        self.tensors = tensors


class RefusedTensor:
    """A tensor of a kind that cannot be logits; its parts are none either."""

    __slots__ = ("fault", "type_name")

    def __init__(self, type_name: str, fault: Fault) -> None:
        self.type_name = type_name
        self.fault = fault


class ArrayType:
    """NumPy's dtype, still without its byte order.

    Attributes
    ----------
    code : str
        As NumPy spells it, such as ``f4``, or ml_dtypes' name.
    dtype : numpy dtype, optional
        None where it is neither numbers nor texts.
    """

    __slots__ = ("code", "dtype", "swapped")

    def __init__(self, code: str, dtype: np.dtype[Any] | None) -> None:
        self.code = code
        self.dtype = dtype
        self.swapped = False


class Array:
    """A NumPy array; without `raw` as long as its state has not come; of objects it has `cells`."""

    __slots__ = ("cells", "fortran", "raw", "shape", "type")

    def __init__(self) -> None:
        self.type: ArrayType | None = None
        self.shape: tuple[int, ...] = ()
        self.fortran = False
        self.raw: bytes | None = None
        self.cells: list[Any] | None = None
