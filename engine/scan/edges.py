"""Where verdicts begin among the float32 logits of a 0 or 1 target: no loss is computed to know which break.

The table is made by ``tests/engine/scan/make_edges.py``. Hard regimes hold for every float of a cell; where
a cell says that digits are lost, some of its floats are right by luck, and outside it none loses any.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FLOAT32, FORMATS, Format, ordinals
from engine.scan.block import Options

FILE = Path(__file__).with_name("edges.npz")
VERSION = 1
FORMULAS = Options(family="binary").formulas

BUCKETS = 2**16
"""Of the upper halves of float32 numbers."""

UPPER, TARGET = (1, 2) if sys.byteorder == "little" else (0, 5)
"""Where a float32 has its upper half, and an int64 its third byte from the lowest."""


@dataclass(frozen=True, eq=False)
class Edges:
    """One target's table.

    Attributes
    ----------
    cuts : int64 array, shape (n,)
        Ordinals of the first float32 of each cell but the first, ascending.
    cells : uint8 array, shape (n + 1, formats, 2 * formulas)
        Regimes of the losses, then of the gradients.
    bucket_cell : int64 array, shape (65536,)
        By a number's upper half the one cell that it and its neighbours lie in, or -1: an edge is near, or
        it may be inf or nan.
    """

    cuts: NDArray[np.int64]
    cells: NDArray[np.uint8]
    bucket_cell: NDArray[np.int64]

    def is_near(self, z: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether a number that rounds to each of these may lie in another cell."""
        place = ordinals(z)
        below = np.searchsorted(self.cuts, place - 1, side="right")
        return np.asarray(below != np.searchsorted(self.cuts, place + 1, side="right"))


@cache
def binary_edges(target: int) -> Edges:
    """The table of target 0 or 1.

    Raises
    ------
    ValueError
        If the file is of another version, or of other formulas than the catalogue's.
    """
    with np.load(FILE) as file:
        if int(file["version"]) != VERSION:
            raise ValueError(f"{FILE.name}: expected version {VERSION}, got {file['version']}")
        cuts, cells = file[f"cuts_{target}"], file[f"cells_{target}"]
    if cells.shape != (len(cuts) + 1, len(FORMATS), 2 * len(FORMULAS)):
        raise ValueError(f"{FILE.name}: made for other formulas; make it anew")
    return Edges(cuts, cells, _bucket_cells(cuts))


@cache
def half_cells(fmt: Format) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int64]]:
    """A half format's own cells, which tell exactly where digits are lost.

    Returns
    -------
    cells : uint8 array, shape (n, formats, 2 * formulas)
        As `Edges` has them.
    is_wrong : bool array, shape (n,)
        Whether a cell's logits speak against the target.
    cell : int64 array, shape (2 * 65536,)
        By a float's bits, of target 0 and then of target 1.
    """
    with np.load(FILE) as file:
        cells, is_wrong, cell = (file[f"{fmt}_{name}"] for name in ("cells", "is_wrong", "cell"))
    return cells, is_wrong, cell.astype(np.int64)


def _bucket_cells(cuts: NDArray[np.int64]) -> NDArray[np.int64]:
    first = np.arange(BUCKETS, dtype=np.uint32) << 16
    ends = [ordinals(bits.view(FLOAT32.dtype)) for bits in (first, first | 0xFFFF)]
    # A float64 number that rounds to an end of a bucket may lie beyond a cut beside it.
    low = np.searchsorted(cuts, np.minimum(*ends) - 1, "right")
    high = np.searchsorted(cuts, np.maximum(*ends) + 1, "right")
    infinite = (first & 0x7F800000) == 0x7F800000
    return np.where((low == high) & ~infinite, low, -1)
