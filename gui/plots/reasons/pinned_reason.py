"""Hovering names what fails there; a click shows the reason, and at first the selected row's stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from engine import Band, Format, Side
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.content.lanes import Lane
from gui.plots.content.look import Look
from gui.plots.content.subject import Subject
from gui.plots.parts.joined import joined
from gui.plots.parts.words import band_text
from gui.plots.reasons.reason_panel import ReasonPanel
from gui.plots.reasons.reasons import reason_of
from gui.plots.scales.logit_scale import floats_around
from gui.plots.scales.logit_span import EDGE_FLOATS
from gui.plots.strip.strip_panel import StripPanel
from gui.plots.tools.gestures import Pointer
from gui.plots.tools.logit_moves import LogitMoves

QUIET_MS = 120
"""After the last change: a reason takes longer to find than a frame of a drag."""


@dataclass(frozen=True, eq=False, slots=True)
class Spot:
    """A band at a place of the picture, in a lane whose problem has the band's format."""

    lane: Lane
    band: Band
    logit: float


class PinnedReason(QObject):
    """Names bands in tooltips and shows the reason of the one that is clicked, on the card of a place.

    Until one is clicked, the reason stands there why the selected row fails, if it does. `moves` puts the
    selected row at an edge, with the target that fails there.
    """

    edge_asked = Signal(object, str)
    """A band in the problem's own format, and its 'start' or 'stop': to be shown float by float."""
    zoom_asked = Signal(float, float)
    """The logits to show around another format's edge."""

    def __init__(
        self, plots: Sequence[LogitPlot], strips: StripPanel, moves: LogitMoves, place: ReasonPanel
    ) -> None:
        super().__init__(strips)
        self._place = place
        self._moves = moves
        self._look: Look | None = None
        self._subject: Subject | None = None
        self._spot: Spot | None = None
        self._pinned = False
        """Whether the user asked for the spot."""
        self._plots = tuple(plots)
        self._strips = strips
        self.card = place.reason
        self.card.zoom_asked.connect(self._zoom)
        self.card.put_asked.connect(self._put)
        self.card.other_edge_asked.connect(self._show_other_edge)
        self.card.closed.connect(self.close)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self._explain_row)
        for plot in self._plots:
            plot.viewport().installEventFilter(self)
        strips.installEventFilter(self)

    def show_subject(self, subject: Subject, look: Look) -> None:
        """Keep the card while its line is still there, as while a sample is dragged along it."""
        dyed = self._look is not None and self._look.theme != look.theme
        before, self._subject, self._look = self._subject, subject, look
        if not self._pinned:
            self._quiet.start()
        if self._spot is None:
            return
        old = self._spot.lane
        lanes = (in_format(lane, old.problem.format) for lane in subject.lanes)
        lane = next((lane for lane in lanes if lane.line == old.line), None)
        if lane is None or self._spot.band.formula not in {formula.key for formula in subject.formulas}:
            self._drop()
            return
        self._spot = replace(self._spot, lane=lane)
        if dyed or before is None or before.row != subject.row or before.formulas != subject.formulas:
            self._fill(None)
        elif lane.own != old.own:
            self._fill(self.card.side)

    def close(self) -> bool:
        """Take the card away that was asked for; False if none was."""
        was_there = self._pinned
        if was_there:
            self._drop()
        return was_there

    def _drop(self) -> None:
        self._spot, self._pinned = None, False
        self._place.close_card(self.card)
        self._quiet.start()

    def _explain_row(self) -> None:
        """Show why the selected row fails: by the shaded formula, or else by the worst."""
        subject, look = self._subject, self._look
        if self._pinned or subject is None or look is None or not subject.settled:
            return
        spot = row_spot(subject, look.shaded)
        if spot is None:
            self._spot = None
            self._place.close_card(self.card)
        elif self._spot is None or (spot.band, spot.lane.line) != (self._spot.band, self._spot.lane.line):
            self._spot = spot
            self._fill(None)
            self._place.open(self.card)

    # -- finding ------------------------------------------------------------------------------------

    def spot_in(self, plot: LogitPlot, position: QPointF) -> Spot | None:
        """The band shaded in a plot at a place; None where nothing is."""
        subject = self._subject
        if subject is None or not subject.lanes or not plot.area.contains(position):
            return None
        logit = plot.span.to_logit(position.x())
        found = (band for band in joined(plot.shades.bands) if band.start <= logit <= band.stop)
        band = next(found, None)
        return None if band is None else Spot(subject.lanes[subject.own], band, logit)

    def spot_on_strip(self, position: QPointF) -> Spot | None:
        """The band drawn in a lane at a place; None where nothing is."""
        subject, strips = self._subject, self._strips
        if subject is None:
            return None
        for strip in strips.strips:
            for index, lane in enumerate(subject.lanes if not strip.exact else ()):
                rect = strips.lane_rect(strip.key, index)
                if not rect.contains(position):
                    continue
                logit = strips.span.to_logit(position.x())
                bands = (band for band in joined(strip.bands[index]) if band.start <= logit <= band.stop)
                band = next(bands, None)
                return None if band is None else Spot(in_format(lane, strip.format), band, logit)
        return None

    # -- the card -----------------------------------------------------------------------------------

    def pin_in_plot(self, pointer: Pointer) -> bool:
        """Pin the reason of the band below the pointer; False where there is none."""
        spot = self.spot_in(pointer.plot, pointer.position)
        if spot is None:
            return False
        self._pin(spot)
        return True

    def pin(self, lane: Lane, band: Band, logit: float) -> None:
        """Pin the reason of a band."""
        self._pin(Spot(lane, band, logit))

    def _pin(self, spot: Spot) -> None:
        self._spot, self._pinned = spot, True
        self._quiet.stop()
        self._fill(None)
        self._place.open(self.card)

    def _fill(self, side: Side | None) -> None:
        spot, subject, look = self._spot, self._subject, self._look
        if spot is None or subject is None or look is None:
            return
        formulas = subject.formulas
        reason = reason_of(spot.lane, formulas, spot.band, spot.logit, side)
        self.card.show_reason(reason, formulas, subject.row, look.dark)
        # Another format's edge is none of the row's: there it would not fail.
        self.card.put.setVisible(
            reason.edge is not None and spot.lane.problem.format is subject.problem.format
        )

    def _show_other_edge(self) -> None:
        reason = self.card.reason
        if reason is None or reason.edge is None:
            return
        other = next((side for side in reason.sides if side != reason.edge.side), None)
        self._fill(other)

    def _zoom(self, logit: float) -> None:
        reason, subject = self.card.reason, self._subject
        if reason is None or reason.edge is None or subject is None:
            return
        fmt = reason.lane.problem.format
        if fmt is subject.problem.format:
            self.edge_asked.emit(reason.band, reason.edge.side)
        else:
            self.zoom_asked.emit(*floats_around(logit, EDGE_FLOATS, fmt))

    def _put(self, logit: float) -> None:
        if self._spot is None:
            return
        lane = self._spot.lane
        if lane.own:
            self._moves.move_to(logit)
        else:  # it fails there for this target alone
            self._moves.move_to_target(logit, lane.problem.target[0], lane.label)

    # -- Qt -----------------------------------------------------------------------------------------

    def _tell(self, event: QHelpEvent, spot: Spot | None, widget: QWidget) -> bool:
        if spot is None:
            return False
        assert self._subject is not None
        formula = next(f for f in self._subject.formulas if f.key == spot.band.formula)
        text = self.tr("{formula}, {target}: {band}.\nClick for the reason.").format(
            formula=formula.title,
            target=spot.lane.label,
            band=band_text(spot.band, spot.lane.problem.format),
        )
        QToolTip.showText(event.globalPos(), text, widget)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            for plot in self._plots:
                if watched is plot.viewport():
                    return self._tell(event, self.spot_in(plot, QPointF(event.pos())), plot)
            if watched is self._strips:
                return self._tell(event, self.spot_on_strip(QPointF(event.pos())), self._strips)
        elif isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseButtonRelease:
            spot = self.spot_on_strip(event.position()) if watched is self._strips else None
            if spot is not None and event.button() is Qt.MouseButton.LeftButton:
                self._pin(spot)
        return False


def row_spot(subject: Subject, shaded: str | None) -> Spot | None:
    """Where the selected row fails, by the shaded formula or else by the worst; None if it does not."""
    if not subject.lanes:
        return None
    here = subject.logit
    bands = [
        band
        for formula in subject.formulas
        for band in joined(subject.bands_of(formula.key, subject.own))
        if band.start <= here <= band.stop
    ]
    worst = max(bands, key=lambda band: (band.formula == shaded, int(band.regime)), default=None)
    return None if worst is None else Spot(subject.lanes[subject.own], worst, here)


def in_format(lane: Lane, fmt: Format) -> Lane:
    """The lane with its problem in a format."""
    if lane.problem.format is fmt:
        return lane
    return replace(lane, problem=lane.problem.replace(format=fmt))
