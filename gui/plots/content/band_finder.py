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
"""After the last edit: a search of a multiclass line takes several frames, and a drag makes a line a move."""

REMEMBERED = 64
"""Lines whose bands are at hand."""


@dataclass(frozen=True, eq=False)
class LaneBands:
    """Every formula's bands on the lane with this `Lane.line`; None stands in until one is searched."""

    line: Line | None
    loss: tuple[Band, ...]
    gradient: tuple[Band, ...]


def _is_slow(lane: Lane) -> bool:
    """Whether a search takes longer than a frame."""
    return isinstance(lane.problem, MulticlassProblem)


def _raise(error: Exception) -> None:
    raise error


def search(lane: Lane, formulas: Catalogue, progress: Progress = lambda *_: None) -> LaneBands:
    """Find a lane's bands now; the engine remembers those it found lately."""
    progress(0, 1)  # nothing is begun that is no longer wanted
    loss, gradient = (
        regime_bands(lane.problem, 0, lane.moved, formulas=formulas, quantity=quantity)
        for quantity in ("loss", "gradient")
    )
    return LaneBands(lane.line, loss, gradient)


class BandFinder(QObject):
    """Keeps the bands of the lanes shown.

    Those of multiclass lanes are searched by a worker, one lane after the other, and while one of the row's
    other logits is dragged, which makes new lines again and again, not before the edits pause. Until then
    there are no bands, or the last ones.
    """

    found = Signal()
    """Bands that were asked for are known."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kind: Hashable = None
        self._formulas: Catalogue = ()
        self._lanes: tuple[Lane, ...] = ()
        self._bands: tuple[LaneBands, ...] = ()
        self._known: dict[tuple[Line, Catalogue], LaneBands] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._search_one)
        self._jobs: JobRunner | None = None

    def bands(self, lanes: Sequence[Lane], formulas: Catalogue) -> tuple[LaneBands, ...]:
        """The lanes' bands, or those of the lanes before with `found` to come."""
        kind = tuple((type(lane.problem), lane.problem.format, lane.moved, lane.own) for lane in lanes)
        is_same_kind = (kind, formulas) == (self._kind, self._formulas)
        self._kind, self._formulas, self._lanes = kind, formulas, tuple(lanes)
        self._timer.stop()
        if not any(_is_slow(lane) for lane in lanes):
            self._bands = tuple(search(lane, formulas) for lane in lanes)
            return self._bands
        before = self._bands if is_same_kind else (LaneBands(None, (), ()),) * len(lanes)
        known = (self._known.get((lane.line, formulas)) for lane in lanes)
        self._bands = tuple(found or stand_in for found, stand_in in zip(known, before, strict=True))
        if self._missing() is not None:
            self._timer.start(QUIET_MS if is_same_kind else 0)
        return self._bands

    def finish(self) -> None:
        """Search all lanes now, however long that takes."""
        self._timer.stop()
        if self._missing() is None:
            return
        while (at := self._missing()) is not None:
            self._keep(search(self._lanes[at], self._formulas), self._formulas)
        self.found.emit()

    def _missing(self) -> int | None:
        pairs = zip(self._lanes, self._bands, strict=True)
        return next((at for at, (lane, bands) in enumerate(pairs) if lane.line != bands.line), None)

    def _search_one(self) -> None:
        at = self._missing()
        if at is None:
            return
        if self._jobs is None:
            from gui.services.jobs import JobRunner  # noqa: PLC0415  # not needed to start

            self._jobs = JobRunner(self)
        lane, formulas = self._lanes[at], self._formulas
        self._jobs.start(
            lambda progress: search(lane, formulas, progress),
            lambda found: self._take(found, formulas),
            _raise,
        )

    def _take(self, found: LaneBands, formulas: Catalogue) -> None:
        """Keep the bands of a lane, and go on with the next."""
        self._keep(found, formulas)
        if self._missing() is None:
            self.found.emit()
        elif not self._timer.isActive():  # no edit has come meanwhile
            self._timer.start(0)

    def _keep(self, found: LaneBands, formulas: Catalogue) -> None:
        assert found.line is not None
        while len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[found.line, formulas] = found
        known = (self._known.get((lane.line, self._formulas)) for lane in self._lanes)
        self._bands = tuple(new or old for new, old in zip(known, self._bands, strict=True))

    @property
    def current(self) -> tuple[LaneBands, ...]:
        """What is known of the lanes last asked for."""
        return self._bands


class FormatFinder(QObject):
    """Finds the bands of multiclass lanes in every format, beside the GUI.

    There are four times as many as in one, and each takes several frames. The engine remembers what it found.
    """

    found = Signal()
    """What was not known is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: Hashable = None
        self._is_known = False
        self._jobs: JobRunner | None = None
        self.is_patient = False
        """Whether whoever asks rather waits."""

    def are_known(self, lanes: Sequence[Lane], formula: Formula) -> bool:
        """Whether a formula's bands can be had within a frame; otherwise they are being searched."""
        slow = tuple(lane for lane in lanes if _is_slow(lane))
        wanted = (tuple(lane.line for lane in slow), formula)
        if slow and wanted != self._wanted and not self.is_patient:
            self._wanted, self._is_known = wanted, False
            if self._jobs is None:
                from gui.services.jobs import JobRunner  # noqa: PLC0415  # not needed to start

                self._jobs = JobRunner(self)
            self._jobs.start(lambda progress: _search_formats(slow, formula, progress), self._take, _raise)
        return self._is_known or self.is_patient or not slow

    def _take(self, _found: None) -> None:
        self._is_known = True
        self.found.emit()


def _search_formats(lanes: Sequence[Lane], formula: Formula, progress: Progress) -> None:
    for done, fmt in enumerate(FORMATS):
        for lane in lanes:
            progress(done, len(FORMATS))
            regime_bands(lane.problem.replace(format=fmt), 0, lane.moved, formulas=(formula,))
