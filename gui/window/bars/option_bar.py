"""The second bar: the arguments of the page in front, each with its name to the left of its field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolBar, QToolButton, QWidget, QWidgetAction

from gui.document.changes import Front
from gui.services.actions import blank_icon
from gui.services.look.type_sizes import icon_size

ABOVE_TEXT = 19
"""Pixels of the bar's height beside its text's."""


class OptionBar(QToolBar):
    """What does not fit is behind the bar's own »; the two pages' fields take turns."""

    def __init__(self, formulas: QAction, two_classes: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("option bar")
        self.setWindowTitle(self.tr("Options"))
        self.setMovable(False)
        self.setIconSize(icon_size(self.font()))
        self.setFixedHeight(self.fontMetrics().height() + ABOVE_TEXT)
        self._fields: dict[Front, list[QAction]] = {}
        self._counted = ""
        self.formulas = self._button(formulas)
        formulas.changed.connect(self._keep_count)  # after the button, which takes over the action's text
        self._end_of_fields = self._place(self.formulas)
        spacer = QWidget(self)
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.two_classes = self._button(two_classes)
        self.two_classes.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._two_classes = self._place(self.two_classes)
        self.baseline = QToolButton(self)
        self.baseline.setText(self.tr("Pin baseline"))
        self.baseline.setIcon(blank_icon())
        self.baseline.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.baseline.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.baseline.setEnabled(False)  # until the picture is there
        self._tools = (self._end_of_fields, self._place(self.baseline))
        _ = self.more  # has its look before it is first painted

    @property
    def more(self) -> QToolButton:
        """Qt's own button for what has no room; asked for anew each time, for it is Qt's to replace."""
        more = self.findChild(QToolButton, "qt_toolbar_ext_button")
        assert isinstance(more, QToolButton)
        if not more.accessibleName():
            self._dress(more)
        return more

    def _dress(self, more: QToolButton) -> None:
        """Give it a sign of ours: Qt's draws black on black in the dark."""
        font = more.font()
        font.setPixelSize(14)  # the button is as wide for any letters
        more.setFont(font)
        more.setText("\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}")
        more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        more.setAccessibleName(self.tr("More options"))
        more.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _place(self, widget: QWidget, before: QAction | None = None) -> QAction:
        # As addWidget does; but of an action that Qt makes Python may lose what is kept.
        action = QWidgetAction(self)
        action.setDefaultWidget(widget)
        if before is None:
            self.addAction(action)
        else:
            self.insertAction(before, action)
        return action

    def show_fields(self, page: Front, fields: Sequence[tuple[QLabel, QWidget]]) -> None:
        """Bring a page's fields to the front; they are taken over when first shown."""
        if page not in self._fields:
            made = [self._pair(label, field) for label, field in fields]
            self._fields[page] = [self._place(pair, before=self._end_of_fields) for pair in made]
        self._two_classes.setVisible(page == "binary")
        for other, actions in self._fields.items():
            for action in actions:
                action.setVisible(other == page)

    def show_tools(self, *, shown: bool) -> None:
        """Offer what is about tables and their picture, or leave it away."""
        for action in self._tools:
            action.setVisible(shown)

    def _pair(self, label: QLabel, field: QWidget) -> QWidget:
        pair = QWidget(self)
        pair.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        line = QHBoxLayout(pair)
        line.setContentsMargins(6, 0, 6, 0)
        line.setSpacing(5)
        line.addWidget(label)
        line.addWidget(field)
        return pair

    def show_count(self, shown: int, known: int) -> None:
        """Say how many of the page's formulas are shown."""
        self._counted = self.tr("Formulas {shown} of {known}…").format(shown=shown, known=known)
        self._keep_count()

    def _keep_count(self) -> None:
        if self._counted and self.formulas.text() != self._counted:
            self.formulas.setText(self._counted)

    def set_baseline(self, pin: QAction) -> None:
        """Let the button pin a baseline."""
        self.baseline.setToolTip(pin.toolTip())
        self.baseline.clicked.connect(pin.trigger)
        self.baseline.setEnabled(True)
