"""Blocks through threads to one summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from engine.scan.binary_counts import counted, is_served
from engine.scan.block import Block, Options
from engine.scan.class_counts import counted_classes, is_of_classes
from engine.scan.evaluated import evaluated
from engine.scan.half_counts import counted_halves, is_half
from engine.scan.summary import Summary

Watch = Callable[[Summary], None]
"""Called after each block with all that is known; may raise to stop the scan."""


def jobs_by_default() -> int:
    """How many threads a scan takes: more gain little."""
    return min(4, os.cpu_count() or 1)


def summarised(block: Block, options: Options, known: Summary | None = None) -> Summary:
    """The summary of one block, by the fastest way that serves it."""
    worst = None if known is None else known.worst
    if is_half(block, options):
        return counted_halves(block, options, worst)
    if is_served(block, options):
        return counted(block, options, worst)
    if is_of_classes(block, options):
        return counted_classes(block, options, worst)
    return evaluated(block, options)


def scan(
    blocks: Iterable[Block], options: Options, *, jobs: int | None = None, watch: Watch | None = None
) -> Summary:
    """Everything that is counted of a data set.

    Parameters
    ----------
    blocks : iterable of Block
        Read one after the other by the caller's thread, never more than a few ahead.
    options : Options
    jobs : int, optional
        Threads that count. The summary is the same for any number.
    watch : callable, optional

    Returns
    -------
    Summary
    """
    count = jobs_by_default() if jobs is None else max(1, jobs)
    made = Summary.empty(options.family, options.keys)
    waiting: set[Future[Summary]] = set()
    with ThreadPoolExecutor(count) as threads:
        try:
            for block in blocks:
                waiting.add(threads.submit(summarised, block, options, made))
                if len(waiting) > count:
                    made, waiting = _gathered(made, waiting, watch)
            while waiting:
                made, waiting = _gathered(made, waiting, watch)
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    return made


def _gathered(
    made: Summary, waiting: set[Future[Summary]], watch: Watch | None
) -> tuple[Summary, set[Future[Summary]]]:
    done, left = wait(waiting, return_when=FIRST_COMPLETED)
    for each in done:
        made = made.merged(each.result())
    if watch is not None:
        watch(made)
    return made, left
