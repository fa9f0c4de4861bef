"""The three quantities that are drawn along the logit, and the four ways to measure an error."""

from __future__ import annotations

import enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import Column, Role, Sweep, absolute_error, relative_error
from gui.plots.content.curve_points import as_floats
from gui.plots.scales.value_scale import ScaleKind, ValueScale

translate = QCoreApplication.translate


class PlotKind(enum.StrEnum):
    """What a plot has on its upright axis."""

    LOSS = "loss"
    ERROR = "error"
    GRADIENT = "gradient"


class Measure(enum.StrEnum):
    """How far a loss is from the true one."""

    BITS = "bits"
    ULP = "ulp"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"


LOSS_THRESHOLD = 1e-3
"""Where the loss's symmetric log axis turns from even to logarithmic."""

ERROR_SCALES = {
    Measure.BITS: ValueScale(),
    Measure.ULP: ValueScale("symlog", 1.0),
    Measure.ABSOLUTE: ValueScale("log"),
    Measure.RELATIVE: ValueScale("log"),
}
"""Bits count magnitudes already; the other errors run over many powers of ten."""


def loss_scale(kind: ScaleKind) -> ValueScale:
    """The loss axis of this kind."""
    return ValueScale(kind, LOSS_THRESHOLD if kind == "symlog" else 1.0)


def errors_of(column: Column, measure: Measure) -> NDArray[np.float64]:
    """Each row's distance from the true loss; never an average."""
    if measure is Measure.BITS:
        return column.error_bits
    if measure is Measure.ULP:
        return column.error_ulp
    error = absolute_error if measure is Measure.ABSOLUTE else relative_error
    return error(column.loss, column.truth.loss)


def table_values(column: Column, kind: PlotKind, measure: Measure, moved: int | None) -> NDArray[np.float64]:
    """A column's values of one kind, one a row; the gradient is that to the moved logit."""
    if kind is PlotKind.LOSS:
        return as_floats(column.loss)
    if kind is PlotKind.ERROR:
        return errors_of(column, measure)
    slopes = as_floats(column.gradient)
    return slopes if moved is None else slopes[:, moved]


def swept_values(swept: Sweep, column: Column, kind: PlotKind, measure: Measure) -> NDArray[np.float64]:
    """The same along a sweep."""
    return table_values(column, kind, measure, swept.moved)


def is_drawn(column: Column, kind: PlotKind) -> bool:
    """Whether a column has a curve: the exact form's error is 0 and has none."""
    return kind is not PlotKind.ERROR or column.formula.role is not Role.EXACT


def axis_names(kind: PlotKind, measure: Measure, scale: ValueScale) -> tuple[str, ...]:
    """The upright axis' name and, for a low plot, shorter ones; all but the last say how values are laid."""
    full, short = _axis_name(kind, measure)
    log = {
        "linear": "{name}",
        "log": translate("quantities", "{name} (log)"),
        "symlog": translate("quantities", "{name} (log \N{PLUS-MINUS SIGN})"),
    }[scale.kind]
    return log.format(name=full), log.format(name=short), short


def _axis_name(kind: PlotKind, measure: Measure) -> tuple[str, str]:
    if kind is PlotKind.LOSS:
        return (translate("quantities", "loss"),) * 2
    if kind is PlotKind.GRADIENT:
        return (translate("quantities", "gradient"),) * 2
    return {
        Measure.BITS: (translate("quantities", "bits lost"), translate("quantities", "bits")),
        Measure.ULP: (translate("quantities", "error in ULP"), translate("quantities", "ULP")),
        Measure.ABSOLUTE: (translate("quantities", "absolute error"), translate("quantities", "error")),
        Measure.RELATIVE: (translate("quantities", "relative error"), translate("quantities", "rel.")),
    }[measure]


def measure_choice(measure: Measure) -> str:
    """A measure as the switch offers it, with its scale, as the loss plot's switch does."""
    log = {
        "linear": "{measure}",
        "log": translate("quantities", "{measure}, log"),
        "symlog": translate("quantities", "{measure}, log \N{PLUS-MINUS SIGN}"),
    }[ERROR_SCALES[measure].kind]
    return log.format(measure=measure_name(measure))


def measure_name(measure: Measure) -> str:
    """A measure in a word."""
    return {
        Measure.BITS: translate("quantities", "bits lost"),
        Measure.ULP: translate("quantities", "ULP"),
        Measure.ABSOLUTE: translate("quantities", "absolute"),
        Measure.RELATIVE: translate("quantities", "relative"),
    }[measure]


def measure_meaning(measure: Measure) -> str:
    """A measure's definition, short enough for a plot's header."""
    return {
        Measure.BITS: translate("quantities", "log2(1 + floats apart)"),
        Measure.ULP: translate("quantities", "|loss - exact| / spacing of floats at exact"),
        Measure.ABSOLUTE: translate("quantities", "|loss - exact|"),
        Measure.RELATIVE: translate("quantities", "|loss - exact| / |exact|"),
    }[measure]
