"""Finds the bands of lanes, later where it takes long: until then the last ones stand in."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine import FORMATS, Band, Catalogue, Formula, Line, MulticlassProblem, regime_bands
from gui.plots.content.lanes import Lane

if TYPE_CHECKING:
    from engine.data import Progress
    from gui.services.jobs import JobRunner

QUIET_MS = 120
"""After the last edit: a search of a multiclass line takes two frames, which a drag has no room for."""


MANY_CLASSES = 100
"""Classes from which a search is done beside the GUI: it evaluates hundreds of rows."""


@dataclass(frozen=True, eq=False)
class LaneBands:
    """Every formula's bands on the lane with this `Lane.line`; None stands in until one is searched."""

    line: Line | None
    loss: tuple[Band, ...]
    gradient: tuple[Band, ...]


def _is_wide(lane: Lane) -> bool:
    return isinstance(lane.problem, MulticlassProblem) and lane.problem.classes >= MANY_CLASSES


def _raise(error: Exception) -> None:
    raise error


def search(lane: Lane, formulas: Catalogue) -> LaneBands:
    """Find a lane's bands now; the engine remembers those it found lately."""
    loss, gradient = (
        regime_bands(lane.problem, 0, lane.moved, formulas=formulas, quantity=quantity)
        for quantity in ("loss", "gradient")
    )
    return LaneBands(lane.line, loss, gradient)


class BandFinder(QObject):
    """Keeps the bands of the lanes shown.

    Only the other logits of a multiclass row make new lines again and again while one of them is
    dragged: those lines are searched when the edits pause, one lane at a time. Lines of many classes are
    searched by a worker; until then there are no bands, or the last ones.
    """

    found = Signal()
    """Bands that were asked for are known."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kind: Hashable = None
        self._formulas: Catalogue = ()
        self._lanes: tuple[Lane, ...] = ()
        self._bands: tuple[LaneBands, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._search_one)
        self._jobs: JobRunner | None = None

    def bands(self, lanes: Sequence[Lane], formulas: Catalogue) -> tuple[LaneBands, ...]:
        """The lanes' bands, or those of the lanes before with `found` to come."""
        kind = tuple((type(lane.problem), lane.problem.format, lane.moved, lane.own) for lane in lanes)
        same_kind = (kind, formulas) == (self._kind, self._formulas)
        self._kind, self._formulas, self._lanes = kind, formulas, tuple(lanes)
        if same_kind and all(isinstance(lane.problem, MulticlassProblem) for lane in lanes):
            known = {bands.line: bands for bands in self._bands}
            self._bands = tuple(known.get(lane.line, self._bands[at]) for at, lane in enumerate(lanes))
            if self._missing() is not None:
                self._timer.start(QUIET_MS)
            else:
                self._timer.stop()
        elif any(_is_wide(lane) for lane in lanes):
            self._bands = tuple(LaneBands(None, (), ()) for _ in lanes)
            self._timer.start(0)
        else:
            self._timer.stop()
            self._bands = tuple(search(lane, formulas) for lane in lanes)
        return self._bands

    def _missing(self) -> int | None:
        pairs = zip(self._lanes, self._bands, strict=True)
        return next((at for at, (lane, bands) in enumerate(pairs) if lane.line != bands.line), None)

    def _search_one(self) -> None:
        at = self._missing()
        if at is None:
            return
        lane = self._lanes[at]
        if not _is_wide(lane):
            self._take(search(lane, self._formulas))
            return
        if self._jobs is None:
            from gui.services.jobs import JobRunner  # noqa: PLC0415  # not needed to start

            self._jobs = JobRunner(self)
        formulas = self._formulas
        self._jobs.start(lambda _: search(lane, formulas), self._take, _raise)

    def _take(self, found: LaneBands) -> None:
        """Keep the bands of a lane, if it is still shown, and go on with the next."""
        pairs = zip(self._lanes, self._bands, strict=True)
        self._bands = tuple(found if lane.line == found.line else bands for lane, bands in pairs)
        if self._missing() is None:
            self.found.emit()
        else:
            self._timer.start(0)

    @property
    def current(self) -> tuple[LaneBands, ...]:
        """What is known of the lanes last asked for."""
        return self._bands


class FormatFinder(QObject):
    """Finds the bands of lanes of many classes in every format, beside the GUI.

    There are four times as many as in one, and each takes seconds. The engine remembers what it found.
    """

    found = Signal()
    """What was not known is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: Hashable = None
        self._is_known = False
        self._jobs: JobRunner | None = None

    def are_known(self, lanes: Sequence[Lane], formula: Formula) -> bool:
        """Whether a formula's bands can be had within a frame; otherwise they are being searched."""
        wide = tuple(lane for lane in lanes if _is_wide(lane))
        wanted = (tuple(lane.line for lane in wide), formula)
        if wide and wanted != self._wanted:
            self._wanted, self._is_known = wanted, False
            if self._jobs is None:
                from gui.services.jobs import JobRunner  # noqa: PLC0415  # not needed to start

                self._jobs = JobRunner(self)
            self._jobs.start(lambda progress: _search_formats(wide, formula, progress), self._take, _raise)
        return self._is_known or not wide

    def _take(self, _found: None) -> None:
        self._is_known = True
        self.found.emit()


def _search_formats(lanes: Sequence[Lane], formula: Formula, progress: Progress) -> None:
    for done, fmt in enumerate(FORMATS):
        for lane in lanes:
            progress(done, len(FORMATS))
            regime_bands(lane.problem.replace(format=fmt), 0, lane.moved, formulas=(formula,))
