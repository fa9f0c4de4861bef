"""Which parts of the picture are shown: plots and strips, by the chips' actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from gui.plots.content.quantities import PlotKind
from gui.plots.panel.plot_stack import PlotStack
from gui.plots.strip.strip_panel import StripPanel


class ShownPanels(QObject):
    """Keeps the actions and what they show at one: a plot each, and the strips last."""

    changed = Signal()
    """Other parts are shown."""

    def __init__(
        self, actions: Sequence[QAction], stack: PlotStack, strips: StripPanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        *self._plots, self._strip = actions
        self._stack = stack
        self._strips = strips
        self._telling = False
        self.strip_shown = True
        for action in actions:
            action.toggled.connect(self._choose)
        stack.shown_changed.connect(self._follow)
        self._follow()

    def choose(self, plots: tuple[PlotKind, ...] | None, *, strip: bool) -> None:
        """Show these plots, or as many as the window's width allows, and the strips or not."""
        self.strip_shown = strip
        self._stack.choose(plots)
        self._follow()

    def choose_fitting(self, plots: tuple[PlotKind, ...], room: int) -> None:
        """Show these plots, or the last ones where so many pixels are not enough, and the strips."""
        self.choose(plots or None, strip=True)
        while len(plots) > 1 and self.least_height > room:
            plots = plots[1:]
            self.choose(plots, strip=True)

    def _choose(self) -> None:
        if self._telling:
            return
        pairs = zip(PlotKind, self._plots, strict=True)
        wanted = tuple(kind for kind, action in pairs if action.isChecked())
        self.choose(
            self._stack.chosen if wanted == self._stack.open else wanted, strip=self._strip.isChecked()
        )

    def _follow(self) -> None:
        """Check what is shown."""
        self._telling = True
        for kind, action in zip(PlotKind, self._plots, strict=True):
            action.setChecked(kind in self._stack.open)
        self._strip.setChecked(self.strip_shown)
        self._telling = False
        self._strips.setVisible(self.strip_shown)
        self.changed.emit()

    def fit(self, room: int) -> None:
        """Where plots and strips share so many pixels: one target alone, where plots would be too low."""
        left = room - self._strips.height_if(compact=False)
        self._strips.set_compact(left < self._stack.minimumSizeHint().height())

    @property
    def least_height(self) -> int:
        """Pixels that plots and strips take at the least."""
        strips = self._strips.height_if(compact=True) if self.strip_shown else 0
        return self._stack.minimumSizeHint().height() + strips
