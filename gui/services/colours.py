"""One place for the look of formulas and regimes: colour, dash, marker and hatch.

Lines (formulas) and areas (regimes) share no hue, so that neither is taken for the other: formulas are
blue, green, purple and near-black; regimes run from yellow over orange and red to grey, the worse the
darker. Nothing is told by colour alone: each formula has a dash and a marker of its own, each regime a
hatch and a name.

The hues of lines are those of Okabe and Ito, "Color Universal Design" (2008), darkened for the light theme
and lightened for the dark one. A line and an area's edge have a contrast of 3:1 or more against the
background (WCAG 2.2, 1.4.11), an edge against its own fill as well, and text on a fill 7:1; the fills stay
apart for eyes without red, green or blue.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from zlib import crc32

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QPalette

from engine import Formula, GradientRegime, Regime, Role
from gui.services.verdicts.later_words import QT_TRANSLATE_NOOP

AnyRegime = Regime | GradientRegime


class FormulaStyle(NamedTuple):
    """How one formula is drawn in every plot, legend and table.

    Attributes
    ----------
    colour : QColor
    dash : Qt.PenStyle
    marker : str
        One of pyqtgraph's symbols.
    """

    colour: QColor
    dash: Qt.PenStyle
    marker: str


class _Look(NamedTuple):
    """A light and a dark colour with the dash and the marker that go with them."""

    light: str
    dark: str
    dash: Qt.PenStyle = Qt.PenStyle.SolidLine
    marker: str = "o"


_Dash = Qt.PenStyle
_Hatch = Qt.BrushStyle

_EXACT = _Look("#76808c", "#98a2ae", _Dash.SolidLine, "o")
_BLUE = _Look("#0068a3", "#56b4e9", _Dash.SolidLine, "s")
_GREEN = _Look("#00735a", "#2fc79b", _Dash.DashLine, "t1")
_PURPLE = _Look("#a2397a", "#e394c0", _Dash.DashDotLine, "d")
_BLACK = _Look("#3a3f45", "#d5d9de", _Dash.DotLine, "p")
_BROWN = _Look("#8a5a00", "#d9a94a", _Dash.DashDotDotLine, "h")
_TEAL = _Look("#0b6f7a", "#5fd0dc", _Dash.DashLine, "star")
_VIOLET = _Look("#6a4fb3", "#b7a5ef", _Dash.DotLine, "t")
_RUST = _Look("#8c3d2f", "#e8a08f", _Dash.DashDotLine, "+")
_OLIVE = _Look("#55702a", "#b2d06f", _Dash.DashDotDotLine, "x")

_KNOWN: Mapping[str, _Look] = MappingProxyType(
    {
        "bce_with_logits": _BLUE,
        "bce_sigmoid": _GREEN,
        "binary_scratch": _PURPLE,
        "cross_entropy": _BLUE,
        "nll_log_softmax": _BLACK,
        "nll_log_of_softmax": _GREEN,
        "multiclass_scratch": _PURPLE,
        "bce_with_logits_of_sigmoid": _TEAL,
        "cross_entropy_of_softmax": _TEAL,
        "nll_softmax": _BROWN,
    }
)
"""The catalogue's own formulas; the same idea has the same look in both families."""

_HOME_MADE, _PATTERNS = (_VIOLET, _RUST, _OLIVE, _BROWN), (_TEAL, _VIOLET, _RUST)
"""Colours and dashes of stabilisers; no pair of them is one of the catalogue's own looks."""

_OTHERS = (_BROWN, _TEAL, _VIOLET, _RUST, _OLIVE)
"""For every other formula, picked by its key and therefore the same in each run."""


class _Area(NamedTuple):
    """An area's edge and fill, light and dark, with the pattern drawn over the fill in the edge's colour.

    A dense pattern has twice the lines; an area that is not filled has its pattern alone.
    """

    light: tuple[str, str]
    dark: tuple[str, str]
    hatch: Qt.BrushStyle
    dense: bool = False
    filled: bool = True


_RIGHT = _Area(("#ffffff", "#ffffff"), ("#17181a", "#17181a"), _Hatch.NoBrush)
_DIGITS = _Area(("#8a7d1a", "#fffad6"), ("#b3a741", "#2b2a14"), _Hatch.Dense6Pattern)
_UNDERFLOWED = _Area(("#1f6f9a", "#d0e9f8"), ("#4fa3d3", "#15354c"), _Hatch.HorPattern)
_MISTAKEN = _Area(("#7d5a2c", "#efe0cc"), ("#c79a62", "#3b2d1c"), _Hatch.CrossPattern)
_CLAMPED = _Area(("#7a4a00", "#f7cf83"), ("#f2bb50", "#5a4310"), _Hatch.BDiagPattern)
_INFINITE = _Area(("#a33b00", "#f3b596"), ("#f08a5a", "#5f2712"), _Hatch.FDiagPattern)
_NAN = _Area(("#3d3d3d", "#c3c5cb"), ("#d0d0d0", "#484a50"), _Hatch.DiagCrossPattern)

_REGIMES: Mapping[Regime, _Area] = MappingProxyType(
    {
        Regime.EXACT: _RIGHT,
        Regime.LOSING_DIGITS: _DIGITS,
        Regime.UNDERFLOWED: _UNDERFLOWED,
        Regime.MISTAKEN: _MISTAKEN,
        Regime.CLAMPED: _CLAMPED,
        Regime.BEYOND: _INFINITE._replace(dense=True),
        Regime.INFINITE: _INFINITE,
        Regime.NAN: _NAN,
        Regime.REFUSED: _NAN._replace(dense=True),
        Regime.TRUE_INFINITY: _INFINITE._replace(filled=False),
        Regime.NO_TRUTH: _NAN._replace(filled=False),
    }
)
"""What is the input's doing and not the formula's is not filled."""

_GRADIENT_REGIMES: Mapping[GradientRegime, _Area] = MappingProxyType(
    {
        GradientRegime.EXACT: _REGIMES[Regime.EXACT],
        GradientRegime.LOSING_DIGITS: _REGIMES[Regime.LOSING_DIGITS],
        GradientRegime.MISTAKEN: _REGIMES[Regime.MISTAKEN],
        GradientRegime.DEAD: _UNDERFLOWED,
        GradientRegime.EXPLODED: _UNDERFLOWED._replace(hatch=_Hatch.VerPattern),
        GradientRegime.BEYOND: _REGIMES[Regime.BEYOND],
        GradientRegime.NAN: _NAN,
        GradientRegime.REFUSED: _REGIMES[Regime.REFUSED],
        GradientRegime.NO_TRUTH: _REGIMES[Regime.NO_TRUTH],
    }
)


def is_dark(palette: QPalette) -> bool:
    """Whether a palette asks for the dark variants."""
    return palette.color(QPalette.ColorRole.Base).lightness() < 128


def formula_style(formula: Formula, dark: bool) -> FormulaStyle:
    """The look of a formula's curve, markers and legend entry."""
    look = _formula_look(formula)
    return FormulaStyle(QColor(look.dark if dark else look.light), look.dash, look.marker)


_ROUTES: Mapping[str, _Look] = MappingProxyType(
    {
        "cross_entropy": _Look("#8a5a00", "#d9a94a", _Dash.DashDotLine, "h"),
        "bce_with_logits_of_sigmoid": _BLUE._replace(dash=_Dash.DashDotDotLine, marker="star"),
        "cross_entropy_of_softmax": _Look("#8a5a00", "#d9a94a", _Dash.DotLine, "+"),
        "nll_softmax": _BLACK._replace(dash=_Dash.DashDotDotLine, marker="x"),
        "bce_of_logits": _GREEN._replace(dash=_Dash.DashDotDotLine, marker="t"),
        "bce_of_p": _GREEN,
        "nll_of_p": _BLACK,
    }
)
"""Where all four losses share one axis: CrossEntropyLoss has a colour of its own, and a wrong feeding that
of the loss it is fed to."""


def route_style(formula: Formula, dark: bool) -> FormulaStyle:
    """The look of a formula where all four losses stand side by side."""
    look = _ROUTES.get(formula.key) or _formula_look(formula)
    return FormulaStyle(QColor(look.dark if dark else look.light), look.dash, look.marker)


def _formula_look(formula: Formula) -> _Look:
    if formula.role is Role.EXACT:
        return _EXACT
    known = _KNOWN.get(formula.key)
    if known is not None:
        return known
    number = crc32(formula.key.encode())
    if formula.role is not Role.STABILISER:
        return _OTHERS[number % len(_OTHERS)]
    # There may be many stabilisers: the dash is picked apart from the colour, for more looks.
    number, colour = divmod(number, len(_HOME_MADE))
    pattern = _PATTERNS[number % len(_PATTERNS)]
    return _HOME_MADE[colour]._replace(dash=pattern.dash, marker=pattern.marker)


def regime_colour(regime: AnyRegime, dark: bool) -> QColor:
    """The colour of a regime's edges and of its pattern: 3:1 against the background and its own fill."""
    area = _regime_look(regime)
    return QColor((area.dark if dark else area.light)[0])


def regime_fill(regime: AnyRegime, dark: bool) -> QColor:
    """The colour of an area: text on it reads as well as beside it."""
    area = _regime_look(regime)
    return QColor((area.dark if dark else area.light)[1])


def regime_hatch(regime: AnyRegime) -> Qt.BrushStyle:
    """The pattern that tells a regime where colours cannot."""
    return _regime_look(regime).hatch


def is_dense(regime: AnyRegime) -> bool:
    """Whether the pattern has twice the lines."""
    return _regime_look(regime).dense


def is_filled(regime: AnyRegime) -> bool:
    """Whether there is a colour behind the pattern."""
    return _regime_look(regime).filled


def _regime_look(regime: AnyRegime) -> _Area:
    # The two enumerations share their integers, and so one dictionary could not hold both.
    return _GRADIENT_REGIMES[regime] if isinstance(regime, GradientRegime) else _REGIMES[regime]


_NAMES = {
    Regime.EXACT: QT_TRANSLATE_NOOP("regimes", "right"),
    Regime.LOSING_DIGITS: QT_TRANSLATE_NOOP("regimes", "losing digits"),
    Regime.UNDERFLOWED: QT_TRANSLATE_NOOP("regimes", "underflowed to 0"),
    Regime.MISTAKEN: QT_TRANSLATE_NOOP("regimes", "wrong by design"),
    Regime.CLAMPED: QT_TRANSLATE_NOOP("regimes", "clamped"),
    Regime.BEYOND: QT_TRANSLATE_NOOP("regimes", "beyond the format"),
    Regime.INFINITE: QT_TRANSLATE_NOOP("regimes", "inf"),
    Regime.NAN: QT_TRANSLATE_NOOP("regimes", "nan"),
    Regime.REFUSED: QT_TRANSLATE_NOOP("regimes", "refused by PyTorch"),
    Regime.TRUE_INFINITY: QT_TRANSLATE_NOOP("regimes", "true infinity"),
    Regime.NO_TRUTH: QT_TRANSLATE_NOOP("regimes", "no true value"),
}


def regime_name(regime: AnyRegime) -> str:
    """A regime in one or two words for people."""
    if isinstance(regime, GradientRegime):
        return _gradient_regime_name(regime)
    return QCoreApplication.translate("regimes", _NAMES[regime])


_GRADIENT_NAMES = {
    GradientRegime.EXACT: QT_TRANSLATE_NOOP("regimes", "right"),
    GradientRegime.LOSING_DIGITS: QT_TRANSLATE_NOOP("regimes", "losing digits"),
    GradientRegime.MISTAKEN: QT_TRANSLATE_NOOP("regimes", "wrong by design"),
    GradientRegime.DEAD: QT_TRANSLATE_NOOP("regimes", "dead gradient"),
    GradientRegime.EXPLODED: QT_TRANSLATE_NOOP("regimes", "exploded gradient"),
    GradientRegime.BEYOND: QT_TRANSLATE_NOOP("regimes", "gradient beyond the format"),
    GradientRegime.NAN: QT_TRANSLATE_NOOP("regimes", "nan gradient"),
    GradientRegime.REFUSED: QT_TRANSLATE_NOOP("regimes", "refused by PyTorch"),
    GradientRegime.NO_TRUTH: QT_TRANSLATE_NOOP("regimes", "no true gradient"),
}


def _gradient_regime_name(regime: GradientRegime) -> str:
    return QCoreApplication.translate("regimes", _GRADIENT_NAMES[regime])
