"""The line above a table: chips and menu of the filter, and which columns are shown how."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from gui.services.look.icons import icon
from gui.tables.display_menu import DisplayMenu
from gui.tables.filter.chips import FilterChips
from gui.tables.filter.table_filter import TableFilter
from gui.tables.grid.columns import Kind
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.view.problem_view import ProblemView

GAP = 4

ICON_ONLY = Qt.ToolButtonStyle.ToolButtonIconOnly
WORDED = Qt.ToolButtonStyle.ToolButtonTextBesideIcon


class TableBar(QWidget):
    """Chips on the left, the menus of filter and columns on the right."""

    def __init__(
        self, view: ProblemView, model: ProblemModel, rows: TableFilter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._model = model
        self.rows = rows
        self._menu_widths: list[dict[Qt.ToolButtonStyle, int]] = []
        """Of the two menus' buttons; empty while they are to be measured."""
        self.chips = FilterChips(model, rows, self)
        self.filter = QToolButton(self)
        self.filter.setText(self.tr("Filter"))
        self.filter.setToolTip(self.tr("Show rows by failure, formula, target, range or number"))
        self.filter.setCheckable(True)
        self.filter.clicked.connect(self.open_filter)
        self.filter.setAccessibleName(self.tr("Filter"))
        self.columns = self._columns_button()
        line = QHBoxLayout(self)
        line.setContentsMargins(GAP, 0, GAP, 0)
        line.setSpacing(GAP)
        line.addWidget(self.chips)
        line.addStretch(1)
        line.addWidget(self.filter)
        line.addWidget(self.columns)
        rows.changed.connect(self._mark)
        rows.counted.connect(self._fit)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._take_icon()

    def open_filter(self) -> None:
        """Open the filter's form below its button."""
        from gui.tables.filter.filter_form import FilterForm  # noqa: PLC0415  # not needed to start

        form = FilterForm(self._model, self.rows, self)
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form.adjustSize()
        below = self.filter.mapToGlobal(QPoint(self.filter.width() - form.width(), self.filter.height()))
        form.move(max(below.x(), self.mapToGlobal(QPoint(0, 0)).x()), below.y())
        form.show()
        form.formula.setFocus()
        self._mark()

    def _mark(self) -> None:
        """Press the button while something beside the chips hides rows."""
        wanted = self.rows.wanted
        offered = self.chips.chips.keys()
        self.filter.setChecked(wanted.details or bool(wanted.failures - offered) or bool(wanted.formula))

    def _fit(self) -> None:
        """Leave words out where not everything has room: first the menus', the chips' at last."""
        if not self._menu_widths:
            self._measure_menus()
        chips = self.chips.width_with_words()
        for styles in ((WORDED, WORDED), (ICON_ONLY, WORDED), (ICON_ONLY, ICON_ONLY)):
            menus = sum(widths[style] for widths, style in zip(self._menu_widths, styles, strict=True))
            has_room = chips + menus + 5 * GAP <= self.width()
            if has_room:
                break
        self.filter.setToolButtonStyle(styles[0])
        self.columns.setToolButtonStyle(styles[1])
        self.chips.set_compact(not has_room)

    def _measure_menus(self) -> None:
        """Look how wide the menus' buttons are with and without their words."""
        for button in (self.filter, self.columns):
            widths = {}
            for style in (ICON_ONLY, WORDED):
                button.setToolButtonStyle(style)
                widths[style] = button.sizeHint().width()
            self._menu_widths.append(widths)

    def _take_icon(self) -> None:
        self.filter.setIcon(icon("funnel", self.palette()))
        self.columns.setIcon(icon("columns-3", self.palette()))

    def _columns_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setText(self.tr("Columns"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAccessibleName(self.tr("Columns"))
        button.setToolTip(self.tr("Choose which computed columns are shown"))
        menu = QMenu(button)
        self.show_errors = self._column_action(menu, self.tr("Errors in ULP"), self._show_errors)
        self.show_gradients = self._column_action(menu, self.tr("Gradients"), self._show_gradients)
        menu.addSeparator()
        self.show_heat = self._column_action(menu, self.tr("Heat map of the logits"), self._model.show_heat)
        self.show_heat.setChecked(False)
        self.show_heat.setToolTip(
            self.tr("Teal below 0, pink above, fullest at the 98th percentile; inf and nan are hatched")
        )
        menu.addSeparator()
        self.numbers = DisplayMenu(menu)
        menu.addMenu(self.numbers)
        menu.setToolTipsVisible(True)
        button.setMenu(menu)
        return button

    @staticmethod
    def _column_action(menu: QMenu, text: str, slot: object) -> QAction:
        action = QAction(text, menu)
        menu.addAction(action)
        action.setCheckable(True)
        action.setChecked(True)
        action.toggled.connect(slot)
        return action

    def _show_errors(self, shown: bool) -> None:
        self._view.show_kind(Kind.ERROR, shown)

    def _show_gradients(self, shown: bool) -> None:
        self._view.show_kind(Kind.GRADIENT, shown)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(0, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_icon()
        elif event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._menu_widths.clear()
