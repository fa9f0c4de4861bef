"""Asks what the arrays and columns of data files are: logits, target, weights, masks, names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine import Format, Problem
from engine.data import (
    Candidate,
    Choice,
    DataFile,
    JoinedFiles,
    Looked,
    Reading,
    axis_of,
    fault_of,
    format_of_choice,
    inspect_all,
    joined,
    no_progress,
    read_problem,
    suggestion,
    with_fitting_parts,
    word_orders,
)
from gui.document.changes import Page
from gui.files.data_words import error_words, fault_words
from gui.files.import_checks import TARGET_CHECK, checks_of, headline
from gui.files.import_entries import EntriesTable, with_role
from gui.files.import_options import ImportOptions, ReadingBar, shape_of
from gui.files.import_preview import CheckLines, Preview, show_mark
from gui.services.jobs import JobRunner
from gui.services.look.marks import Mark

FIRST_SIZE = QSize(1000, 600)
LARGEST_AT_ONCE = 300_000
"""Numbers of a preview that is made while the dialog waits; larger ones are made on another thread."""


class ImportDialog(QDialog):
    """Lists what files hold; the problem that was chosen is read off the GUI thread.

    Parameters
    ----------
    file : DataFile or JoinedFiles
    fmt : Format
        The number format for files that have none of their own.
    looked : Looked, optional
        What has been seen of the values; by default it is looked at now.
    """

    read = Signal(object)
    """The `Problem` that was chosen; the dialog closes."""
    file_wanted = Signal()
    """Another file is to be asked for; `add` takes it."""

    def __init__(
        self, file: DataFile, fmt: Format, parent: QWidget | None = None, looked: Looked | None = None
    ) -> None:
        super().__init__(parent)
        self._format = fmt
        self._jobs, self._previews = JobRunner(self), JobRunner(self)
        self._lay_out()
        self._jobs.progressed.connect(self.progress.setValue)
        self.entries.used.connect(self.use)
        self.options.changed.connect(self._take_options)
        self.options.file_wanted.connect(self.file_wanted)
        self.reading.read_as.connect(self._read_as)
        self.reading.words_chosen.connect(lambda words: self._take_options({"words": words}))
        self._list(file if isinstance(file, JoinedFiles) else joined([file]), looked)

    # -- assembly -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._mark, self.headline, self.reason = QLabel(self), QLabel(self), QLabel(self)
        bold = self.headline.font()
        bold.setBold(True)
        bold.setPointSizeF(bold.pointSizeF() * 1.15)
        self.headline.setFont(bold)
        self.headline.setWordWrap(True)
        self.reason.setWordWrap(True)
        self.reason.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.entries = EntriesTable(self)
        self.options = ImportOptions(self)
        self.reading = ReadingBar(self)
        self.header = self.reading.header
        self.checks = CheckLines(self)
        self.preview_title = QLabel(
            self.tr("First rows as they will stand in the table, and rows with something odd"), self
        )
        self.preview = Preview(self)
        self.preview_title.setBuddy(self.preview)
        self.verdict = QLabel(self)
        self.verdict.setWordWrap(True)
        self.progress = QProgressBar(self)
        self.progress.setVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of reading"))
        self.buttons = QDialogButtonBox(self)
        self.import_button = self.buttons.addButton(
            self.tr("&Import"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.import_button.setDefault(True)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._start)
        self.buttons.rejected.connect(self.reject)
        self._place()

    def _place(self) -> None:
        top = QGridLayout()
        top.addWidget(self._mark, 0, 0)
        top.addWidget(self.headline, 0, 1)
        top.addWidget(self.reason, 1, 1)
        top.setColumnStretch(1, 1)
        lower = QWidget(self)
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.options)
        below.addWidget(self.reading)
        below.addWidget(self.checks)
        below.addWidget(self.preview_title)
        below.addWidget(self.preview, 1)
        parts = QSplitter(Qt.Orientation.Vertical, self)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.entries)
        parts.addWidget(lower)
        parts.setStretchFactor(0, 2)
        parts.setStretchFactor(1, 3)
        self.entries.setMinimumHeight(4 * (self.fontMetrics().height() + 10))
        self.preview.setMinimumHeight(4 * (self.fontMetrics().height() + 8))
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(parts, 1)
        last = QGridLayout()
        last.addWidget(self.verdict, 0, 0)
        last.addWidget(self.buttons, 0, 1)
        last.setColumnStretch(0, 1)
        layout.addWidget(self.progress)
        layout.addLayout(last)
        self.resize(FIRST_SIZE)

    # -- files --------------------------------------------------------------------------------------

    @property
    def files(self) -> JoinedFiles:
        """The files that are listed, each as it is read now."""
        return self._files

    def add(self, paths: Sequence[Path]) -> None:
        """List other files after these; a bad one is told and changes nothing."""
        try:
            self._list(self._files.and_also(inspect_all(paths)))
        except ValueError as error:
            self._say(error_words(error), is_fault=True)

    def _list(self, files: JoinedFiles, looked: Looked | None = None) -> None:
        self._files = files
        self._looked = files.looked_at() if looked is None else looked
        self._guess = suggestion(files.entries, self._looked.values, files.options, files.owners)
        self._choice = self._guess.value
        names = ", ".join(file.path.name for file in files.files)
        self.setWindowTitle(self.tr("Import {name}").format(name=names))
        self.entries.entries.show_files(files, self._candidates(), self._choice)
        self.entries.fit()
        self.reading.show_files(files)
        self._judge()

    def _candidates(self) -> list[Candidate]:
        return [
            Candidate(index, entry.name, entry.shape, entry.type_name == "words", self._looked.values[index])
            for index, entry in enumerate(self._files.entries)
        ]

    def _read_as(self, number: int, reading: Reading) -> None:
        file: Any = self._files.files[number]
        try:
            self._list(self._files.with_file(number, file.read_as(reading)))
        except ValueError as error:
            self.reading.show_files(self._files)
            self._say(error_words(error), is_fault=True)

    # -- choosing -----------------------------------------------------------------------------------

    def choice(self) -> Choice:
        """What is chosen as it stands."""
        return self._choice

    def use(self, rows: Sequence[int], role: Any) -> None:
        """Give entries another role."""
        self._choice = with_fitting_parts(with_role(self._choice, rows, role), self._files.entries)
        if role in ("logits", "target"):
            self._choice = replace(self._choice, class_axis=None, words=())
        self._judge()

    def _take_options(self, fields: dict[str, Any]) -> None:
        self._choice = replace(self._choice, **fields)
        self._judge()

    def _judge(self) -> None:
        self._previews.cancel()
        choice = self._choice
        self.entries.entries.show_choice(choice)
        self._show_options()
        self._show_words()
        fault = fault_of(choice, self._files.entries)
        self._say(self._summary(), is_fault=False)
        if fault is not None:
            self._show_none(fault_words(fault), "wrong")
            return
        seen = [self._looked.whole[index] for index in choice.used]
        if any(values is None for values in seen) and not self._files.are_small:
            self._show_none(self.tr("The values are read at the import."), "note", can_import=True)
            return
        work = partial(read_problem, self._files, choice, self._format, values=self._looked.whole)
        if sum(values.size for values in seen if values is not None) > LARGEST_AT_ONCE:
            self._show_none(self.tr("Making the preview…"), "note", can_import=True)
            self._previews.start(work, self._show_problem, self._was_no_problem)
            return
        try:
            problem = work(no_progress)
        except (ValueError, MemoryError) as error:
            self._was_no_problem(error)
        else:
            self._show_problem(problem)

    def _show_options(self) -> None:
        choice = self._choice
        shape = shape_of(choice, "logits", self._files)
        target = shape_of(choice, "target", self._files) or None
        axis = axis_of(choice, shape, target) if choice.kind == "multiclass" else None
        values = self._looked.values[choice.logits[0]] if choice.logits else None
        stored = self._format
        if values is not None:
            plain = replace(choice, format="")
            stored = format_of_choice(self._files, plain, {choice.logits[0]: values}, self._format)
        is_stored = bool(choice.logits) and self._files.file_of(choice.logits[0]).has_own_formats
        self.options.show_choice(choice, shape, axis, stored, is_stored=is_stored)
        self.options.show_parts(choice, self._files)

    def _show_words(self) -> None:
        choice = self._choice
        values = self._looked.values[choice.target[0]] if len(choice.target) == 1 else None
        names = [self._files.entries[index].name for index in choice.logits]
        guess = word_orders(values, names)
        if guess is None:
            self.reading.show_words((), ())
            return
        if not choice.words:
            self._choice = replace(choice, words=guess.value.words)
        self.reading.show_words(
            tuple(order.words for order in (guess.value, *guess.others)), self._choice.words
        )

    # -- what is shown ------------------------------------------------------------------------------

    def _show_problem(self, problem: Problem) -> None:
        self.preview.show_problem(problem)
        target = self._choice.target
        labels = self._looked.whole[target[0]] if len(target) == 1 else None
        checks = checks_of(problem, self._choice, labels)
        self.checks.show_checks(checks)
        is_sound = self._guess.is_sure and not self.reading.asks and checks[TARGET_CHECK].mark != "wrong"
        mark: Mark = "right" if is_sound else "beware"
        self._show_headline(headline(problem, self._files, self._choice), mark)
        self.import_button.setEnabled(True)

    def _was_no_problem(self, error: Exception) -> None:
        if not isinstance(error, (ValueError, MemoryError)):
            raise error
        self._show_none(error_words(error) or self.tr("There is not enough memory."), "wrong")

    def _show_none(self, words: str, mark: Mark, *, can_import: bool = False) -> None:
        """Say why there is no preview."""
        self.preview.show_problem(None)
        self.checks.show_checks(())
        self._show_headline(words, mark)
        self.import_button.setEnabled(can_import)

    def _show_headline(self, words: str, mark: Mark) -> None:
        show_mark(self._mark, mark)
        self.headline.setText(words)
        if self._guess.is_sure and self.reading.asks:
            told = self.tr("Not sure how the text is meant; look below.")
        elif self._guess.is_sure:
            told = self.tr("Guessed from names, shapes and values; change any role below.")
        else:
            told = self.tr("Not sure: {reason}. Look at the roles below.")
        self.reason.setText(told.format(reason=fault_words(self._guess.reason)))

    def _summary(self) -> str:
        page: Page = self._choice.family
        name = self.tr("Multiclass") if page == "multiclass" else self.tr("Binary")
        words = self.tr("Takes the place of the {page} page. Ctrl+Z brings it back.").format(page=name)
        if not self._choice.target:
            words = self.tr("Without a target, every row's target is 0.") + " " + words
        return words

    def _say(self, text: str, *, is_fault: bool) -> None:
        self.verdict.setText(f"⚠ {text}" if is_fault else text)
        role = QPalette.ColorRole.Text if is_fault else QPalette.ColorRole.PlaceholderText
        self.verdict.setForegroundRole(role)

    # -- reading ------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._previews.cancel()
        self._set_busy(True)
        work = partial(read_problem, self._files, self._choice, self._format, values=self._looked.whole)
        self._jobs.start(work, self._was_read, self._was_refused)

    def _was_read(self, problem: Problem) -> None:
        self.read.emit(problem)
        self.accept()

    def _was_refused(self, error: Exception) -> None:
        self._set_busy(False)
        if not isinstance(error, (ValueError, MemoryError)):
            raise error
        self._say(error_words(error) or self.tr("There is not enough memory."), is_fault=True)

    def _set_busy(self, busy: bool) -> None:
        self.progress.setValue(0)
        self.progress.setVisible(busy)
        for widget in (self.entries, self.options, self.reading, self.import_button):
            widget.setEnabled(not busy)

    # -- Qt -----------------------------------------------------------------------------------------

    def done(self, result: int) -> None:
        self._jobs.close()
        self._previews.close()
        super().done(result)
