"""What a window shows of a scan: requests and their lines, rows read again, strips that agree with counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import FLOAT16, FORMATS, BinaryProblem, Regime, evaluate
from engine.data import DataFileError, Entry
from engine.scan.block import Options
from engine.scan.run import scan
from engine.scan.shown import (
    Request,
    binary_strips,
    can_be_scanned,
    is_too_large,
    listed,
    numbers_together,
    problem_of_rows,
    request_of,
)


def test_names_tell_which_files_hold_targets():
    request = request_of([Path("b_labels.npy"), Path("a_logits.npy")])
    assert request == Request((Path("a_logits.npy"),), (Path("b_labels.npy"),))
    assert request_of([Path("one.npy"), Path("two.npy")]).targets == (Path("two.npy"),)
    assert request_of([Path("evaluation.npz")]) == Request((Path("evaluation.npz"),))
    shards = [Path(f"logits-{n}.npy") for n in range(3)]
    assert request_of(shards) == Request(tuple(shards))


def test_the_line_names_what_was_chosen():
    shards, targets = (Path("a.npy"), Path("b.npy")), (Path("c.npy"), Path("d.npy"))
    line = Request(shards, targets, "multiclass", FLOAT16).command()
    assert line[:6] == ["scan", "a.npy", "b.npy", "--targets", "c.npy", "d.npy"]
    assert line[6:] == ["--kind", "multiclass", "--format", "float16"]


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_rows_are_read_again_in_any_order_from_many_shards(tmp_path, suffix):
    rng = np.random.default_rng(1)
    z, y = rng.normal(0, 3, (2, 40, 4)).astype(np.float32), rng.integers(0, 4, (2, 40))
    logits, targets = [], []
    for at in range(2):
        for name, array, paths in (("logits", z[at], logits), ("targets", y[at], targets)):
            paths.append(tmp_path / f"{name}-{at}.{suffix}")
            np.save(paths[-1], array) if suffix == "npy" else np.savez(paths[-1], **{name: array})
    data, options = Request(tuple(logits), tuple(targets)).opened()
    shard, row = np.array([1, 0, 1, 1]), np.array([39, 5, 0, 39])
    problem = problem_of_rows(data, options, shard, row)
    assert np.array_equal(problem.logits, z[shard, row])
    assert problem.target.tolist() == y[shard, row].tolist()


def test_of_several_labels_each_is_a_row(tmp_path):
    rng = np.random.default_rng(2)
    z, y = rng.normal(0, 3, (30, 3)).astype(np.float32), np.zeros((30, 3), dtype=np.float32)
    y[:, 1], y[0] = 1.0, 1.0
    for name, array in (("logits", z), ("targets", y)):
        np.save(tmp_path / f"{name}.npy", array)
    data, options = request_of(sorted(tmp_path.iterdir())).opened()
    assert data.kind == "multilabel"
    row = np.array([89, 4, 5])
    problem = problem_of_rows(data, options, np.zeros(3, dtype=np.int64), row)
    assert problem.logits.tolist() == z.ravel()[row].tolist()
    assert problem.target.tolist() == y.ravel()[row].tolist()


def test_a_file_that_has_changed_is_refused(tmp_path):
    path = tmp_path / "logits.npy"
    np.save(path, np.zeros(10, dtype=np.float32))
    data, options = Request((path,)).opened()
    np.save(path, np.zeros(11, dtype=np.float32))
    zero = np.zeros(1, dtype=np.int64)
    with pytest.raises(DataFileError, match="changed"):
        problem_of_rows(data, options, zero, zero)


def test_listed_rows_have_the_losses_of_their_evaluation(tmp_path):
    rng = np.random.default_rng(3)
    z, y = rng.normal(0, 20, 2000).astype(np.float32), rng.integers(0, 2, 2000).astype(np.float32)
    z[7] = np.nan
    for name, array in (("logits", z), ("targets", y)):
        np.save(tmp_path / f"{name}.npy", array)
    data, options = request_of(sorted(tmp_path.iterdir())).opened()
    summary = scan(data.blocks(numbers_together(data)), options)
    rows = listed(summary, options, data)
    assert rows.row[0] == 7
    clean = np.arange(1, len(rows))
    problem = BinaryProblem(logits=z[rows.row[clean]], target=y[rows.row[clean]], reduction="none")
    for at, key in enumerate(rows.formulas):
        column = evaluate(problem).column(key)
        assert np.array_equal(column.loss, rows.losses[clean, at], equal_nan=True)
        assert np.array_equal(column.regimes, rows.regimes[clean, at])


def test_strips_agree_with_evaluating_where_failures_are_loud():
    z = np.concatenate((np.linspace(-120, 120, 481), [16.63553, 16.635532, -88.72284])).astype(np.float32)
    for fmt in FORMATS:
        strips = binary_strips(fmt)
        for target in (0, 1):
            problem = BinaryProblem(logits=z, target=np.full(len(z), float(target)), reduction="none")
            evaluation = evaluate(problem.replace(format=fmt), formulas=Options(family="binary").formulas)
            for column in evaluation.columns:
                bands = strips[column.formula.key][target]
                for kind in (Regime.CLAMPED, Regime.INFINITE, Regime.NAN):
                    inside = np.zeros(len(z), dtype=bool)
                    for band in bands:
                        if band.regime is kind:
                            inside |= (z >= band.start) & (z <= band.stop)
                    found = column.regimes == kind
                    assert np.array_equal(inside, found), (fmt.name, column.formula.key, target, kind)


def test_what_no_table_can_hold_is_known_before_it_is_read(tmp_path):
    assert is_too_large([Entry("z", (1_000_001,), "float32")])
    assert is_too_large([Entry("z", (10, 1_001), "float32"), Entry("y", (10,), "int64")]) is False
    assert is_too_large([Entry("z", (2_000, 1_001), "float32")])
    assert not is_too_large([Entry("z", (1_000_000,), "float32")])
    path = tmp_path / "logits.npy"
    np.save(path, np.zeros(3, dtype=np.float32))
    assert can_be_scanned([path])
    assert not can_be_scanned([tmp_path / "nothing.npy"])
    (tmp_path / "z.csv").write_text("z\n1\n")
    assert not can_be_scanned([tmp_path / "z.csv"])
