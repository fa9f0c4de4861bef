"""Pinning a baseline: its ghost in the plots and what every edit changes since."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from engine import Family, Role
from engine.data import MINUS
from gui.plots.baseline.changes import Change, FormulaChange, changes_since
from gui.plots.baseline.ghost import Ghost, GhostItem
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.content.gutter_lines import FormulaLine
from gui.plots.content.look import Look
from gui.plots.content.quantities import PlotKind
from gui.plots.content.subject import Subject
from gui.plots.gutter.gutter import Gutter
from gui.plots.parts.words import value_text
from gui.services.colours import formula_style


class PinnedBaseline(QObject):
    """Holds one baseline for each family of problems."""

    changed = Signal()
    """There is a baseline for what is shown, or no longer."""

    def __init__(self, plots: Mapping[PlotKind, LogitPlot], gutter: Gutter) -> None:
        super().__init__(gutter)
        self._dark = False
        self._now: Subject | None = None
        self._pinned: dict[Family, Subject] = {}
        self._ghost = Ghost()
        self._items = [GhostItem(plot, kind, self._ghost) for kind, plot in plots.items()]
        self._gutter = gutter

    @property
    def subject(self) -> Subject | None:
        """The baseline of the family that is shown."""
        return None if self._now is None else self._pinned.get(self._now.problem.family)

    @property
    def rows(self) -> tuple[FormulaLine, ...]:
        """What is shown of the changes: (reduced loss, the row's loss, the row's gradient) a formula."""
        return self._gutter.baseline

    def pin(self) -> None:
        """Compare with what is shown from here on."""
        if self._now is not None and self._now.lanes:
            self._pinned[self._now.problem.family] = self._now
            self._show()

    def clear(self) -> None:
        """Compare no longer."""
        if self._now is not None:
            self._pinned.pop(self._now.problem.family, None)
            self._show()

    def clear_all(self) -> None:
        """Forget the baselines of both families."""
        self._pinned.clear()
        self._show()

    def adopt(self, other: PinnedBaseline) -> None:
        """Compare with what another one compares with."""
        self._pinned = dict(other._pinned)
        self._show()

    def show_subject(self, subject: Subject, look: Look) -> None:
        """Compare this subject."""
        self._now, self._dark = subject, look.dark
        for item in self._items:
            item.set_measure(look.measure)
        self._show()

    def _show(self) -> None:
        baseline, now = self.subject, self._now
        changed = baseline is not self._ghost.subject
        if changed:
            self._ghost.subject = baseline
            for item in self._items:
                item.setVisible(baseline is not None)
                item.update()
        if baseline is None or now is None or not now.lanes:
            self._gutter.show_baseline("", ())
        else:
            title = self.tr("Since the baseline")
            self._gutter.show_baseline(title, self._lines(baseline, now))
        if changed:
            self.changed.emit()

    def _lines(self, baseline: Subject, now: Subject) -> list[FormulaLine]:
        reduction = now.problem.reduction
        name = self.tr("loss") if reduction == "none" else reduction
        return [self._line(change, name) for change in changes_since(baseline, now)]

    def _line(self, change: FormulaChange, reduced: str) -> FormulaLine:
        cells = tuple(self._change_text(each) for each in (change.reduced, change.loss, change.gradient))
        return FormulaLine(
            title=change.formula.title,
            style=formula_style(change.formula, self._dark),
            exact=change.formula.role is Role.EXACT,
            value=cells[1] or cells[0],
            fuller=f"{reduced} {cells[0]}",
            mark=None,
            cells=cells,
        )

    def _change_text(self, change: Change) -> str:
        """A value as it is, and how far it has moved: ``30.6406 (−3.7)``."""
        if change.now is None:
            return ""
        value, difference = value_text(change.now), change.difference
        if difference is None or difference == 0.0:
            return value
        if not math.isfinite(difference):
            assert change.before is not None
            return self.tr("{0} (was {1})").format(value, value_text(change.before))
        return f"{value} ({difference:+.6g})".replace("-", MINUS)
