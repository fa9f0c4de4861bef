"""What a table says at one moment: every cell's text, colour and words, and the headers'."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QBrush

from gui.document.selection import Selection
from gui.services.colours import regime_name
from gui.services.numbers.number_display import NumberDisplay
from gui.tables.grid import wording
from gui.tables.grid.cells import UNCHECKED, Tints, bad_regime, cell_text, edit_text, fitting_text
from gui.tables.grid.columns import Kind, TableColumn, is_class_target
from gui.tables.grid.heat import HeatMap
from gui.tables.grid.snapshot import AnyRegime, Snapshot
from gui.tables.grid.sorting import RowOrder
from gui.tables.grid.target_marks import unchecked_target

Role = Qt.ItemDataRole

GROUP_ROLE = int(Role.UserRole) + 1
"""Header: the words above the columns of one kind."""
TITLE_ROLE = int(Role.UserRole) + 2
"""Header: the column's own words."""
REGIME_ROLE = int(Role.UserRole) + 3
"""Cell: the regime's words where it is a bad one, else None."""

MOVES = "\u2194"
"""Marks the class whose logit the plots move."""

NUMBER_ALIGNMENT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_translate = QCoreApplication.translate


def _number_alignment(place: int, column: TableColumn) -> int:  # noqa: ARG001  # numbers all stand right
    return NUMBER_ALIGNMENT


class CellReader:
    """Answers for a cell, which is named by its place in the table and its column.

    Parameters
    ----------
    snapshot : Snapshot
    columns : tuple of TableColumn
    selection : Selection
        Tells which class the plots move.

    Attributes
    ----------
    snapshot : Snapshot
        The arrays behind the cells.
    columns : tuple of TableColumn
        In the table's order.
    order : RowOrder
        Which row stands at which place.
    display : NumberDisplay
        How numbers are shown.
    """

    def __init__(self, snapshot: Snapshot, columns: tuple[TableColumn, ...], selection: Selection) -> None:
        self.snapshot = snapshot
        self.columns = columns
        self.order = RowOrder(snapshot.problem.rows)
        self.display = NumberDisplay()
        self._selection = selection
        self._tints = Tints(dark=False)
        self._heat: HeatMap | None = None
        """The logits' backgrounds; None while the heat map is off."""
        self._answers: dict[int, Callable[[int, TableColumn], Any]] = {
            Role.DisplayRole: self.text,
            Role.EditRole: self.edit_text,
            Role.TextAlignmentRole: _number_alignment,
            Role.BackgroundRole: self.background,
            Role.ToolTipRole: self._tip,
            Role.AccessibleTextRole: self._spoken,
            REGIME_ROLE: self._regime_words,
        }

    # -- cells --------------------------------------------------------------------------------------

    def answer(self, place: int, number: int, role: int) -> Any:
        """What Qt's item-model protocol asks of a cell; None for roles without an answer."""
        answer = self._answers.get(role)
        return None if answer is None else answer(place, self.columns[number])

    def text(self, place: int, column: TableColumn) -> str:
        """A cell's short text; an ellipsis while its value is being computed."""
        return cell_text(self.snapshot, self.order.row(place), column, self.display)

    def fitting_text(self, place: int, column: TableColumn, fits: Callable[[str], bool]) -> str:
        """A cell's short text with fewer digits where it does not fit."""
        text = self.text(place, column)
        if fits(text):
            return text
        return fitting_text(self.snapshot, self.order.row(place), column, text, fits)

    def edit_text(self, place: int, column: TableColumn) -> str:
        """The text that typed into the cell gives the same number; for computed cells, to copy."""
        return edit_text(self.snapshot, self.order.row(place), column)

    def bad_regime(self, place: int, column: TableColumn) -> AnyRegime | None:
        """What went wrong in a cell; None where nothing did."""
        return bad_regime(self.snapshot, self.order.row(place), column)

    def unchecked(self, place: int, column: TableColumn) -> str:
        """Why a target makes no sense though PyTorch takes it; empty where it does, and elsewhere."""
        if column.kind is not Kind.TARGET:
            return ""
        return unchecked_target(self.snapshot.problem, self.order.row(place), column.index)

    def background(self, place: int, column: TableColumn) -> QBrush | None:
        """The cell's background where it has one of its own: a failure's, a doubt's, or the heat map's."""
        regime = self.bad_regime(place, column)
        if regime is not None:
            return self._tints.of(regime)
        if self.unchecked(place, column):
            return self._tints.of(UNCHECKED)
        if self._heat is None or column.kind is not Kind.LOGIT:
            return None
        values = self.snapshot.values(column)
        return None if values is None else self._heat.brush(float(values.item(self.order.row(place))))

    def _regime_words(self, place: int, column: TableColumn) -> str | None:
        regime = self.bad_regime(place, column)
        return None if regime is None else regime_name(regime)

    def _tip(self, place: int, column: TableColumn) -> str:
        tip = wording.cell_tip(column, self.order.row(place), self.snapshot)
        doubt = self.unchecked(place, column)
        return f"{tip}\n{doubt}" if doubt else tip

    def _spoken(self, place: int, column: TableColumn) -> str:
        """The cell for a screen reader: column, row, value and what went wrong."""
        name = str(self.header(column, Role.DisplayRole)).replace("\n(", "(").replace("\n", " ")
        text = _translate("tables", "{column}, row {row}: {value}").format(
            column=name, row=self.order.row(place) + 1, value=self.text(place, column)
        )
        regime = self.bad_regime(place, column)
        doubt = self.unchecked(place, column) if regime is None else regime_name(regime)
        return f"{text}, {doubt}" if doubt else text

    # -- columns ------------------------------------------------------------------------------------

    def header(self, column: TableColumn, role: int) -> str | None:
        """What a column's header says."""
        problem, moved = self.snapshot.problem, self.snapshot.moved
        if role == Role.DisplayRole:
            group = wording.group_title(column, problem, moved)
            return "\n".join(filter(None, (group, wording.column_title(column, problem))))
        if role == GROUP_ROLE:
            return wording.group_title(column, problem, moved)
        if role == TITLE_ROLE:
            title = wording.column_title(column, problem)
            return f"{title} {MOVES}" if self._moves(column) else title
        if role == Role.ToolTipRole:
            return wording.header_tip(column, self.snapshot)
        return None

    def _moves(self, column: TableColumn) -> bool:
        """Whether the plots move this column's logit."""
        return (
            column.kind is Kind.LOGIT
            and column.index is not None
            and column.index == self._selection.moved_class()
        )

    def is_class_column(self, column: TableColumn) -> bool:
        """Whether the column's cells are class indices, which no display of floats concerns."""
        return is_class_target(column, self.snapshot.problem)

    def numbers_of(self, kind: Kind) -> list[int]:
        """The numbers of the columns of one kind."""
        return [number for number, column in enumerate(self.columns) if column.kind is kind]

    def failing_rows(self, numbers: Iterable[int]) -> NDArray[np.bool_]:
        """The rows in which one of these columns holds a loss or gradient that is wrong or not finite."""
        failing = np.zeros(self.order.count, dtype=np.bool_)
        for number in numbers:
            wrong = self.snapshot.wrong_rows(self.columns[number])
            if wrong is not None:
                failing |= wrong
        return failing

    # -- backgrounds --------------------------------------------------------------------------------

    @property
    def is_dark(self) -> bool:
        """Whether the colours are those of a dark theme."""
        return self._tints.dark

    def set_dark(self, dark: bool) -> None:
        """Choose the colours for a dark or a light theme."""
        self._tints = Tints(dark)
        self.follow_heat()

    def show_heat(self, shown: bool) -> None:
        """Show or hide the logits' heat map."""
        self._heat = HeatMap(self.snapshot.problem.logits, self._tints.dark) if shown else None

    def follow_heat(self) -> bool:
        """Spread the heat map's colours over the logits as they are; whether it is shown."""
        shown = self._heat is not None
        self.show_heat(shown)
        return shown
