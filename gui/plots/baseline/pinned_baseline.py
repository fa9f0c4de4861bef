"""Pinning a baseline: its ghost in the plots and what every edit changes since, in a table."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine import Family
from engine.data import MINUS
from gui.plots.baseline.changes import Change, changes_since
from gui.plots.baseline.ghost import Ghost, GhostItem
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.content.look import Look
from gui.plots.content.quantities import PlotKind
from gui.plots.content.subject import Subject
from gui.plots.parts.text_table import TextRow, TextTable
from gui.plots.parts.words import value_text
from gui.services.colours import formula_style


class BaselineTable(QWidget):
    """Every formula's values and how they differ from the baseline's."""

    clear_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        clear = QToolButton(self)
        clear.setText(self.tr("Clear"))
        clear.setToolTip(self.tr("Forget the baseline"))
        clear.setAutoRaise(True)
        self.table = TextTable(self)
        self.table.setAccessibleName(self.tr("Changes since the baseline"))
        head = QHBoxLayout()
        head.setContentsMargins(2, 2, 2, 0)
        head.addWidget(self._title, 1)
        head.addWidget(clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 2, 6, 4)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.table)
        clear.clicked.connect(self.clear_asked)

    def show_changes(self, baseline: Subject, now: Subject, dark: bool) -> None:
        """Compare two subjects of one family."""
        title = self.tr("Since the baseline, row {row}").format(row=now.row + 1)
        if self._title.text() != title:
            self._title.setText(title)
        reduction = now.problem.reduction
        reduced = self.tr("loss") if reduction == "none" else reduction
        headers = (self.tr("formula"), reduced, self.tr("row's loss"), self.tr("row's gradient"))
        rows = []
        for each in changes_since(baseline, now):
            pairs = (each.reduced, each.loss, each.gradient)
            cells = tuple(self._change_text(change) for change in pairs)
            rows.append(TextRow(each.formula.title, formula_style(each.formula, dark), cells))
        self.table.show_rows(headers, rows)
        self.table.setAccessibleDescription("; ".join(f"{row.title}: {', '.join(row.cells)}" for row in rows))

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


class PinnedBaseline(QObject):
    """Holds one baseline for each family of problems."""

    changed = Signal()
    """There is a baseline for what is shown, or no longer."""

    def __init__(self, plots: Mapping[PlotKind, LogitPlot], panel: QWidget) -> None:
        super().__init__(panel)
        self._dark = False
        self._now: Subject | None = None
        self._pinned: dict[Family, Subject] = {}
        self._ghost = Ghost()
        self._items = [GhostItem(plot, kind, self._ghost) for kind, plot in plots.items()]
        self.table = BaselineTable(panel)
        self.table.hide()
        self.table.clear_asked.connect(self.clear)

    @property
    def subject(self) -> Subject | None:
        """The baseline of the family that is shown."""
        return None if self._now is None else self._pinned.get(self._now.problem.family)

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
            self.table.hide()
        else:
            self.table.show_changes(baseline, now, self._dark)
            self.table.show()
        if changed:
            self.changed.emit()
