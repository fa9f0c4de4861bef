"""Asks by which rule logits are made, and for which rows and classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.services.numbers.number_text import parse_integer, parse_number
from gui.tables.editing.generate import Constant, Generator, Line, Normal, Saturating

MOST_NEW_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What was chosen: the rule, how many new rows (0: the selected ones), and whose logits."""

    generator: Generator
    fresh: int
    classes: tuple[int, ...]


class GenerateDialog(QDialog):
    """A rule with its numbers, the rows, and on the multiclass page the classes.

    `selected` counts the selected rows, with none of which only new ones can be made; `classes` are names,
    none on the binary page; `chosen` is the class of the current column.
    """

    wished = Signal(object)
    """A `Wish`, when the dialog is accepted."""

    def __init__(self, selected: int, classes: Sequence[str], chosen: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Fill or generate logits"))
        self.rule = QComboBox(self)
        self._form = QFormLayout()
        self._form.addRow(self.tr("&Rule"), self.rule)
        self._numbers: list[list[QLineEdit]] = []
        self._add_rule(self.tr("Line"), [(self.tr("from"), "-20"), (self.tr("to"), "20")])
        self._add_rule(
            self.tr("Normal"),
            [(self.tr("mean"), "0"), (self.tr("standard deviation"), "4"), (self.tr("seed"), "0")],
        )
        self._add_rule(self.tr("Saturating: +k and −k by turns"), [("k", "100")])
        self._add_rule(self.tr("Constant"), [(self.tr("value"), "0")])
        self.rule.currentIndexChanged.connect(self._show_numbers)
        self.selected_rows = QRadioButton(self.tr("the {count} selected").format(count=selected), self)
        self.new_rows = QRadioButton(self.tr("new ones:"), self)
        self.count = QSpinBox(self)
        self.count.setRange(1, MOST_NEW_ROWS)
        self.count.setValue(100)
        self.selected_rows.setEnabled(selected > 0)
        (self.selected_rows if selected > 1 else self.new_rows).setChecked(True)
        self.classes = QComboBox(self)
        self.classes.addItem(self.tr("all"), tuple(range(len(classes))))
        for index, name in enumerate(classes):
            self.classes.addItem(name, (index,))
        self.classes.setCurrentIndex(chosen + 1 if classes else 0)
        self.error = QLabel(self)
        self.error.setWordWrap(True)
        self.error.hide()
        self._lay_out(bool(classes))

    def _add_rule(self, title: str, numbers: Sequence[tuple[str, str]]) -> None:
        edits = []
        for name, value in numbers:
            edit = QLineEdit(value, self)
            self._form.addRow(name, edit)
            edits.append(edit)
        self._numbers.append(edits)
        self.rule.addItem(title)

    def _show_numbers(self, rule: int) -> None:
        for number, edits in enumerate(self._numbers):
            for edit in edits:
                self._form.setRowVisible(edit, number == rule)

    def _lay_out(self, has_classes: bool) -> None:
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        fresh = QHBoxLayout()
        fresh.addWidget(self.new_rows)
        fresh.addWidget(self.count, 1)
        self._form.addRow(self.tr("Rows"), self.selected_rows)
        self._form.addRow("", fresh)
        self._form.addRow(self.tr("&Class"), self.classes)
        self._form.setRowVisible(self.classes, has_classes)
        self._show_numbers(self.rule.currentIndex())
        layout = QVBoxLayout(self)
        layout.addLayout(self._form)
        layout.addWidget(self.error)
        layout.addWidget(buttons)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)

    def numbers(self) -> list[QLineEdit]:
        """The fields of the chosen rule."""
        return self._numbers[self.rule.currentIndex()]

    def wish(self) -> Wish:
        """What is chosen; ValueError says which number is none."""
        fresh = self.count.value() if self.new_rows.isChecked() else 0
        return Wish(self._generator(), fresh, self.classes.currentData())

    def _generator(self) -> Generator:
        kind = (Line, Normal, Saturating, Constant)[self.rule.currentIndex()]
        texts = [edit.text() for edit in self.numbers()]
        if kind is Normal:
            mean, deviation, seed = parse_number(texts[0]), parse_number(texts[1]), parse_integer(texts[2])
            if not deviation >= 0.0:
                text = self.tr("standard deviation: expected 0 or more, got {text}")
                raise ValueError(text.format(text=texts[1]))
            if seed < 0:
                raise ValueError(self.tr("seed: expected 0 or more, got {text}").format(text=texts[2]))
            return Normal(mean, deviation, seed)
        numbers = [parse_number(text) for text in texts]
        if kind is Line:
            return Line(*numbers)
        return Saturating(*numbers) if kind is Saturating else Constant(*numbers)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def accept(self) -> None:
        try:
            wish = self.wish()
        except ValueError as error:
            self.error.setText(str(error))
            self.error.show()
            return
        super().accept()
        self.wished.emit(wish)
