"""The linked plots one above the other: one logit axis, each of them shown or not."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.content import captions
from gui.plots.content.quantities import PlotKind
from gui.plots.panel.plot_section import PlotSection
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.scales.logit_scale import LINEAR, LogitScale
from gui.plots.scales.logit_span import LogitSpan
from gui.plots.scales.value_scale import ValueScale

SHARES = {PlotKind.LOSS: 3, PlotKind.ERROR: 2, PlotKind.GRADIENT: 2}
"""Parts of the height."""

ROOM_FOR = ((PlotKind.ERROR, 1920), (PlotKind.GRADIENT, 2560))
"""Width of a window from which on a plot is shown on a first start."""


NO_OTHERS: Mapping[PlotKind, ValueScale] = {}
"""Every plot keeps the value scale that it has."""


class PlotStack(QWidget):
    """Loss, error and gradient plots that always show the same logits."""

    view_changed = Signal()
    """The visible range of a plot or its size in pixels."""
    whole_asked = Signal()
    menu_asked = Signal(object)
    shown_changed = Signal()
    """Other plots are shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = LINEAR
        self._linking = False
        self._chosen: tuple[PlotKind, ...] | None = None
        self._room = 0
        self.sections = {kind: PlotSection(kind, self) for kind in PlotKind}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for kind, section in self.sections.items():
            column.addWidget(section, SHARES[kind])
            section.plot.setAccessibleName(captions.plot_name(kind))
            section.plot.viewport().setAccessibleName(captions.plot_name(kind))
            section.plot.view_changed.connect(self._follow)
            section.plot.whole_asked.connect(self.whole_asked)
            section.plot.menu_asked.connect(self.menu_asked)
        column.addStretch(0)
        self._show((PlotKind.LOSS,))

    # -- which are shown ----------------------------------------------------------------------------

    @property
    def open(self) -> tuple[PlotKind, ...]:
        """The plots shown."""
        return tuple(kind for kind, section in self.sections.items() if section.is_open)

    @property
    def chosen(self) -> tuple[PlotKind, ...] | None:
        """The plots that the user has chosen; None while the window's width decides."""
        return self._chosen

    def choose(self, kinds: tuple[PlotKind, ...] | None) -> None:
        """Show these plots and no others; None lets the window's width decide."""
        self._chosen = kinds
        self.fit_window(self._room)

    def fit_window(self, width: int) -> None:
        """Show what a window of this width has room for, unless the user has chosen."""
        self._room = width
        kinds = self._chosen
        if kinds is None:
            kinds = (PlotKind.LOSS, *(kind for kind, room in ROOM_FOR if width >= room))
        if set(kinds) != set(self.open):
            self._show(kinds)
            self.shown_changed.emit()

    def _show(self, kinds: tuple[PlotKind, ...]) -> None:
        shown = [kind for kind in self.sections if kind in kinds]
        for kind, section in self.sections.items():
            section.setVisible(kind in shown)
            # Only the lowest plot numbers the logits: they are the same for all.
            section.show_logit_axis(bool(shown) and kind is shown[-1])

    # -- one logit axis -----------------------------------------------------------------------------

    @property
    def leader(self) -> LogitPlot:
        """The first plot in sight; all others show its logits."""
        open_ = self.open
        return self.sections[open_[0] if open_ else PlotKind.LOSS].plot

    @property
    def lowest(self) -> LogitPlot:
        """The plot that numbers the logits."""
        open_ = self.open
        return self.sections[open_[-1] if open_ else PlotKind.LOSS].plot

    @property
    def span(self) -> LogitSpan:
        """The visible logits."""
        return self.leader.span

    def show_places(
        self,
        places: tuple[float, float],
        values: Mapping[PlotKind, tuple[float, float]],
        scale: LogitScale,
        value_scales: Mapping[PlotKind, ValueScale] = NO_OTHERS,
    ) -> None:
        """Show these places on a logit scale in all plots, and in each these on its value scale."""
        self._linking = True
        for kind, section in self.sections.items():
            plot = section.plot
            plot.show_places(places, values.get(kind, plot.value_span), scale, value_scales.get(kind))
        self._linking = False

    def _follow(self) -> None:
        plot = self.sender()
        if self._linking or not isinstance(plot, LogitPlot) or not plot.isVisible():
            return
        span = plot.span
        self.show_places((span.start, span.stop), {}, span.scale)
        self.view_changed.emit()

    def set_span(self, span: LogitSpan) -> None:
        """Align all rails."""
        for section in self.sections.values():
            section.set_span(span)

    def recolour(self, theme: PlotTheme) -> None:
        """Dye the plots, which must not wait for their own change of palette: the next content is theirs."""
        for section in self.sections.values():
            section.plot.recolour(theme)

    def set_cursor_logit(self, logit: float | None) -> None:
        """Show or hide the crosshair."""
        for section in self.sections.values():
            section.set_cursor_logit(logit)
