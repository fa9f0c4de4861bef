"""Pickles and torch files made to run code, to take all memory or time, or to be read past their ends.

Each attack is a number, what it does, how it is written, and what must come of it: the words of a refusal,
or None where it is inert, which means that the array beside it is read and nothing else happens.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from tests.engine.data.amounts import amount

MARK, STOP = b"(", b"."


# -- writing --------------------------------------------------------------------------------------------


def text(words: str) -> bytes:
    raw = words.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value: int) -> bytes:
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    raw = value.to_bytes(16, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def name(module: str, attribute: str) -> bytes:
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def many(*items: bytes) -> bytes:
    """A tuple."""
    return MARK + b"".join(items) + b"t"


def call(module: str, attribute: str, *args: bytes) -> bytes:
    return name(module, attribute) + many(*args) + b"R"


NUMBERS = b"](G" + struct.pack(">d", 1.5) + b"G" + struct.pack(">d", -2.0) + b"e"
"""A list that is read as an array."""


def beside(attack: bytes) -> bytes:
    """A pickle of an attack, and of numbers that are read all the same where it is inert."""
    return b"\x80\x04" + b"}" + MARK + text("attack") + attack + text("z") + NUMBERS + b"u" + STOP


def pickled(attack: Callable[[], bytes]) -> Callable[[Path], tuple[str, bytes]]:
    return lambda _canary: (".pkl", beside(attack()))


def storage(count: bytes = number(4), key: bytes = text("0"), kind: str = "FloatStorage") -> bytes:
    return many(text("storage"), name("torch", kind), key, text("cpu"), count) + b"Q"


def tensor(
    size: bytes = many(number(4)),
    stride: bytes = many(number(1)),
    offset: bytes = number(0),
    stored: bytes | None = None,
) -> bytes:
    flags = b"\x89" + call("collections", "OrderedDict")
    return call(
        "torch._utils",
        "_rebuild_tensor_v2",
        storage() if stored is None else stored,
        offset,
        size,
        stride,
        flags,
    )


@dataclass(frozen=True)
class Written:
    """A member of a zip file as it is written, with what may be said wrongly of it."""

    raw: bytes
    method: int = 0
    flags: int = 0
    local_name: str | None = None
    said_size: int | None = None
    said_at: int | None = None


def zipped(members: list[tuple[str, Written]], said: Mapping[str, int] | None = None) -> bytes:
    """A zip file, byte by byte."""
    said = said or {}
    out, central = bytearray(), bytearray()
    for each, member in members:
        raw = member.raw
        if member.method == 8:
            packer = zlib.compressobj(wbits=-15)
            raw = packer.compress(raw) + packer.flush()
        at = len(out) if member.said_at is None else member.said_at
        plain = len(member.raw) if member.said_size is None else member.said_size
        packed = len(raw) if member.said_size is None else member.said_size
        own = (member.local_name or each).encode()
        out += struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, member.flags, member.method, 0, 0, 0, packed, plain, len(own), 0
        )
        out += own + raw
        central += (
            struct.pack(
                "<4s6H3L5H2L",
                b"PK\1\2",
                20,
                20,
                member.flags,
                member.method,
                0,
                0,
                0,
                packed,
                plain,
                len(each),
                0,
                0,
                0,
                0,
                0,
                at,
            )
            + each.encode()
        )
    begin = said.get("begin", len(out))
    length = said.get("length", len(central))
    count = said.get("count", len(members))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, min(count, 65535), min(count, 65535), length, begin, 0)
    return bytes(out + central + end)


def torch_members(attack: bytes, raw: bytes = bytes(16)) -> list[tuple[str, Written]]:
    return [
        ("a/data.pkl", Written(beside(attack))),
        ("a/byteorder", Written(b"little")),
        ("a/data/0", Written(raw)),
    ]


def in_torch(attack: Callable[[], bytes], raw: bytes = bytes(16)) -> Callable[[Path], tuple[str, bytes]]:
    return lambda _canary: (".pt", zipped(torch_members(attack(), raw)))


def as_zip(made: Callable[[], bytes]) -> Callable[[Path], tuple[str, bytes]]:
    return lambda _canary: (".pt", made())


LEGACY = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e\x80\x02M\xe9\x03.\x80\x02}."


def legacy(keys: bytes, count: int, raw: bytes = bytes(16)) -> bytes:
    stored = (
        many(text("storage"), name("torch", "FloatStorage"), text("0"), text("cpu"), number(4), b"N") + b"Q"
    )
    root = b"\x80\x02" + tensor(stored=stored) + STOP
    return LEGACY + root + b"\x80\x02" + keys + STOP + struct.pack("<q", count) + raw


# -- the attacks ----------------------------------------------------------------------------------------

DAMAGED = "damaged or cut short"
INSTRUCTION = "instruction 0x"
TENSOR = "a tensor that cannot be"
STORAGE = "a storage that cannot be"
ARRAY = "an array that cannot be"
BOXES = "lists, dictionaries"
MILLION, DEEP = amount(1_000_000), amount(900_000)
"""The bounds are made as much lower (test_pickle_attacks.py)."""


def mkdir(canary: Path) -> bytes:
    return call("posix", "mkdir", text(str(canary)))


def doubled(times: int) -> bytes:
    """A pair of the same object, over and over."""
    made = b")"
    for index in range(times):
        made += b"q" + bytes([index]) + b"h" + bytes([index]) + b"\x86"
    return made


def colliding(count: int) -> bytes:
    """Integers that all have one hash."""
    keys = (b"\x8a\x0b" + (each * (2**61 - 1)).to_bytes(11, "little") + b"N" for each in range(count))
    return b"}" + MARK + b"".join(keys) + b"u"


def type_of(code: str, *state: bytes) -> bytes:
    made = call("numpy", "dtype", text(code), b"\x89", b"\x88")
    given = state or (number(3), text("<"), b"N", b"N", b"N", number(-1), number(-1), number(0))
    return made + many(*given) + b"b"


def array(kind: bytes, raw: bytes, *more: bytes) -> bytes:
    made = call(
        "numpy._core.multiarray", "_reconstruct", name("numpy", "ndarray"), many(number(0)), b"C\x01b"
    )
    return made + many(number(1), many(number(2)), kind, b"\x89", raw, *more) + b"b"


Attack = tuple[str, str, Callable[[Path], tuple[str, bytes]], str | None]

CALLS: tuple[Attack, ...] = (
    ("1", "GLOBAL and REDUCE", lambda canary: (".pkl", beside(mkdir(canary))), None),
    (
        "2",
        "INST",
        lambda canary: (".pkl", beside(MARK + text(str(canary)) + b"iposix\nmkdir\n")),
        INSTRUCTION,
    ),
    (
        "3",
        "OBJ",
        lambda canary: (".pkl", beside(MARK + name("posix", "mkdir") + text(str(canary)) + b"o")),
        INSTRUCTION,
    ),
    (
        "4",
        "NEWOBJ_EX",
        lambda canary: (".pkl", beside(name("posix", "mkdir") + many(text(str(canary))) + b"}\x92")),
        None,
    ),
    (
        "5",
        "STACK_GLOBAL of a path",
        lambda canary: (
            ".pkl",
            beside(text("os") + text("mkdir.__globals__") + b"\x93" + many(text(str(canary))) + b"R"),
        ),
        None,
    ),
    ("6", "EXT1", pickled(lambda: b"\x82\x01"), INSTRUCTION),
    ("7", "EXT4", pickled(lambda: b"\x84\x01\x00\x00\x00"), INSTRUCTION),
    ("8", "BUILD on a name", pickled(lambda: name("builtins", "print") + b"}b"), "a state to what has none"),
    ("8b", "BUILD on a dictionary", pickled(lambda: b"}}b"), "a state to what has none"),
    ("9", "a type of objects", pickled(lambda: array(type_of("O8"), b"]")), None),
    (
        "9b",
        "a type with fields",
        pickled(lambda: type_of("V8", number(3), text("|"), b"N", text("x"), b"}")),
        None,
    ),
    (
        "10",
        "an array's state too long",
        pickled(lambda: array(type_of("f4"), b"C\x08" + bytes(8), b"N", b"N")),
        ARRAY,
    ),
    (
        "10b",
        "an array's state too short",
        pickled(lambda: array(type_of("f4"), b"C\x04" + bytes(4))),
        ARRAY,
    ),
    ("28", "PERSID", pickled(lambda: b"Pposix\n"), INSTRUCTION),
    ("28b", "a list as an id", pickled(lambda: b"]Q"), STORAGE),
    ("import", "a module that is not loaded", pickled(lambda: call("antigravity", "geohash")), None),
    ("call", "a call of a text", pickled(lambda: text("print") + b")R"), "calls what is no name"),
)

SIZES: tuple[Attack, ...] = (
    ("11", "LONG_BINPUT 2^28", pickled(lambda: b"Nr" + struct.pack("<I", 2**28)), "remembers more than"),
    ("12", "LONG4 of 100 MB", pickled(lambda: b"\x8b" + struct.pack("<i", 10**8)), INSTRUCTION),
    ("12b", "LONG4 negative", pickled(lambda: b"\x8b" + struct.pack("<i", -1)), INSTRUCTION),
    ("13", "BINBYTES8 2^40", pickled(lambda: b"\x8e" + struct.pack("<Q", 2**40)), DAMAGED),
    ("13b", "BYTEARRAY8 2^31", pickled(lambda: b"\x96" + struct.pack("<Q", 2**31)), DAMAGED),
    ("14", "FRAME 2^62", pickled(lambda: b"\x95" + struct.pack("<Q", 2**62) + b"N"), None),
    ("14b", "a short frame", pickled(lambda: b"\x95" + struct.pack("<Q", 0) + b"N"), None),
    ("15", "PROTO 255", pickled(lambda: b"\x80\xffN"), "protocol 255"),
    (
        "16",
        "20 MB of EMPTY_SET",
        pickled(lambda: MARK + b"\x8f" * (20 * MILLION) + b"t"),
        BOXES,
    ),
    (
        "16b",
        "20 MB of EMPTY_DICT",
        pickled(lambda: MARK + b"}" * (20 * MILLION) + b"t"),
        BOXES,
    ),
    ("16c", "20 MB of MARK", pickled(lambda: MARK * (20 * MILLION)), "unfinished lists"),
    ("17", "lists 900,000 deep", pickled(lambda: b"]" * DEEP + b"a" * (DEEP - 1)), None),
    ("18", "tuples 900,000 deep", pickled(lambda: b")" + b"\x85" * DEEP), None),
    ("19", "18 as a key", pickled(lambda: b"})" + b"\x85" * DEEP + b"Ns"), None),
    ("19b", "18 in a set", pickled(lambda: b"\x8f(" + b")" + b"\x85" * DEEP + b"\x90"), None),
    ("20", "pairs doubled 60 times", pickled(lambda: doubled(60)), None),
    (
        "20b",
        "lists doubled 60 times",
        pickled(
            lambda: (
                b"](K\x01K\x02e"
                + b"".join(
                    b"q" + bytes([each]) + b"](h" + bytes([each]) + b"h" + bytes([each]) + b"e"
                    for each in range(60)
                )
            )
        ),
        None,
    ),
    ("21", "20 as a key", pickled(lambda: b"}" + doubled(60) + b"Ns"), None),
    ("22", "20 as a storage's id", pickled(lambda: doubled(60) + b"Q"), STORAGE),
    ("22b", "20 as a storage's key", in_torch(lambda: storage(key=doubled(60))), STORAGE),
    ("23", "60,000 keys of one hash", pickled(lambda: colliding(60_000)), None),
    ("24", "a list in itself", pickled(lambda: b"]q\x00h\x00a"), None),
    ("24b", "a dictionary in itself", pickled(lambda: b"}q\x00" + text("a") + b"h\x00s"), None),
    ("25", "bytearray(2^36)", pickled(lambda: call("builtins", "bytearray", number(2**36))), None),
    (
        "26",
        "a codec of its own",
        pickled(lambda: call("_codecs", "encode", text("x"), text("punycode"))),
        "bytes that cannot be",
    ),
    (
        "26b",
        "text that is not Latin-1",
        pickled(lambda: call("_codecs", "encode", text("가"), text("latin1"))),
        DAMAGED,
    ),
    ("27", "INT of a million digits", pickled(lambda: b"I" + b"9" * MILLION + b"\n"), INSTRUCTION),
    ("42", "cut short", lambda _: (".pkl", beside(b"N")[:-20]), DAMAGED),
    ("43", "an empty stack", pickled(lambda: b"00000000"), DAMAGED),
    ("43b", "a mark too many", pickled(lambda: b"ttt"), DAMAGED),
    ("61", "a name of 1 MB", pickled(lambda: name("a" * MILLION, "b")), DAMAGED),
    (
        "61b",
        "a name of 1 MB from the stack",
        pickled(lambda: text("a" * MILLION) + text("b") + b"\x93"),
        DAMAGED,
    ),
    (
        "65",
        "1 MB of text encoded 200 times",
        pickled(
            lambda: (
                text("a" * MILLION)
                + b"q\x000"
                + text("latin1")
                + b"q\x010"
                + (name("_codecs", "encode") + b"h\x00h\x01\x86R0") * 200
                + b"N"
            )
        ),
        "encodes more than",
    ),
    (
        "66",
        "MEMOIZE 19 million times",
        pickled(lambda: b"N" + b"\x94" * (19 * MILLION)),
        "remembers more than",
    ),
    ("68", "3 million names", pickled(lambda: b"ca\nb\n0" * (3 * MILLION) + b"N"), BOXES),
    (
        "69",
        "6 million texts",
        pickled(lambda: b"\x8c\x01a0" * (6 * MILLION) + b"N"),
        f"more than {2 * MILLION} texts",
    ),
    (
        "70",
        "6 million integers",
        pickled(lambda: b"(" + number(70_000) * (6 * MILLION) + b"t"),
        "integers beyond",
    ),
    ("71", "a million integers of two bytes", pickled(lambda: b"(" + b"M\x00\x20" * MILLION + b"t"), None),
    ("size", "a pickle of 65 MiB", pickled(lambda: b"N0" * (33 * 2**20) + b"N"), "takes 69206"),
)

TENSORS: tuple[Attack, ...] = (
    (
        "30",
        "a side of 2^62",
        in_torch(lambda: tensor(many(number(2**62)), many(number(0)))),
        "more than 20000000",
    ),
    ("31", "a negative side", in_torch(lambda: tensor(many(number(-1)))), TENSOR),
    ("32", "a negative stride", in_torch(lambda: tensor(stride=many(number(-1)))), TENSOR),
    ("33", "a negative offset", in_torch(lambda: tensor(offset=number(-1))), TENSOR),
    ("34", "beyond the storage", in_torch(lambda: tensor(offset=number(1))), TENSOR),
    (
        "34b",
        "a stride beyond it",
        in_torch(lambda: tensor(stride=many(number(2)))),
        TENSOR,
    ),
    (
        "35",
        "fewer bytes than numbers",
        in_torch(lambda: tensor(stored=storage(number(5)))),
        STORAGE,
    ),
    (
        "36",
        "numbers below 0",
        in_torch(lambda: tensor(stored=storage(number(-4)))),
        STORAGE,
    ),
    (
        "36b",
        "2^63 numbers",
        in_torch(lambda: tensor(stored=storage(number(2**63)))),
        STORAGE,
    ),
    (
        "37",
        "a key that is a path",
        in_torch(lambda: tensor(stored=storage(key=text("../data.pkl")))),
        "no numbers for the tensor",
    ),
    (
        "38",
        "a storage that is not there",
        in_torch(lambda: tensor(stored=storage(key=text("7")))),
        "no numbers for the tensor",
    ),
    (
        "39",
        "200 dimensions",
        in_torch(lambda: tensor(many(*[number(1)] * 200), many(*[number(1)] * 200))),
        TENSOR,
    ),
    (
        "40",
        "a thousand million of one number",
        in_torch(lambda: tensor(many(number(10**9)), many(number(0)))),
        "more than 20000000",
    ),
    (
        "nested",
        "a tensor that rebuilds itself",
        in_torch(
            lambda: call(
                "torch._tensor",
                "_rebuild_from_type_v2",
                name("torch._tensor", "_rebuild_from_type_v2"),
                name("torch", "Tensor"),
                b")",
                b"N",
            )
        ),
        TENSOR,
    ),
    (
        "flag",
        "a flag of the future",
        in_torch(
            lambda: call(
                "torch._utils",
                "_rebuild_tensor_v2",
                storage(),
                number(0),
                many(number(4)),
                many(number(1)),
                b"\x89",
                b"}",
                b"}" + text("mirrored") + b"\x88s",
            )
        ),
        "the flag mirrored",
    ),
    (
        "storages",
        "20,000 storages",
        lambda _: (
            ".pt",
            zipped(
                [
                    (
                        "a/data.pkl",
                        Written(
                            beside(
                                MARK
                                + b"".join(storage(number(0), text(str(each))) for each in range(10_001))
                                + b"t"
                            )
                        ),
                    ),
                    *((f"a/data/{each}", Written(b"")) for each in range(10_001)),
                ]
            ),
        ),
        "more than 10000 storages",
    ),
)


def crowded() -> bytes:
    return zipped(
        [("a/data.pkl", Written(beside(b"N"))), *((f"a/{each}", Written(b"")) for each in range(65_000))]
    )


def changed(**first: object) -> bytes:
    members = torch_members(tensor())
    members[0] = ("a/data.pkl", Written(members[0][1].raw, **first))  # type: ignore[arg-type]
    return zipped(members)


FILES: tuple[Attack, ...] = (
    (
        "50",
        "a deflated pickle of 50 MB",
        as_zip(lambda: zipped([("a/data.pkl", Written(beside(b"N0" * (25 * MILLION) + b"N"), method=8))])),
        "is compressed",
    ),
    (
        "51",
        "two data.pkl",
        as_zip(lambda: zipped([*torch_members(tensor()), ("b/data.pkl", Written(beside(b"N")))])),
        "disagree",
    ),
    (
        "52",
        "two members of one name",
        as_zip(lambda: zipped([*torch_members(tensor()), ("a/data/0", Written(bytes(16)))])),
        "two members named a/data/0",
    ),
    ("53", "a member beyond the file", as_zip(lambda: changed(said_at=2**31)), "disagree"),
    ("54", "a member larger than the file", as_zip(lambda: changed(said_size=2**31 - 1)), "disagree"),
    (
        "55",
        "a directory beyond the file",
        as_zip(lambda: zipped(torch_members(tensor()), {"begin": 2**31})),
        "disagree",
    ),
    (
        "55b",
        "more members than there are",
        as_zip(lambda: zipped(torch_members(tensor()), {"count": 9})),
        "disagree",
    ),
    ("56", "another name in the local header", as_zip(lambda: changed(local_name="a/code.pkl")), "disagree"),
    ("57", "encryption", as_zip(lambda: changed(flags=1)), "is encrypted"),
    ("58", "65,000 members", as_zip(crowded), "zip directory of at most"),
    (
        "63",
        "2^40 numbers in the old layout",
        as_zip(lambda: legacy(b"]" + text("0") + b"a", 2**40)),
        "cut short",
    ),
    ("64", "keys that are lists", as_zip(lambda: legacy(b"]" + doubled(60) + b"a", 4)), DAMAGED),
    ("64b", "a key that no tensor has", as_zip(lambda: legacy(b"]" + text("1") + b"a", 4)), DAMAGED),
    (
        "64c",
        "a header that is a number",
        as_zip(lambda: LEGACY[:-4] + b"\x80\x02N." + b"\x80\x02N."),
        DAMAGED,
    ),
    ("0", "nothing", as_zip(lambda: b""), "expected a session or"),
)

ATTACKS = (*CALLS, *SIZES, *TENSORS, *FILES)


def repacked(raw: bytes) -> bytes:
    """A zip file of the same members as Python's zipfile writes them: unaligned, and stored."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as source, zipfile.ZipFile(out, "w") as made:
        for info in source.infolist():
            made.writestr(info.filename, source.read(info))
    return out.getvalue()
