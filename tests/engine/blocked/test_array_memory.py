"""Where results lie: at cache lines, on pages that a dropped result of the same size has used before."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import engine
from engine.blocked import array_memory
from engine.blocked.array_memory import LENT_FROM, aligned_empty, result_empty, scratch_rows
from engine.floats.formats import FLOAT32, FLOAT64

ELEMENTS = LENT_FROM // 4
"""float32 elements of the smallest result whose pages are kept."""

keeps_pages = pytest.mark.skipif(array_memory._MARK_FREE is None, reason="this system has no MADV_FREE")


def _address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("make", [aligned_empty, result_empty])
@pytest.mark.parametrize("size", [1, 1000, ELEMENTS])
def test_arrays_begin_at_a_cache_line_and_can_be_written(make, size):
    array = make((size, 1), FLOAT32.dtype)
    assert _address(array) % 64 == 0
    assert array.shape == (size, 1)
    assert array.flags.c_contiguous
    array[:] = 7
    assert (array == 7).all()


def test_scratch_rows_each_begin_at_a_cache_line():
    assert all(_address(row) % 64 == 0 for row in scratch_rows(3, 1001, FLOAT64.dtype))


@keeps_pages
def test_a_dropped_results_pages_serve_the_next_result_of_that_size():
    first = result_empty((ELEMENTS,), FLOAT32.dtype)
    where = _address(first)
    del first
    assert _address(result_empty((ELEMENTS // 2,), FLOAT64.dtype)) == where


@keeps_pages
def test_pages_are_not_lent_again_while_a_view_of_the_result_lives():
    first = result_empty((ELEMENTS,), FLOAT32.dtype)
    first[:] = 1
    view = first[::1000]
    del first
    second = result_empty((ELEMENTS,), FLOAT32.dtype)
    second[:] = 2
    assert (view == 1).all()


@keeps_pages
def test_a_result_of_another_size_lets_the_kept_pages_go_first():
    kept = result_empty((ELEMENTS,), FLOAT32.dtype)
    del kept
    assert len(array_memory._SPARE) == 1
    other = result_empty((2 * ELEMENTS,), FLOAT32.dtype)
    assert len(array_memory._SPARE) == 0
    del other
    assert len(array_memory._SPARE) == 1


@pytest.mark.parametrize("size", [ELEMENTS - 1, array_memory.LENT_TO // 4 + 1])
def test_small_and_huge_results_are_numpys_own(size):
    array = result_empty((size,), FLOAT32.dtype)
    array_memory._SPARE.clear()
    del array
    assert len(array_memory._SPARE) == 0


@pytest.mark.parametrize("mark", [None, pytest.param(10_000, marks=keeps_pages)], ids=["unknown", "refused"])
def test_nothing_is_kept_where_the_system_cannot_take_pages_back(monkeypatch, mark):
    monkeypatch.setattr(array_memory, "_MARK_FREE", mark)
    array_memory._SPARE.clear()
    array = result_empty((ELEMENTS,), FLOAT32.dtype)
    array[:] = 1
    del array
    assert len(array_memory._SPARE) == 0


@keeps_pages
def test_results_of_several_threads_never_share_pages():
    wrong = []

    def call(number):
        for _ in range(5):
            mine = result_empty((ELEMENTS,), FLOAT32.dtype)
            mine[::1024] = number
            if not (mine[::1024] == number).all():
                wrong.append(number)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@keeps_pages
def test_a_large_loss_on_used_pages_is_the_same_as_on_fresh_ones():
    z = np.linspace(-100, 100, ELEMENTS, dtype=np.float32)
    y = (z > 3).astype(np.float32)
    array_memory._SPARE.clear()
    fresh = engine.binary_cross_entropy_with_logits(z, y, reduction="none").copy()
    gradient = engine.binary_cross_entropy_with_logits_grad(z, y, reduction="none")
    del gradient
    assert len(array_memory._SPARE) == 1
    again = engine.binary_cross_entropy_with_logits(z, y, reduction="none")
    np.testing.assert_array_equal(again, fresh)
