"""The worst rows as a table: sorted by any column, filtered by what happens to a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine import GradientRegime, Kind, Regime, kind_of
from engine.data import MINUS
from engine.scan.shown import Listed
from gui.scan.found import Found
from gui.scan.words import breaks, names_of, place
from gui.services.colours import regime_name
from gui.services.numbers.number_text import format_number

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

ROW, TARGET, LOGIT, BREAKS, FIRST_LOSS = range(5)

OFFERED = (Kind.INPUT, Kind.REFUSED, Kind.NAN, Kind.INFINITE, Kind.CLAMPED, Kind.GRADIENT, Kind.UNDERFLOW)
"""What rows can be filtered by, the worst first."""


class WorstModel(QAbstractTableModel):
    """Rows in an order of its own; the worst first until another column is chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: Found | None = None
        self._order: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._names: dict[str, str] = {}
        self._kinds: dict[Kind, NDArray[np.bool_]] = {}
        self.wanted: frozenset[Kind] = frozenset()
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def show_found(self, found: Found | None) -> None:
        """List the rows of what is known."""
        if found is not None and self.found is not None and found.listed is self.found.listed:
            self.found = found
            return
        self.beginResetModel()
        self.found = found
        if found is not None:
            self._names = names_of(found.options.keys)
            self._kinds = kinds_of(found.listed)
        self._order = self._ordered()
        self.endResetModel()

    @property
    def listed(self) -> Listed | None:
        """All rows, the worst first."""
        return None if self.found is None else self.found.listed

    @property
    def total(self) -> int:
        """Rows, whether shown or not."""
        return 0 if self.listed is None else len(self.listed)

    def count(self, kind: Kind) -> int:
        """How many of all rows something happens to."""
        return int(np.count_nonzero(self._kinds[kind])) if self.found is not None else 0

    def rows_at(self, lines: Sequence[int]) -> NDArray[np.intp]:
        """Which of `listed` some lines show."""
        return self._order[np.asarray(lines, dtype=np.intp)]

    def line_of(self, at: int) -> int:
        """The line that shows one of `listed`; the first one if none does."""
        return int(np.argmax(self._order == at))

    def regime(self, index: Index) -> Regime | None:
        """What became of the loss in a cell; None of other cells."""
        listed, column = self.listed, index.column() - FIRST_LOSS
        if listed is None or not 0 <= column < len(listed.formulas):
            return None
        return Regime(int(listed.regimes[self._order[index.row()], column]))

    # -- order --------------------------------------------------------------------------------------

    def want(self, kinds: frozenset[Kind]) -> None:
        """Show rows alone to which any of these happens; all rows if none is named."""
        if kinds != self.wanted:
            self.wanted = kinds
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, or, by -1, the worst first; nan is at one end."""
        self._sorted = None if column < 0 else (column, order)
        self._arrange()

    def _arrange(self) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = [int(self._order[index.row()]) for index in before]
        self._order = self._ordered()
        lines = {int(row): line for line, row in enumerate(self._order)}
        after = [
            self.index(lines[row], index.column()) if row in lines else QModelIndex()
            for row, index in zip(rows, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _ordered(self) -> NDArray[np.intp]:
        if self.listed is None:
            return np.zeros(0, dtype=np.intp)
        order = np.arange(len(self.listed))
        if self._sorted is not None:
            column, direction = self._sorted
            keys = self._keys(column)
            order = np.argsort(keys, kind="stable")  # which has nan at the end
            if direction is Qt.SortOrder.DescendingOrder:
                order = order[::-1]
        if self.wanted:
            held = np.any([self._kinds[kind] for kind in self.wanted], axis=0)
            order = order[held[order]]
        return order

    def _keys(self, column: int) -> NDArray[Any]:
        listed = self.listed
        assert listed is not None
        if column == ROW:
            return np.lexsort((listed.row, listed.shard)).argsort()
        if column == TARGET:
            return listed.target
        if column == LOGIT:
            return listed.logit
        if column == BREAKS:
            assert self.found is not None
            return np.array([breaks(self.found, at, self._names) for at in range(len(listed))])
        loss = column - FIRST_LOSS
        return listed.losses[:, loss] if loss < len(listed.formulas) else listed.truth

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def columnCount(self, parent: Index | None = None) -> int:
        if parent is not None and parent.isValid():
            return 0
        return FIRST_LOSS if self.listed is None else FIRST_LOSS + len(self.listed.formulas) + 1

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if index.column() == BREAKS else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Role.DisplayRole:
            return self._text(index)
        if role in (Role.ToolTipRole, Role.AccessibleTextRole):
            regime = self.regime(index)
            text = self._text(index)
            return text if regime in (None, Regime.EXACT) else f"{text}, {regime_name(regime)}"
        return None

    def _text(self, index: Index) -> str:
        listed, found = self.listed, self.found
        assert listed is not None
        assert found is not None
        at, column = int(self._order[index.row()]), index.column()
        if column == ROW:
            return place(found.data, int(listed.shard[at]), int(listed.row[at]))
        if column == BREAKS:
            return breaks(found, at, self._names)
        if column == TARGET:
            number = float(listed.target[at])
        elif column == LOGIT:
            number = float(listed.logit[at])
        elif (loss := column - FIRST_LOSS) < len(listed.formulas):
            number = float(listed.losses[at, loss])
        else:
            number = float(listed.truth[at])
        return format_number(number + 0.0).replace("-", MINUS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Role.DisplayRole:
            return self.title(section)
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == BREAKS else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def key_of(self, section: int) -> str | None:
        """The formula whose losses a column holds; the true losses' is 'exact'."""
        if self.listed is None or section < FIRST_LOSS:
            return None
        loss = section - FIRST_LOSS
        return self.listed.formulas[loss] if loss < len(self.listed.formulas) else "exact"

    def title(self, section: int) -> str:
        """What a column holds."""
        key = self.key_of(section)
        if key is not None:
            return self.tr("true loss") if key == "exact" else self._names[key]
        fixed = (self.tr("row"), self.tr("y"), self.tr("logit z"), self.tr("what breaks"))
        return fixed[section] if section < len(fixed) else ""


def kinds_of(listed: Listed) -> dict[Kind, NDArray[np.bool_]]:
    """For everything that rows are filtered by, which rows it happens to, by whatever formula."""
    found = {}
    for kind in OFFERED:
        losses = [int(each) for each in Regime if kind_of(each) is kind]
        slopes = [int(each) for each in GradientRegime if kind_of(each) is kind]
        held = np.isin(listed.regimes, losses) | np.isin(listed.gradients, slopes)
        found[kind] = np.asarray(held.any(axis=1))
    return found
