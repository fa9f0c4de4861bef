"""The formulas of the page in front: which are shown, and stabilisers to add and remove."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QKeySequence, QPainter, QPen, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine import FIRST_TRY, Formula, Role, formulas_of
from gui.document.document import Document
from gui.formulas.stabiliser_form import StabiliserForm
from gui.services.colours import formula_style, is_dark
from gui.services.terms.words import words

SWATCH = QSize(30, 14)
FIRST_SIZE = QSize(520, 560)

FORMULA = int(Qt.ItemDataRole.UserRole)
"""Where an item keeps its formula's key, or its role's name for a heading."""


class FormulasDialog(QDialog):
    """Not modal: what is ticked is drawn, judged and tabled at once."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._lines: dict[str, QTreeWidgetItem] = {}
        self.setWindowTitle(self.tr("Formulas"))
        self.tree = QTreeWidget(self)
        self.form = StabiliserForm(document.page, self)
        self.remove = QPushButton(self.tr("&Remove"), self)
        self._lay_out()
        self.tree.itemChanged.connect(self._ticked)
        self.tree.currentItemChanged.connect(self._follow_current)
        self.form.made.connect(self._add)
        self.remove.clicked.connect(self.remove_current)
        QShortcut(QKeySequence.StandardKey.Delete, self.tree, self.remove_current).setContext(
            Qt.ShortcutContext.WidgetShortcut
        )
        document.page_changed.connect(self._page_changed)
        # Queued: a line must not be taken away while it tells of its own tick.
        document.formulas_changed.connect(self._fill, Qt.ConnectionType.QueuedConnection)
        self._fill()

    def _lay_out(self) -> None:
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels([self.tr("Shown"), self.tr("Formula")])
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setIconSize(SWATCH)
        self.tree.setAccessibleName(self.tr("Formulas shown"))
        self.tree.setUniformRowHeights(True)
        self.remove.setAutoDefault(False)
        self.remove.setToolTip(self.tr("Remove the selected stabiliser"))
        box = QGroupBox(self.tr("Try a stabiliser"), self)
        QVBoxLayout(box).addWidget(self.form)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.addWidget(self.tree, 1)
        column.addLayout(buttons)
        column.addWidget(box)
        self.resize(FIRST_SIZE)

    def asked_word(self) -> tuple[str, QRect] | None:
        """The card of the line or the kind of stabiliser that is chosen, where that has the keyboard."""
        current = self.tree.currentItem()
        place: QWidget = self.form
        chosen: str = self.form.kind.currentData()
        if self.tree.hasFocus():
            place, chosen = self.tree, "" if current is None else current.data(0, FORMULA)
        kind = next((kind for kind in FIRST_TRY if kind in chosen), chosen)
        return (kind, QRect(place.mapToGlobal(QPoint(0, 0)), place.size())) if kind in words() else None

    # -- what is shown ------------------------------------------------------------------------------

    def item(self, key: str) -> QTreeWidgetItem:
        """The line of a formula of this page by its key, or of a kind by its name; KeyError if none."""
        return self._lines[key]

    def _titles(self) -> dict[Role, str]:
        return {
            Role.EXACT: self.tr("The true value"),
            Role.PYTORCH: self.tr("PyTorch's losses"),
            Role.SCRATCH: self.tr("The textbook form"),
            Role.MISTAKE: self.tr("Common mistakes"),
            Role.STABILISER: self.tr("Stabilisers"),
        }

    def _fill(self) -> None:
        current = self.tree.currentItem()
        selected = current.data(0, FORMULA) if current is not None else None
        self.tree.blockSignals(True)
        self._lines.clear()
        self.tree.clear()
        for role, title in self._titles().items():
            self._fill_role(role, title, selected)
        self.tree.expandAll()
        self.tree.blockSignals(False)
        self._follow_current()

    def _fill_role(self, role: Role, title: str, selected: str | None) -> None:
        catalogue = self._document.formulas.catalogue
        known = formulas_of(self._document.page, roles=frozenset({role}), catalogue=catalogue)
        heading = QTreeWidgetItem(self.tree, [title])
        heading.setFirstColumnSpanned(True)
        heading.setData(0, FORMULA, role.value)
        heading.setHidden(not known)
        self._lines[role.value] = heading
        states = [self._add_line(heading, formula, selected) for formula in known]
        if role is Role.EXACT:
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            return
        both = Qt.CheckState.Checked if all(states) else Qt.CheckState.PartiallyChecked
        heading.setCheckState(0, both if any(states) else Qt.CheckState.Unchecked)

    def _add_line(self, heading: QTreeWidgetItem, formula: Formula, selected: str | None) -> bool:
        line = QTreeWidgetItem(heading, [formula.title, formula.expression])
        line.setData(0, FORMULA, formula.key)
        self._lines[formula.key] = line
        line.setIcon(0, self._swatch(formula))
        line.setToolTip(0, formula.source)
        line.setToolTip(1, formula.expression)
        shown = self._document.formulas.has(formula)
        if formula.role is not Role.EXACT:
            line.setCheckState(0, Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)
        if formula.key == selected:
            self.tree.setCurrentItem(line)
        return shown

    def _swatch(self, formula: Formula) -> QIcon:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(SWATCH * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self.palette().base().color())  # the line stays visible in a selected row
        style = formula_style(formula, is_dark(self.palette()))
        painter = QPainter(pixmap)
        pen = QPen(style.colour, 5.0 if formula.role is Role.EXACT else 2.0, style.dash)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        middle = SWATCH.height() / 2
        painter.drawLine(QPointF(0.0, middle), QPointF(SWATCH.width(), middle))
        painter.end()
        icon = QIcon(pixmap)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)  # as it is, not tinted by the style
        return icon

    # -- what is asked ------------------------------------------------------------------------------

    def _ticked(self, item: QTreeWidgetItem) -> None:
        ticked = item.checkState(0) is Qt.CheckState.Checked
        shown = self._document.formulas
        if item.parent() is None:
            chosen = shown.with_role(Role(item.data(0, FORMULA)), shown=ticked)
        else:
            formula = next(known for known in shown.catalogue if known.key == item.data(0, FORMULA))
            chosen = shown.with_formula(formula, shown=ticked)
        self._document.show_formulas(chosen)

    def _add(self, formula: Formula) -> None:
        self._document.show_formulas(self._document.formulas.with_added(formula))
        self._fill()
        self.tree.setCurrentItem(self.item(formula.key))

    @property
    def _removable(self) -> Formula | None:
        item = self.tree.currentItem()
        key = item.data(0, FORMULA) if item is not None else None
        known = self._document.formulas.catalogue
        return next((f for f in known if f.key == key and f.role is Role.STABILISER), None)

    def remove_current(self) -> None:
        """Remove the selected stabiliser; anything else stays."""
        formula = self._removable
        if formula is not None:
            self._document.show_formulas(self._document.formulas.without(formula.key))

    def _follow_current(self) -> None:
        self.remove.setEnabled(self._removable is not None)

    def _page_changed(self) -> None:
        self.form.set_family(self._document.page)
        self._fill()

    # -- Qt -----------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._fill()
