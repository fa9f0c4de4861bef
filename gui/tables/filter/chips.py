"""The chips above a table: one a failure, with the number of rows it is in."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from gui.document.covering import COVERED, covered_words
from gui.services.colours import is_dark
from gui.services.look.type_sizes import small
from gui.tables.filter.table_filter import TableFilter
from gui.tables.grid.cell_reader import PENDING
from gui.tables.grid.counts import short_count
from gui.tables.grid.failures import REGIMES, Failure, failure_meaning, failure_word
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.results.ledger_text import amount
from gui.tables.view.verdict_paint import hatched, verdict_colours

OFFERED = (Failure.NAN, Failure.INFINITE, Failure.CLAMPED, Failure.UNDERFLOW, Failure.DIGITS)
"""The failures with a chip, the worst first; the others are in the filter's menu."""

SWATCH = 12
TICK = ((2, 6), (5, 9), (10, 2))
"""The corners of the mark of a chip that is on."""


class FilterChips(QWidget):
    """'All' and the failures; several may be on, and rows with any of them are then shown."""

    def __init__(self, model: ProblemModel, rows: TableFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._rows = rows
        self.is_compact = False
        """Whether the failures' names are left out."""
        self._counts: dict[Failure, int | None] = {}
        """None while the rows are being evaluated."""
        self._covered: frozenset[Failure] = frozenset()
        """Those whose count is not told."""
        self.all = self._button()
        self.all.setToolTip(self.tr("Show all rows"))
        self.all.clicked.connect(self._show_all)
        self.chips = {failure: self._chip(failure) for failure in OFFERED}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for button in self._buttons():
            line.addWidget(button)
        self.setAccessibleName(self.tr("Filter by failure"))
        self._take_font()
        self._draw()
        rows.counted.connect(self.show_counts)
        rows.changed.connect(self.show_counts)
        self.show_counts()

    def _button(self) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _chip(self, failure: Failure) -> QToolButton:
        button = self._button()
        button.setIconSize(QSize(SWATCH, SWATCH))
        button.toggled.connect(lambda on: self._rows.toggle(failure, on))
        return button

    def _buttons(self) -> Iterator[QToolButton]:
        yield self.all
        yield from self.chips.values()

    # -- what is shown ------------------------------------------------------------------------------

    def show_counts(self) -> None:
        """Count again and mark what is on."""
        is_known = self._model.snapshot.evaluation is not None
        counts = {failure: self._rows.count(failure) if is_known else None for failure in OFFERED}
        changed = {each for each in OFFERED if each not in self._counts or counts[each] != self._counts[each]}
        covered = frozenset(filter(self._rows.covers, OFFERED))
        changed |= covered ^ self._covered
        self._counts, self._covered = counts, covered
        self.all.setText(self.tr("All {count}").format(count=short_count(self._model.order.total)))
        self.all.setChecked(not self._rows.is_on)
        for failure, chip in self.chips.items():
            self._show_state(failure, chip)
            if failure in changed:  # a text set anew has the whole line laid out again
                self._show_count(failure, chip)

    def _show_state(self, failure: Failure, chip: QToolButton) -> None:
        is_on = failure in self._rows.wanted.failures
        chip.blockSignals(True)  # showing what is wanted is no wish
        chip.setChecked(is_on)
        chip.blockSignals(False)
        chip.setEnabled(failure not in self._covered and (bool(self._counts[failure]) or is_on))

    def _show_count(self, failure: Failure, chip: QToolButton) -> None:
        told = self.tr("rows {words}").format(words=failure_meaning(failure))
        rows = self._counts[failure]
        count = PENDING if rows is None else amount(rows)
        chip.setText(self._text(failure, self.is_compact))
        if failure in self._covered:
            chip.setToolTip(covered_words())
            chip.setAccessibleName(f"{failure_word(failure)}: {covered_words()}")
            return
        chip.setToolTip(f"{count} {told}")
        chip.setAccessibleName(f"{failure_word(failure)}: {count} {told}")

    def _text(self, failure: Failure, compact: bool) -> str:
        rows = self._counts[failure]
        count = PENDING if rows is None else short_count(rows)
        count = COVERED if failure in self._covered else count
        return count if compact else f"{failure_word(failure)} {count}"

    def width_with_words(self) -> int:
        """Pixels that all chips take with the failures' names."""
        metrics = self.all.fontMetrics()
        words = 0
        for failure, chip in self.chips.items():
            words += metrics.horizontalAdvance(self._text(failure, compact=False))
            words -= metrics.horizontalAdvance(chip.text())
        return self.sizeHint().width() + words

    def set_compact(self, compact: bool) -> None:
        """Leave the failures' names out, or show them."""
        if compact != self.is_compact:
            self.is_compact = compact
            for failure, chip in self.chips.items():
                chip.setText(self._text(failure, compact))

    def _show_all(self) -> None:
        self._rows.clear()
        self.all.setChecked(True)

    # -- looks --------------------------------------------------------------------------------------

    def _take_font(self) -> None:
        font = small(self.font())
        for button in self._buttons():
            button.setFont(font)

    def _draw(self) -> None:
        for failure, chip in self.chips.items():
            icon = QIcon()
            for state, checked in ((QIcon.State.Off, False), (QIcon.State.On, True)):
                icon.addPixmap(self._swatch(failure, checked), QIcon.Mode.Normal, state)
            chip.setIcon(icon)

    def _swatch(self, failure: Failure, checked: bool) -> QPixmap:
        """A piece of the failure's fill and hatch; with a tick where it is on."""
        ratio = self.devicePixelRatioF()
        drawn = QPixmap(QSize(SWATCH, SWATCH) * ratio)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        edge, _ = verdict_colours(failure, is_dark(self.palette()))
        painter.setPen(QPen(edge, 1))
        painter.setBrush(hatched(REGIMES[failure], is_dark(self.palette())))
        painter.drawRect(QRectF(0.5, 0.5, SWATCH - 1, SWATCH - 1))
        if checked:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().text().color(), 2))
            painter.drawPolyline([QPointF(x, y) for x, y in TICK])
        painter.end()
        return drawn

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        elif event.type() == QEvent.Type.FontChange:
            self._take_font()
