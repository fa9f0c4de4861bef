"""Malformed files by the thousand: each is a suffix and bytes, drawn from a seeded generator."""

from __future__ import annotations

import io
import json
import pickle
import random
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from engine import BinaryProblem, MulticlassProblem
from gui.session.session_file import Session, session_pieces

Hostile = tuple[str, bytes]
Maker = Callable[[random.Random], Hostile]

COLUMNS = 1_000_000
DATA_TESTS = Path(__file__).resolve().parents[1] / "engine" / "data"
TORCH_FILES = DATA_TESTS / "torch_files"
PANDAS_FILES = DATA_TESTS / "pickled" / "pandas_files" / "pickles.zip"


@cache
def good_session() -> bytes:
    binary = BinaryProblem(logits=np.linspace(-200, 200, 9), target=np.arange(9) % 2, pos_weight=2.0)
    multiclass = MulticlassProblem(logits=np.arange(12.0).reshape(4, 3), target=[0, 2, 1, -100])
    return "".join(session_pieces(Session.of("binary", (binary, multiclass), {}))).encode()


@cache
def good_npy() -> bytes:
    return npy(np.arange(12, dtype=np.float32).reshape(4, 3))


@cache
def good_npz() -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, logits=np.arange(12.0).reshape(4, 3), labels=np.array([0, 1, 2, 1]))
    return file.getvalue()


@cache
def good_safetensors() -> bytes:
    header = json.dumps({"z": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(16)


@cache
def good_torch() -> bytes:
    """What torch.save wrote of tensors in dictionaries, lists and objects."""
    return (TORCH_FILES / "nested.pt").read_bytes()


@cache
def good_legacy() -> bytes:
    return (TORCH_FILES / "nested_legacy.pth").read_bytes()


@cache
def good_pickle() -> bytes:
    return (TORCH_FILES / "arrays_5.pkl").read_bytes()


@cache
def good_frame() -> bytes:
    """A table that pandas pickled."""
    with zipfile.ZipFile(PANDAS_FILES) as archive:
        return archive.read("pandas3-categories-5.pkl")


@cache
def good_batches() -> bytes:
    """A list of batches, and of samples with a number each."""
    rows = np.arange(12, dtype=np.float32).reshape(4, 3)
    batches = [(rows, np.arange(4) % 3), (rows[:2], np.arange(2)), (rows[:1], np.arange(1))]
    return pickle.dumps({"batches": batches, "samples": [(row.tolist(), k) for k, row in enumerate(rows)]})


GOOD_BATCHES = b"".join(
    b'{"logits": [[1.5, %d], [2, 3]%s], "labels": [0, 1%s]}\n' % (row, b", [4, 5]" * row, b", 1" * row)
    for row in range(4)
)
GOOD_LEVELS = b",logits,logits,label\n,cat,dog,\n" + b"".join(b"%d,%d.5,-2,1\n" % (k, k) for k in range(9))
GOOD_RECORDS = b"".join(b'{"logits": [%d.5, -1, NaN], "label": %d}\n' % (row, row % 3) for row in range(20))
GOOD_OBJECT = b'{"logits": [[1.5, -2], [0.5, 3]], "labels": [1, 0], "run": {"words": ["a", "b"]}}'
GOOD_CSV = b"z,y\n" + b"".join(b"%d.5,%d\n" % (row, row % 2) for row in range(20))


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npy_saying(header: str, data: bytes = bytes(64), version: int = 1, length: int | None = None) -> bytes:
    raw = header.encode("latin-1") + b"\n"
    size = len(raw) if length is None else length
    packed = size.to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + packed + raw + data


def said(descr: str = "'<f4'", shape: str = "(4,)", order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


# -- damage ---------------------------------------------------------------------------------------------

GOOD: tuple[tuple[str, Callable[[], bytes]], ...] = (
    (".json", good_session),
    (".npy", good_npy),
    (".npz", good_npz),
    (".csv", lambda: GOOD_CSV),
    (".safetensors", good_safetensors),
    (".pt", good_torch),
    (".pth", good_legacy),
    (".pkl", good_pickle),
    (".jsonl", lambda: GOOD_RECORDS),
    (".json", lambda: GOOD_OBJECT),
    (".pkl", good_frame),
    (".pkl", good_batches),
    (".jsonl", lambda: GOOD_BATCHES),
    (".csv", lambda: GOOD_LEVELS),
)


def truncated(draw: random.Random) -> Hostile:
    suffix, content = draw.choice(GOOD)
    return suffix, content()[: draw.randrange(len(content()))]


def flipped(draw: random.Random) -> Hostile:
    suffix, content = draw.choice(GOOD)
    raw = bytearray(content())
    for _ in range(draw.randint(1, 8)):
        raw[draw.randrange(len(raw))] = draw.randrange(256)
    return suffix, bytes(raw)


def spliced(draw: random.Random) -> Hostile:
    (suffix, first), (_, second) = draw.choice(GOOD), draw.choice(GOOD)
    return suffix, first()[: draw.randrange(len(first()))] + second()[draw.randrange(len(second())) :]


def noise(draw: random.Random) -> Hostile:
    suffix = draw.choice(
        (".json", ".npy", ".npz", ".csv", ".tsv", ".safetensors", ".pkl", ".pt", ".jsonl", ".xyz", "")
    )
    return suffix, draw.randbytes(draw.randrange(400))


# -- JSON -----------------------------------------------------------------------------------------------

VALUES = (
    None, True, "x", "inf", "1,5", [], {}, [[]], [[1, 2], [3]], -1, 2**70, 10**350, 1.5, [None], ["x"] * 9,
    {"dtype": "<f8", "shape": [2**38], "base64": ""}, {"dtype": "|O", "shape": [1], "base64": "gASVAAAAAA=="},
    "\ud800", "a" * 5000, [1] * 9, [[1, 2, 3]] * 4,
)  # fmt: skip


def mutated_json(draw: random.Random) -> Hostile:
    fields = json.loads(good_session())
    where = draw.choice((fields, fields["binary"], fields["multiclass"]))
    key = draw.choice([*where, "unknown", "é\n", "schema"])
    if draw.random() < 0.2:
        where.pop(key, None)
    else:
        where[key] = draw.choice(VALUES)
    return ".json", json.dumps(fields).encode("utf-8", "surrogatepass")


def hostile_json(draw: random.Random) -> Hostile:
    depth = draw.choice((50, 990, 100_000))
    number = draw.choice(("1e999", "9" * 5000, "NaN", "-Infinity", "1" * 401, "0x10", "1_0"))
    logits = f'{{"page": "binary", "target": [0], "logits": [{number}]}}'
    texts = (
        "[" * depth,
        '{"a":' * depth,
        '{"page": "binary", "target": [0], "logits": ' + "[" * depth + "]" * depth + "}",
        logits,
        '{"page": "binary", "page": "binary"}',
        '{"' + "k" * 5000 + '": 1, "logits": []}',
        "{" + ",".join(f'"k{key}": {key}' for key in range(300)) + ', "k7": 1}',
        '{"page": "binary", "logits": [0], "target": ["\\ud800"]}',
        "\0" * 20,
        "",
    )
    return ".json", draw.choice(texts).encode()


@cache
def wide_json() -> bytes:
    return b'{"page": "multiclass", "target": [0], "logits": [[' + b"1," * COLUMNS + b"1]]}"


@cache
def empty_lists() -> bytes:
    return b'{"page": "multiclass", "target": [0], "logits": [' + b"[]," * 700_000 + b"[]]}"


# -- arrays ---------------------------------------------------------------------------------------------


def hostile_header(draw: random.Random) -> Hostile:
    shape = draw.choice(
        ("(4,)", f"({2**62},)", "(-1,)", "(10**9,)", "(0,)", "()", "(2, 2)", f"({9**300},)", "(" * 90)
    )
    descr = draw.choice(
        ("'<f4'", "'|O'", "'<U9'", "'<f16'", "'<c8'", "[('a', '<f4')]", "'<V2'", "'<M8[s]'", "'f3'")
    )
    headers = (
        said(descr, shape),
        said(order="__import__('os').abort()"),
        said(shape=f"({'1, ' * 150})"),
        "{}",
        "(" * 5000,
        "x" * 20_000,
    )
    header = draw.choice(headers)
    version = draw.choice((1, 1, 2, 3, 9)) if len(header) < 60_000 else 2
    length = draw.choice((None, None, 0, 60_000))
    return ".npy", npy_saying(header, draw.randbytes(draw.randrange(64)), version, length)


class Harmful:
    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


def pickled(draw: random.Random) -> Hostile:
    thing = draw.choice((Harmful(), [1.0, 2.0], {"z": 1}))
    raw = pickle.dumps(thing, protocol=draw.randrange(6))
    suffix = draw.choice((".pkl", ".npy", ".npz", ".pt", ".csv", ".json"))
    if draw.random() < 0.3:
        return ".npy", npy_saying(said("'|O'", "(1,)"), raw)
    return suffix, raw


def hostile_zip(draw: random.Random) -> Hostile:
    file = io.BytesIO()
    method = draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    contents = (
        good_npy(),
        npy_saying(said(shape="(1000000,)")),
        npy_saying(said(shape=f"({2**40},)")),
        npy_saying(said("'|O'", "(1,)"), pickle.dumps(Harmful())),
        b"",
        draw.randbytes(50),
    )
    with zipfile.ZipFile(file, "w", method) as archive:
        for number in range(draw.choice((0, 1, 2, 30))):
            archive.writestr(
                draw.choice((f"a{number}.npy", f"../{number}.npy", f"readme{number}.txt")),
                draw.choice(contents),
            )
    raw = bytearray(file.getvalue())
    if draw.random() < 0.6:  # a lie in the directory: sizes, offsets, flags
        at = raw.rfind(b"PK\x01\x02")
        if at >= 0:
            struct.pack_into("<L", raw, at + draw.choice((8, 16, 20, 24, 42)), draw.randrange(2**32))
    return ".npz", bytes(raw)


@cache
def bomb() -> bytes:
    """Two gigabytes of zeros as it tells them, in some kilobytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        zeros = bytes(2**20)
        with archive.open("logits.npy", "w") as member:
            member.write(npy_saying(said("'<f8'", f"({2**28},)"), b""))
            for _ in range(32):
                member.write(zeros)
    return file.getvalue()


@cache
def crowded_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(3000):
            archive.writestr(f"{number}.npy", b"")
    return file.getvalue()


def zip64(_draw: random.Random) -> Hostile:
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, 0, 1)
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return ".npz", b"PK\x06\x06" + bytes(52) + locator + end


# -- text tables ----------------------------------------------------------------------------------------


def hostile_csv(draw: random.Random) -> Hostile:
    texts = (
        "z,y\n1,2\n3\n",
        "z;y\n1,5;0\n2,5;1\n",
        "z,y\n1,big\n",
        "z,y\nnope,0\n1,0\n",
        'z,y\n"1,0\n',
        "z,y\n1,0\0\n",
        "name\na\nb\n",
        "\n\n\n",
        "",
        "z,y\n" + "1,0\n" * 60 + "1,x\n",
        "z" * 300_000,
        '"' + "x" * 200_000,
        ",,,,\n,,,,\n",
        "z,y\n1,0.5e\n",
        "\ufeffz,y\n0x1p3,1\n",
    )
    raw = draw.choice(texts).encode()
    return draw.choice((".csv", ".tsv", ".txt")), raw if draw.random() < 0.8 else raw + b"\xff\xfe"


@cache
def wide_csv() -> bytes:
    return b"1," * COLUMNS + b"1\n"


@cache
def many_columns_csv() -> bytes:
    return b",".join(b"1" for _ in range(5000)) + b"\n"


def hostile_safetensors(draw: random.Random) -> Hostile:
    headers = (
        "{}",
        "{",
        '{"z": {"dtype": "F32", "shape": [4], "data_offsets": [0, 1000000]}}',
        '{"z": {"dtype": "F32", "shape": [-4], "data_offsets": [0, 16]}}',
        '{"z": {"dtype": "F9", "shape": [4], "data_offsets": [0, 16]}}',
        '{"z": {"dtype": "C64", "shape": [2], "data_offsets": [0, 16]}}',
        '{"z": {"dtype": "F32", "shape": [18446744073709551615], "data_offsets": [0, 16]}}',
        '{"z": 1}',
        "[" * 3000,
    )
    header = draw.choice(headers).encode()
    length = draw.choice((len(header), len(header), 0, 2**40, 2**63))
    return ".safetensors", struct.pack("<Q", length) + header + bytes(16)


# -- all together ---------------------------------------------------------------------------------------


LARGE: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
    ("a row of a million numbers", ".json", wide_json),
    ("empty lists", ".json", empty_lists),
    ("five megabytes of blank lines", ".csv", lambda: b"\n" * 5_000_000),
    ("a row and five megabytes of blank lines", ".csv", lambda: b"1,0\n" + b"\n" * 5_000_000),
    ("a zip bomb", ".npz", bomb),
    ("three thousand arrays", ".npz", crowded_zip),
    ("a million columns", ".csv", wide_csv),
    ("five thousand columns", ".csv", many_columns_csv),
)
"""What takes longer to make than the others together: one of each."""


KINDS: tuple[tuple[Maker, int], ...] = (
    (truncated, 20),
    (flipped, 25),
    (spliced, 10),
    (noise, 10),
    (mutated_json, 25),
    (hostile_json, 20),
    (hostile_header, 20),
    (pickled, 15),
    (hostile_zip, 25),
    (zip64, 1),
    (hostile_csv, 20),
    (hostile_safetensors, 8),
)


def hostile_file(draw: random.Random) -> Hostile:
    """One malformed file; a few of the damaged ones are harmless after all."""
    makers, weights = zip(*KINDS, strict=True)
    return draw.choices(makers, weights)[0](draw)
