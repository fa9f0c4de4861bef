"""Work in blocks: how arrays are cut, which thread does what, and what becomes of an error."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from engine.blocked import blocks
from engine.blocked.blocks import aligned, is_plain, is_row_major, run, slices
from engine.floats.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64


@pytest.mark.parametrize(("size", "length"), [(0, 3), (1, 3), (3, 3), (4, 3), (9, 3), (10, 3)])
def test_slices_cover_all_once(size, length):
    parts = slices(size, length)
    assert [i for part in parts for i in range(size)[part]] == list(range(size))
    assert all(part.stop - part.start <= length for part in parts)
    assert all(part.stop <= size for part in parts)


@pytest.mark.parametrize("count", [1, 7, 8, 40])
@pytest.mark.parametrize("cores", [1, 2, 64])
def test_results_come_in_the_order_of_the_blocks_whatever_the_machine(monkeypatch, count, cores):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert run(lambda: lambda block: block * block, range(count)) == [i * i for i in range(count)]


def _threads(monkeypatch, count, cores):
    """How many threads had a function made for them, and whether one was the caller's."""
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    here = []

    def prepare():
        here.append(threading.current_thread())
        return str

    run(prepare, range(count))
    return len(here), threading.current_thread() in here


def test_a_few_blocks_are_done_by_the_caller_alone(monkeypatch):
    assert _threads(monkeypatch, blocks._THREADED_FROM - 1, 8) == (1, True)
    assert _threads(monkeypatch, 100, 1) == (1, True)


def _helpers():
    return [each for each in threading.enumerate() if each.name.startswith("engine-blocks")]


def test_many_blocks_are_shared_with_helpers_that_stay_and_are_few(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    for _ in range(20):
        meeting = threading.Barrier(blocks._MOST_THREADS, timeout=60)
        places = run(lambda barrier=meeting: lambda _: barrier.wait(), range(2 * blocks._MOST_THREADS))
        assert sorted(places) == sorted(2 * [*range(blocks._MOST_THREADS)])
        assert len(_helpers()) == blocks._MOST_THREADS - 1


def test_a_helper_that_is_busy_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    free = threading.Event()
    pool = blocks._helpers(os.getpid())
    busy = [pool.submit(free.wait) for _ in range(blocks._MOST_THREADS - 1)]
    assert run(lambda: str, range(10)) == [*"0123456789"]
    free.set()
    assert all(each.result(20) for each in busy)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_has_helpers_of_its_own():
    code = (
        "import os\n"
        "os.cpu_count = lambda: 2\n"
        "from engine.blocked.blocks import run\n"
        "assert run(lambda: str, range(9)) == list('012345678')\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(run(lambda: str, range(9)) != list('012345678'))\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("count", [2, 40])
@pytest.mark.parametrize("wrong", [0, 1])
def test_an_error_in_a_block_reaches_the_caller(count, wrong):
    def work(block):
        if block == wrong:
            raise ZeroDivisionError
        return block

    with pytest.raises(ZeroDivisionError):
        run(lambda: work, range(count))
    assert run(lambda: work, range(2, 5)) == [2, 3, 4]


def test_no_blocks_have_no_results():
    assert run(lambda: lambda block: block, []) == []


def test_helpers_do_not_warn_where_the_caller_does_not(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    zero = np.zeros(1)
    with np.errstate(all="ignore"):
        assert all(np.isnan(each[0]) for each in run(lambda: lambda block: zero / (0 * block), range(50)))


def test_calls_from_several_threads_at_once_each_get_their_own_result(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    results = {}

    def call(k):
        results[k] = run(lambda: lambda block: block * k, range(100))

    threads = [threading.Thread(target=call, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {k: [i * k for i in range(100)] for k in range(4)}


@pytest.mark.parametrize("fmt", [FLOAT32, FLOAT64], ids=str)
@pytest.mark.parametrize("shape", [(1,), (2, 1 << 16), (3, 5, 7)])
def test_an_aligned_array_begins_at_a_cache_line_and_is_like_any_other(fmt, shape):
    array = aligned(shape, fmt.dtype)
    assert array.__array_interface__["data"][0] % 64 == 0
    assert (array.shape, array.dtype) == (shape, fmt.dtype)
    assert array.flags.c_contiguous
    array[...] = 7
    assert (array == 7).all()


def test_plain_is_one_format_of_two_and_none_does_not_matter():
    f32, f64 = np.zeros(1, np.float32), np.zeros(1)
    assert is_plain(f32, None, f32)
    assert is_plain(f64)
    assert not is_plain(f32, f64)
    assert not is_plain(np.zeros(1, FLOAT16.dtype))
    assert not is_plain(np.zeros(1, BFLOAT16.dtype))
    assert not is_plain(f32, np.zeros(1, int))
    assert is_row_major(f32, f64)
    assert not is_row_major(f32, np.zeros((3, 3)).T)
