"""The colours of everything in a plot that is neither a formula nor a regime."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QColor, QPalette

from gui.services.colours import is_dark


class PlotTheme(NamedTuple):
    """What a plot takes from the application's palette.

    `muted` is for ticks and second-rank words and keeps 4.5:1 against `background`.
    """

    dark: bool
    background: QColor
    text: QColor
    muted: QColor
    grid: QColor
    accent: QColor

    @classmethod
    def of(cls, palette: QPalette) -> PlotTheme:
        """The theme that a palette asks for."""
        background = palette.color(QPalette.ColorRole.Base)
        text = palette.color(QPalette.ColorRole.Text)
        return cls(
            dark=is_dark(palette),
            background=background,
            text=text,
            muted=blend(text, background, 0.32),
            grid=blend(text, background, 0.88),
            accent=palette.color(QPalette.ColorRole.Highlight),
        )


class KeptTheme:
    """The theme of the palette that was asked for last: cells by the hundred have one."""

    def __init__(self) -> None:
        self._key = -1
        self._theme: PlotTheme | None = None

    def of(self, palette: QPalette) -> PlotTheme:
        """The theme that a palette asks for."""
        key = int(palette.cacheKey())
        if self._theme is None or key != self._key:
            self._key, self._theme = key, PlotTheme.of(palette)
        return self._theme


def blend(colour: QColor, into: QColor, share: float) -> QColor:
    """`colour` with this share of `into`: opaque, since translucent pens are slow to paint."""
    keep = 1.0 - share
    return QColor.fromRgbF(
        colour.redF() * keep + into.redF() * share,
        colour.greenF() * keep + into.greenF() * share,
        colour.blueF() * keep + into.blueF() * share,
    )
