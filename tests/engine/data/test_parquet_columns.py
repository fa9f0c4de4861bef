"""Columns of .parquet files are read row after row, whatever their row groups are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.data.faults import DataFileError
from engine.data.tables import parquet_columns as module
from engine.data.tables.parquet_columns import parquet_columns


@pytest.fixture
def written(tmp_path):
    """A file with numbers, lists, words and dates, 100 rows of each."""
    rng = np.random.default_rng(1)
    columns = {
        "logits": rng.normal(0, 1, (100, 3)).astype(np.float32),
        "label": rng.integers(0, 3, 100),
        "holes": np.where(rng.random(100) < 0.3, np.nan, 1.0),
    }
    holes = [None if np.isnan(each) else int(each) for each in columns["holes"]]
    table = {
        "logits": list(columns["logits"]),
        "label": columns["label"],
        "words": ["a"] * 100,
        "day": pa.array([0] * 100, pa.date32()),
        "holes": pa.array(holes, pa.int32()),
    }
    parquet.write_table(pa.table(table), tmp_path / "a.parquet", row_group_size=37)
    return tmp_path / "a.parquet", columns


@pytest.mark.parametrize("together", [1, 24, 10**6])
@pytest.mark.parametrize("cuts", [(0, 100), (0, 1, 36, 38, 99, 100)])
def test_any_cut_gives_the_columns(written, together, cuts, monkeypatch):
    monkeypatch.setattr(module, "TOGETHER", together)
    path, columns = written
    found = parquet_columns(path)
    assert {each.name: each.shape for each in found} == {
        name: values.shape for name, values in columns.items()
    }
    for column in found:
        with column.reader() as read:
            parts = [read(end - start) for start, end in pairwise(cuts)]
        np.testing.assert_array_equal(np.concatenate(parts), columns[column.name])
        with column.reader(90) as read:
            np.testing.assert_array_equal(read(10), columns[column.name][90:])


def test_lists_that_change_their_length_are_refused(tmp_path):
    rows = [[1.0, 2.0]] * 50 + [[1.0]] * 50
    parquet.write_table(pa.table({"logits": rows}), tmp_path / "a.parquet", row_group_size=50)
    (column,) = parquet_columns(tmp_path / "a.parquet")
    with column.reader() as read, pytest.raises(DataFileError, match="not all of one length"):
        read(100)


def test_a_file_that_changes_is_refused(written):
    path, _ = written
    column = parquet_columns(path)[0]
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(DataFileError), column.reader():
        pass
