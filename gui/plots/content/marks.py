"""What the plots are told to draw, as values: made by `picture` and `captions`, drawn by the widgets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from engine import Band, Format, Regime
from gui.plots.content.curve_points import Rail, Run
from gui.services.colours import FormulaStyle


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """One formula along the logit.

    Attributes
    ----------
    key : (int, str)
        Lane and formula.
    logits, values : float64 array
    style : FormulaStyle
    exact, own : bool
        Whether it is the true value, and whether of the selected row's own target.
    """

    key: tuple[int, str]
    logits: NDArray[np.float64]
    values: NDArray[np.float64]
    style: FormulaStyle
    exact: bool
    own: bool


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """The selected row's value by one formula."""

    logit: float
    value: float
    style: FormulaStyle
    exact: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A few words at a point of the plot.

    Attributes
    ----------
    text : str
    x, y : float
        The point; the words stand above it, or below it where the shades' names stand above, and are
        kept inside the view.
    colour : QColor
    align : float
        Which part of the words stands at x: 0 their start, 1 their end.
    short : str
        What to write where `text` does not fit between `x` and `until`.
    until : float, optional
    """

    text: str
    x: float
    y: float
    colour: QColor
    align: float
    short: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class RailLine:
    """A stretch of one formula's curve on a rail."""

    run: Run
    slot: int
    style: FormulaStyle
    own: bool


@dataclass(frozen=True, slots=True)
class RailCount:
    """How many rows of the table stand on a rail.

    Attributes
    ----------
    text : str
        By which formula, for the tooltip.
    short : str
        How many by any, beside the rail.
    """

    text: str
    short: str


@dataclass(frozen=True, slots=True)
class RailDot:
    """A row of the table whose value stands on a rail."""

    rail: Rail
    logit: float
    slot: int
    style: FormulaStyle
    selected: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """One formula's share of the panel, or one format's.

    Attributes
    ----------
    key, title : str
    style : FormulaStyle
    exact : bool
        The true value has a line but no lanes.
    bands : tuple of tuple of Band
        One a lane.
    format : Format
        Whose floats the bands' edges are.
    """

    key: str
    title: str
    style: FormulaStyle
    exact: bool
    bands: tuple[tuple[Band, ...], ...]
    format: Format


@dataclass(frozen=True, slots=True)
class LaneLabel:
    """A lane's target, and whether it is the selected row's own."""

    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A formula's value at the crosshair or the selected sample.

    Attributes
    ----------
    value : str
    regime : Regime
    bits : float or None
        log2(1 + floats apart from the true value), where digits are being lost.
    refused : bool
        Whether there is no value because PyTorch refuses the call.
    """

    value: str
    regime: Regime
    bits: float | None
    refused: bool
