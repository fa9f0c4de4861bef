"""The options of a page, each a labelled field that acts on the document as one undo step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from engine import FORMATS, REDUCTIONS, BinaryProblem, MulticlassProblem, Problem
from gui.document.changes import Change, OptionsChanged, Page, ProblemReplaced
from gui.document.document import Document
from gui.services.numbers.number_text import exact_text, parse_integer, parse_number, parse_share
from gui.tables.options.option_words import option_tip
from gui.tables.options.target_forms import (
    TARGET_FORMS,
    Converted,
    as_form,
    form_of,
    with_smoothing_in_targets,
)

FIELD_WIDTH = "-0.00000"
"""A text as wide as an option's field."""

ROWS_NAMED = 5
"""So many rows a message names; of more it says how many."""


class OptionsBar(QWidget):
    """Number format and reduction of both pages, and the options of this page's losses.

    By itself one line of fields; the window takes `widgets()` into its own bar, and leaves this hidden.
    """

    message = Signal(str)
    """A refusal or a warning in words: which option, what was expected and what came."""

    def __init__(self, page: Page, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._document = document
        self._last_weight: NDArray[np.float64] | None = None
        self._fields: list[tuple[QLabel, QWidget]] = []
        self._line = QHBoxLayout(self)
        self.format = self._chooser("format", self.tr("F&ormat"), [fmt.name for fmt in FORMATS])
        self.format.activated.connect(self._choose_format)
        self.reduction = self._chooser("reduction", self.tr("Re&duction"), REDUCTIONS)
        self.reduction.activated.connect(self._choose_reduction)
        if page == "binary":
            self._add_binary_options()
        else:
            self._add_multiclass_options()
        self._show_options()
        document.changed.connect(self._follow)

    def _add_binary_options(self) -> None:
        self.pos_weight = self._field("pos_weight", self.tr("po&s_weight"))
        self.pos_weight.setPlaceholderText(self.tr("none"))
        self.pos_weight.editingFinished.connect(self._enter_pos_weight)
        self._add_weight(self.tr("per row"))

    def _add_multiclass_options(self) -> None:
        forms = [self.tr("class index"), self.tr("probabilities")]
        self.targets = self._chooser("targets", self.tr("Tar&gets"), forms)
        self.targets.activated.connect(self._choose_targets)
        self._add_weight(self.tr("per class"))
        self.ignore_index = self._field("ignore_index", self.tr("&ignore_index"))
        self.ignore_index.editingFinished.connect(self._enter_ignore_index)
        self.bake = QToolButton(self)
        self.bake.setText(self.tr("Bake in"))
        self.bake.setToolTip(
            self.tr("Show the smoothed targets as class probabilities, and set label_smoothing to 0")
        )
        self.bake.clicked.connect(self.bake_label_smoothing)
        self.label_smoothing = self._field("label_smoothing", self.tr("label_s&moothing"), self.bake)
        self.label_smoothing.editingFinished.connect(self._enter_label_smoothing)

    def _add_weight(self, on: str) -> None:
        self.weight = self._chooser("weight", self.tr("&weight"), [self.tr("none"), on])
        self.weight.activated.connect(self._choose_weight)

    def _chooser(self, name: str, title: str, texts: Sequence[str]) -> QComboBox:
        box = QComboBox(self)
        box.addItems(texts)
        self._add(name, title, box)
        return box

    def _field(self, name: str, title: str, beside: QWidget | None = None) -> QLineEdit:
        field = QLineEdit(self)
        field.setFixedWidth(self.fontMetrics().horizontalAdvance(FIELD_WIDTH) + 14)
        self._add(name, title, field, beside)
        return field

    def _add(self, name: str, title: str, widget: QWidget, beside: QWidget | None = None) -> None:
        label = QLabel(title, self)
        label.setBuddy(widget)
        tip = option_tip(self._page, name)
        for each in (label, widget):
            each.setToolTip(Qt.convertFromPlainText(tip, Qt.WhiteSpaceMode.WhiteSpaceNormal))
        widget.setAccessibleName(title.replace("&", ""))
        widget.setAccessibleDescription(tip)
        field = widget if beside is None else self._side_by_side(widget, beside)
        self._fields.append((label, field))
        self._line.addWidget(label)
        self._line.addWidget(field)

    def _side_by_side(self, *widgets: QWidget) -> QWidget:
        holder = QWidget(self)
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for widget in widgets:
            line.addWidget(widget)
        return holder

    def widgets(self) -> list[tuple[QLabel, QWidget]]:
        """Every option's label and its field, in order, for a bar that lays them out."""
        return list(self._fields)

    # -- options of both pages ----------------------------------------------------------------------

    def _choose_format(self, number: int) -> None:
        self._document.set_format(FORMATS[number], self.tr("Use {format}").format(format=FORMATS[number]))

    def _choose_reduction(self, number: int) -> None:
        reduction = REDUCTIONS[number]
        self._document.set_reduction(reduction, self.tr("Reduce with '{name}'").format(name=reduction))

    def _choose_weight(self, number: int) -> None:
        """Switch the weights on, as they were when they went or else all 1, or off."""
        problem = self._document.problem(self._page)
        weight = _weight_of(problem)
        if bool(number) == (weight is not None):
            return
        self._last_weight = weight if weight is not None else self._last_weight
        if not number:
            self._document.set_options(self._page, self.tr("Drop weight"), weight=None)
            return
        length = problem.rows if self._page == "binary" else problem.logits.shape[1]
        last = self._last_weight
        weight = last if last is not None and len(last) == length else np.ones(length)
        self._document.set_options(self._page, self.tr("Add weight"), weight=weight)

    # -- the binary page's --------------------------------------------------------------------------

    def _enter_pos_weight(self) -> None:
        text = self.pos_weight.text().strip()
        try:
            value = parse_number(text) if text else None
            self._document.set_options(self._page, self.tr("Set pos_weight"), pos_weight=value)
        except ValueError as error:
            self._refuse("pos_weight", error)

    # -- the multiclass page's ----------------------------------------------------------------------

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

    def _choose_targets(self, number: int) -> None:
        """Convert the targets, and warn where the new form cannot hold them all."""
        problem, form = self._document.multiclass, TARGET_FORMS[number]
        if form == form_of(problem):
            return
        if form == "index":
            step = self.tr("Turn targets into class indices")
            warning = self.tr(
                "Targets: only the likeliest class was kept in {rows}; undo brings the rest back"
            )
        else:
            step = self.tr("Turn targets into probabilities")
            warning = self._no_ignored_rows()
        self._convert(as_form(problem, form), step, warning)

    def bake_label_smoothing(self) -> None:
        """Turn targets and label smoothing into smoothed class probabilities."""
        problem = self._document.multiclass
        if not problem.label_smoothing:
            return
        step = self.tr("Bake label_smoothing into the targets")
        self._convert(with_smoothing_in_targets(problem), step, self._no_ignored_rows())

    def _no_ignored_rows(self) -> str:
        return self.tr(
            "Targets: probabilities know no ignore_index; the mean counts {rows}, with 0 for every class"
        )

    def _convert(self, converted: Converted, step: str, warning: str) -> None:
        self._document.replace_problem(self._page, converted.problem, step)
        if len(converted.altered):
            self.message.emit(warning.format(rows=self._rows_in_words(converted.altered)))

    def _rows_in_words(self, rows: NDArray[np.intp]) -> str:
        if len(rows) > ROWS_NAMED:
            return self.tr("{count} rows").format(count=len(rows))
        named = ", ".join(str(row + 1) for row in rows.tolist())
        return (self.tr("row {rows}") if len(rows) == 1 else self.tr("rows {rows}")).format(rows=named)

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
        self.weight.setCurrentIndex(int(_weight_of(problem) is not None))
        if isinstance(problem, BinaryProblem):
            value = problem.pos_weight
            self.pos_weight.setText("" if value is None else exact_text(value, problem.format))
            return
        multiclass = cast(MulticlassProblem, problem)
        self.targets.setCurrentIndex(TARGET_FORMS.index(form_of(multiclass)))
        self.ignore_index.setText(str(multiclass.ignore_index))
        self.label_smoothing.setText(f"{multiclass.label_smoothing!r}")
        self.bake.setEnabled(multiclass.label_smoothing > 0.0)


def _weight_of(problem: Problem) -> NDArray[np.float64] | None:
    """The weights, of rows or classes, if there are any."""
    return cast(BinaryProblem | MulticlassProblem, problem).weight
