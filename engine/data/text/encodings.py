"""Which encoding a text's bytes are in, without guessing where bytes do not tell."""

from __future__ import annotations

import codecs

from engine.data.faults import fault
from engine.data.guesses.guess import Guess

ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "cp949", "shift_jis", "gb18030")
"""What a dialog offers."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, the longer before what they begin with."""

_MOST_NULS, _TIMES = 0.4, 3
"""Share of NULs in every second byte, and how many times the other's, from which a text is UTF-16."""


def encoding_of(start: bytes) -> Guess[str]:
    """The encoding of a text that begins with these bytes.

    Returns
    -------
    Guess of str
        A name that Python knows. Sure with a byte order mark, for UTF-16 with its NULs, and for what is
        strictly UTF-8: no legacy table of 39,570 tried was by accident. Otherwise ask: Korean (CP949)
        is preselected where half of what is not ASCII are its usual syllables, or else CP1252.

    Examples
    --------
    >>> encoding_of("Größe;1,5".encode()).value
    'utf-8'
    >>> guess = encoding_of("Größe;1,5".encode("cp1252"))
    >>> guess.value, guess.is_sure
    ('cp1252', False)
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return Guess(encoding, True, fault("byte_order_mark", "the file begins with a byte order mark"))
    if (sixteen := _utf_16(start)) is not None:
        return Guess(sixteen, True, fault("utf_16_nuls", "every second byte is 0, as in UTF-16"))
    if decodes(start, "utf-8"):
        return Guess("utf-8", True, fault("strict_utf_8", "every byte is valid UTF-8"))
    others = tuple(each for each in ENCODINGS if each != "utf-8" and decodes(start, each))
    chosen = "cp949" if "cp949" in others and _is_korean(start) else "cp1252"
    chosen = chosen if chosen in others else "latin-1"
    offered = tuple(each for each in others if each != chosen)
    return Guess(
        chosen, False, fault("no_utf_8", "the bytes are no UTF-8 and do not tell what else"), offered
    )


def decodes(start: bytes, encoding: str) -> bool:
    """Whether bytes are text in an encoding; a last character may be cut short."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(start, final=False)
    except UnicodeError:
        return False
    return True


def _utf_16(start: bytes) -> str | None:
    even, odd = start[::2], start[1::2]
    if not odd:
        return None
    shares = even.count(0) / len(even), odd.count(0) / len(odd)
    for share, other, encoding in ((shares[1], shares[0], "utf-16-le"), (shares[0], shares[1], "utf-16-be")):
        if share > _MOST_NULS and share > _TIMES * other and decodes(start, encoding):
            return encoding
    return None


def _is_korean(start: bytes) -> bool:
    """Whether half of what is not ASCII are Hangul syllables of KS X 1001, whose bytes are A1 or more."""
    text = codecs.getincrementaldecoder("cp949")().decode(start, final=False)
    foreign = [letter for letter in text if not letter.isascii()]
    usual = sum("가" <= letter <= "힣" and min(letter.encode("cp949")) >= 0xA1 for letter in foreign)
    return usual * 2 >= len(foreign) > 0
