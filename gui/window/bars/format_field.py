"""The number format, for the bar of options."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from engine import FORMATS
from gui.document.document import Document


class FormatField(QObject):
    """A label and a field that follow the sample and choose the format of all pages."""

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self.field = QComboBox(parent)
        self.field.addItems([form.name for form in FORMATS])
        self.field.setAccessibleName(self.tr("Format"))
        self.field.setToolTip(self.tr("The number format of z, p, y and every step, on all pages"))
        self.label = QLabel(self.tr("F&ormat"), parent)
        self.label.setBuddy(self.field)
        self.field.activated.connect(self._choose)
        document.sample_changed.connect(self._follow)
        self._follow()

    @property
    def pair(self) -> tuple[QLabel, QWidget]:
        """For the bar."""
        return self.label, self.field

    def _choose(self, index: int) -> None:
        form = FORMATS[index]
        self._document.set_format(form, self.tr("Use {format}").format(format=form))

    def _follow(self) -> None:
        self.field.setCurrentText(self._document.sample.format.name)
