"""How a failing cell looks: fill, hatch, left edge, icon and word; the same in chips and pills."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QPainter, QPalette, QPixmap

from gui.services.colours import is_dark, is_dense, is_filled, regime_colour, regime_fill, regime_hatch
from gui.services.look.marks import DRAWINGS, Mark, mark_pixmap
from gui.tables.grid.failures import REGIMES, Failure
from gui.tables.grid.snapshot import AnyRegime

TILE = 8
"""Side of the hatch's tile in logical pixels; Qt's own patterns repeat after as many."""
FAINT = 110
"""Alpha, out of 255, of the hatch: the number in front stays readable."""

MARKS: dict[Failure, Mark] = {
    Failure.INPUT: "wrong",
    Failure.NAN: "wrong",
    Failure.INFINITE: "wrong",
    Failure.CLAMPED: "beware",
    Failure.EXPLODED: "beware",
    Failure.DEAD: "beware",
    Failure.FEEDING: "beware",
    Failure.UNDERFLOW: "note",
    Failure.DIGITS: "note",
}


def verdict_colours(failure: Failure, dark: bool) -> tuple[QColor, QColor]:
    """A failure's edge and fill."""
    regime = REGIMES[failure]
    return regime_colour(regime, dark), regime_fill(regime, dark)


def wrong_ink(palette: QPalette) -> QColor:
    """The colour of a number that is nan or infinite."""
    return DRAWINGS["wrong"].colour(is_dark(palette))


def hatched(regime: AnyRegime, dark: bool) -> QBrush:
    """A regime's fill with its hatch, as one brush."""
    return _hatched(type(regime), int(regime), dark, _ratio())


def severity_pixmap(failure: Failure, dark: bool, side: int) -> QPixmap:
    """The icon that stands before a failing number."""
    return _icon(failure, dark, side, _ratio())


def _ratio() -> float:
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    return application.devicePixelRatio()


@cache
def _hatched(kind: type[AnyRegime], number: int, dark: bool, ratio: float) -> QBrush:
    # The two enumerations share their integers: the type tells them apart.
    regime = kind(number)
    tile = QPixmap(round(TILE * ratio), round(TILE * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(regime_fill(regime, dark) if is_filled(regime) else Qt.GlobalColor.transparent)
    edge = regime_colour(regime, dark)
    edge.setAlpha(FAINT)
    painter = QPainter(tile)
    if is_dense(regime):
        painter.scale(0.5, 0.5)
    painter.fillRect(QRectF(0, 0, 2 * TILE, 2 * TILE), QBrush(edge, regime_hatch(regime)))
    painter.end()
    return QBrush(tile)


@cache
def _icon(failure: Failure, dark: bool, side: int, ratio: float) -> QPixmap:
    return mark_pixmap(MARKS[failure], side, dark, ratio)
