"""How many rows break, by formula and kind of failure, in each of the four formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from engine import FORMATS, Format, GradientRegime, Regime
from gui.scan.found import Found
from gui.scan.words import names_of
from gui.services.colours import AnyRegime, regime_name
from gui.services.verdicts.words import meaning

_translate = QCoreApplication.translate

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

LUCKY = "lucky"

LOSSES = (
    Regime.NAN,
    Regime.INFINITE,
    Regime.BEYOND,
    Regime.REFUSED,
    Regime.CLAMPED,
    Regime.UNDERFLOWED,
    Regime.LOSING_DIGITS,
    Regime.TRUE_INFINITY,
    Regime.NO_TRUTH,
)
GRADIENTS = (
    GradientRegime.NAN,
    GradientRegime.BEYOND,
    GradientRegime.EXPLODED,
    GradientRegime.DEAD,
    GradientRegime.LOSING_DIGITS,
)
"""What is counted of gradients; refusals and missing truths are told of the loss."""


@dataclass(frozen=True, slots=True)
class CountLine:
    """A formula's name, one of its regimes, or how many rows with lost digits are right by luck."""

    key: str
    words: str
    regime: AnyRegime | None = None
    texts: tuple[str, ...] = ()
    tip: str = ""

    @property
    def is_title(self) -> bool:
        """Whether it names a formula."""
        return not self.texts


def count_lines(found: Found) -> tuple[CountLine, ...]:
    """All lines, the regimes of each formula that any row has in any format."""
    return tuple(_lines(found))


def _lines(found: Found) -> Iterator[CountLine]:
    summary, names = found.summary, names_of(found.options.keys)
    width = len(summary.formulas)
    for at, key in enumerate(summary.formulas):
        yield CountLine(key, names[key])
        for regimes, table, first in ((LOSSES, summary.losses, 0), (GRADIENTS, summary.gradients, width)):
            for regime in regimes:
                counts = [int(table[place, at, regime]) for place in range(len(FORMATS))]
                if not any(counts):
                    continue
                texts = tuple(f"{count:,}" for count in counts)
                yield CountLine(key, _name(regime), regime, texts, meaning(regime))
                if regime.name == Regime.LOSING_DIGITS.name:  # of losses and gradients alike
                    yield from _luck(found, key, first + at)


def _name(regime: AnyRegime) -> str:
    if regime is GradientRegime.LOSING_DIGITS:
        return _translate("scan", "gradient losing digits")
    if regime is GradientRegime.BEYOND:
        return _translate("scan", "gradient beyond")
    return regime_name(regime)


def _luck(found: Found, key: str, column: int) -> Iterator[CountLine]:
    if found.luck is None:
        return
    inside, lucky = found.luck[:, column, 0].tolist(), found.luck[:, column, 1].tolist()
    if any(inside):
        texts = tuple(f"{part / all_:.0%}" if all_ else "" for part, all_ in zip(lucky, inside, strict=True))
        tip = _translate(
            "scan",
            "Of the rows that lie where digits are lost this share has lost none by luck; told from a "
            "sample, within about three percentage points. No row elsewhere loses any.",
        )
        yield CountLine(key, _translate("scan", "right by luck, about"), None, texts, tip)


class CountsModel(QAbstractTableModel):
    """The lines as a table: words, then a column a format."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[CountLine, ...] = ()
        self.own: Format | None = None

    def show_found(self, found: Found | None) -> None:
        """Count what is known; the lines stay where they are the same ones."""
        lines = () if found is None else count_lines(found)
        own = None if found is None else found.options.format
        before, after = ([(each.key, each.words) for each in some] for some in (self.lines, lines))
        if before == after and own == self.own:
            self.lines = lines
            if lines:
                last = self.index(len(lines) - 1, len(FORMATS))
                self.dataChanged.emit(self.index(0, 1), last, [Role.DisplayRole])
            return
        self.beginResetModel()
        self.lines, self.own = lines, own
        self.endResetModel()

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 1 + len(FORMATS)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        line, column = self.lines[index.row()], index.column()
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            return line.words if not column else "" if line.is_title else line.texts[column - 1]
        if role == Role.ToolTipRole:
            return line.tip
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Role.DisplayRole:
            return FORMATS[section - 1].name if section else self.tr("formula")
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: ARG002  # all alike
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
