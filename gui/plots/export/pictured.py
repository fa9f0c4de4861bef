"""What a picture is taken of: an offscreen copy of the figure, whatever the window looks like."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QWidget

from gui.plots.content.quantities import PlotKind
from gui.plots.export.figure_caption import Caption, caption_of
from gui.plots.panel.plot_panel import PlotPanel

_translate = QCoreApplication.translate


class Pictured(Protocol):
    """A figure that can be copied and saved."""

    kind: str
    """By which the choice of its panels is kept."""

    def panels(self) -> dict[str, str]:
        """Its panels by key, with their words."""

    def first_panels(self) -> tuple[str, ...]:
        """Those in the picture where nothing has been chosen."""

    def copy(self, size: QSize, panels: tuple[str, ...], dark: bool) -> QWidget:
        """The figure with these panels at a size, laid out and not on the screen."""

    def caption(self) -> Caption | None:
        """What is to be said of it; None where there is nothing in it."""


STRIPS = "strips"


class PlotPicture:
    """The picture of the selected row."""

    kind = "plots"

    def __init__(self, panel: PlotPanel) -> None:
        self._panel = panel

    def panels(self) -> dict[str, str]:
        """Three plots and the strips."""
        return {
            PlotKind.LOSS: _translate("pictured", "&Loss"),
            PlotKind.ERROR: _translate("pictured", "&Error"),
            PlotKind.GRADIENT: _translate("pictured", "&Gradient"),
            STRIPS: _translate("pictured", "&Strips"),
        }

    def first_panels(self) -> tuple[str, ...]:
        """What the user has opened; where the window's width decides, the loss alone, so that it does not."""
        setup = self._panel.setup
        plots: tuple[str, ...] = setup.open or (PlotKind.LOSS,)
        return (*plots, STRIPS) if setup.strip_shown else plots

    def copy(self, size: QSize, panels: tuple[str, ...], dark: bool) -> QWidget:
        """Another panel that shows the same."""
        plots = tuple(kind for kind in PlotKind if kind in panels) or (PlotKind.LOSS,)
        return self._panel.copied(size, plots, strips=STRIPS in panels, dark=dark)

    def caption(self) -> Caption | None:
        """Row, options and versions."""
        subject = self._panel.subject
        if subject is None:
            return None
        return caption_of(subject, self._panel.shaded, self._panel.stack.span.scale.spacing)
