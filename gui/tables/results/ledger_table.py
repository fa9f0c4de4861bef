"""One formula's ledger: its line, where its value stands, and its rows below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from engine import Ledger
from gui.services.look.type_sizes import bold, small
from gui.tables.results.ledger_model import LedgerModel
from gui.tables.results.ledger_text import ledger_line, levels_words

LEAST_ROWS = 2
"""Rows of the table in sight at least, the total among them."""

LONG_AMOUNT = "0.000000"
"""A text as wide as most amounts."""

PADDING = 6
"""Pixels on both sides of a title or number together."""


class LedgerTable(QWidget):
    """One ledger: its line above, its rows below."""

    row_chosen = Signal(int)
    """A row was clicked, or reached by the keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = QLabel(self)
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.caption.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.caption.setWordWrap(True)
        self.standing = QLabel(self)
        self.standing.setTextFormat(Qt.TextFormat.PlainText)
        self.standing.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.standing.setWordWrap(True)
        self.standing.setToolTip(levels_words())
        self.standing.hide()
        self.model = LedgerModel(self)
        self.view = _LedgerView(self.model, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.caption)
        layout.addWidget(self.standing)
        layout.addWidget(self.view, 1)
        self.view.selectionModel().currentRowChanged.connect(self._choose)

    def show_ledger(self, ledger: Ledger, title: str, standing: str = "") -> None:
        """Show a ledger under its line and a title, if it has one, and where the value stands."""
        self._show(ledger, ledger_line(ledger), title)
        self.standing.setText(standing)
        self.standing.setVisible(bool(standing))

    def show_refusal(self, refusal: str, title: str) -> None:
        """Say in PyTorch's words why there is no ledger."""
        self._show(None, self.tr("PyTorch refuses: {words}").format(words=refusal), title)
        self.standing.hide()

    def _show(self, ledger: Ledger | None, words: str, title: str) -> None:
        self.caption.setText(f"{title}: {words}" if title else words)
        self.model.show_ledger(ledger)
        self.view.setVisible(self.model.rowCount() > 0)

    def _choose(self, current: QModelIndex) -> None:
        if current.row() > 0:
            self.row_chosen.emit(current.row() - 1)


class _LedgerView(QTableView):
    """A table that gives every column the width of its words, and what is left in equal parts."""

    def __init__(self, model: LedgerModel, parent: QWidget) -> None:
        super().__init__(parent)
        # Two ledgers with all their parts fit beside one another at the first window's size.
        self.setFont(small(self.font()))
        self.setModel(model)
        self.setAccessibleName(self.tr("Ledger"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setHighlightSections(False)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 4)
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        model.modelReset.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        height = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        self.setMinimumHeight(height + LEAST_ROWS * self.verticalHeader().defaultSectionSize())
        self._spread()

    def _spread(self) -> None:
        """Give every column the width of its title and numbers, and all what is left in equal parts."""
        header = self.horizontalHeader()
        least = QFontMetrics(bold(self.font())).horizontalAdvance(LONG_AMOUNT) + PADDING
        model = self.model()
        titles = [model.headerData(section, Qt.Orientation.Horizontal) for section in range(header.count())]
        hints = [max(least, *map(self._width, title.split("\n"))) for title in titles]
        spare = max(0, self.viewport().width() - sum(hints)) // max(1, len(hints))
        for section, hint in enumerate(hints):
            header.resizeSection(section, hint + spare)

    def _width(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + PADDING

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(240, self.minimumHeight())  # as high as there is room, and no reason to scroll all

    def minimumSizeHint(self) -> QSize:
        return QSize(120, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()
