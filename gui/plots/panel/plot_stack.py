"""The linked plots one above the other: one logit axis, each of them foldable."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.plots.canvas.logit_plot import FOOT, LogitPlot
from gui.plots.content import captions
from gui.plots.content.quantities import PlotKind
from gui.plots.panel.plot_section import LEAST, PlotSection
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.scales.logit_scale import LINEAR, LogitScale
from gui.plots.scales.logit_span import LogitSpan
from gui.plots.scales.value_scale import ValueScale

SHARES = {PlotKind.LOSS: 5, PlotKind.ERROR: 3, PlotKind.GRADIENT: 3}
"""Parts of the height."""

ROOM_FOR = ((PlotKind.GRADIENT, 360), (PlotKind.ERROR, 430))
"""Pixels of the stack from which on a plot is unfolded on a first start."""


NO_OTHERS: Mapping[PlotKind, ValueScale] = {}
"""Every plot keeps the value scale that it has."""


class PlotStack(QWidget):
    """Loss, error and gradient plots that always show the same logits."""

    view_changed = Signal()
    """The visible range of a plot or its size in pixels."""
    whole_asked = Signal()
    menu_asked = Signal(object)
    folds_changed = Signal()
    """The user folded or unfolded a plot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = LINEAR
        self._linking = False
        self._chosen: tuple[PlotKind, ...] | None = None
        self.sections = {kind: PlotSection(kind, self) for kind in PlotKind}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for kind, section in self.sections.items():
            column.addWidget(section, SHARES[kind])
            section.plot.setAccessibleName(captions.plot_name(kind))
            section.folded.connect(self._note_folds)
            section.plot.view_changed.connect(self._follow)
            section.plot.whole_asked.connect(self.whole_asked)
            section.plot.menu_asked.connect(self.menu_asked)
        column.addStretch(0)
        self._fold((PlotKind.LOSS,))

    # -- folding ------------------------------------------------------------------------------------

    @property
    def open(self) -> tuple[PlotKind, ...]:
        """The unfolded plots."""
        return tuple(kind for kind, section in self.sections.items() if section.is_open)

    @property
    def chosen(self) -> tuple[PlotKind, ...] | None:
        """The plots that the user wants unfolded; None while the height decides."""
        return self._chosen

    def choose(self, kinds: tuple[PlotKind, ...] | None) -> None:
        """Unfold these plots and no others; None lets the height decide."""
        self._chosen = kinds
        self.fit_folds(self.height())

    def take_least_room(self) -> None:
        """Fold all but the loss plot, and let the height decide from here on."""
        self._chosen = None
        self._fold((PlotKind.LOSS,))

    def fit_folds(self, height: int) -> None:
        """Unfold what there is room for, unless the user has chosen."""
        kinds = self._chosen
        if kinds is None:
            kinds = (PlotKind.LOSS, *(kind for kind, room in ROOM_FOR if height >= room))
        if set(kinds) != set(self.open):
            self._fold(kinds)

    def _fold(self, kinds: tuple[PlotKind, ...]) -> None:
        for kind, section in self.sections.items():
            section.set_open(kind in kinds)
        self._number_lowest()

    def _note_folds(self) -> None:
        self._chosen = self.open
        self._number_lowest()
        self.folds_changed.emit()

    def _number_lowest(self) -> None:
        """Only the lowest plot numbers the logits: they are the same for all."""
        open_ = self.open
        for kind, section in self.sections.items():
            section.show_logit_axis(bool(open_) and kind is open_[-1])

    def minimumSizeHint(self) -> QSize:
        """Room for the loss plot: the others are folded where there is no more, unless the user chose."""
        least = super().minimumSizeHint()
        if self._chosen is not None:
            return least
        loss = self.sections[PlotKind.LOSS]
        headers = sum(section.header.minimumSizeHint().height() for section in self.sections.values())
        body = loss.rails.minimumSizeHint().height() + LEAST[PlotKind.LOSS] + FOOT
        return QSize(least.width(), headers + body)

    # -- one logit axis -----------------------------------------------------------------------------

    @property
    def leader(self) -> LogitPlot:
        """The first plot in sight; all others show its logits."""
        open_ = self.open
        return self.sections[open_[0] if open_ else PlotKind.LOSS].plot

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
