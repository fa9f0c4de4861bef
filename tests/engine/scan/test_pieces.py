"""A scan cut in pieces, each counted from its files alone as a worker of a cluster does it."""

from __future__ import annotations

import pickle
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from engine.scan.block import Options
from engine.scan.cluster import pieces as cluster_pieces
from engine.scan.cluster.pieces import (
    Piece,
    Task,
    counted,
    counted_elsewhere,
    engine_digest,
    pieces_of,
    unpacked,
)
from engine.scan.run import scan
from engine.scan.sources import Data, open_data
from engine.scan.summary import Summary

NUMBERS, BLOCKS = 256, 2


@pytest.fixture(autouse=True)
def few_rows_a_piece(monkeypatch):
    monkeypatch.setattr(cluster_pieces, "BLOCKS", BLOCKS)


def arrays(kind: str, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    spread = rng.normal(0, 20, rows)
    spread[::97] = np.nan
    ones = rng.integers(0, 2, rows)
    if kind == "soft":
        return spread.astype(np.float32), rng.random(rows).astype(np.float32)
    if kind in {"float16", "bfloat16", "float32", "float64"}:
        return spread.astype(getattr(ml_dtypes, kind, kind)), ones.astype(np.float32)
    z = rng.normal(0, 20, (rows, 3)).astype(np.float32)
    return z, rng.integers(0, 2, (rows, 3)).astype(np.float32) if kind == "multilabel" else ones


def saved(folder: Path, kind: str, ending: str = "npy") -> Data:
    """Three shards of different lengths, one of them shorter than a piece."""
    logits, targets = [], []
    for number, rows in enumerate((1029, 300, 512)):
        z, y = arrays(kind, rows, number)
        logits.append(folder / f"z{number}.{ending}")
        if ending == "npz":
            np.savez(logits[-1], logits=z, targets=y)
        elif ending == "csv":
            text = "\n".join(f"{a},{b}" for a, b in zip(z.tolist(), y.tolist(), strict=True))
            logits[-1].write_text(f"logits,targets\n{text}\n")
        else:
            targets.append(folder / f"y{number}.npy")
            np.save(logits[-1], z)
            np.save(targets[-1], y)
    return open_data(logits, targets)


def task_of(data: Data, *, losses: bool = True) -> Task:
    family = "binary" if data.kind in {"binary", "multilabel"} else "multiclass"
    options = Options(family=family, format=data.format, losses=losses)
    return Task(engine_digest(), data.kind, options, NUMBERS)


def in_pieces(data: Data, task: Task) -> Summary:
    packed = pickle.dumps(task)
    made = Summary.empty(task.options.family, task.options.keys)
    for piece in reversed([*pieces_of(data, NUMBERS)]):
        made = made.merged(unpacked(counted_elsewhere(pickle.dumps(piece), packed)))
    return made


@pytest.mark.parametrize(
    ("kind", "ending", "losses", "pieces"),
    [
        ("float32", "npy", False, 5),
        ("float64", "npy", False, 5),
        ("float16", "npy", True, 5),
        ("float32", "npz", False, 3),
        ("soft", "csv", True, 3),
        ("multilabel", "npy", False, 13),
        ("multiclass", "npy", True, 13),
    ],
)
def test_pieces_in_any_order_give_the_same_to_the_last_count(tmp_path, kind, ending, losses, pieces):
    data = saved(tmp_path, kind, ending)
    task = task_of(data, losses=losses)
    assert len([*pieces_of(data, NUMBERS)]) == pieces
    assert in_pieces(data, task).plain() == scan(data.blocks(1000), task.options).plain()


def test_weights_of_rows_are_read_with_their_rows(tmp_path):
    data = saved(tmp_path, "float32")
    weights = [tmp_path / f"w{number}.npy" for number in range(3)]
    for path, shard in zip(weights, data.shards, strict=True):
        np.save(path, np.random.default_rng(7).random(shard.rows).astype(np.float32))
    logits, targets = zip(*(shard.files[:2] for shard in data.shards), strict=True)
    weighted = open_data(logits[1:], targets[1:], weights=weights[1:])
    task = task_of(weighted)
    assert in_pieces(weighted, task).plain() == scan(weighted.blocks(1000), task.options).plain()


@pytest.fixture
def first(tmp_path) -> tuple[Piece, Task]:
    data = saved(tmp_path, "float32")
    return next(pieces_of(data, NUMBERS)), task_of(data)


def test_another_engine_is_refused(first):
    piece, task = first
    with pytest.raises(RuntimeError, match="another version of Logitscope"):
        counted(piece, Task("other", task.kind, task.options, task.numbers))


@pytest.mark.parametrize("there", ["nothing", "another"])
def test_files_that_are_not_there_or_are_others_are_refused_by_name(first, there):
    piece, task = first
    piece.files[0].unlink()
    if there == "another":
        np.save(piece.files[0], np.zeros(1029))
    with pytest.raises(RuntimeError, match=r"z0\.npy"):
        counted_elsewhere(pickle.dumps(piece), pickle.dumps(task))
