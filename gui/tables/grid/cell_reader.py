"""What a table says at one moment, as a value: every cell's text, colour and words, and the headers'."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QBrush

from engine import Catalogue, Regime, format_of
from gui.document.covering import COVERED, covered_words
from gui.services.colours import is_filled, regime_colour, regime_hatch, regime_name
from gui.services.numbers.number_display import NumberDisplay
from gui.services.numbers.number_text import ERROR_DIGITS, exact_text, format_number, reads_true
from gui.tables.grid import wording
from gui.tables.grid.columns import Kind, TableColumn
from gui.tables.grid.failures import Failure, failure_of
from gui.tables.grid.heat import HeatMap
from gui.tables.grid.near_rows import near_rows
from gui.tables.grid.snapshot import AnyRegime, Snapshot
from gui.tables.grid.sorting import RowOrder
from gui.tables.grid.target_marks import unchecked_target

Role = Qt.ItemDataRole

TITLE_ROLE = int(Role.UserRole) + 1
"""Header: the column's words as they are painted, in two lines."""

NO_MEANING = "–"
"""Shown where a row has nothing to show, as the softmax of an ignored target."""
PENDING = "…"
"""Shown until a value has been computed."""
NO_ROOM = "#"
"""Shown where a column is too narrow for a number, as spreadsheets do."""
MOVES = "\u2194"
"""Marks the class whose logit the plots move."""

MOST_FITTED = 9
"""Digits to begin with where a number must be shown shorter: nobody makes room for more by hand."""

TINT = 64
"""Alpha, out of 255, of a bad cell's background: the number in front keeps a contrast of 7:1."""

UNCHECKED = Regime.CLAMPED
"""A target that makes no sense has the colour of the regime that a wrong loss most often has."""

NUMBER_ALIGNMENT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_translate = QCoreApplication.translate


@dataclass(frozen=True, eq=False)
class CellReader:
    """Answers for a cell, which is named by its place in the table and its column.

    Attributes
    ----------
    snapshot : Snapshot
        The arrays behind the cells.
    columns : tuple of TableColumn
        In the table's order.
    order : RowOrder
        Which row stands at which place.
    moving : int or None
        The class whose logit the plots move, chosen or the selected row's target; None where it is the
        only one.
    display : NumberDisplay
        How numbers are shown.
    dark : bool
        Whether the colours are those of a dark theme.
    heated : bool
        Whether the logits stand on a heat map.
    """

    snapshot: Snapshot
    columns: tuple[TableColumn, ...]
    order: RowOrder
    moving: int | None = None
    display: NumberDisplay = field(default_factory=NumberDisplay)
    dark: bool = False
    heated: bool = False

    # -- cells --------------------------------------------------------------------------------------

    def _at(self, place: int) -> tuple[Snapshot, int]:
        """What holds the row at a place, and its number there: of a large table the rows in sight alone."""
        if not self.snapshot.is_large:
            return self.snapshot, self.order.row(place)
        return near_rows(self.snapshot, place, self.order, self._formulas)

    @cached_property
    def _formulas(self) -> Catalogue:
        return tuple(dict.fromkeys(column.formula for column in self.columns if column.formula is not None))

    def answer(self, place: int, number: int, role: int) -> Any:
        """What Qt's item-model protocol asks of a cell; None for roles without an answer."""
        if role == Role.TextAlignmentRole:
            return NUMBER_ALIGNMENT
        answer = _ANSWERS.get(role)
        return None if answer is None else answer(self, place, self.columns[number])

    def text(self, place: int, column: TableColumn) -> str:
        """A cell's short text; an ellipsis while its value is being computed."""
        if self.snapshot.hides(column, self.order.row(place)):
            return COVERED
        snapshot, row = self._at(place)
        values = snapshot.values(column)
        if values is None:
            return PENDING
        if not snapshot.applies(column, row):
            return NO_MEANING
        value = values.item(row)
        if isinstance(value, int):
            return str(value)
        if column.kind is Kind.ERROR:
            return format_number(value, ERROR_DIGITS)
        return self.display.show(value, snapshot.format_of(values))

    def fitting_text(self, place: int, column: TableColumn, fits: Callable[[str], bool]) -> str:
        """A cell's short text with fewer digits where it does not fit: a cut one could lose its exponent.

        A number is never shown without its size: where no digit has room, a mark stands for it.
        """
        text = self.text(place, column)
        if fits(text):
            return text
        snapshot, row = self._at(place)
        values = snapshot.values(column)
        if values is None or not snapshot.applies(column, row):
            return text
        value = values.item(row)
        if isinstance(value, int):
            return text
        shorter = (f"{value:.{digits}g}" for digits in range(MOST_FITTED, 0, -1))
        return next((each for each in shorter if fits(each) and reads_true(value, each)), NO_ROOM)

    def edit_text(self, place: int, column: TableColumn) -> str:
        """The text that typed into the cell gives the same number; for computed cells, to copy."""
        if self.snapshot.hides(column, self.order.row(place)):
            return COVERED
        snapshot, row = self._at(place)
        if column.field is None:
            values = snapshot.values(column)
            return "" if values is None else exact_text(values.item(row), format_of(values.dtype))
        value = column.typed(snapshot.problem).item(row)
        return str(value) if isinstance(value, int) else exact_text(value, snapshot.problem.format)

    def bad_regime(self, place: int, column: TableColumn) -> AnyRegime | None:
        """What went wrong in a cell; None where nothing did."""
        if self.snapshot.hides(column, self.order.row(place)):
            return None
        snapshot, row = self._at(place)
        judged = snapshot.judged(column)
        if judged is None or not judged.regimes.item(row) or not snapshot.applies(column, row):
            return None
        return judged.regime(row)

    def failure(self, place: int, column: TableColumn) -> Failure | None:
        """What fails in a loss or gradient; None where nothing does, and in other columns.

        A loss that is nan or infinite fails whoever is to blame: the truth may be infinite, too.
        """
        if column.formula is None or column.kind is Kind.ERROR:
            return None
        if self.snapshot.hides(column, self.order.row(place)):
            return None
        snapshot, row = self._at(place)
        judged = snapshot.judged(column)
        if judged is None:
            return None
        if column.kind is Kind.LOSS and not isfinite(value := judged.values.item(row)):
            return Failure.NAN if isnan(value) else Failure.INFINITE
        if not judged.regimes.item(row) or not snapshot.applies(column, row):
            return None
        return failure_of(judged.regime(row)) or None

    def unchecked(self, place: int, column: TableColumn) -> str:
        """Why a target makes no sense though PyTorch takes it; empty where it does, and elsewhere."""
        if column.kind is not Kind.TARGET:
            return ""
        return unchecked_target(self.snapshot.problem, self.order.row(place), column.index)

    def background(self, place: int, column: TableColumn) -> QBrush | None:
        """The cell's background where it has one of its own: a failure's, a doubt's, or the heat map's."""
        regime = self.bad_regime(place, column) if column.kind is not Kind.ERROR else None
        if regime is not None:
            return self._tint(regime)
        if self.unchecked(place, column):
            return self._tint(UNCHECKED)
        if not self.heated or column.kind is not Kind.LOGIT:
            return None
        snapshot, row = self._at(place)
        values = snapshot.values(column)
        return None if values is None else self._heat.brush(float(values.item(row)))

    @cached_property
    def _heat(self) -> HeatMap:
        return HeatMap(self.snapshot.problem.logits, self.dark)

    @cached_property
    def _tints(self) -> dict[tuple[type[AnyRegime], int], QBrush]:
        return {}

    def _tint(self, regime: AnyRegime) -> QBrush:
        """The translucent background of a bad cell; the same brush each time."""
        # The two enumerations share their integers: the type tells them apart.
        key = (type(regime), int(regime))
        if key not in self._tints:
            colour = regime_colour(regime, self.dark)
            colour.setAlpha(TINT)
            self._tints[key] = QBrush(colour) if is_filled(regime) else QBrush(colour, regime_hatch(regime))
        return self._tints[key]

    def tip(self, place: int, column: TableColumn) -> str:
        """A cell's number in full, and what is wrong or doubtful about it."""
        if self.snapshot.hides(column, self.order.row(place)):
            return covered_words()
        snapshot, row = self._at(place)
        tip = wording.cell_tip(column, row, snapshot)
        doubt = self.unchecked(place, column)
        return f"{tip}\n{doubt}" if doubt else tip

    def spoken(self, place: int, column: TableColumn) -> str:
        """The cell for a screen reader: column, row, value and what went wrong."""
        name = str(self.header(column, Role.DisplayRole)).replace("\n", " ")
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
            return "\n".join(filter(None, (group, wording.spoken_title(column, problem))))
        if role == TITLE_ROLE:
            title = wording.column_title(column, problem)
            moves = column.kind is Kind.LOGIT and column.index is not None and column.index == self.moving
            return f"{title} {MOVES}" if moves else title
        if role == Role.ToolTipRole:
            return wording.header_tip(column, self.snapshot)
        return None

    def logit_number(self, moved: int | None) -> int:
        """The number of a class's logit column, of the first one if no class is named."""
        logits = self.numbers_of(Kind.LOGIT)
        return logits[min(moved or 0, len(logits) - 1)]

    def numbers_of(self, kind: Kind) -> list[int]:
        """The numbers of the columns of one kind."""
        return [number for number, column in enumerate(self.columns) if column.kind is kind]

    def numbers_in(self, field: str | None) -> list[int]:
        """The numbers of the columns that show a field of the problem, or of the computed ones."""
        return [number for number, column in enumerate(self.columns) if column.field == field]

    def failing_rows(self, numbers: Iterable[int]) -> NDArray[np.intp]:
        """The shown rows with any trouble in these columns' losses and gradients, the worst kind first."""
        worst = np.zeros(self.order.total, dtype=np.uint8)
        for number in numbers:
            ranks = self.snapshot.ranks(self.columns[number])
            if ranks is not None:
                np.maximum(worst, ranks, out=worst)
        # Rows with one kind of trouble follow one another as they stand in the table.
        shown = self.order.rows(slice(None))
        of_shown = worst[shown]
        places = np.argsort(np.uint8(255) - of_shown, kind="stable")  # small numbers are sorted by counting
        return shown[places[: np.count_nonzero(of_shown)]]


_ANSWERS: dict[int, Callable[[CellReader, int, TableColumn], Any]] = {
    Role.DisplayRole: CellReader.text,
    Role.EditRole: CellReader.edit_text,
    Role.BackgroundRole: CellReader.background,
    Role.ToolTipRole: CellReader.tip,
    Role.AccessibleTextRole: CellReader.spoken,
}
