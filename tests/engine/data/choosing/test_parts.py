"""Batches and shards are put one after another, in the order of their numbers, and said to be."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from engine import FLOAT32
from engine.data import (
    Choice,
    fault_of,
    inspect_all,
    no_progress,
    possible_parts,
    read_problem,
    suggestion,
    why,
    with_fitting_parts,
)
from engine.data.choosing.units import Candidate

ROWS = (8, 8, 8, 5)
NUMBERS = (0, 1, 2, 10)
"""Of files: as text 10 comes before 2."""


def batches(sizes=ROWS, classes=3):
    rng = np.random.default_rng(5)
    logits = [
        rng.normal(size=(size, classes)[: 2 if classes > 1 else 1]).astype(np.float32) for size in sizes
    ]
    return logits, [rng.integers(0, max(classes, 2), size) for size in sizes]


def opened(*paths):
    files = inspect_all(paths)
    looked = files.looked_at()
    guess = suggestion(files.entries, looked.values, files.options, files.owners)
    return guess, read_problem(files, guess.value, FLOAT32, no_progress, looked.whole), files


def assert_joined(problem, logits, target):
    np.testing.assert_array_equal(problem.input, np.concatenate(logits))
    np.testing.assert_array_equal(problem.target, np.concatenate(target))


SHAPES = {
    "tuples": lambda z, y: list(zip(z, y, strict=True)),
    "dicts": lambda z, y: [{"logits": a, "labels": b} for a, b in zip(z, y, strict=True)],
    "lists": lambda z, y: {"logits": z, "targets": y},
    "numbered": lambda z, y: {f"{n}_{k}": a for n, each in (("z", z), ("y", y)) for k, a in enumerate(each)},
}


@pytest.mark.parametrize("sizes", [ROWS, (6, 6, 6)], ids=["a shorter last one", "all alike"])
@pytest.mark.parametrize("classes", [3, 1], ids=["classes", "binary"])
@pytest.mark.parametrize("kind", [name for name in SHAPES if name != "numbered"])
def test_a_pickled_list_of_batches_is_one_problem(tmp_path, kind, classes, sizes):
    logits, target = batches(sizes, classes)
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(SHAPES[kind](logits, target)))
    guess, problem, _ = opened(tmp_path / "a.pkl")
    assert_joined(problem, logits, target)
    assert guess.is_sure
    assert str(guess.reason).startswith(f"{len(sizes)} parts one after another, ")


def test_logits_alone_in_a_list_are_joined_and_asked_for(tmp_path):
    logits, _ = batches()
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(logits))
    guess, problem, _ = opened(tmp_path / "a.pkl")
    np.testing.assert_array_equal(problem.input, np.concatenate(logits))
    assert not guess.is_sure


def test_a_list_of_single_samples_has_a_row_each(tmp_path):
    rows, labels = batches((9,), 4)
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"logits": list(rows[0]), "labels": labels[0]}))
    _, problem, _ = opened(tmp_path / "a.pkl")
    assert_joined(problem, rows, labels)


def test_batches_in_one_npz_file(tmp_path):
    logits, target = batches()
    np.savez(tmp_path / "a.npz", **SHAPES["numbered"](logits, target))
    assert_joined(opened(tmp_path / "a.npz")[1], logits, target)


def test_batches_in_json_of_any_layout(tmp_path):
    logits, target = batches()
    z, y = ([each.tolist() for each in part] for part in (logits, target))
    records = SHAPES["dicts"](z, y)
    (tmp_path / "a.json").write_text(json.dumps(SHAPES["lists"](z, y)))
    (tmp_path / "b.json").write_text(json.dumps(records))
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    for name in ("a.json", "b.json", "c.jsonl"):
        assert_joined(opened(tmp_path / name)[1], logits, target)


@pytest.mark.parametrize(
    "names", [("logits_{}", "targets_{}"), ("{}_z", "{}_y"), ("val-{:05d}-x", "val-{:05d}-label")]
)
def test_files_of_logits_and_of_targets_are_joined_by_number(tmp_path, names):
    logits, target = batches()
    paths = []
    for number, z, y in zip(NUMBERS, logits, target, strict=True):
        for name, array in zip(names, (z, y), strict=True):
            paths.append(tmp_path / f"{name.format(number)}.npy")
            np.save(paths[-1], array)
    guess, problem, _ = opened(*sorted(paths))
    assert_joined(problem, logits, target)
    assert guess.is_sure


def test_files_of_a_batch_each_are_joined_and_asked_for(tmp_path):
    logits, target = batches()
    for number, z, y in zip(NUMBERS, logits, target, strict=True):
        (tmp_path / f"batch_{number}.pkl").write_bytes(pickle.dumps({"logits": z, "targets": y}))
    guess, problem, files = opened(*sorted(tmp_path.iterdir()))
    assert_joined(problem, logits, target)
    assert not guess.is_sure
    assert str(guess.reason) == "the same in 4 files, one after another"
    assert [path.stem for path in files.paths] == [f"batch_{number}" for number in NUMBERS]


def test_tables_of_the_same_columns_are_joined_row_after_row(tmp_path):
    logits, target = batches()
    for number, z, y in zip(NUMBERS, logits, target, strict=True):
        rows = [",".join(map(str, (*a.tolist(), b))) for a, b in zip(z, y, strict=True)]
        (tmp_path / f"rank{number}.csv").write_text("\n".join(["cat,dog,owl,label", *rows]))
    guess, problem, files = opened(*tmp_path.iterdir())
    assert_joined(problem, logits, target)
    assert problem.class_names == ("cat", "dog", "owl")
    assert possible_parts(guess.value, files.entries, files.owners) == (1, 4, 12)


def test_class_names_that_each_batch_brings_are_taken_once(tmp_path):
    logits, target = batches()
    for number, z, y in zip(NUMBERS, logits, target, strict=True):
        np.savez(tmp_path / f"{number}.npz", logits=z, labels=y, class_names=np.array(["cat", "dog", "owl"]))
    _, problem, _ = opened(*tmp_path.iterdir())
    assert_joined(problem, logits, target)
    assert problem.class_names == ("cat", "dog", "owl")


@pytest.mark.parametrize(
    "arrays",
    [
        {"head_0": (6, 3), "head_1": (6, 3), "labels": (6,)},
        {"logits_0": (6,), "logits_1": (6,), "logits_2": (6,), "label": (6,)},
        {"conv1.weight": (8, 3, 3, 3), "conv2.weight": (16, 3, 3, 3)},
        {"hidden_0": (8, 768), "hidden_1": (8, 768)},
        {"x1": (5,), "y1": (5,), "x2": (5,), "y2": (5,)},
    ],
    ids=["heads of one model", "columns of classes", "a model's weights", "hidden states", "columns"],
)
def test_what_is_no_batch_is_not_joined(tmp_path, arrays):
    rng = np.random.default_rng(1)
    made = {
        name: rng.integers(0, 3, shape) if name.startswith("label") else rng.normal(size=shape)
        for name, shape in arrays.items()
    }
    np.savez(tmp_path / "a.npz", **made)
    files = inspect_all([tmp_path / "a.npz"])
    assert suggestion(files.entries, files.looked_at().values).value.parts == 1


def test_logits_and_a_target_in_one_pickled_pair_are_no_two_parts(tmp_path):
    (logits,), (target,) = batches((7,), 1)
    (tmp_path / "a.pkl").write_bytes(pickle.dumps((logits, target)))
    guess, problem, _ = opened(tmp_path / "a.pkl")
    assert_joined(problem, [logits], [target])
    assert guess.value.parts == 1


# -- another choice than the suggested one --------------------------------------------------------------


def test_arrays_that_are_chosen_together_follow_one_another(tmp_path):
    logits, _ = batches()
    np.savez(tmp_path / "a.npz", **{f"part{k}": each for k, each in enumerate(logits)})
    files = inspect_all([tmp_path / "a.npz"])
    chosen = with_fitting_parts(Choice("multiclass", (0, 1, 2), ()), files.entries)
    assert chosen.parts == 3
    problem = read_problem(files, chosen, FLOAT32, no_progress)
    np.testing.assert_array_equal(problem.input, np.concatenate(logits[:3]))
    candidates = [Candidate(k, entry.name, entry.shape) for k, entry in enumerate(files.entries)]
    assert [str(why(chosen, candidates, k)) for k in range(3)] == [f"part {k} of 3" for k in (1, 2, 3)]


def test_parts_of_other_widths_are_told(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.ones((4, 3)), b=np.ones((4, 2)))
    entries = inspect_all([tmp_path / "a.npz"]).entries
    told = fault_of(with_fitting_parts(Choice("multiclass", (0, 1), ()), entries), entries)
    assert str(told) == "Parts one after another must be alike but for their numbers of rows."


def test_numbers_that_do_not_part_evenly_are_told(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.ones(4), b=np.ones(4), c=np.ones(4), d=np.ones(4))
    entries = inspect_all([tmp_path / "a.npz"]).entries
    told = fault_of(Choice("binary", (0, 1), (2, 3, 1), parts=2), entries)
    assert told is not None


@pytest.mark.parametrize("kind", ["pairs", "lists", "dicts"])
def test_a_list_of_samples_has_their_labels_as_a_column(tmp_path, kind):
    (logits,), (target,) = batches((9,), 4)
    pairs = [(z if kind == "pairs" else z.tolist(), int(y)) for z, y in zip(logits, target, strict=True)]
    samples = [{"logits": z, "label": y} for z, y in pairs] if kind == "dicts" else pairs
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(samples))
    guess, problem, _ = opened(tmp_path / "a.pkl")
    assert_joined(problem, [logits], [target])
    assert guess.is_sure


def test_a_loss_a_batch_does_not_make_batches_heads_of_one_model(tmp_path):
    logits, target = batches((4, 4, 4, 4))
    samples = [(z, y, 0.5 + k) for k, (z, y) in enumerate(zip(logits, target, strict=True))]
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(samples))
    assert_joined(opened(tmp_path / "a.pkl")[1], logits, target)
