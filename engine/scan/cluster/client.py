"""A scan on a Dask cluster: pieces are handed out, lost ones handed out again, and summaries merged."""

from __future__ import annotations

import asyncio
import importlib
import logging
import pickle
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

from engine.scan.block import Options
from engine.scan.cluster.pieces import Task, engine_digest, pieces_of, unpacked
from engine.scan.run import Watch
from engine.scan.sources import Data
from engine.scan.summary import Summary

CONNECT = 10.0
"""Seconds for the scheduler to answer."""
NO_WORKER = 60.0
"""Seconds without a worker after which none is waited for: killed ones are back within a few."""
LOOK, ASK = 0.02, 2.0
"""Seconds between two looks at what is done, and between two questions whether there are workers."""
RETRIES = 2


class ClusterError(ValueError):
    """The cluster does not do it; as a string, why, in one line."""


def scan_on_cluster(
    data: Data, options: Options, *, scheduler: str, numbers: int, watch: Watch | None = None
) -> Summary:
    """Everything that is counted of a data set, by the workers of a Dask cluster.

    Parameters
    ----------
    data : Data
        In files that each worker sees under the same paths.
    options : Options
    scheduler : str
        Its address, for example ``tcp://10.0.0.1:8786``.
    numbers : int
        Logits in a block.
    watch : callable, optional

    Returns
    -------
    Summary
        The same as `engine.scan.run.scan` gives.

    Raises
    ------
    ClusterError
        If `distributed` is not installed, the scheduler does not answer or goes away, no worker is left, or
        a worker cannot do its part.
    """
    task = pickle.dumps(Task(engine_digest(), data.kind, options, numbers))
    pieces = [pickle.dumps(piece) for piece in pieces_of(data, numbers)]
    made = Summary.empty(options.family, options.keys)
    with _connected(scheduler) as (distributed, client):
        handed = _HandedOut(client, task, pieces)
        try:
            for result in _results(distributed, handed):
                made = made.merged(unpacked(result))
                if watch is not None:
                    watch(made)
        finally:
            if client.status == "running":
                client.cancel([*handed.pieces])
    return made


def _work() -> Callable[[bytes, bytes], bytes]:
    """What a worker does.

    A function within another one travels as its code, and so may look for the engine where it arrives.
    """

    def work(piece: bytes, task: bytes) -> bytes:
        from importlib import import_module  # noqa: PLC0415  # nothing travels beside the function

        own = import_module("distributed").get_worker().address
        try:
            try:
                import_module("engine.scan.cluster.pieces")
            except ImportError:
                import_module("logitscope").find_application()
            pieces: Any = import_module("engine.scan.cluster.pieces")
        except (ImportError, AttributeError):
            raise RuntimeError(f"{own}: Logitscope, in this version, is not installed there") from None
        try:
            result: bytes = pieces.counted_elsewhere(piece, task)
        except RuntimeError as error:
            raise RuntimeError(f"{own}: {error}") from None
        return result

    return work


@contextmanager
def _connected(scheduler: str) -> Iterator[tuple[Any, Any]]:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise ClusterError(
            "--scheduler needs the package distributed, which is not installed "
            "(uv sync --extra cluster, or pip install distributed)"
        ) from error
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # a connection that is lost is told in one line
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asyncio.run(_reached(distributed, scheduler))
            client = distributed.Client(scheduler, timeout=CONNECT, set_as_default=False)
            try:
                yield distributed, client
            finally:
                client.close(timeout=CONNECT)
    finally:
        logging.disable(before)


async def _reached(distributed: Any, scheduler: str) -> None:
    """Raise ClusterError if nobody is there: a Client whose start has failed is long in ending, and loud."""
    try:
        secrets = distributed.Security().get_connection_args("client")
        comm: Any = await distributed.comm.connect(scheduler, timeout=CONNECT, **secrets)
    except (OSError, TimeoutError) as error:
        raise ClusterError(f"no scheduler answers at {scheduler}") from error
    except (ValueError, TypeError) as error:
        raise ClusterError(f"--scheduler: expected an address like tcp://10.0.0.1:8786: {error}") from error
    await comm.close()


class _HandedOut:
    """The pieces that are handed out: each until its result is here."""

    def __init__(self, client: Any, task: bytes, pieces: list[bytes]) -> None:
        self.client = client
        self.pieces: dict[Any, bytes] = {}
        self._task = task
        self._dropped: Counter[bytes] = Counter()
        self._hand_out(pieces)

    def _hand_out(self, pieces: list[bytes]) -> list[Any]:
        futures: list[Any] = self.client.map(
            _work(), pieces, task=self._task, key="logitscope-scan", retries=RETRIES, pure=False
        )
        self.pieces |= zip(futures, pieces, strict=True)
        return futures

    def taken(self, future: Any, coming: Any) -> bytes | None:
        """What a piece gave; None if it is to come once more.

        The scheduler may forget what a worker that died had done: such a piece is handed out again.
        """
        try:
            result = _result(future)
        except TimeoutError:
            coming.add(future)
            return None
        piece = self.pieces.pop(future)
        if result is None:
            self._dropped[piece] += 1
            if self._dropped[piece] > RETRIES:
                raise ClusterError("the scheduler has dropped the work; nothing was written")
            coming.update(self._hand_out([piece]))
        return result


def _results(distributed: Any, handed: _HandedOut) -> Iterator[bytes]:
    """What each piece gave, as it comes; raises ClusterError where no more will come."""
    client = handed.client
    coming = distributed.as_completed([*handed.pieces], loop=client.loop)
    heard = working = time.monotonic()
    while not coming.is_empty():
        batch = coming.next_batch(block=False)
        if client.status != "running":
            raise ClusterError("the scheduler is gone; nothing was written")
        for future in batch:
            if (result := handed.taken(future, coming)) is not None:
                yield result
        now = time.monotonic()
        if batch:
            heard = working = now
        elif now - heard > ASK:
            heard, working = now, now if _has_workers(client) else working
        if now - working > NO_WORKER:
            raise ClusterError(f"no worker for {NO_WORKER:.0f} seconds; nothing was written")
        if not batch:
            time.sleep(LOOK)


def _has_workers(client: Any) -> bool:
    try:
        return bool(client.sync(client.scheduler.identity, callback_timeout=CONNECT)["workers"])
    except TimeoutError:
        raise ClusterError("the scheduler does not answer any more; nothing was written") from None
    except OSError:  # the connection broke while the question was under way
        raise ClusterError("the scheduler is gone; nothing was written") from None


def _result(future: Any) -> bytes | None:
    """What a piece gave, None if the scheduler does not know of it.

    Raises
    ------
    TimeoutError
        If it is being computed again, because the worker that had it is gone.
    ClusterError
        If it has failed.
    """
    try:
        return bytes(future.result(timeout=ASK))
    except CancelledError:
        return None
    except Exception as error:
        if isinstance(error, TimeoutError) and future.status != "error":
            raise
        kind, words = type(error).__name__, " ".join(str(error).split())
    if kind == "KilledWorker":
        raise ClusterError("workers died over the same rows again and again; nothing was written")
    raise ClusterError(words if kind == "RuntimeError" else f"a worker failed: {kind}: {words}")
