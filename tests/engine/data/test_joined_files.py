"""Files that are chosen from together, and files that are no longer what was listed."""

from __future__ import annotations

import os

import numpy as np
import pytest

from engine.data import DataFileError, inspect_all, no_progress


@pytest.fixture
def files(tmp_path):
    np.save(tmp_path / "logits.npy", np.arange(6.0).reshape(3, 2))
    np.savez(tmp_path / "more.npz", y=np.array([0, 1, 0]), w=np.ones(2))
    return inspect_all([tmp_path / "logits.npy", tmp_path / "more.npz"])


def test_entries_of_all_files_stand_in_one_list(files):
    assert [entry.name for entry in files.entries] == ["logits", "y", "w"]
    assert [files.file_of(index).path.name for index in range(3)] == ["logits.npy", "more.npz", "more.npz"]
    y, logits = files.read((1, 0), no_progress)
    assert y.tolist() == [0, 1, 0]
    assert logits.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_a_file_that_is_there_already_is_not_listed_twice(files):
    again = files.and_also(files)
    assert len(again.files) == 2
    assert files.and_also(inspect_all([files.path])).entries == files.entries


def deleted(path):
    path.unlink()


def truncated(path):
    os.truncate(path, path.stat().st_size - 8)


def replaced(path):
    other = path.with_name("other.npy")
    np.save(other, np.arange(6.0).reshape(3, 2) + 1)
    os.utime(other, ns=(path.stat().st_mtime_ns,) * 2)
    other.replace(path)


def rewritten(path):
    np.save(path, np.zeros((3, 2)))
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (deleted, "no longer there"),
        (truncated, "has changed since it was opened"),
        (replaced, "has changed since it was opened"),
        (rewritten, "has changed since it was opened"),
    ],
)
def test_a_file_that_is_no_longer_what_was_listed_is_refused_by_name(files, change, said):
    change(files.path)
    with pytest.raises(DataFileError, match=rf"logits\.npy: the file .*{said.split()[-1]}"):
        files.read((1,), no_progress)
