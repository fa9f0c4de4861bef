"""Text files broken by hand: each is read, or refused with one clear line, and nothing else.

A thousand by default; `LOGITSCOPE_THOROUGH=1` makes it ten thousand.
"""

from __future__ import annotations

import gzip
import os
from dataclasses import replace

import numpy as np
import pytest

from engine.data import DataFileError, PastedFile, inspect, no_progress
from engine.data.guesses.label_words import class_numbers, order_of
from engine.data.guesses.roles import roles_of

FILES = 10_000 if os.environ.get("LOGITSCOPE_THOROUGH") else 1_000
BATCHES = 5

SOURCES = [
    b"z,y\n1.5,1\n-2,0\n0.25,1\n",
    b",cat,dog,owl,label\n0,.4,-.4,1.9,0\n1,.3,-1.6,1.1,2\n2,1,2,3,1\n",
    b"sep=;\n# a comment\nz;y\n1,5;0\n1.234,5;1\n",
    "고양이\t강아지\t정답\n1,5\t2\t개\n3\t4\t고양이\n".encode("cp949"),
    "Größe;Müll\n1'234.5;0\n".encode("cp1252"),
    b'logits,label\n"[0.1, 0.2, 0.7]",True\n"[1 2 3]",False\n',
    b"class_0 class_1 label\n1 1.5 2 LABEL_0\n2 2.5 1 LABEL_1\n",
    "0,1,2\n1.5,0.0,1\n-2.5,1.0,0\n".encode("utf-16"),
    "z,y\n1,\nNA,1\n#N/A,−∞\n0x1p3,1_000\n".encode(),
    gzip.compress(b"z,y\n1.5,1\n-2,0\n", mtime=0),
    b"logits = tensor([[1.5, 2.0], [3.0, 4.0]], dtype=torch.float16)\ny = tensor([0, 1])\n",
    b"| a | b |\n|---|---|\n| 1.5 | 2 |\n",
]
NOISE = [b",", b";", b"\t", b"|", b" ", b'"', b"'", b"_", b"e9", b"-", b".", b"[", b"]", b"(", b"inf", b"nan"]
NOISE += [
    b"sep=",
    b"#",
    b"\n",
    b"\r",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xe2\x88\x92",
    b"\xff",
    b"\xfe",
    b"\x1f\x8b",
    b"\x85",
]
NAMES = ["a.csv", "a.tsv", "a.txt", "a", "a.log", "a.csv.gz"]


def broken(source: bytes, rng: np.random.Generator) -> bytes:
    content = bytearray(source)
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(0, len(content) + 1))
        kind = rng.random()
        if kind < 0.4:
            content[at:at] = NOISE[int(rng.integers(0, len(NOISE)))]
        elif kind < 0.6:
            content[at : at + 1] = bytes([int(rng.integers(0, 256))])
        elif kind < 0.7:
            content[at:at] = content[: int(rng.integers(0, len(content) + 1))] * int(rng.integers(1, 30))
        else:
            del content[at : at + int(rng.integers(1, 9))]
    return bytes(content)


def judged(path, rng) -> str:
    """Read a file as it is guessed, with each guess changed, and what its columns are."""
    try:
        file = inspect(path)
        names = [entry.name for entry in file.entries]
        first = file.first_values()
        assert len(names) == len(first)
        if isinstance(file, PastedFile):
            return "read" if len(file.read(range(len(names)), no_progress)) == len(names) else ""
        for guess in (file.guesses.asked() or {"": None}).values():
            assert guess is None or guess.reason.key
        for column in first:
            if column.dtype.kind == "U" and any(word.strip() for word in column):
                class_numbers(column, order_of(column, names).value)
        flat = [column if column.ndim == 1 else column[:, 0] for column in first]
        same = [column for column in flat if len(column) == len(flat[0])]
        roles_of(names[: len(same)], same, has_names=file.has_header)
        columns = file.read(range(len(names)), no_progress)
        assert len({len(column) for column in columns}) <= 1
        other = [
            {"has_header": True},
            {"decimal": ","},
            {"delimiter": ";"},
            {"encoding": "latin-1"},
            {"blanks": ()},
        ]
        changed = replace(file.reading, **other[int(rng.integers(0, len(other)))])
        read_anew = file.read_as(changed)
        read_anew.read(range(len(read_anew.entries)), no_progress)
    except DataFileError as error:
        words = str(error.fault)
        assert words.isprintable(), words
        assert len(words) < 400, words
        return "refused"
    return "read"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_broken_text_file_is_read_or_refused_in_one_line(tmp_path, batch):
    rng = np.random.default_rng(batch)
    verdicts = {"read": 0, "refused": 0}
    for number in range(FILES // BATCHES):
        path = tmp_path / NAMES[number % len(NAMES)]
        path.write_bytes(broken(SOURCES[int(rng.integers(0, len(SOURCES)))], rng))
        verdicts[judged(path, rng)] += 1
    assert min(verdicts.values()) > FILES // BATCHES // 20, verdicts
