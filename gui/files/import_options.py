"""The import's options: which problem it makes, along which axis, in which format, and how texts are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine import FORMATS, IGNORE_INDEX, Format
from engine.data import (
    KINDS,
    Choice,
    DataError,
    DataFile,
    DelimitedFile,
    JoinedFiles,
    Reading,
    Role,
    chosen_shape,
    possible_parts,
)
from gui.files.data_words import fault_words
from gui.services.numbers.number_text import parse_integer

ENCODINGS = ("utf-8", "cp949", "cp1252", "utf-16", "shift_jis", "gb18030")
DELIMITERS = (",", ";", "\t", "|", " ")

_translate = QCoreApplication.translate


class ImportOptions(QWidget):
    """Everything beside the roles; says what was chosen and changes nothing itself."""

    changed = Signal(dict)
    """Fields of the choice with their new values."""
    file_wanted = Signal()
    """Another file is to be added."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.add_file = QPushButton(self.tr("&Add file…"), self)
        self.add_file.clicked.connect(self.file_wanted)
        self.kinds = QButtonGroup(self)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        line, second = QHBoxLayout(), QHBoxLayout()
        lines.addLayout(line)
        lines.addLayout(second)
        line.addWidget(self.add_file)
        line.addSpacing(8)
        line.addWidget(QLabel(self.tr("Problem"), self))
        for number, name in enumerate((self.tr("&Binary"), self.tr("&Multiclass"), self.tr("Multi-&label"))):
            button = QRadioButton(name, self)
            self.kinds.addButton(button, number)
            line.addWidget(button)
        self.kinds.idClicked.connect(lambda number: self.changed.emit({"kind": KINDS[number]}))
        self.axis_label, self.axis = self._box(line, self.tr("&Classes along"))
        self.axis.activated.connect(lambda: self.changed.emit({"class_axis": self.axis.currentData()}))
        self.parts_label, self.parts = self._box(second, self.tr("&Several arrays of logits stand"))
        second.addStretch(1)
        self.parts.activated.connect(lambda: self.changed.emit({"parts": self.parts.currentData()}))
        self.format_label, self.format = self._box(line, self.tr("&Format"))
        self.format.activated.connect(lambda: self.changed.emit({"format": self.format.currentData()}))
        self.ignored_label = QLabel(self.tr("i&gnore_index"), self)
        self.ignored = QLineEdit(self)
        self.ignored_label.setBuddy(self.ignored)
        self.ignored.setMaximumWidth(self.fontMetrics().horizontalAdvance("-000000"))
        self.ignored.editingFinished.connect(self._enter_ignored)
        line.addWidget(self.ignored_label)
        line.addWidget(self.ignored)
        line.addStretch(1)

    def _box(self, line: QHBoxLayout, title: str) -> tuple[QLabel, QComboBox]:
        label, box = QLabel(title, self), QComboBox(self)
        label.setBuddy(box)
        line.addWidget(label)
        line.addWidget(box)
        return label, box

    def show_choice(
        self,
        choice: Choice,
        shape: Sequence[int | None],
        axis: int | None,
        stored: Format,
        *,
        is_stored: bool,
    ) -> None:
        """Show the options of a choice.

        Parameters
        ----------
        choice : Choice
        shape : tuple
            The logits'.
        axis : int, optional
            Where the classes lie.
        stored : Format
            The one that the logits are stored in, or the page's.
        is_stored : bool
            Which of these it is.
        """
        button = self.kinds.button(KINDS.index(choice.kind))
        button.setChecked(True)
        is_multiclass = choice.kind == "multiclass"
        self.axis.clear()
        for number, side in enumerate(shape):
            self.axis.addItem(
                self.tr("axis {number} ({side})").format(number=number, side="N" if side is None else side),
                number,
            )
        self.axis.setCurrentIndex(max(self.axis.findData(axis), 0))
        for widget in (self.axis_label, self.axis):
            widget.setEnabled(is_multiclass and len(shape) > 1)
        self.format.clear()
        told = self.tr("as stored: {format}") if is_stored else self.tr("as the page: {format}")
        self.format.addItem(told.format(format=stored), "")
        for form in FORMATS:
            self.format.addItem(str(form), form.name)
        self.format.setCurrentIndex(max(self.format.findData(choice.format), 0))
        self.ignored.setText(str(IGNORE_INDEX if choice.ignore_index is None else choice.ignore_index))
        for field in (self.ignored_label, self.ignored):
            field.setEnabled(is_multiclass)

    def show_parts(self, choice: Choice, files: JoinedFiles) -> None:
        """Show whether several arrays stand side by side or one after another; hidden where there is one."""
        self.parts.clear()
        for count in possible_parts(choice, files.entries, files.owners):
            after = self.tr("%n parts, one after another", "", count)
            self.parts.addItem(self.tr("side by side") if count == 1 else after, count)
        self.parts.setCurrentIndex(self.parts.findData(choice.parts))
        for widget in (self.parts_label, self.parts):
            widget.setVisible(self.parts.count() > 1)

    def _enter_ignored(self) -> None:
        try:
            self.changed.emit({"ignore_index": parse_integer(self.ignored.text())})
        except ValueError:
            self.changed.emit({})  # shows the one in force again


class ReadingBar(QWidget):
    """How the texts among the files are read, and which class each word of a target is."""

    read_as = Signal(int, object)
    """The number of a file, and the `Reading` to read it by."""
    words_chosen = Signal(tuple)
    """The words of a target in the order of their classes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._number = -1
        self._file: DelimitedFile | None = None
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        lines.addLayout(line)
        self.title = QLabel(self)
        line.addWidget(self.title)
        self.header = QCheckBox(self.tr("&First line is names"), self)
        self.header.toggled.connect(lambda on: self._change(has_header=on))
        self.index = QCheckBox(self.tr("First column is inde&x"), self)
        self.index.toggled.connect(lambda on: self._change(has_index=on))
        line.addWidget(self.header)
        line.addWidget(self.index)
        self._of_text: list[QWidget] = [self.title, self.header, self.index]
        self.encoding = self._box(line, self.tr("&Encoding"), "encoding")
        self.delimiter = self._box(line, self.tr("Col&umns by"), "delimiter")
        self.decimal = self._box(line, self.tr("&Decimal sign"), "decimal")
        self.blanks = self._box(line, self.tr("Blan&k"), "blanks")
        line.addStretch(1)
        second = QHBoxLayout()
        lines.addLayout(second)
        self.words_label = QLabel(self.tr("Classes of the &words"), self)
        self.words = QComboBox(self)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.words_label.setBuddy(self.words)
        self.words.activated.connect(lambda: self.words_chosen.emit(self.words.currentData()))
        self.asked = QLabel(self)
        self.asked.setWordWrap(True)
        second.addWidget(self.words_label)
        second.addWidget(self.words, 1)
        second.addWidget(self.asked, 2)

    def _box(self, line: QHBoxLayout, title: str, field: str) -> QComboBox:
        label, box = QLabel(title, self), QComboBox(self)
        label.setBuddy(box)
        box.setObjectName(field)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.activated.connect(lambda: self._change(**{field: box.currentData()}))
        self._of_text += [label, box]
        line.addWidget(label)
        line.addWidget(box)
        return box

    def show_files(self, files: JoinedFiles) -> None:
        """Show how the first text among the files is read; nothing without one."""
        numbered = [(n, file) for n, file in enumerate(files.files) if isinstance(file, DelimitedFile)]
        self._number, self._file = numbered[0] if numbered else (-1, None)
        for widget in self._of_text:
            widget.setVisible(self._file is not None)
        self.asked.setText("")
        if self._file is not None:
            self._show_reading(self._file)
        self._show_or_hide()

    def _show_reading(self, file: DelimitedFile) -> None:
        reading, guesses = file.reading, file.guesses
        self.title.setText(self.tr("Text:"))
        for box, is_on in ((self.header, reading.has_header), (self.index, reading.has_index)):
            blocked = box.blockSignals(True)
            box.setChecked(is_on)
            box.blockSignals(blocked)
        _fill(self.encoding, reading.encoding, (*guesses.encoding.others, *ENCODINGS), str.upper)
        _fill(self.delimiter, reading.delimiter, (*guesses.delimiter.others, *DELIMITERS), _delimiter_name)
        _fill(self.decimal, reading.decimal, (".", ","), _decimal_name)
        _fill(self.blanks, reading.blanks, (*guesses.blanks.others, guesses.blanks.value), _blanks_name)
        asked = [
            self.tr("{option}: {reason}").format(option=_option_name(name), reason=fault_words(guess.reason))
            for name, guess in guesses.asked().items()
        ]
        if asked:
            self.asked.setText(self.tr("Please check: {options}.").format(options="; ".join(asked)))

    @property
    def asks(self) -> bool:
        """Whether the text may be meant in another way than it is read."""
        return bool(self.asked.text())

    def show_words(self, orders: Sequence[tuple[str, ...]], chosen: tuple[str, ...]) -> None:
        """Offer the orders that a target's words may have; none hides the box."""
        self.words.clear()
        for order in dict.fromkeys((*orders, chosen) if chosen else orders):
            self.words.addItem(", ".join(f"{word} = {index}" for index, word in enumerate(order)), order)
        self.words.setCurrentIndex(max(self.words.findData(chosen), 0))
        for widget in (self.words_label, self.words):
            widget.setVisible(bool(orders))
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        self.setVisible(self._file is not None or self.words.count() > 0)

    def _change(self, **fields: Any) -> None:
        if self._file is not None:
            reading: Reading = replace(self._file.reading, **fields)
            self.read_as.emit(self._number, reading)


def _fill(box: QComboBox, value: Any, others: Sequence[Any], name: Any) -> None:
    box.clear()
    for each in dict.fromkeys((value, *others)):
        box.addItem(name(each), each)
    box.setCurrentIndex(0)


def _delimiter_name(delimiter: str) -> str:
    return {
        ",": _translate("import", "comma"),
        ";": _translate("import", "semicolon"),
        "\t": _translate("import", "tab"),
        " ": _translate("import", "blank"),
        "": _translate("import", "nothing"),
    }.get(delimiter, delimiter)


def _decimal_name(sign: str) -> str:
    return _translate("import", "point") if sign == "." else _translate("import", "comma")


def _blanks_name(blanks: tuple[str, ...]) -> str:
    return _translate("import", "is nan") if blanks else _translate("import", "is refused")


def _option_name(field: str) -> str:
    return {
        "encoding": _translate("import", "encoding"),
        "delimiter": _translate("import", "columns"),
        "decimal": _translate("import", "decimal sign"),
        "thousands": _translate("import", "thousands"),
        "has_header": _translate("import", "first line"),
        "has_index": _translate("import", "first column"),
        "skipped": _translate("import", "lines left out"),
        "comment": _translate("import", "comments"),
        "blanks": _translate("import", "blank cells"),
    }.get(field, field)


def shape_of(choice: Choice, role: Role, file: DataFile) -> tuple[int | None, ...]:
    """The shape of what is chosen for a role; nothing where it makes none."""
    try:
        return chosen_shape(choice, role, file.entries) if getattr(choice, role) else ()
    except DataError:
        return ()
