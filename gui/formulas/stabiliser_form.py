"""Where a home-made stabiliser is put together: its kind and the number that its author chooses."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QWidget

from engine import FIRST_TRY, Family, Formula, stabilisers_of
from gui.services.numbers.number_text import format_number, parse_number


class StabiliserForm(QWidget):
    """A kind, a number and a button; what makes no sense is refused in words below."""

    made = Signal(object)
    """The `Formula` put together."""

    def __init__(self, family: Family, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._family = family
        self.kind = QComboBox(self)
        for name in FIRST_TRY:
            self.kind.addItem(kind_text(name), name)
        self.number = QLineEdit(self)
        self.number.setMinimumWidth(90)
        self.number.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.add = QPushButton(self.tr("&Add"), self)
        self.add.setAutoDefault(False)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._lay_out()
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        self.number.textEdited.connect(self._explain)
        self.number.returnPressed.connect(self.submit)
        self.add.clicked.connect(self.submit)
        self._kind_chosen()

    def _lay_out(self) -> None:
        kind_label = QLabel(self.tr("&Kind"), self)
        kind_label.setBuddy(self.kind)
        number_label = QLabel(self.tr("&Number"), self)
        number_label.setBuddy(self.number)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.addWidget(kind_label, 0, 0)
        grid.addWidget(self.kind, 0, 1, 1, 3)
        grid.addWidget(number_label, 1, 0)
        grid.addWidget(self.number, 1, 1)
        grid.addWidget(self.add, 1, 3)
        grid.addWidget(self.words, 2, 0, 1, 4)
        grid.setColumnStretch(2, 1)

    def set_family(self, family: Family) -> None:
        """Make formulas of this family from here on."""
        self._family = family

    def submit(self) -> None:
        """Put the formula together and send it, or say why it cannot be."""
        name = self.kind.currentData()
        try:
            formula: Formula = stabilisers_of(self._family)[name](parse_number(self.number.text()))
        except ValueError as error:
            self._say(str(error), wrong=True)
            self.number.setFocus()
            self.number.selectAll()
        else:
            self._explain()
            self.made.emit(formula)

    def _kind_chosen(self) -> None:
        name = self.kind.currentData()
        self.number.setText(format_number(FIRST_TRY[name]))
        self._explain()

    def _explain(self) -> None:
        self._say(kind_note(self.kind.currentData()), wrong=False)

    def _say(self, text: str, *, wrong: bool) -> None:
        self.words.setText(text)
        self.words.setForegroundRole(QPalette.ColorRole.Text if wrong else QPalette.ColorRole.PlaceholderText)
        font = self.words.font()
        font.setBold(wrong)
        self.words.setFont(font)


def kind_text(name: str) -> str:
    """A stabiliser's kind for people."""
    translate = QCoreApplication.translate
    return {
        "epsilon_in_log": translate("stabilisers", "log(p + ε): an epsilon inside the log"),
        "clipped_probability": translate("stabilisers", "log(clip(p)): p kept in [ε, 1 − ε]"),
        "clipped_log": translate("stabilisers", "max(log(p), limit): the log clipped"),
    }[name]


def kind_note(name: str) -> str:
    """What a kind of stabiliser does, and which failure it keeps."""
    translate = QCoreApplication.translate
    return {
        "epsilon_in_log": translate(
            "stabilisers",
            "Bounds the loss at −log(ε) and bends it before; where p is far below ε, the gradient dies.",
        ),
        "clipped_probability": translate(
            "stabilisers", "Bounds the loss at −log(ε); the gradient is exactly 0 wherever p is clipped."
        ),
        "clipped_log": translate(
            "stabilisers", "Bounds the loss, but the gradient behind the clip is 0 / 0: nan where p is 0."
        ),
    }[name]
