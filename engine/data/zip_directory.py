"""A look at a zip file's end before Python's zipfile reads its whole directory into memory.

References
----------
PKWARE, "APPNOTE.TXT: .ZIP File Format Specification", 4.3.14 to 4.3.16.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from engine.data.faults import refusal

MAX_DIRECTORY = 2**20
"""Bytes; a thousand arrays take a tenth of it."""

_END = b"PK\x05\x06"
_END_SIZE = 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_LONGEST_COMMENT = 2**16 - 1


def check_directory(file: BinaryIO, size: int) -> None:
    """Refuse a zip file whose directory is too large, or none at all.

    Parameters
    ----------
    file : binary file, seekable
    size : int
        Its bytes.

    Raises
    ------
    DataError
    """
    tail_size = min(size, _END_SIZE + _LONGEST_COMMENT + _ZIP64_LOCATOR_SIZE)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(_END)
    if at < 0 or at + _END_SIZE > len(tail):
        raise refusal("no_zip", "expected a zip file as numpy.savez writes it; the end is missing")
    (directory,) = struct.unpack_from("<L", tail, at + 12)
    is_zip64 = at >= _ZIP64_LOCATOR_SIZE and tail.startswith(_ZIP64_LOCATOR, at - _ZIP64_LOCATOR_SIZE)
    if is_zip64 or directory > MAX_DIRECTORY:
        raise refusal(
            "zip_directory",
            "expected a zip directory of at most {most} bytes, got a larger one",
            most=MAX_DIRECTORY,
        )
    file.seek(0, io.SEEK_SET)
