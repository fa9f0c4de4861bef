"""What hostile pickles and torch files come to: one line or nothing, no call, bounded memory and time."""

from __future__ import annotations

import pickle
import random
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.data import DataFileError, inspect, no_progress
from engine.data.pickled import bounds
from tests.engine.data.amounts import SHARE
from tests.engine.data.pickle_attacks import (
    ATTACKS,
    beside,
    in_torch,
    mkdir,
    number,
    repacked,
    storage,
    tensor,
    torch_members,
    zipped,
)

FILES = Path(__file__).parent / "torch_files"
MOST_SECONDS = 30.0
MOST_KILOBYTES = 400 * 2**10
"""Of what the process grew by: the pickle's own bytes are among them, up to 64 MiB."""


def most_memory() -> int:
    """The most kilobytes that this process ever held; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def test_the_canary_is_tripped_by_pythons_own_unpickler(tmp_path):
    pickle.loads(beside(mkdir(tmp_path / "canary")))
    assert (tmp_path / "canary").exists()


GROWING = (
    "MOST_OPERATIONS",
    "MOST_CONTAINERS",
    "MOST_MEMOS",
    "MOST_TEXTS",
    "MOST_INTEGERS",
    "MOST_ENCODED_BYTES",
)
"""Bounds that are reached by amounts."""


@pytest.fixture
def as_low_as_the_amounts(monkeypatch):
    for name in GROWING:
        monkeypatch.setattr(bounds, name, getattr(bounds, name) // SHARE)


@pytest.mark.usefixtures("as_low_as_the_amounts")
@pytest.mark.parametrize(
    ("key", "_what", "made", "said"), ATTACKS, ids=[f"{key} {what}" for key, what, *_ in ATTACKS]
)
def test_an_attack_is_refused_in_one_line_or_inert(tmp_path, key, _what, made, said):
    canary = tmp_path / "canary"
    suffix, content = made(canary)
    path = tmp_path / f"attack{suffix}"
    path.write_bytes(content)
    begun, held = time.process_time(), most_memory()
    outcome = outcome_of(path)
    assert time.process_time() - begun < MOST_SECONDS
    assert most_memory() - held < MOST_KILOBYTES
    assert not canary.exists()
    assert "antigravity" not in sys.modules
    if said is None:
        assert outcome == "read"
    else:
        assert said in outcome
        assert outcome.isprintable()
        assert len(outcome) < 300


def outcome_of(path: Path) -> str:
    """The words of the refusal of the file, or of the attack's own entry; else that the numbers were read."""
    try:
        file = inspect(path)
        entries = {entry.name: (index, entry.fault) for index, entry in enumerate(file.entries)}
        for name, (_, fault) in entries.items():
            if fault is not None and name.startswith("attack") and "Python objects" not in str(fault):
                return str(fault)
        (array,) = file.read([entries["z"][0]], no_progress)
    except DataFileError as error:
        return str(error.fault)
    assert array.tolist() == [1.5, -2.0]
    return "read"


def test_a_bool_of_2_or_255_is_true(tmp_path):
    stored = in_torch(lambda: tensor(stored=bool_storage()), bytes([0, 1, 2, 255]))(tmp_path)[1]
    (tmp_path / "a.pt").write_bytes(stored)
    file = inspect(tmp_path / "a.pt")
    assert file.read((0,), no_progress)[0].tolist() == [False, True, True, True]


def bool_storage() -> bytes:
    return storage(number(4), kind="BoolStorage")


def test_nineteen_million_steps_end_at_the_bound_of_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_OPERATIONS", 200_000)
    (tmp_path / "a.pkl").write_bytes(beside(b"(" + b"N" * 400_000 + b"t"))
    with pytest.raises(DataFileError, match="more than 200000 steps"):
        inspect(tmp_path / "a.pkl")


def test_a_file_packed_anew_without_compression_is_read(tmp_path):
    whole = (FILES / "views.pt").read_bytes()
    path = tmp_path / "views.pt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zipfile.ZipExtFile._update_crc", lambda *_: None)  # torch writes none
        path.write_bytes(repacked(whole))
    expected, found = (inspect(each) for each in (FILES / "views.pt", path))
    chosen = range(len(expected.entries))
    for one, other in zip(expected.read(chosen, no_progress), found.read(chosen, no_progress), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_lies_too_deep_is_said_where_nothing_else_is_found(tmp_path):
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04" + b"]" * 500 + b"a" * 499 + b".")
    with pytest.raises(DataFileError, match="deeper than 100 containers"):
        inspect(tmp_path / "a.pkl")


MUTATIONS = 300


@pytest.mark.parametrize("kind", ["pickle", "file"])
def test_mutated_files_are_refused_or_harmless(tmp_path, kind):
    draw = random.Random(f"mutated {kind}")
    sources = [path.read_bytes() for path in sorted(FILES.glob("*.p*")) if path.suffix != ".py"]
    sources.append(zipped(torch_members(tensor())))
    path = tmp_path / "mutated.pt"
    for _ in range(MUTATIONS):
        raw = bytearray(draw.choice(sources))
        end = len(raw) if kind == "file" else min(len(raw), 1500)
        for _ in range(draw.randint(1, 6)):
            raw[draw.randrange(end)] = draw.randrange(256)
        if draw.random() < 0.2:
            del raw[draw.randrange(len(raw)) :]
        path.write_bytes(raw)
        try:
            file = inspect(path)
            file.read([i for i, entry in enumerate(file.entries) if entry.fault is None], no_progress)
        except DataFileError as error:
            assert str(error.fault).isprintable()  # noqa: PT017  # either is well
