"""The edge table that is shipped is what its generator makes.

`LOGITSCOPE_THOROUGH=1` makes the whole table anew, which takes some minutes.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from engine.floats.formats import FLOAT32, FORMATS, ordinals
from engine.scan.edges import FORMULAS, binary_edges, half_cells
from tests.engine.scan.make_edges import CURVES, LAST, LOSING, half_edges, half_table, regimes, table

THOROUGH = bool(os.environ.get("LOGITSCOPE_THOROUGH"))


@pytest.mark.skipif(not THOROUGH, reason="LOGITSCOPE_THOROUGH=1 makes it")
@pytest.mark.parametrize("target", [0, 1])
def test_the_whole_table_is_made_again(target):
    cuts, cells = table(float(target))
    edges = binary_edges(target)
    np.testing.assert_array_equal(cuts, edges.cuts)
    np.testing.assert_array_equal(cells, edges.cells)


@pytest.mark.skipif(not THOROUGH, reason="LOGITSCOPE_THOROUGH=1 makes it")
@pytest.mark.parametrize("fmt", FORMATS[:2], ids=str)
def test_the_tables_of_half_floats_are_made_again(fmt):
    with np.errstate(all="ignore"):
        made = half_table(fmt)
    for array, shipped in zip(made, half_cells(fmt), strict=True):
        np.testing.assert_array_equal(array, shipped)


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("place", [0, 1])
def test_the_half_formats_edges_are_made_again(target, place):
    edges, starts = binary_edges(target), [-LAST, *binary_edges(target).cuts.tolist()]
    for at, (cuts, codes) in enumerate(half_edges(FORMATS[place], float(target))):
        found = codes[np.searchsorted(cuts, starts, "right") - 1]
        np.testing.assert_array_equal(edges.cells[:, place, at], found)
        assert set(cuts.tolist()) <= set(starts)


@pytest.mark.parametrize("target", [0, 1])
def test_hard_verdicts_turn_at_the_cuts_to_the_float(target):
    edges = binary_edges(target)
    around = np.unique(np.clip(edges.cuts[:, np.newaxis] + np.arange(-40, 41), -LAST, LAST))
    cells = edges.cells[np.searchsorted(edges.cuts, around, "right")]
    for place, fmt in enumerate(FORMATS):
        codes = regimes(around, fmt, float(target)).T
        told = cells[:, place]
        hard = (codes > LOSING) | (told > LOSING)
        np.testing.assert_array_equal(codes[hard], told[hard])
        assert not (codes[told == 0] == LOSING).any()


@pytest.mark.parametrize("target", [0, 1])
def test_digits_are_lost_at_the_ends_of_the_cells_that_say_so(target):
    edges = binary_edges(target)
    starts, ends = np.append(-LAST, edges.cuts), np.append(edges.cuts - 1, LAST)
    place = FORMATS.index(FLOAT32)
    for at in range(len(CURVES)):
        inside = edges.cells[:, place, at] == LOSING
        begins = np.flatnonzero(inside & ~np.append(False, inside[:-1]))
        stops = np.flatnonzero(inside & ~np.append(inside[1:], False))
        both = np.concatenate((starts[begins], ends[stops]))
        # An end beside a hard verdict may be right by luck; the others are floats that lose digits.
        soft = np.concatenate(
            (edges.cells[begins - 1, place, at] == 0, edges.cells[stops + 1, place, at] == 0)
        )
        (codes,) = regimes(both[soft], FLOAT32, float(target), (CURVES[at],))
        assert (codes == LOSING).all()
    assert len(FORMULAS) * 2 == len(CURVES)
    assert ordinals(np.float32([np.inf]))[0] == LAST
