"""The pinned reason of a band: what fails, why, from which float on, and both neighbours' values."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from engine import Catalogue, Edge, Format, Role, Side
from gui.plots.content.lanes import Lane
from gui.plots.parts.card import Card
from gui.plots.parts.text_table import TextRow, TextTable
from gui.plots.parts.words import float_text
from gui.plots.reasons.reasons import Reason
from gui.plots.tools.readout import true_text
from gui.services.colours import formula_style

WIDTH = 440


class ReasonCard(Card):
    """Shows a `Reason`."""

    zoom_asked = Signal(object)
    """A float: the plots are to show it and its neighbours one by one."""
    put_asked = Signal(object)
    """A float: the selected row's logit is to be there."""
    other_edge_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.reason: Reason | None = None
        self.setMinimumWidth(WIDTH)
        self.setAccessibleName(self.tr("Why a formula fails here"))
        self._what, self._cause, self._from = self.words(), self.words(), self.words()
        self.table = TextTable(self)
        self.zoom = QPushButton(self.tr("&Zoom to edge"), self)
        self.zoom.setToolTip(self.tr("Show the edge and its neighbours, one float beside the other"))
        self.put = QPushButton(self)
        self.other = QPushButton(self.tr("&Other edge"), self)
        self.other.setToolTip(self.tr("Show where the band ends on its other side"))
        buttons = QHBoxLayout()
        for button in (self.zoom, self.put, self.other):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        for part in (self._what, self._cause, self._from, self.table):
            self.body.addWidget(part)
        self.body.addLayout(buttons)
        self.zoom.clicked.connect(self._ask_zoom)
        self.put.clicked.connect(self._ask_put)
        self.other.clicked.connect(self.other_edge_asked)

    @property
    def side(self) -> Side | None:
        """Which end of the band is shown; None where there is none."""
        return None if self.reason is None or self.reason.edge is None else self.reason.edge.side

    def show_reason(self, reason: Reason, formulas: Catalogue, row: int, dark: bool) -> None:
        """Fill in a reason, compared at its edge by these formulas; `pin_beside` brings it up."""
        self.reason = reason
        fmt = reason.lane.problem.format
        self.title.setText(reason.title)
        self._what.setText(reason.what)
        self._cause.setText(reason.cause)
        self._name_put(reason.lane, row)
        edge = reason.edge
        for part in (self._from, self.table, self.zoom, self.put):
            part.setVisible(edge is not None)
        self.other.setVisible(len(reason.sides) > 1)
        if edge is not None:
            self._from.setText(self._edge_words(edge, fmt))
            self._show_table(edge, formulas, fmt, dark)
        parts = (reason.title, reason.what, reason.cause, self._from.text() if edge else "")
        self.setAccessibleDescription(" ".join(filter(None, parts)))

    def _name_put(self, lane: Lane, row: int) -> None:
        """Say what becomes of the row: it takes the target for which the formula fails, too."""
        if lane.own:
            text = self.tr("&Put row {row} there")
            tip = self.tr("Set the selected row's logit to the first float that fails")
        else:
            text = self.tr("&Put row {row} there with {target}")
            tip = self.tr("Set the selected row's target, and its logit to the first float that fails")
        self.put.setText(text.format(row=row + 1, target=lane.label))
        self.put.setToolTip(tip)

    def _edge_words(self, edge: Edge, fmt: Format) -> str:
        if edge.side == "start":
            text = self.tr("It begins at exactly {inside}; {outside}, the {format} before, is still outside.")
        else:
            text = self.tr("It ends at exactly {inside}; {outside}, the next {format}, is outside.")
        return text.format(
            inside=float_text(edge.inside, fmt), outside=float_text(edge.outside, fmt), format=fmt
        )

    def _show_table(self, edge: Edge, formulas: Catalogue, fmt: Format, dark: bool) -> None:
        losses = edge.band.quantity == "loss"
        order = (1, 0) if edge.side == "start" else (0, 1)  # (inside, outside) to ascending logits
        logits = (edge.inside, edge.outside)
        quantity = self.tr("loss") if losses else self.tr("gradient")
        headers = [quantity, *(f"z = {float_text(logits[at], fmt)}" for at in order)]
        rows = []
        for formula, values in zip(formulas, edge.values, strict=True):
            found = values.loss if losses else values.gradient
            exact = formula.role is Role.EXACT
            texts = tuple(true_text(found[at]) if exact else float_text(found[at], fmt) for at in order)
            rows.append(TextRow(formula.title, formula_style(formula, dark), texts))
        self.table.show_rows(headers, rows)

    def _ask_zoom(self) -> None:
        if self.reason is not None and self.reason.edge is not None:
            self.zoom_asked.emit(self.reason.edge.inside)

    def _ask_put(self) -> None:
        if self.reason is not None and self.reason.edge is not None:
            self.put_asked.emit(self.reason.edge.inside)
