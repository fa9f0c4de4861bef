"""Blocks through threads to one summary."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event

from engine.scan.binary_counts import counted, is_served
from engine.scan.block import Block, Options
from engine.scan.class_counts import counted_classes, is_of_classes
from engine.scan.evaluated import evaluated
from engine.scan.half_counts import counted_halves, is_half
from engine.scan.summary import Summary

Watch = Callable[[Summary], None]
"""Called after each piece with all that is known; may raise to stop the scan."""

AIM, SLOW, MOST_FASTER = 0.06, 0.15, 16
"""Seconds of a thread that a piece is to take, and from which on the next ones are smaller."""
FIRST, FEWEST, MOST = 2**12, 2**16, 2**21
"""Logits in a piece. The first one may have to be evaluated; few rows of classes take as long as many."""


def jobs_by_default() -> int:
    """How many threads a scan takes: more gain little."""
    return min(4, os.cpu_count() or 1)


def summarised(
    block: Block, options: Options, known: Summary | None = None, stop: Event | None = None
) -> Summary:
    """The summary of one block, by the fastest way that serves it; ValueError if it is of another family."""
    dimensions = 1 if options.family == "binary" else 2
    if block.logits.ndim != dimensions:
        raise ValueError(f"logits: expected {dimensions} dimension(s), got shape {block.logits.shape}")
    for is_served_by, way in _WAYS:
        if is_served_by(block, options):
            return way(block, options, known, stop)
    return evaluated(block, options, stop)


_WAYS = ((is_half, counted_halves), (is_served, counted), (is_of_classes, counted_classes))


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
        What it raises ends the scan within a tenth of a second, and is passed on.

    Returns
    -------
    Summary

    Examples
    --------
    >>> logits, target = np.float32([3.0, 17.0, -200.0]), np.array([1, 0, 1])
    >>> summary = scan([Block(logits=logits, target=target)], Options(family="binary"))
    >>> summary.named["bce_sigmoid:loss:clamped"]
    Named(count=2, places=((0, 1), (0, 2)))
    """
    count = jobs_by_default() if jobs is None else max(1, jobs)
    made, pace = Summary.empty(options.family, options.keys), _Pace(options)
    waiting: set[Future[Summary]] = set()
    with ThreadPoolExecutor(count) as threads:
        try:
            for block in blocks:
                for piece in pace.pieces(block):
                    waiting.add(threads.submit(pace.summarised, piece, made))
                    if len(waiting) > count:
                        made, waiting = _gathered(made, waiting, watch)
            while waiting:
                made, waiting = _gathered(made, waiting, watch)
        except BaseException:
            pace.stop.set()
            threads.shutdown(cancel_futures=True)
            raise
    return made


class _Pace:
    """Cuts blocks into pieces that take some hundredths of a second, whatever becomes of their rows."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.stop = Event()
        self.numbers = FIRST if options.family == "binary" else FEWEST

    def pieces(self, block: Block) -> Iterator[Block]:
        """The rows of a block, so many at a time as the last pieces advise."""
        start, width = 0, max(1, block.width)
        while start < len(block.logits):
            rows = max(1, self.numbers // width)
            yield block.part(slice(start, start + rows))
            start += rows

    def summarised(self, piece: Block, known: Summary) -> Summary:
        """The summary of a piece; the time that it takes says how large the next ones are."""
        begun = time.thread_time()  # whatever else the machine does: small pieces would only add to it
        made = summarised(piece, self.options, known, self.stop)
        spent = max(time.thread_time() - begun, 1e-6)
        faster, is_full = AIM / spent, piece.logits.size > self.numbers / 2
        if spent > SLOW or (faster > 1 and is_full):
            numbers = piece.logits.size * (faster if faster < 1 else min(max(faster, 2), MOST_FASTER))
            self.numbers = int(min(max(numbers, FEWEST), MOST))
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
