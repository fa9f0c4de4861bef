"""The edge tables of targets 0 and 1 as one, with what the format that decides makes of each cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FORMATS, Format, ordinals
from engine.floats.verdicts import GradientRegime, Regime
from engine.scan.block import Options
from engine.scan.edges import BUCKETS, binary_edges
from engine.scan.evaluated import HARD, HARD_GRADIENT, STALLED, severities
from engine.scan.summary import Counts, logit_histogram

APART = 2**33
"""Between the ordinals of target 0's logits and target 1's."""

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """Rows of one fate, as the format that decides sees them.

    Attributes
    ----------
    losses, gradients : uint8 arrays, shape (cells, formats, formulas)
    is_wrong : bool array, shape (cells,)
        Whether a cell lies where the logit speaks against the target. No cell in which a gradient is dead
        holds numbers of both signs.
    options : Options
    """

    losses: NDArray[np.uint8]
    gradients: NDArray[np.uint8]
    is_wrong: Mask
    options: Options

    @cached_property
    def severity(self) -> NDArray[np.uint8]:
        """Of each cell, see `engine.scan.evaluated.severities`."""
        own = FORMATS.index(self.options.format)
        judged = [
            (self.losses[:, own, at], self.gradients[:, own, at]) for at in range(self.losses.shape[-1])
        ]
        return severities(self.options, judged)

    def counted(self, cells: Counts) -> tuple[Counts, Counts]:
        """From the rows of cells those of each regime, of losses and gradients, as `Summary` has them."""
        found = []
        for regimes, kinds in ((self.losses, len(Regime)), (self.gradients, len(GradientRegime))):
            columns = regimes[0].size
            places = regimes.reshape(len(cells), columns) + kinds * np.arange(columns)
            total = added(places.ravel(), np.repeat(cells, columns), kinds * columns)
            found.append(total.reshape(*regimes.shape[1:], kinds))
        return found[0], found[1]

    @cached_property
    def names(self) -> dict[str, Mask]:
        """By the name of a formula's hard regime the cells in which it holds."""
        own = FORMATS.index(self.options.format)
        found: dict[str, Mask] = {}
        for at, key in enumerate(self.options.keys):
            for kind in HARD:
                found[f"{key}:loss:{kind.name.lower()}"] = self.losses[:, own, at] == kind
            dead = self.gradients[:, own, at] == GradientRegime.DEAD
            found[f"{key}:{STALLED}"] = dead & self.is_wrong
            for slope in HARD_GRADIENT:
                found[f"{key}:gradient:{slope.name.lower()}"] = self.gradients[:, own, at] == slope
        return {name: cells for name, cells in found.items() if cells.any()}


@dataclass(frozen=True, eq=False)
class Tables(Cells):
    """The edge tables of both targets as one: cells of target 0, then of target 1, each ended by nan's.

    Attributes
    ----------
    bucket_cell : int64 array, shape (2 * 65536,)
        -1 where a bucket is crossed.
    first : tuple of int
        Where each target's cells begin.
    """

    bucket_cell: NDArray[np.int64]
    first: tuple[int, int]

    @classmethod
    @cache
    def of(cls, own: Format) -> Tables:
        """For the format that decides."""
        options = Options(family="binary", format=own)
        width = len(options.formulas)
        nan = np.full((1, len(FORMATS), 2 * width), Regime.NO_TRUTH, dtype=np.uint8)
        nan[:, :, width:] = GradientRegime.NO_TRUTH
        edges = [binary_edges(target) for target in (0, 1)]
        cells = np.concatenate([part for each in edges for part in (each.cells, nan)])
        losses, gradients = cells[:, :, :width], cells[:, :, width:]
        second = len(edges[0].cells) + 1
        buckets = [each.bucket_cell for each in edges]
        buckets[1] = np.where(buckets[1] < 0, -1, buckets[1] + second)
        nowhere = np.zeros(1, dtype=bool)
        above = [np.append(False, each.cuts >= 0) for each in edges]
        is_wrong = np.concatenate((above[0], nowhere, ~above[1], nowhere))
        return cls(losses, gradients, is_wrong, options, np.concatenate(buckets), (0, second))

    @staticmethod
    @cache
    def crossed() -> Mask:
        """The upper halves near an edge of either target."""
        return np.asarray((binary_edges(0).bucket_cell < 0) | (binary_edges(1).bucket_cell < 0))

    @cached_property
    def _cuts(self) -> NDArray[np.int64]:
        return np.concatenate([binary_edges(target).cuts + target * APART for target in (0, 1)])

    def cells_of(self, z: Floats, is_one: Mask) -> NDArray[np.int64]:
        """Each row's cell."""
        cells = np.searchsorted(self._cuts, ordinals(z) + np.where(is_one, APART, 0), side="right")
        cells += np.where(is_one, 2, 0)  # after target 0's last cell and nan's
        nan = np.flatnonzero(np.isnan(z))
        cells[nan] = np.where(is_one[nan], len(self.losses), self.first[1]) - 1
        return cells

    @cached_property
    def bucket_crossed(self) -> Mask:
        """Where a bucket lies in several cells."""
        crossed: Mask = self.bucket_cell < 0
        return crossed

    @cached_property
    def bucket_severity(self) -> NDArray[np.uint8]:
        """The rows' of each bucket in one cell; 0 of the others, which are looked at in any case."""
        return np.where(self.bucket_cell < 0, 0, self.severity[self.bucket_cell]).astype(np.uint8)

    @cached_property
    def bucket_margin(self) -> Floats:
        """The largest margin that a row of each bucket can have."""
        first = np.arange(BUCKETS, dtype=np.uint32) << 16
        high, low = (first | 0xFFFF).view(np.float32), first.view(np.float32)
        most = np.concatenate((np.fmax(low, high), np.fmax(-low, -high)))
        beyond: Floats = np.nextafter(most, np.float32(np.inf))  # float64 rounds to a float32 below it
        return beyond


def histogram_of_logits(occupied: Counts, counts: Counts) -> Counts:
    """The histogram of logits from the buckets that hold any: none of its bins parts a bucket."""
    lowest = ((occupied % BUCKETS).astype(np.uint32) << 16).view(np.float32)
    return logit_histogram(lowest, occupied >= BUCKETS, counts)


def added(places: Counts, counts: Counts, length: int) -> Counts:
    """The counts that go to each place; whole numbers below 2**53 add up without an error."""
    return np.bincount(places, counts, length).astype(np.int64)
