"""A small run of the confusion matrix: healthy batches are left alone, planted mistakes are named."""

from __future__ import annotations

import pytest
from planted_mistakes import PLANTED

from tests.benchmarks.confusion import healthy_line, planted_line, text_of

HEALTHY, EACH = 60, 6


def test_healthy_batches_have_nothing_above_good_to_know():
    line = healthy_line(HEALTHY, seed=1)
    assert line.holds, text_of(line)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found_under_its_own_name(name):
    line = planted_line(name, 1 if name == "count_overflow" else EACH, seed=1)
    assert line.holds, text_of(line)
