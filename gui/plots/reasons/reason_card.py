"""The reason of a band: what fails, from which float on, why, and both neighbours' values."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from engine import Catalogue, Edge, Format, Role, Side
from gui.plots.content.gutter_lines import true_text
from gui.plots.content.lanes import Lane
from gui.plots.parts.card import Card, CardButton
from gui.plots.parts.room import small
from gui.plots.parts.text_table import TextRow, TextTable
from gui.plots.parts.words import float_text
from gui.plots.reasons.reasons import Reason
from gui.services.colours import formula_style


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
        self.setAccessibleName(self.tr("Why a formula fails here"))
        self._cause = self.words()
        self._cause.setFont(small(self._cause.font()))
        self.table = TextTable(self)
        self.table.setAccessibleName(self.tr("Values at both floats beside the edge"))
        self.zoom = CardButton(self.tr("&Zoom to edge"), self)
        self.zoom.setToolTip(self.tr("Show the edge and its neighbours, one float beside the other"))
        self.put = CardButton("", self)
        self.other = CardButton(self.tr("&Other edge"), self)
        self.other.setToolTip(self.tr("Show where the band ends on its other side"))
        self.fix = CardButton(self.tr("Copy the &fix"), self)
        self.fix.hide()
        for part in (self._cause, self.table):
            self.body.addWidget(part)
        self.add_buttons((self.zoom, self.put, self.other, self.fix))
        self.zoom.clicked.connect(self._ask_zoom)
        self.put.clicked.connect(self._ask_put)
        self.other.clicked.connect(self.other_edge_asked)

    def offer_fix(self, action: QAction) -> None:
        """Offer to copy what to write instead, while the action has anything to copy."""
        self.fix.setToolTip(action.toolTip())
        self.fix.clicked.connect(action.trigger)
        action.enabledChanged.connect(self.fix.setVisible)
        self.fix.setVisible(action.isEnabled())

    @property
    def side(self) -> Side | None:
        """Which end of the band is shown; None where there is none."""
        return None if self.reason is None or self.reason.edge is None else self.reason.edge.side

    def show_reason(self, reason: Reason, formulas: Catalogue, row: int, dark: bool) -> None:
        """Fill in a reason, compared at its edge by these formulas."""
        self.reason = reason
        fmt = reason.lane.problem.format
        self.title.setText(reason.headline)
        self._cause.setText(reason.sentence)
        self._name_put(reason.lane, row, short=len(reason.sides) > 1)
        edge = reason.edge
        for part in (self.table, self.zoom, self.put):
            part.setVisible(edge is not None)
        self.other.setVisible(len(reason.sides) > 1)
        from_on = "" if edge is None else self._edge_words(edge, fmt)
        if edge is not None:
            self._show_table(edge, formulas, fmt, dark)
        told = " ".join(filter(None, (reason.title, reason.what, from_on)))
        self.title.setToolTip(told)
        self._cause.setToolTip(told)
        self.setAccessibleDescription(" ".join((reason.headline, reason.sentence, told)))

    def _name_put(self, lane: Lane, row: int, *, short: bool) -> None:
        """Say what becomes of the row: it takes the target for which the formula fails, too.

        Beside a button for another edge there is room for the short text only.
        """
        text = self.tr("&Put row here") if lane.own or short else self.tr("&Put row here with {target}")
        if lane.own:
            tip = self.tr("Set the logit of row {row} to the first float that fails")
        else:
            tip = self.tr("Set row {row} to {target}, and its logit to the first float that fails")
        self.put.setText(text.format(target=lane.label))
        self.put.setToolTip(tip.format(row=row + 1, target=lane.label))

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
        quantity = self.tr("loss at z =") if losses else self.tr("gradient at z =")
        headers = [quantity, *(float_text(logits[at], fmt) for at in order)]
        rows = []
        for formula, values in zip(formulas, edge.values, strict=True):
            found = values.loss if losses else values.gradient
            exact = formula.role is Role.EXACT
            texts = tuple(true_text(found[at]) if exact else float_text(found[at], fmt) for at in order)
            fails = formula.key == edge.band.formula
            bold = tuple(fails and at == 0 for at in order)
            rows.append(TextRow(formula.title, formula_style(formula, dark), texts, exact, bold))
        self.table.show_rows(headers, rows)

    def _ask_zoom(self) -> None:
        if self.reason is not None and self.reason.edge is not None:
            self.zoom_asked.emit(self.reason.edge.inside)

    def _ask_put(self) -> None:
        if self.reason is not None and self.reason.edge is not None:
            self.put_asked.emit(self.reason.edge.inside)
