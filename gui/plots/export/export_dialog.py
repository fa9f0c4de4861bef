"""How a picture is to look before it is copied or saved: colours and caption, with a preview."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.plots.export.figure import Figure

PREVIEW = 640
"""Logical pixels, the longer side of the preview at most."""


class ExportDialog(QDialog):
    """Shows the picture as it will be and asks how to take it along.

    It is made by `make` from (light, with a caption); light is a choice in a dark window.
    """

    copy_asked = Signal(object)
    """The `Figure` to put on the clipboard."""
    save_asked = Signal(object)
    """The `Figure` to write into a file."""

    def __init__(self, make: Callable[[bool, bool], Figure], *, dark: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Save picture"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make = make
        self.preview = QLabel(self)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName(self.tr("Preview"))
        self.light = QCheckBox(self.tr("&Light colours"), self)
        self.light.setToolTip(self.tr("For paper and white pages, whatever the window looks like"))
        self.light.setChecked(not dark)
        self.light.setEnabled(dark)
        self.caption = QCheckBox(self.tr("&Caption"), self)
        self.caption.setToolTip(
            self.tr("Below the plots: row, format, options, the shaded formula, versions")
        )
        self.caption.setChecked(True)
        self._lay_out()
        self.light.toggled.connect(self._show_preview)
        self.caption.toggled.connect(self._show_preview)
        self._show_preview()

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.copy_button = QPushButton(self.tr("C&opy"), self)
        self.copy_button.setAutoDefault(False)
        self.save_button = QPushButton(self.tr("&Save…"), self)
        self.save_button.setDefault(True)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.copy_button.clicked.connect(self._ask_copy)
        self.save_button.clicked.connect(self._ask_save)
        choices = QHBoxLayout()
        choices.setSpacing(16)
        choices.addWidget(self.light)
        choices.addWidget(self.caption)
        choices.addStretch(1)
        choices.addWidget(buttons)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(self.preview, 1)
        column.addLayout(choices)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    @property
    def figure(self) -> Figure:
        """The picture with the choices made."""
        return self._make(self.light.isEnabled() and self.light.isChecked(), self.caption.isChecked())

    def _show_preview(self) -> None:
        ratio = self.devicePixelRatioF()
        whole = QPixmap.fromImage(self.figure.image())
        side = round(PREVIEW * ratio)
        small = whole.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        small.setDevicePixelRatio(ratio)
        self.preview.setPixmap(small)

    def _ask_copy(self) -> None:
        self.copy_asked.emit(self.figure)
        self.accept()

    def _ask_save(self) -> None:
        self.save_asked.emit(self.figure)
        self.accept()
