"""Where a file keeps its pickle and its storages: in a zip file, one after the other, or a pickle alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from engine.data.arrays.zip_directory import Member, damaged_zip, read_directory, stored_at
from engine.data.entries import Progress
from engine.data.faults import refusal, short
from engine.data.pickled import bounds
from engine.data.pickled.interpreter import Interpreter
from engine.data.pickled.machine import damaged
from engine.data.pickled.rebuilding import Builder
from engine.data.pickled.records import Pairs, Storage

LEGACY = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e"
"""PyTorch's magic number, as a pickle of its own."""
LEGACY_PROTOCOL = 1001
ZIP = b"PK"


@dataclass(frozen=True, slots=True)
class Contents:
    """A file's object, and whether its storages' bytes stand the other way round."""

    root: Any
    swapped: bool


def load(file: BinaryIO, size: int, progress: Progress) -> Contents:
    """Interpret a file's pickle and find where its storages are.

    Raises
    ------
    DataError
    """
    start = file.read(len(LEGACY))
    with _no_collection():
        if start.startswith(ZIP):
            return _zipped(file, size, progress)
        if start == LEGACY:
            return _legacy(file, size, progress)
        return _alone(file, size, progress)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without garbage collection, which looks at millions of young objects again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _pickle_bytes(file: BinaryIO, begin: int, size: int) -> bytes:
    if size > bounds.MOST_PICKLED_BYTES:
        raise refusal(
            "long_pickle",
            "its pickle takes {got} bytes, more than {most}",
            got=size,
            most=bounds.MOST_PICKLED_BYTES,
        )
    file.seek(begin)
    return file.read(size)


# -- a pickle alone -------------------------------------------------------------------------------------


def _alone(file: BinaryIO, size: int, progress: Progress) -> Contents:
    def no_storage(key: str) -> int | None:
        raise refusal("missing_storage", "the file has no numbers for the tensor {name}", name=short(key))

    data = _pickle_bytes(file, 0, size)
    if b"joblib.numpy_pickle" in data[:2000]:
        raise refusal("joblib", "joblib's files are not read; save the arrays with numpy.savez")
    return Contents(Interpreter(data, Builder(no_storage), progress).load()[0], swapped=False)


# -- a zip file -----------------------------------------------------------------------------------------


def _zipped(file: BinaryIO, size: int, progress: Progress) -> Contents:
    members = read_directory(file, size)
    top = _top(members)

    def stored(key: str) -> int | None:
        member = members.get(f"{top}/data/{key}")
        if member is None:
            raise refusal("missing_storage", "the file has no numbers for the tensor {name}", name=short(key))
        return member.size

    pickle = members[f"{top}/data.pkl"]
    data = _pickle_bytes(file, stored_at(file, pickle, size), pickle.size)
    builder = Builder(stored)
    root, end = Interpreter(data, builder, progress).load()
    if end != len(data):
        raise damaged()
    for storage in builder.storages:
        storage.offset = stored_at(file, members[f"{top}/data/{storage.key}"], size)
    return Contents(root, swapped=_is_big_endian(file, members.get(f"{top}/byteorder"), size))


def _top(members: Mapping[str, Member]) -> str:
    """The folder that everything is in; raises DataError where the file is of another kind."""
    tops = [name[: -len("/data.pkl")] for name in members if name.endswith("/data.pkl")]
    tops = [top for top in tops if "/" not in top]
    if not tops and any(PurePosixPath(name).name in ("archive_format", "model.json") for name in members):
        raise refusal("pt2", "an exported program (.pt2) has no logits; save the tensors with torch.save")
    if len(tops) != 1:
        raise damaged_zip()
    top = tops[0]
    if any(name.startswith(f"{top}/code/") or name == f"{top}/constants.pkl" for name in members):
        raise refusal("torchscript", "a TorchScript program has no logits; save the tensors with torch.save")
    return top


def _is_big_endian(file: BinaryIO, member: Member | None, size: int) -> bool:
    if member is None:
        return False
    begin = stored_at(file, member, size)
    file.seek(begin)
    order = file.read(min(member.size, 8))
    if order not in (b"little", b"big"):
        raise refusal("byteorder", "the file names a byte order that is neither little nor big")
    return order == b"big"


# -- one after the other --------------------------------------------------------------------------------


def _legacy(file: BinaryIO, size: int, progress: Progress) -> Contents:
    data = _pickle_bytes(file, 0, min(size, bounds.MOST_PICKLED_BYTES))
    builder = Builder(_any_size)
    interpreter = Interpreter(data, builder, progress)
    protocol, at = interpreter.load(len(LEGACY))
    system, at = interpreter.load(at)
    if type(protocol) is not int or protocol != LEGACY_PROTOCOL or type(system) is not Pairs:
        raise damaged()
    root, at = interpreter.load(at)
    keys, at = interpreter.load(at)
    if type(keys) is not list or any(type(key) is not str for key in keys):
        raise damaged()
    _find_storages(file, size, builder.storages, keys, at)
    # PyTorch writes this layout in little-endian order on every machine, whatever the system's field says.
    return Contents(root, swapped=False)


def _any_size(_key: str) -> None:
    """The sizes stand behind the pickles."""


def _find_storages(
    file: BinaryIO, size: int, storages: Sequence[Storage], keys: Sequence[str], at: int
) -> None:
    """Each storage's place: behind the number of its elements, in the order of the keys."""
    by_key: dict[str, list[Storage]] = {}
    for storage in storages:
        by_key.setdefault(storage.key, []).append(storage)
    for key in keys:
        first = by_key.get(key, [None])[0]
        if first is None:
            raise damaged()
        file.seek(at)
        count = int.from_bytes(file.read(8), "little", signed=True)
        at += 8
        if count * first.item != first.nbytes or first.nbytes > size - at:
            raise refusal(
                "storage_size",
                "the file is cut short, or its tensor {name} is of another size",
                name=short(key),
            )
        for storage in by_key[key]:
            storage.offset = at
            if storage.nbytes != first.nbytes:
                raise damaged()
        at += first.nbytes
    if any(storage.offset < 0 for storage in storages):
        raise damaged()
