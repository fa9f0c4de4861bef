"""What is scanned: files, what they are, and the format that decides; for the bar of options."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QToolButton, QWidget

from engine import FLOAT32, FORMATS
from engine.scan import KINDS, Kind
from engine.scan.shown import Request
from gui.scan.found import Found
from gui.services.actions import blank_icon
from gui.services.look.type_sizes import icon_size

WIDE = 24
"""Letters of a path that have room."""


class PathField(QLineEdit):
    """Shows the ends of its paths, which are there as a whole while the keyboard is in it."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.paths: tuple[Path, ...] = ()
        self.setFixedWidth(WIDE * self.fontMetrics().averageCharWidth())
        self.setAccessibleName(name)
        self.setPlaceholderText(self.tr("none"))
        self.setAcceptDrops(False)  # files dropped here are the page's

    def show_paths(self, paths: tuple[Path, ...]) -> None:
        """Show these."""
        self.paths = paths
        self.setToolTip("\n".join(map(str, paths)))
        self.setAccessibleDescription(self.toolTip())
        self._show(whole=self.hasFocus())

    def typed(self) -> tuple[Path, ...]:
        """What stands here after it was edited; else what was shown."""
        if not self.isModified():
            return self.paths
        return tuple(Path(part.strip()) for part in self.text().split(os.pathsep) if part.strip())

    def _show(self, *, whole: bool) -> None:
        text = os.pathsep.join(map(str, self.paths))
        if not whole and self.paths:
            texts = [str(Path(*self.paths[0].parts[-2:])), self.paths[0].name]
            if len(self.paths) > 1:
                more = self.tr("{file} and {count} more")
                texts = [more.format(file=self.paths[0].name, count=len(self.paths) - 1)]
            metrics, room = self.fontMetrics(), self.contentsRect().width() - 8
            fitting = (each for each in texts if metrics.horizontalAdvance(each) <= room)
            text = next(fitting, metrics.elidedText(texts[-1], Qt.TextElideMode.ElideMiddle, room))
        self.setText(text)
        self.setModified(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._show(whole=True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.isModified():  # what was typed waits for Enter, or for its neighbour
            self._show(whole=False)


class DataBar(QObject):
    """The fields, each with its label; they show the request, and ask for another where they are edited."""

    asked = Signal(object)
    """Another `Request` is wanted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._request: Request | None = None
        self.logits = PathField(self.tr("Files of logits"), parent)
        self.targets = PathField(self.tr("Files of targets"), parent)
        self.kind = QComboBox(parent)
        self.kind.setAccessibleName(self.tr("Kind of problem"))
        names = dict(zip(KINDS, self._kinds(), strict=True))
        for kind, name in names.items():
            self.kind.addItem(name, kind)
        self.format = QComboBox(parent)
        self.format.setAccessibleName(self.tr("Format that decides"))
        for fmt in FORMATS:
            self.format.addItem(fmt.name)
        self.format.setCurrentIndex(FORMATS.index(FLOAT32))
        self.files = self._button(parent, self.tr("Files…"), self.tr("Choose files of logits and targets"))
        self.shards = self._button(
            parent, self.tr("Add shards…"), self.tr("Scan more files of the same kind together with these")
        )
        self.again = self._button(parent, self.tr("Scan again"), self.tr("Read the files from the start"))
        self.copy = self._button(
            parent, self.tr("Copy as command"), self.tr("The line that makes the same scan in a terminal")
        )
        self.fields: list[tuple[QLabel, QWidget]] = [
            (QLabel(self.tr("Data"), parent), self.logits),
            (QLabel(self.tr("target"), parent), self.targets),
            (self._nothing(parent), self.kind),
            (self._nothing(parent), self.format),
            (self._nothing(parent), self.files),
            (self._nothing(parent), self.shards),
            (self._nothing(parent), self.again),
            (self._nothing(parent), self.copy),
        ]
        self.logits.returnPressed.connect(self._take_paths)
        self.targets.returnPressed.connect(self._take_paths)
        self.kind.activated.connect(self._take_kind)
        self.format.activated.connect(self._take_format)
        self.show_request(None)

    def _kinds(self) -> tuple[str, ...]:
        return self.tr("binary"), self.tr("multi-label"), self.tr("multiclass"), self.tr("probabilities")

    def _button(self, parent: QWidget, text: str, tip: str) -> QToolButton:
        button = QToolButton(parent)
        button.setText(text)
        button.setToolTip(tip)
        button.setIcon(blank_icon())
        button.setIconSize(icon_size(parent.font()))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _nothing(self, parent: QWidget) -> QLabel:
        label = QLabel(parent)
        label.hide()
        return label

    # -- what is shown ------------------------------------------------------------------------------

    @property
    def request(self) -> Request | None:
        """What was asked for last."""
        return self._request

    def show_request(self, request: Request | None) -> None:
        """Show what is asked for."""
        self._request = request
        self.logits.show_paths(() if request is None else request.logits)
        self.targets.show_paths(() if request is None else request.targets)
        for widget in (self.kind, self.format, self.shards, self.again, self.copy):
            widget.setEnabled(request is not None)

    def show_found(self, found: Found) -> None:
        """Show what the files turned out to be."""
        with QSignalBlocker(self.kind), QSignalBlocker(self.format):
            self.kind.setCurrentIndex(KINDS.index(found.data.kind))
            self.format.setCurrentIndex(FORMATS.index(found.options.format))

    # -- what is asked ------------------------------------------------------------------------------

    @property
    def wanted(self) -> Request | None:
        """What is shown, with the paths that were typed since."""
        if not (self.logits.isModified() or self.targets.isModified()):
            return self._request
        logits, targets = self.logits.typed(), self.targets.typed()
        return Request(logits, targets) if logits else self._request

    def _take_paths(self) -> None:
        if (wanted := self.wanted) is not None:
            self.asked.emit(wanted)

    def _take_kind(self, index: int) -> None:
        kind: Kind = KINDS[index]
        if self._request is not None:
            self.asked.emit(replace(self._request, kind=kind))

    def _take_format(self, index: int) -> None:
        if self._request is not None:
            self.asked.emit(replace(self._request, format=FORMATS[index]))
