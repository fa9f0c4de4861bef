"""The first line of the picture: panels, what is shown, scales."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.plots.header.caption_line import CaptionLine
from gui.plots.header.chips import PanelChips
from gui.plots.parts.room import bold

SIDE, GAP = 8, 16
TITLE = 30
"""Letters of average width that the title has beside the chips, before those fold into a menu."""


class PanelHeader(QWidget):
    """Chips, title and switches in one line, which never changes its height."""

    def __init__(self, panels: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.chips = PanelChips(panels, self)
        self.caption = CaptionLine(self, leading=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIDE, 2, 0, 2)
        row.setSpacing(GAP)
        row.addWidget(self.chips)
        row.addWidget(self.caption, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(1)

    @property
    def title(self) -> str:
        """What is shown."""
        return self.caption.title

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        switches = sum(switch.sizeHint().width() for switch in self.caption.switches())
        title = TITLE * QFontMetrics(bold(self.font())).averageCharWidth()
        self.chips.fold(self.chips.width_unfolded + GAP + title + switches + 2 * SIDE > self.width())
