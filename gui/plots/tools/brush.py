"""Brushing a range of logits with the pointer, what lies in it, and the card that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from engine import Format, Formula, Regime, Role
from gui.plots.content.subject import Subject
from gui.plots.parts.card import Card, CardButton
from gui.plots.parts.words import float_text
from gui.plots.tools.gestures import Pointer
from gui.services.colours import regime_name

NARROWEST = 2.0
"""Pixels below which a brush is a click, which clears it."""


class Brush(QObject):
    """The tool that brushes: with Shift, or without where it is switched on."""

    changed = Signal(object)
    """(low, high) in logits, None for nothing."""
    finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on = False
        self._range: tuple[float, float] | None = None
        self._before: tuple[float, float] | None = None
        self._from = 0.0

    @property
    def range(self) -> tuple[float, float] | None:
        """The brushed logits."""
        return self._range

    def switch(self, on: bool) -> None:
        """Brush without Shift from here on, or no longer."""
        self._on = on

    def set_range(self, logits: tuple[float, float] | None) -> None:
        """Brush these logits, or none."""
        if logits is not None:
            logits = min(logits), max(logits)
        if logits != self._range:
            self._range = logits
            self.changed.emit(logits)

    # -- Tool ---------------------------------------------------------------------------------------

    def _wants(self, pointer: Pointer) -> bool:
        shift = pointer.modifiers == Qt.KeyboardModifier.ShiftModifier
        return shift or (self._on and pointer.modifiers == Qt.KeyboardModifier.NoModifier)

    def cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """A cross where a press would begin to brush."""
        return Qt.CursorShape.CrossCursor if self._wants(pointer) else None

    def take(self, pointer: Pointer) -> bool:
        """Begin at the pointer."""
        if not self._wants(pointer):
            return False
        self._before, self._from = self._range, pointer.position.x()
        return True

    def drag(self, pointer: Pointer) -> None:
        """Brush as far as the pointer."""
        span, x = pointer.plot.span, pointer.position.x()
        if abs(x - self._from) < NARROWEST:
            self.set_range(None)
        else:
            self.set_range((span.to_logit(self._from), span.to_logit(x)))

    def drop(self) -> None:
        """Keep what is brushed; a click clears it."""
        if self._range == self._before:
            self.set_range(None)
        self.finished.emit()

    def cancel(self) -> None:
        """Brush what was brushed before."""
        self.set_range(self._before)


class Failures(NamedTuple):
    """How many of the samples one formula gets wrong, by regime, the worst first."""

    formula: Formula
    counts: tuple[tuple[Regime, int], ...]


@dataclass(frozen=True, eq=False, slots=True)
class BrushReport:
    """The samples in a range of logits, both ends included.

    Attributes
    ----------
    rows : int array
        Which rows of the table, ascending; of a multiclass row the moved class's logit counts.
    worst_bits : float
        Most bits lost by any formula in any of these rows; 0 without rows.
    worst_row : int or None
        Where, by which formula `worst_formula`; None where nothing is lost.
    failures : tuple of Failures
        Of the formulas that fail at all.
    """

    low: float
    high: float
    rows: NDArray[np.intp]
    worst_bits: float
    worst_row: int | None
    worst_formula: Formula | None
    failures: tuple[Failures, ...]


def brush_report(subject: Subject, low: float, high: float) -> BrushReport:
    """Look at the samples from one logit to another, in either order."""
    low, high = sorted((low, high))
    rows = np.flatnonzero((subject.logits >= low) & (subject.logits <= high))
    worst: tuple[float, int | None, Formula | None] = (0.0, None, None)
    failures = []
    for column in subject.evaluation.columns:
        if column.formula.role is Role.EXACT or not rows.size or not subject.evaluation.is_complete:
            continue
        bits = np.nan_to_num(column.error_bits[rows], nan=0.0)  # nan: there is no true value
        at = int(np.argmax(bits))
        if bits[at] > worst[0]:
            worst = float(bits[at]), int(rows[at]), column.formula
        counts = _counts(column.regimes[rows])
        if counts:
            failures.append(Failures(column.formula, counts))
    return BrushReport(low, high, rows, *worst, tuple(failures))


def _counts(regimes: NDArray[np.uint8]) -> tuple[tuple[Regime, int], ...]:
    found, counts = np.unique(regimes[regimes != Regime.EXACT], return_counts=True)
    pairs = zip(found.tolist(), counts.tolist(), strict=True)
    return tuple((Regime(regime), count) for regime, count in sorted(pairs, reverse=True))


class BrushCard(Card):
    """Shows a `BrushReport` in words."""

    row_chosen = Signal(int)
    zoom_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("What lies in the brushed range"))
        self.report: BrushReport | None = None
        self._row = -1
        self._worst, self._failures = self.words(), self.words()
        self.next = CardButton(self.tr("&Next row in it"), self)
        self.next.setToolTip(self.tr("Select the rows in this range one after the other"))
        self.worst = CardButton(self.tr("&Worst row"), self)
        self.worst.setToolTip(self.tr("Select the row that loses the most bits"))
        self.zoom = CardButton(self.tr("&Zoom to it"), self)
        self.zoom.setToolTip(self.tr("Show just this range"))
        self.body.addWidget(self._worst)
        self.body.addWidget(self._failures)
        self.add_buttons((self.next, self.worst, self.zoom))
        self.next.clicked.connect(self._choose_next)
        self.worst.clicked.connect(self._choose_worst)
        self.zoom.clicked.connect(self.zoom_asked)

    @property
    def text(self) -> str:
        """Everything it says."""
        return "\n".join((self.title.text(), self._worst.text(), self._failures.text()))

    def show_report(self, report: BrushReport, selected: int, fmt: Format, total: int) -> None:
        """Say what lies in the range; "next" goes on from the selected row."""
        self.report, self._row = report, selected
        ends = f"{float_text(report.low, fmt)} ≤ z ≤ {float_text(report.high, fmt)}"
        count = self.tr("{inside} of {total} rows").format(inside=len(report.rows), total=total)
        self.title.setText(f"{ends}: {count}")
        self._worst.setText(self._worst_words(report))
        self._failures.setText("\n".join(self._failure_words(report)))
        self._failures.setVisible(bool(report.failures))
        self.next.setEnabled(bool(report.rows.size))
        self.worst.setEnabled(report.worst_row is not None)
        self.setAccessibleDescription(self.text)

    def _worst_words(self, report: BrushReport) -> str:
        if report.worst_row is None or report.worst_formula is None:
            return self.tr("Nothing is lost here.") if report.rows.size else self.tr("No row lies here.")
        text = self.tr("Worst: {bits} bits lost by {formula} in row {row}.")
        return text.format(
            bits=f"{report.worst_bits:.1f}", formula=report.worst_formula.title, row=report.worst_row + 1
        )

    def _failure_words(self, report: BrushReport) -> list[str]:
        pair = self.tr("{count} {regime}")
        return [
            "{}: {}".format(
                failures.formula.title,
                ", ".join(pair.format(count=n, regime=regime_name(regime)) for regime, n in failures.counts),
            )
            for failures in report.failures
        ]

    def _choose_next(self) -> None:
        if self.report is None:
            return
        rows = self.report.rows
        later = rows[np.searchsorted(rows, self._row, side="right") :]
        self._row = int(later[0] if later.size else rows[0])
        self.row_chosen.emit(self._row)

    def _choose_worst(self) -> None:
        if self.report is not None and self.report.worst_row is not None:
            self.row_chosen.emit(self.report.worst_row)
