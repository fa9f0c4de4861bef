"""The directory of a zip file, read within bounds: where each member's bytes are.

Python's zipfile reads whatever a file says its directory is, and goes by the last of two members of one
name. Here the directory is the one word on every member, and a local header must agree with it.

References
----------
PKWARE, "APPNOTE.TXT: .ZIP File Format Specification", 4.3.7, 4.3.12 to 4.3.16 and 4.5.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from engine.data.faults import DataError, refusal, short

MAX_DIRECTORY = 4 * 2**20
"""Bytes; a thousand arrays take a tenth of a megabyte."""
MOST_MEMBERS = 20_000

STORED = 0

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_MARK = b"PK\x06\x07"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_MARK = b"PK\x06\x06"
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_CENTRAL_MARK = b"PK\x01\x02"
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MARK = b"PK\x03\x04"
_LONGEST_COMMENT = 2**16 - 1
_IN_EXTRA = 2**32 - 1
"""A size or an offset that stands in the Zip64 extra field."""
_ZIP64_FIELD = 1
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class Member:
    """What the directory says of one member: its packing method, sizes and local header's place."""

    name: str
    method: int
    flags: int
    packed: int
    size: int
    header: int


def damaged_zip() -> DataError:
    """The refusal of a zip file whose parts contradict one another."""
    return refusal("zip_damaged", "the zip file is damaged: its directory and its members disagree")


def read_directory(file: BinaryIO, size: int) -> dict[str, Member]:
    """The members of a zip file, by name.

    Parameters
    ----------
    file : binary file, seekable
    size : int
        Its bytes.

    Raises
    ------
    DataError
        If it is no zip file, its directory is too large, or two members have one name.
    """
    begin, length, count = _place(file, size)
    file.seek(begin)
    raw = file.read(length)
    members: dict[str, Member] = {}
    try:
        for member in _members(raw, count):
            if member.name in members:
                raise refusal(
                    "zip_twice", "the zip file has two members named {name}", name=short(member.name)
                )
            members[member.name] = member
    except (struct.error, IndexError):
        raise damaged_zip() from None
    return members


def _place(file: BinaryIO, size: int) -> tuple[int, int, int]:
    """Where the directory begins, its bytes, and its members."""
    tail_size = min(size, _END.size + _LONGEST_COMMENT + _LOCATOR.size + _END64.size)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(_END_MARK)
    if at < 0 or at + _END.size > len(tail):
        raise refusal("no_zip", "expected a zip file as numpy.savez writes it; the end is missing")
    _, _, _, _, count, length, begin, _ = _END.unpack_from(tail, at)
    end = size - tail_size + at
    if at >= _LOCATOR.size and tail.startswith(_LOCATOR_MARK, at - _LOCATOR.size):
        at -= _LOCATOR.size + _END64.size
        if at < 0 or not tail.startswith(_END64_MARK, at):
            raise damaged_zip()
        *_, count, length, begin = _END64.unpack_from(tail, at)
        end = size - tail_size + at
    if length > MAX_DIRECTORY or count > MOST_MEMBERS:
        raise refusal(
            "zip_directory",
            "expected a zip directory of at most {most} bytes and {members} members, got a larger one",
            most=MAX_DIRECTORY,
            members=MOST_MEMBERS,
        )
    if begin + length != end:
        raise damaged_zip()
    return begin, length, count


def _members(raw: bytes, count: int) -> Iterator[Member]:
    at = 0
    for _ in range(count):
        (mark, _, _, flags, method, _, _, _, packed, size, name_size, extra_size, comment_size, _, _, _,
         header) = _CENTRAL.unpack_from(raw, at)  # fmt: skip
        at += _CENTRAL.size
        if mark != _CENTRAL_MARK or at + name_size + extra_size + comment_size > len(raw):
            raise damaged_zip()
        name = raw[at : at + name_size].decode("utf-8", "replace")
        extra = raw[at + name_size : at + name_size + extra_size]
        at += name_size + extra_size + comment_size
        size, packed, header = _wide(extra, size, packed, header)
        yield Member(name, method, flags, packed, size, header)
    if at != len(raw):
        raise damaged_zip()


def _wide(extra: bytes, *fields: int) -> Iterator[int]:
    """The fields, those of them that 32 bits do not hold from the Zip64 extra field."""
    wide = b""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == _ZIP64_FIELD:
            wide = extra[at + 4 : at + 4 + size]
            break
        at += 4 + size
    at = 0
    for field in fields:
        if field == _IN_EXTRA:
            (wider,) = struct.unpack_from("<Q", wide, at)
            yield wider
            at += 8
        else:
            yield field


def stored_at(file: BinaryIO, member: Member, size: int) -> int:
    """Where the bytes of a member begin that stands in the file as it is.

    Raises
    ------
    DataError
        If it is packed or encrypted, or its local header says something else.
    """
    if member.flags & _ENCRYPTED:
        raise refusal("zip_encrypted", "{name} is encrypted", name=short(member.name))
    if member.method != STORED or member.packed != member.size:
        raise refusal(
            "zip_packed",
            "{name} is compressed, which torch.save never does; save the file once more",
            name=short(member.name),
        )
    file.seek(member.header)
    raw = file.read(_LOCAL.size)
    if len(raw) < _LOCAL.size:
        raise damaged_zip()
    mark, _, flags, method, _, _, _, packed, plain, name_size, extra_size = _LOCAL.unpack(raw)
    name = file.read(name_size).decode("utf-8", "replace")
    begin = member.header + _LOCAL.size + int(name_size) + int(extra_size)
    sizes_differ = any(each not in (0, _IN_EXTRA, member.size) for each in (packed, plain))
    if mark != _LOCAL_MARK or name != member.name or method != STORED or flags & _ENCRYPTED or sizes_differ:
        raise damaged_zip()
    if begin + member.size > size:
        raise damaged_zip()
    return begin
