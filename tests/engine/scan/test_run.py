"""A scan is cut into pieces, tells what it knows after each, and ends when it is told to."""

from __future__ import annotations

from concurrent.futures import CancelledError
from threading import Event

import numpy as np
import pytest

from engine.scan import Block, Options, Summary, scan
from engine.scan.run import FEWEST, FIRST, summarised


class StoppedError(Exception):
    """What a watch raises."""


def block_of(rows: int, target: float) -> Block:
    z = np.random.default_rng(0).normal(0, 4, rows).astype(np.float32)
    return Block(logits=z, target=np.full(rows, target, np.float32))


def test_the_first_result_comes_after_few_rows_of_a_large_block():
    seen: list[Summary] = []
    summary = scan([block_of(200_000, 1)], Options(family="binary", losses=False), jobs=1, watch=seen.append)
    assert FIRST <= seen[0].rows <= 200_000 // 8  # a second piece may be done when the first is looked at
    assert [each.rows for each in seen] == sorted({each.rows for each in seen})
    assert seen[-1].rows == summary.rows == 200_000


def test_what_a_watch_raises_ends_the_scan_before_more_is_read():
    read = []

    def blocks():
        for at in range(100):
            read.append(at)
            yield block_of(FEWEST, 0.5)

    def stop(_: Summary) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        scan(blocks(), Options(family="binary", losses=False), jobs=1, watch=stop)
    assert read == [0]


@pytest.mark.parametrize(
    ("options", "block"),
    [
        (Options(family="binary"), Block(logits=np.zeros(5, np.float32), target=np.full(5, 0.5))),
        (Options(family="binary"), Block(logits=np.zeros(5, np.float16), target=np.full(5, 0.5))),
        (Options(family="binary"), Block(logits=np.zeros(5, np.float32), target=np.zeros(5))),
        (Options(family="binary"), Block(logits=np.zeros(5, np.float16), target=np.zeros(5))),
        (Options(family="multiclass"), Block(logits=np.zeros((5, 3)), target=np.zeros(5, np.int64))),
        (Options(family="multiclass"), Block(logits=np.zeros((5, 3)), target=np.full(5, 7))),
    ],
    ids=["soft", "soft half", "plain", "half", "classes", "no class"],
)
def test_rows_are_left_when_the_scan_is_stopped(options, block):
    stop = Event()
    stop.set()
    with pytest.raises(CancelledError):
        summarised(block, options, None, stop)


@pytest.mark.parametrize(
    ("family", "logits"),
    [("multiclass", np.zeros(5, np.float32)), ("binary", np.zeros((5, 3), np.float32))],
)
def test_rows_of_the_other_family_are_refused_in_words(family, logits):
    with pytest.raises(ValueError, match=r"logits: expected \d dimension\(s\), got shape \(5,"):
        scan([Block(logits=logits, target=np.zeros(5, np.int64))], Options(family=family), jobs=1)
