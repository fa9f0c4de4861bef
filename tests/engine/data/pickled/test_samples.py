"""Lists that hold one sample very often take no more room than others."""

from __future__ import annotations

import struct

from engine.data import inspect
from engine.data.pickled import samples

HALF = b"G" + struct.pack(">d", 0.5)
TIMES = 50_000


def listed(tmp_path, sample: bytes):
    """The entries of a list that holds a sample once and then again and again."""
    raw = b"\x80\x02](" + sample + b"q\x00" + b"h\x00" * TIMES + b"e."
    (tmp_path / "a.pkl").write_bytes(raw)
    return inspect(tmp_path / "a.pkl").entries


def test_pairs_are_columns_however_often_one_is_in_the_list(tmp_path):
    entries = listed(tmp_path, b"(" + HALF + b"K\x01t")
    assert [(entry.name, entry.shape) for entry in entries] == [("[0]", (TIMES + 1,)), ("[1]", (TIMES + 1,))]


def test_a_list_of_too_many_samples_is_looked_through_once(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "MOST_CELLS", 1000)
    entries = listed(tmp_path, b"(](" + HALF + HALF + b"eK\x01t")
    assert [(entry.name, entry.shape) for entry in entries] == [("[0][0]", (2,))]
