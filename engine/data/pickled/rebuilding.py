"""The few calls and persistent ids of a pickle that stand for tensors and arrays; all others are records.

Every argument comes from the file, so that each is asked for its exact type before it is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.data.arrays.number_types import DTYPES
from engine.data.entries import MAX_NUMBERS
from engine.data.faults import DataError, refusal, short
from engine.data.pickled import bounds
from engine.data.pickled.records import Array, ArrayType, Name, Pairs, Record, RefusedTensor, Storage, Tensor
from engine.data.pickled.refused_tensors import refused_tensor

Sizes = Callable[[str], int | None]
"""How many bytes the file has for a storage; None where only the end of the file will tell.

Raises DataError for a storage that the file does not have.
"""

STORAGES = {
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}
"""The typed storages' names and their elements' types."""

ITEMS = {
    "UntypedStorage": 1,
    "QInt8Storage": 1,
    "QUInt8Storage": 1,
    "QInt32Storage": 4,
    "QUInt4x2Storage": 1,
    "QUInt2x4Storage": 1,
}
"""Bytes of the elements of storages that are of no type here; quantized tensors are refused."""

_NUMBERS = re.compile(r"[iu][1248]|f[248]|b1|c8|c16|U\d{1,4}")


def _wrong(what: str) -> DataError:
    return refusal("pickle_arguments", "its pickle describes {what} that cannot be", what=what)


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _sides(value: Any) -> bool:
    return type(value) is tuple and len(value) <= bounds.MOST_DIMENSIONS and all(map(_whole, value))


class Builder:
    """Makes records of what a pickle calls.

    Parameters
    ----------
    sizes : callable
        Of the file's storages, by key.
    """

    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes
        self._encoded = 0
        self._calls: dict[str, Callable[[tuple[Any, ...]], Any]] = {
            name: getattr(self, method) for name, method in _CALLS.items()
        }
        self._typed: dict[tuple[str, str], Storage] = {}

    @property
    def storages(self) -> tuple[Storage, ...]:
        """Those that were met, one for each key and type."""
        return tuple(self._typed.values())

    # -- persistent ids ---------------------------------------------------------------------------------

    def storage(self, identity: Any) -> Storage:
        """The storage that a persistent id names; raises DataError."""
        if type(identity) is not tuple or len(identity) not in (5, 6) or identity[5:] not in ((), (None,)):
            raise _wrong("a storage")
        tag, kind, key, _device, count = identity[:5]
        if tag != "storage" or type(kind) is not Name or type(key) is not str or not _whole(count):
            raise _wrong("a storage")
        known = self._typed.get((key, kind.name))
        if known is not None:
            return known
        type_name = STORAGES.get(kind.name, kind.name)
        dtype = DTYPES.get(type_name)
        item = ITEMS.get(kind.name) if dtype is None else dtype.itemsize
        if item is None:
            raise refusal(
                "storage_type", "a tensor's storage is of an unknown type, {name}", name=short(kind.name)
            )
        if self._sizes(key) not in (None, count * item):
            raise _wrong("a storage")
        storage = Storage(key, type_name, dtype, count * item, item)
        self._typed[key, kind.name] = storage
        if len(self._typed) > bounds.MOST_STORAGES:
            raise refusal(
                "pickle_storages", "its pickle has more than {most} storages", most=bounds.MOST_STORAGES
            )
        return storage

    # -- calls ------------------------------------------------------------------------------------------

    def called(self, name: Name, args: tuple[Any, ...]) -> Any:
        """What stands for a call of a name; raises DataError."""
        known = self._calls.get(name.qualified)
        if known is not None:
            return known(args)
        if name.name.startswith("_rebuild_") and name.module.startswith("torch."):
            return refused_tensor(name.name)
        return Record(name, args)

    def give_state(self, target: Any, state: Any) -> None:
        """What BUILD does, to records only; raises DataError."""
        if type(target) is Record:
            target.state = state
        elif type(target) is Array:
            _give_array_state(target, state)
        elif type(target) is ArrayType:
            _give_type_state(target, state)
        else:
            raise refusal("pickle_build", "its pickle gives a state to what has none")

    def _encode(self, args: tuple[Any, ...]) -> bytes:
        if len(args) != 2 or type(args[0]) is not str or args[1] not in ("latin1", "latin-1"):
            raise _wrong("bytes")
        self._encoded += len(args[0])
        if self._encoded > bounds.MOST_ENCODED_BYTES:
            raise refusal(
                "pickle_encoded",
                "its pickle encodes more than {most} bytes",
                most=bounds.MOST_ENCODED_BYTES,
            )
        return args[0].encode("latin-1")

    def _bytearray(self, args: tuple[Any, ...]) -> Any:
        if len(args) == 1 and type(args[0]) is bytes:
            return args[0]
        if len(args) == 2:
            return self._encode(args)
        return b"" if not args else Record(Name("builtins", "bytearray"), args)

    def _tensor_v1(self, args: tuple[Any, ...]) -> Tensor:
        return self._tensor_v2((*args, False, None)[:6])

    def _tensor_v2(self, args: tuple[Any, ...]) -> Tensor:
        if len(args) not in (6, 7) or type(args[0]) is not Storage:
            raise _wrong("a tensor")
        storage = args[0]
        return _tensor(args, storage.type_name, storage.dtype, _is_negative(args[6:]))

    def _tensor_v3(self, args: tuple[Any, ...]) -> Tensor:
        if len(args) not in (7, 8) or type(args[0]) is not Storage or type(args[6]) is not Name:
            raise _wrong("a tensor")
        type_name = args[6].name
        return _tensor(args, type_name, DTYPES.get(type_name), _is_negative(args[7:]))

    def _first(self, args: tuple[Any, ...]) -> Any:
        if not args or type(args[0]) not in (Tensor, RefusedTensor):
            raise _wrong("a parameter")
        return args[0]

    def _from_type(self, args: tuple[Any, ...]) -> Any:
        if len(args) != 4 or type(args[0]) is not Name or type(args[2]) is not tuple:
            raise _wrong("a tensor")
        if "_rebuild_from_type" in args[0].name:  # which would call itself
            raise _wrong("a tensor")
        return self.called(args[0], args[2])

    def _size(self, args: tuple[Any, ...]) -> Any:
        if len(args) != 1 or type(args[0]) is not tuple:
            raise _wrong("a size")
        return args[0]

    def _array(self, _args: tuple[Any, ...]) -> Array:
        return Array()

    def _array_type(self, args: tuple[Any, ...]) -> ArrayType:
        code = args[0] if args else None
        if type(code) is Name and code.module == "ml_dtypes":
            return ArrayType(code.name, DTYPES.get(code.name))
        if type(code) is not str or len(code) > bounds.LONGEST_NAME:
            raise _wrong("an array's type")
        return ArrayType(code, np.dtype(code) if _NUMBERS.fullmatch(code) else None)

    def _array_of_buffer(self, args: tuple[Any, ...]) -> Array:
        if len(args) != 4 or args[3] not in ("C", "F"):
            raise _wrong("an array")
        raw, kind, shape, order = args
        array = Array()
        _give_array_state(array, (1, shape, kind, order == "F", raw))
        return array

    def _array_scalar(self, args: tuple[Any, ...]) -> Any:
        kind, raw = args if len(args) == 2 else (None, None)
        if type(kind) is not ArrayType or kind.dtype is None or kind.dtype.kind not in "fiub":
            return Record(Name("numpy", "scalar"), args)
        if type(raw) is not bytes or len(raw) != kind.dtype.itemsize:
            raise _wrong("a number")
        return np.frombuffer(raw[::-1] if kind.swapped else raw, kind.dtype)[0].item()


def _is_negative(metadata: tuple[Any, ...]) -> bool:
    """Whether a tensor's flags say that its signs are to be turned; conj matters to complex numbers alone."""
    if metadata in ((), (None,)):
        return False
    flags = metadata[0].pairs if type(metadata[0]) is Pairs else None
    if flags is None or any(type(key) is not str or type(value) is not bool for key, value in flags):
        raise _wrong("a tensor")
    unknown = [key for key, value in flags if value and key not in ("neg", "conj")]
    if unknown:
        raise refusal(
            "tensor_flag", "a tensor has the flag {name}, which is not known", name=short(unknown[0])
        )
    return any(value for key, value in flags if key == "neg")


def _tensor(args: tuple[Any, ...], type_name: str, dtype: np.dtype[Any] | None, negative: bool) -> Tensor:
    storage, offset, shape, strides = args[:4]
    if not _whole(offset) or not _sides(shape) or not _sides(strides) or len(shape) != len(strides):
        raise _wrong("a tensor")
    if dtype is not None:
        last = offset + sum((side - 1) * step for side, step in zip(shape, strides, strict=True))
        if 0 not in shape and (last + 1) * dtype.itemsize > storage.nbytes:
            raise _wrong("a tensor")
    return Tensor(storage, type_name, dtype, (offset, shape, strides), negative=negative)


def _give_type_state(kind: ArrayType, state: Any) -> None:
    if type(state) is not tuple or len(state) < 5 or type(state[1]) is not str:
        raise _wrong("an array's type")
    if state[1] not in ("<", ">", "|", "=") or any(each is not None for each in state[2:5]):
        kind.dtype = None  # fields, which make no column here
    kind.swapped = state[1] == ">"


def _give_array_state(array: Array, state: Any) -> None:
    if type(state) is not tuple or len(state) not in (4, 5):
        raise _wrong("an array")
    shape, kind, fortran, raw = state[-4:]
    if not _sides(shape) or type(kind) is not ArrayType or type(fortran) is not bool:
        raise _wrong("an array")
    if kind.dtype is not None:
        count = _count(shape)
        if type(raw) is not bytes or len(raw) != count * kind.dtype.itemsize or count > 8 * MAX_NUMBERS:
            raise _wrong("an array")
    array.type, array.shape, array.fortran = kind, shape, fortran
    array.raw = raw if type(raw) is bytes else b""
    if type(raw) is list and kind.dtype is None and len(raw) == _count(shape):
        array.cells = raw


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count


_CALLS = {
    "torch._utils._rebuild_tensor": "_tensor_v1",
    "torch._utils._rebuild_tensor_v2": "_tensor_v2",
    "torch._utils._rebuild_tensor_v3": "_tensor_v3",
    "torch._utils._rebuild_parameter": "_first",
    "torch._utils._rebuild_parameter_with_state": "_first",
    "torch._tensor._rebuild_from_type": "_from_type",
    "torch._tensor._rebuild_from_type_v2": "_from_type",
    "torch.Size": "_size",
    "_codecs.encode": "_encode",
    "builtins.bytearray": "_bytearray",
    "__builtin__.bytearray": "_bytearray",
    "numpy._core.multiarray._reconstruct": "_array",
    "numpy.core.multiarray._reconstruct": "_array",
    "numpy._core.multiarray.scalar": "_array_scalar",
    "numpy.core.multiarray.scalar": "_array_scalar",
    "numpy._core.numeric._frombuffer": "_array_of_buffer",
    "numpy.core.numeric._frombuffer": "_array_of_buffer",
    "numpy.dtype": "_array_type",
}
"""The names that are known, and the methods that stand for them."""
