"""What is suspicious about the page in front, looked for once an evaluation, for all who show it.

Most of what there is to say of a large problem has been found with its evaluation; the rest, and the slices
of rows that were edited since, are looked at beside the GUI.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine import Evaluation, Finding
from gui.document.evaluator import Evaluator, is_large
from gui.findings.finding_words import count_lines
from gui.services.throttle import Throttle

if TYPE_CHECKING:
    from gui.services.jobs import JobRunner

PAUSE_MS = 150
"""Findings of a large problem wait this long for the end of a burst of edits."""


class CurrentFindings(QObject):
    """Looks at every evaluation: at once if it is small, else when the edits pause."""

    changed = Signal()
    """There are other findings, or the same of another evaluation."""

    def __init__(self, evaluator: Evaluator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.evaluation: Evaluation | None = None
        """What `found` is about; None before the first look."""
        self.found: tuple[Finding, ...] = ()
        """The worst first; none while they are held back."""
        self._all: tuple[Finding, ...] = ()
        self.held = 0
        """How many are known and not told, while they are held back."""
        self.is_held = False
        self._awaited: Evaluation | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.look)
        self._jobs: JobRunner | None = None
        self._following = Throttle(self, after_paint=True)
        self._following.due.connect(self.look)
        evaluator.evaluated.connect(self.follow)
        evaluation = evaluator.ready()
        if evaluation is not None:  # what shows it is still to be painted for the first time
            self._awaited = evaluation
            self._pause.start()

    def follow(self, evaluation: Evaluation) -> None:
        """Look at an evaluation, soon."""
        self._awaited = evaluation
        if self._jobs is not None:
            self._jobs.cancel()
        if is_large(evaluation.problem):
            self._pause.start()
        else:
            self._following.request()

    def look(self) -> None:
        """Look for findings now."""
        self._pause.stop()
        if self._awaited is None or self._awaited is self.evaluation:
            return
        from engine import findings  # noqa: PLC0415  # the plots are painted first

        evaluation = self._awaited
        if not evaluation.is_large:
            self._take(evaluation, findings(evaluation))
            return
        if self._jobs is None:
            from gui.services.jobs import JobRunner  # noqa: PLC0415  # not needed to start

            self._jobs = JobRunner(self)
        work = partial(findings, evaluation)
        self._jobs.start(work, partial(self._take, evaluation), _raise)

    def _take(self, evaluation: Evaluation, found: tuple[Finding, ...]) -> None:
        self.evaluation, self._all = evaluation, found
        self._tell()

    @property
    def is_looking(self) -> bool:
        """Whether the findings of what is shown are still to come."""
        return self._awaited is not self.evaluation

    def hold(self, held: bool) -> None:
        """Tell of no findings until they are no longer held back."""
        if held != self.is_held:
            self.is_held = held
            self._tell()

    def _tell(self) -> None:
        self.found = () if self.is_held else self._all
        self.held = count_lines(self._all) if self.is_held else 0
        self.changed.emit()

    def of_row(self, row: int) -> Finding | None:
        """The worst finding that is about a row or about all of them."""
        return next((each for each in self.found if not each.rows or row in each.rows), None)


def _raise(error: Exception) -> None:
    raise error
