"""Which panels are shown: a chip for each, or one menu where there is no room for chips."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStyle, QStyleOptionButton, QWidget

from gui.plots.parts.plot_theme import PlotTheme, blend
from gui.plots.parts.room import small
from gui.services.look.menu_button import MenuButton

SIDE = 6
GAP = 4
ROUND = 3.0
CHECKED = 0.85
"""Share of the background in a chip whose panel is shown."""


class Chip(QCheckBox):
    """A checkable action as a chip."""

    def __init__(self, action: QAction, parent: QWidget) -> None:
        super().__init__(action.iconText(), parent)
        self.setChecked(action.isChecked())
        self.setToolTip(action.toolTip())
        self.setFont(small(self.font()))
        self.toggled.connect(action.setChecked)
        action.toggled.connect(self.setChecked)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(2 * SIDE, 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), PlotTheme.of(self.palette())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(blend(theme.text, theme.background, 0.7), 1.0))
        if self.isChecked():
            painter.setBrush(blend(theme.accent, theme.background, CHECKED))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5), ROUND, ROUND)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.rect = self.rect().adjusted(SIDE, 0, -SIDE, 0)
        self.style().drawControl(QStyle.ControlElement.CE_CheckBox, option, painter, self)
        painter.end()


class PanelChips(QWidget):
    """The chips of some checkable actions, and the menu that stands for them in a narrow window."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.chips = [Chip(action, self) for action in actions]
        self.menu = MenuButton(self.tr("Panels"), self)
        self.menu.menu().addActions(list(actions))
        self.menu.setToolTip(self.tr("Which panels of the picture are shown"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for chip in self.chips:
            row.addWidget(chip, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.menu)
        self.fold(False)

    @property
    def width_unfolded(self) -> int:
        """Pixels that the chips take side by side."""
        return sum(chip.sizeHint().width() + GAP for chip in self.chips)

    def fold(self, folded: bool) -> None:
        """Show the menu in place of the chips, or the chips."""
        self.menu.setVisible(folded)
        for chip in self.chips:
            chip.setVisible(not folded)
