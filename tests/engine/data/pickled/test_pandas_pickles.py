"""Pandas' tables as their pickles hold them, of several versions, read without pandas."""

from __future__ import annotations

import random
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine import FLOAT16, FLOAT32, FLOAT64
from engine.data import DataError, inspect_all, no_progress, read_problem, suggested

with zipfile.ZipFile(Path(__file__).parent / "pandas_files" / "pickles.zip") as _archive:
    PICKLES = {name.removesuffix(".pkl"): _archive.read(name) for name in _archive.namelist()}

LOGITS = np.array([[0.5, -0.25, 2.0], [1.5, 0.0, -3.0], [-1.0, 4.0, 0.125]])
LABELS = {"missing_words": [2, -100, 1], "nullable": [2, 0, -1], "filtered": [2, 1]}
"""Where they are not 2, 0 and 1."""


def problem_of(path):
    files = inspect_all([path])
    looked = files.looked_at()
    choice = suggested(files.entries, looked.values)
    return read_problem(files, choice, FLOAT16, no_progress, looked.whole), files


@pytest.mark.parametrize("name", PICKLES)
def test_a_table_has_its_columns_by_name(tmp_path, name):
    (tmp_path / "a.pkl").write_bytes(PICKLES[name])
    kind = name.split("-")[1]
    problem, _ = problem_of(tmp_path / "a.pkl")
    np.testing.assert_array_equal(problem.logits, LOGITS[[0, 2]] if kind == "filtered" else LOGITS)
    assert problem.target.tolist() == LABELS.get(kind, [2, 0, 1])
    assert problem.format == (FLOAT32 if kind == "float32" else FLOAT64)
    assert problem.class_names == (None if kind in ("lists", "series") else ("cat", "dog", "owl"))


def test_a_column_of_dates_is_listed_with_its_reason_and_the_others_are_read(tmp_path):
    for version in (2, 3):
        (tmp_path / "a.pkl").write_bytes(PICKLES[f"pandas{version}-dates-5"])
        _, files = problem_of(tmp_path / "a.pkl")
        entry = files.entries[-1]
        assert (entry.name, str(entry.fault)) == ("when", "neither numbers nor words")


def test_nothing_of_pandas_is_imported():
    assert "pandas" not in sys.modules


@pytest.mark.parametrize("seed", range(4))
def test_damaged_tables_are_refused_in_one_line(tmp_path, seed):
    rng = random.Random(seed)
    names = sorted(PICKLES)
    for _ in range(150):
        content = bytearray(PICKLES[rng.choice(names)])
        for _ in range(rng.randint(1, 6)):
            content[rng.randrange(len(content))] = rng.choice((0, 1, 0x7F, 0xFF, rng.randrange(256)))
        (tmp_path / "a.pkl").write_bytes(bytes(content))
        told = refusal_of(tmp_path / "a.pkl")
        assert "\n" not in told


def refusal_of(path) -> str:
    """Why a file is refused; nothing where it is read."""
    try:
        files = inspect_all([path])
        files.read([k for k, entry in enumerate(files.entries) if entry.fault is None], no_progress)
    except DataError as error:
        return str(error)
    return ""
