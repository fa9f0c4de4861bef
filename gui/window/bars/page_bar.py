"""The first bar: the pages, how numbers come in, undo and redo, and what asks for a loss's cause."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QTabBar, QToolBar, QToolButton, QWidget

from gui.loss_value.loss_field import LossField
from gui.services.actions import blank_icon, without_mnemonic
from gui.services.look.menu_button import MenuButton
from gui.services.look.type_sizes import icon_size

ABOVE_TEXT = 21
"""Pixels of the bar's height beside its text's."""

ROOM_FOR_WORDS = 1200
"""Width below which what an icon says by itself has no words, in pixels where a line of text has 14."""


class PageBar(QToolBar):
    """Tabs of the pages, then buttons, and a field at the right end."""

    def __init__(
        self,
        pages: Sequence[QAction],
        numbers: Sequence[QAction],
        history: Sequence[QAction],
        search: QAction,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page bar")
        self.setWindowTitle(self.tr("Pages and files"))
        self.setMovable(False)
        self.setFixedHeight(self.fontMetrics().height() + ABOVE_TEXT)
        self.setIconSize(icon_size(self.font()))
        self.tabs = QTabBar(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("Pages"))
        for page in pages:
            self.tabs.addTab(without_mnemonic(page.text()))
        self.addWidget(self.tabs)
        self.addSeparator()
        self._with_words = [self._button(action, words=True) for action in numbers]
        self.presets = MenuButton(self.tr("Presets"), self)
        self.presets.setFont(self.font())
        self.presets.setIcon(blank_icon())
        self.presets.setToolTip(self.tr("Problems to look at, with what they show"))
        self.presets.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.presets.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addWidget(self.presets)
        self.lessons = MenuButton(self.tr("Lessons"), self)
        self.lessons.setFont(self.font())
        self.lessons.setIcon(blank_icon())
        self.lessons.setToolTip(self.tr("Ten lessons, each with a question before it shows"))
        self.lessons.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.lessons.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addWidget(self.lessons)
        self.addSeparator()
        for action in history:
            button = self._button(action, words=False)
            button.setFixedSize(button.sizeHint())  # each edit's words lay nothing out again
        gap = QWidget(self)
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(gap)
        self.loss_field = LossField(search, self)
        self.addWidget(self.loss_field)

    def _button(self, action: QAction, *, words: bool) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        button.setToolButtonStyle(style)
        self.addWidget(button)
        return button

    def set_presets(self, menu: QMenu) -> None:
        """Let the button open the menu of presets."""
        self.presets.setMenu(menu)

    def set_lessons(self, menu: QMenu) -> None:
        """Let the button open the menu of lessons."""
        self.lessons.setMenu(menu)

    def fit(self, width: int) -> None:
        """Leave words away where there is no room for them."""
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if width < ROOM_FOR_WORDS * self.fontMetrics().height() / 14:
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self._with_words:
            if button.toolButtonStyle() is not style:
                button.setToolButtonStyle(style)
