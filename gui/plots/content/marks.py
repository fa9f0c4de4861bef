"""What the widgets of the plots are told to draw, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from engine import Band, Format, Regime
from gui.plots.content.curve_points import Rail, Run
from gui.services.colours import FormulaStyle


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """One formula along the logit, by lane and formula; `own` is of the selected row's own target.

    A `thin` one is drawn once, in its full colour.
    """

    key: tuple[int, str]
    logits: NDArray[np.float64]
    values: NDArray[np.float64]
    style: FormulaStyle
    exact: bool
    own: bool
    thin: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """The selected row's value by one formula."""

    logit: float
    value: float
    style: FormulaStyle
    exact: bool


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """Where a plot marks the rows of the table.

    Attributes
    ----------
    row : int
        The selected one.
    selected : tuple of Sample
        It by every formula, the exact value first and so below the others.
    logits, values : float64 array
        Every row's, by one formula.
    rows : integer array, or None
        Whose these are, where they are not every row's.
    """

    row: int = 0
    selected: tuple[Sample, ...] = ()
    logits: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    values: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    rows: NDArray[np.intp] | None = None

    def number(self, at: int) -> int:
        """The row whose logit and value stand at a place."""
        return at if self.rows is None else int(self.rows[at])

    def others(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The other rows' logits and values, thinned evenly where there are too many to mark."""
        keep = np.arange(len(self.logits))
        keep = keep[(keep if self.rows is None else self.rows) != self.row]
        keep = keep[:: max(1, -(-len(keep) // MOST_SAMPLES))]
        return self.logits[keep], self.values[keep]


MOST_SAMPLES = 2000
"""Other rows to mark: the markers of more would only form a smear."""


class Shades(NamedTuple):
    """The bands to shade, with the format whose floats their edges are.

    They are not `settled` while they are those of the problem before an edit.
    """

    bands: tuple[Band, ...]
    format: Format
    settled: bool = True


class Note(NamedTuple):
    """A few words about a line.

    Attributes
    ----------
    points : tuple of (float, float)
        Logits and places of values on the line: the words stand at the first with room beside it.
    short : str
        What to write where `text` has no room.
    """

    text: str
    points: tuple[tuple[float, float], ...]
    colour: QColor
    short: str = ""


class RailLine(NamedTuple):
    """A stretch of one formula's curve on a rail."""

    run: Run
    slot: int
    style: FormulaStyle
    own: bool


class RailCount(NamedTuple):
    """How many rows stand on a rail: by which formula, for the tooltip, and by any, beside the rail."""

    text: str
    rows: int


class RailDot(NamedTuple):
    """A row of the table whose value stands on a rail."""

    rail: Rail
    logit: float
    slot: int
    style: FormulaStyle
    selected: bool


@dataclass(frozen=True, slots=True)
class RailContent:
    """What stands on a plot's rails, of which `slots` formulas have a share each."""

    rails: tuple[Rail, ...] = ()
    lines: tuple[RailLine, ...] = ()
    dots: tuple[RailDot, ...] = ()
    counts: Mapping[Rail, RailCount] = field(default_factory=dict)
    slots: int = 1

    def on(self, side: Sequence[Rail]) -> RailContent:
        """What stands on those of some rails that there are."""
        return replace(
            self,
            rails=tuple(rail for rail in self.rails if rail in side),
            lines=tuple(line for line in self.lines if line.run.rail in side),
            dots=tuple(dot for dot in self.dots if dot.rail in side),
        )


class Strip(NamedTuple):
    """One formula's share of the panel, or one format's: the true value's has a line but no lanes.

    Each lane has its bands, whose edges are floats of `format`.
    """

    key: str
    title: str
    style: FormulaStyle
    exact: bool
    bands: tuple[tuple[Band, ...], ...]
    format: Format
    covered: bool = False
    """Whether its bands are not told."""
    searched: bool = True
    """Whether they have been looked for."""


class LaneLabel(NamedTuple):
    """A lane's target, and whether it is the selected row's own."""

    text: str
    own: bool


class Reading(NamedTuple):
    """A formula's value at the crosshair or the selected sample.

    Attributes
    ----------
    bits : float or None
        log2(1 + floats apart from the true value), where digits are being lost.
    refused : bool
        Whether there is no value because PyTorch refuses the call.
    covered : bool
        Whether a mark stands in the value's place, and nothing is judged.
    """

    value: str
    regime: Regime
    bits: float | None
    refused: bool
    covered: bool = False
