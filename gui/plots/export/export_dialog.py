"""How a picture is to look before it is taken: size, resolution, colours, panels, with a preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.plots.export.figure import Figure
from gui.plots.export.picture_choice import COLOURS, LARGEST, RESOLUTIONS, SMALLEST, PictureChoice

PREVIEW = 640
"""Logical pixels, the longer side of the preview at most."""


class ExportDialog(QDialog):
    """Shows the picture as it will be and asks how to take it along."""

    copy_asked = Signal(object)
    """The `PictureChoice` to copy by."""
    save_asked = Signal(object)
    """The `PictureChoice` to save by."""

    def __init__(
        self,
        make: Callable[[PictureChoice], Figure],
        choice: PictureChoice,
        kind: str,
        panels: Mapping[str, str],
        chosen: tuple[str, ...],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Save picture"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make = make
        self._first = choice
        self._kind = kind
        self.preview = QLabel(self)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName(self.tr("Preview"))
        self.width_ = self._pixels(SMALLEST.width(), LARGEST.width(), choice.width, self.tr("Width"))
        self.height_ = self._pixels(SMALLEST.height(), LARGEST.height(), choice.height, self.tr("Height"))
        self.resolution = QComboBox(self)
        self.resolution.addItems(
            [self.tr("{times} pixels a pixel").format(times=each) for each in RESOLUTIONS]
        )
        self.resolution.setCurrentIndex(RESOLUTIONS.index(choice.resolution))
        self.resolution.setToolTip(self.tr("Pixels of a PNG or a copied picture for each of its size"))
        self.colours = QComboBox(self)
        self.colours.addItems([self.tr("As in the window"), self.tr("Light"), self.tr("Dark")])
        self.colours.setCurrentIndex(COLOURS.index(choice.colours))
        self.panels = {key: self._check(words, key in chosen) for key, words in panels.items()}
        self.caption = self._check(self.tr("&Caption"), choice.caption)
        self.caption.setToolTip(
            self.tr("Below the plots: row, format, options, the shaded formula, versions")
        )
        self._lay_out()
        self._show_preview()

    def _pixels(self, low: int, high: int, value: int, name: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(low, high)
        box.setSingleStep(10)
        box.setValue(value)
        box.setAccessibleName(name)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self._show_preview)
        return box

    def _check(self, words: str, on: bool) -> QCheckBox:
        box = QCheckBox(words, self)
        box.setChecked(on)
        box.toggled.connect(self._show_preview)
        return box

    def _lay_out(self) -> None:
        self.resolution.activated.connect(self._show_preview)
        self.colours.activated.connect(self._show_preview)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.copy_button = QPushButton(self.tr("C&opy"), self)
        self.copy_button.setAutoDefault(False)
        self.save_button = QPushButton(self.tr("Sa&ve…"), self)
        self.save_button.setDefault(True)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.copy_button.clicked.connect(self._ask_copy)
        self.save_button.clicked.connect(self._ask_save)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        fields = (
            (self.tr("&Width"), self.width_),
            (self.tr("&Height"), self.height_),
            (self.tr("&Resolution"), self.resolution),
            (self.tr("Co&lours"), self.colours),
        )
        for at, (words, field) in enumerate(fields):
            label = QLabel(words, self)
            label.setBuddy(field)
            field.setAccessibleName(words.replace("&", ""))
            grid.addWidget(label, at // 2, at % 2 * 2)
            grid.addWidget(field, at // 2, at % 2 * 2 + 1)
        grid.setColumnStretch(4, 1)
        choices = QHBoxLayout()
        choices.setSpacing(16)
        for box in (*self.panels.values(), self.caption):
            choices.addWidget(box)
        choices.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(self.preview, 1)
        column.addLayout(grid)
        column.addLayout(choices)
        column.addWidget(buttons)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    @property
    def choice(self) -> PictureChoice:
        """How the picture is to look."""
        panels = tuple(key for key, box in self.panels.items() if box.isChecked())
        return replace(
            self._first,
            width=self.width_.value(),
            height=self.height_.value(),
            resolution=RESOLUTIONS[self.resolution.currentIndex()],
            colours=COLOURS[self.colours.currentIndex()],
            caption=self.caption.isChecked(),
            panels={**self._first.panels, self._kind: panels},
        )

    def _show_preview(self) -> None:
        has_any = any(box.isChecked() for box in self.panels.values())
        for button in (self.copy_button, self.save_button):
            button.setEnabled(has_any)
        if not has_any:
            self.preview.setText(self.tr("Choose at least one panel."))
            return
        ratio = self.devicePixelRatioF()
        figure = self._make(replace(self.choice, resolution=1))
        whole = QPixmap.fromImage(figure.image())
        figure.close()
        side = round(PREVIEW * ratio)
        small = whole.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        small.setDevicePixelRatio(ratio)
        self.preview.setPixmap(small)

    def _ask_copy(self) -> None:
        self.copy_asked.emit(self.choice)
        self.accept()

    def _ask_save(self) -> None:
        self.save_asked.emit(self.choice)
        self.accept()
