"""The options of a page above its table: each acts on the document as one undo step."""

from __future__ import annotations

from typing import cast

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from engine import FORMATS, REDUCTIONS, BinaryProblem, MulticlassProblem, Reduction
from gui.document.changes import Change, OptionsChanged, Page, ProblemReplaced
from gui.document.document import Document
from gui.services.number_text import exact_text, parse_integer, parse_number, parse_share

FIELD_WIDTH = "-0.000000"
"""A text as wide as an option's field."""


class OptionsBar(QWidget):
    """Number format and reduction of both pages, and the options of this page's losses."""

    message = Signal(str)
    """A refusal in words: which option, what was expected and what came."""

    def __init__(self, page: Page, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._document = document
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(4, 2, 4, 2)
        self._layout.setSpacing(12)
        self.format = self._chooser(
            self.tr("F&ormat"),
            [fmt.name for fmt in FORMATS],
            self.tr("The number format that every loss is computed in, on both pages."),
        )
        self.format.activated.connect(self._choose_format)
        self.reduction = self._chooser(
            self.tr("&Reduction"),
            list(REDUCTIONS),
            self.tr("How the rows' losses become one number, on both pages."),
        )
        self.reduction.activated.connect(self._choose_reduction)
        self._add_fields()
        self._layout.addStretch(1)
        self._show_options()
        document.changed.connect(self._follow)

    def _add_fields(self) -> None:
        if self._page == "binary":
            self.pos_weight = self._field(
                self.tr("&pos_weight"),
                self.tr("Weight of the positive term (BCEWithLogitsLoss only). Empty: none."),
            )
            self.pos_weight.setPlaceholderText(self.tr("none"))
            self.pos_weight.editingFinished.connect(self._enter_pos_weight)
            return
        self.ignore_index = self._field(
            self.tr("&ignore_index"),
            self.tr("Rows with this target do not count: neither in the sum nor in the mean's denominator."),
        )
        self.ignore_index.editingFinished.connect(self._enter_ignore_index)
        self.label_smoothing = self._field(
            self.tr("&label_smoothing"),
            self.tr(
                "From 0 to 1 (CrossEntropyLoss only): this share of the target is spread over all classes."
            ),
        )
        self.label_smoothing.editingFinished.connect(self._enter_label_smoothing)

    def _chooser(self, title: str, texts: list[str], tip: str) -> QComboBox:
        box = QComboBox(self)
        box.addItems(texts)
        self._add(title, box, tip)
        return box

    def _field(self, title: str, tip: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setFixedWidth(self.fontMetrics().horizontalAdvance(FIELD_WIDTH) + 16)
        self._add(title, field, tip)
        return field

    def _add(self, title: str, widget: QWidget, tip: str) -> None:
        label = QLabel(title, self)
        label.setBuddy(widget)
        widget.setToolTip(tip)
        widget.setAccessibleName(title.replace("&", ""))
        pair = QVBoxLayout()
        pair.setSpacing(1)
        pair.addWidget(label)
        pair.addWidget(widget, alignment=Qt.AlignmentFlag.AlignLeft)
        self._layout.addLayout(pair)

    # -- edits --------------------------------------------------------------------------------------

    def _choose_format(self, number: int) -> None:
        self._document.set_format(FORMATS[number], self.tr("Use {format}").format(format=FORMATS[number]))

    def _choose_reduction(self, number: int) -> None:
        reduction: Reduction = REDUCTIONS[number]
        self._document.set_reduction(reduction, self.tr("Reduce with '{name}'").format(name=reduction))

    def _enter_pos_weight(self) -> None:
        text = self.pos_weight.text().strip()
        try:
            value = parse_number(text) if text else None
            self._document.set_options(self._page, self.tr("Set pos_weight"), pos_weight=value)
        except ValueError as error:
            self._refuse("pos_weight", error)

    def _enter_label_smoothing(self) -> None:
        try:
            value = parse_share(self.label_smoothing.text())
            self._document.set_options(self._page, self.tr("Set label_smoothing"), label_smoothing=value)
        except ValueError as error:
            self._refuse("label_smoothing", error)

    def _enter_ignore_index(self) -> None:
        problem = self._document.multiclass
        step = self.tr("Set ignore_index")
        try:
            index = parse_integer(self.ignore_index.text())
            if problem.has_probabilities and index >= 0:
                text = self.tr("expected a number below 0 beside class probabilities, got {index}")
                self._refuse("ignore_index", text.format(index=index))
                return
            ignored = problem.target == problem.ignore_index
            outside = not 0 <= problem.ignore_index < problem.classes
            if index == problem.ignore_index or problem.has_probabilities or not (outside and ignored.any()):
                self._document.set_options(self._page, step, ignore_index=index)
                return
            # Rows that are ignored stay so: their old target would no longer be legal.
            target = np.where(ignored, index, problem.target)
            self._document.replace_problem(
                self._page, problem.replace(ignore_index=index, target=target), step
            )
        except ValueError as error:
            self._refuse("ignore_index", error)

    def _refuse(self, name: str, error: ValueError | str) -> None:
        self._show_options()
        self.message.emit(f"{name}: {error}")

    # -- following the document ---------------------------------------------------------------------

    def _follow(self, change: Change) -> None:
        if change.page == self._page and isinstance(change, OptionsChanged | ProblemReplaced):
            self._show_options()

    def _show_options(self) -> None:
        problem = self._document.problem(self._page)
        self.format.setCurrentText(problem.format.name)
        self.reduction.setCurrentText(problem.reduction)
        if isinstance(problem, BinaryProblem):
            value = problem.pos_weight
            self.pos_weight.setText("" if value is None else exact_text(value, problem.format))
            return
        multiclass = cast(MulticlassProblem, problem)
        self.ignore_index.setText(str(multiclass.ignore_index))
        self.label_smoothing.setText(f"{multiclass.label_smoothing!r}")
