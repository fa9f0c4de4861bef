"""Each formula's mean over the rows in which it is finite, and how far that is from the true one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QSize,
    Qt,
)
from PySide6.QtGui import QGuiApplication, QPainter, QPalette, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine import formula_named
from engine.data import MINUS
from engine.scan import ExactSum
from gui.plots.parts.line_sample import draw_sample
from gui.plots.parts.plot_theme import PlotTheme
from gui.scan.found import Found
from gui.scan.words import names_of
from gui.services.colours import formula_style
from gui.services.look.type_sizes import bold

_translate = QCoreApplication.translate

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

DIGITS, SAMPLE = 7, 22
MOST = 5
"""Formulas of one family, and the true mean."""

EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Mean:
    """One line: whose, the mean, and what is said of it."""

    key: str
    name: str
    value: str
    words: str


def means_of(found: Found) -> tuple[Mean, ...]:
    """The formulas', then the true one; nothing where no losses were added up."""
    sums = found.summary.sums
    if EXACT not in sums:
        return ()
    truth, names = sums[EXACT], names_of(found.options.keys)
    made = [
        Mean(key, names[key], _number(sums[key].finite_mean), _beside(sums[key], truth))
        for key in found.options.keys
        if key in sums
    ]
    return (*made, Mean(EXACT, _translate("scan", "true"), _number(truth.finite_mean), _left_out(truth)))


def _number(value: float) -> str:
    return f"{value:.{DIGITS}g}".replace("-", MINUS)


def _out(total: ExactSum) -> int:
    return total.nans + total.above + total.below


def _beside(total: ExactSum, truth: ExactSum) -> str:
    apart = total.finite_mean - truth.finite_mean
    said = _translate("scan", "{apart} from the truth").format(apart=f"{apart:+.3g}".replace("-", MINUS))
    if math.isnan(apart):
        said = ""
    if _out(total) > _out(truth):
        left_out = _left_out(total)
        said = _translate("scan", "{mean} over all rows; {left_out}").format(
            mean=_number(total.mean), left_out=left_out
        )
    return said


def _left_out(total: ExactSum) -> str:
    count = _out(total)
    if not count:
        return ""
    if count == 1:
        return _translate("scan", "1 row left out")
    return _translate("scan", "{count} rows left out").format(count=f"{count:,}")


class MeansModel(QAbstractTableModel):
    """The means as a table: whose, the mean, and what is said of it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.means: tuple[Mean, ...] = ()

    def show_means(self, means: tuple[Mean, ...]) -> None:
        """Show these; the lines stay where they are the same formulas'."""
        if [each.key for each in means] == [each.key for each in self.means]:
            self.means = means
            if means:
                self.dataChanged.emit(self.index(0, 0), self.index(len(means) - 1, 2))
            return
        self.beginResetModel()
        self.means = means
        self.endResetModel()

    # -- Qt's protocol ------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.means)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 3

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        mean, column = self.means[index.row()], index.column()
        text = (mean.name, mean.value, mean.words)[column]
        if role in (Role.DisplayRole, Role.ToolTipRole, Role.AccessibleTextRole):
            return text
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column == 1 else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Role.DecorationRole and column == 0:
            return _sample(mean.key)
        return None


class MeansView(QTableView):
    """As high as a family's formulas need, whatever is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = MeansModel(self)
        self.setModel(self.table)
        self.setItemDelegate(_MeanDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(SAMPLE, self.fontMetrics().height()))
        self.setAccessibleName(self.tr("Means against the true mean"))
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 3)
        self.horizontalHeader().hide()
        self.setFixedHeight(MOST * (self.fontMetrics().height() + 3) + 4)

    def show_found(self, found: Found | None) -> None:
        """Show the means of what is known."""
        self.table.show_means(() if found is None else means_of(found))
        self._fit()

    def _fit(self) -> None:
        header, metrics = self.horizontalHeader(), self.fontMetrics()
        means = self.table.means
        names = max((metrics.horizontalAdvance(each.name) for each in means), default=90) + SAMPLE + 18
        # A bold number of so many digits, whatever they are.
        values = metrics.horizontalAdvance("0") * (DIGITS + 7)
        for column, wide in enumerate((min(names, self.width() // 2), values)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            if header.sectionSize(column) != wide:
                header.resizeSection(column, wide)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class _MeanDelegate(QStyledItemDelegate):
    """Means in bold, what is said of them in a softer ink."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if index.column() == 1:
            option.font = bold(option.font)
        elif index.column() == 2:
            muted = PlotTheme.of(option.palette).muted
            option.palette.setColor(QPalette.ColorRole.Text, muted)


def _sample(key: str) -> QPixmap:
    """A piece of a formula's line."""
    palette = QGuiApplication.palette()
    theme, is_exact = PlotTheme.of(palette), key == EXACT
    formula = formula_named("binary_exact" if is_exact else key)
    application = QGuiApplication.instance()
    ratio = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    drawn = QPixmap(QSize(SAMPLE, 12) * ratio)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    style = formula_style(formula, theme.dark)
    draw_sample(painter, style, QPointF(0.0, 6.0), float(SAMPLE), theme, exact=is_exact)
    painter.end()
    return drawn
