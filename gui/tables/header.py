"""The table's horizontal header: a band that names each group of columns, over the columns' titles."""

from __future__ import annotations

from itertools import groupby
from typing import cast

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionHeader, QWidget

from gui.tables.problem_model import GROUP_ROLE, TITLE_ROLE

TITLE_LINES = 2
PADDING = 5
"""Pixels between a text and its section's edge."""


class GroupedHeader(QHeaderView):
    """Two levels: the group's words span its visible columns and stay in sight while scrolling."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(40)

    def band_height(self) -> int:
        """Height of the upper level."""
        return self.fontMetrics().height() + 2 * PADDING

    def width_for(self, section: int) -> int:
        """The width at which the section's title is not cut."""
        lines = str(self._words(section, TITLE_ROLE)).split("\n")
        return max(self.fontMetrics().horizontalAdvance(line) for line in lines) + 2 * PADDING + 2

    def _words(self, section: int, role: int) -> str:
        return cast(str, self.model().headerData(section, Qt.Orientation.Horizontal, role) or "")

    def _group_spans(self) -> list[tuple[str, QRect]]:
        """Each group's words and the part of the viewport that its columns take."""
        shown = [
            section
            for section in map(self.logicalIndex, range(self.count()))
            if not self.isSectionHidden(section)
        ]
        spans = []
        for words, run in groupby(shown, key=lambda section: self._words(section, GROUP_ROLE)):
            sections = list(run)
            left = self.sectionViewportPosition(sections[0])
            right = self.sectionViewportPosition(sections[-1]) + self.sectionSize(sections[-1])
            spans.append((words, QRect(left, 0, right - left, self.band_height())))
        return spans

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        titles = TITLE_LINES * self.fontMetrics().lineSpacing() + 2 * PADDING
        return QSize(super().sizeHint().width(), self.band_height() + titles)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        has_group = bool(self._words(section, GROUP_ROLE))
        title = rect.adjusted(0, self.band_height() if has_group else 0, 0, 0)
        option = QStyleOptionHeader()
        self.initStyleOption(option)
        option.rect = title
        option.section = section
        painter.save()
        self.style().drawControl(QStyle.ControlElement.CE_HeaderSection, option, painter, self)
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        painter.drawText(
            title.adjusted(PADDING, PADDING, -PADDING, -PADDING),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom,
            self._words(section, TITLE_ROLE),
        )
        painter.restore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        option = QStyleOptionHeader()
        self.initStyleOption(option)
        for words, span in self._group_spans():
            seen = span.intersected(self.viewport().rect())
            if words and not seen.isEmpty():
                option.rect = span
                self.style().drawControl(QStyle.ControlElement.CE_HeaderSection, option, painter, self)
                painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
                text = self.fontMetrics().elidedText(
                    words, Qt.TextElideMode.ElideRight, seen.width() - PADDING
                )
                painter.drawText(seen, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
