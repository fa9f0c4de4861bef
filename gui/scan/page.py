"""The page: progress, the histogram over its strips beside counts and means, and the worst rows below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine import Problem
from engine.scan.shown import Request, request_of
from gui.explain.row_sentence import Sentence
from gui.files.dialogs import open_dialog, saving_dialog
from gui.scan.counts_view import CountsPanel
from gui.scan.data_bar import DataBar
from gui.scan.empty_state import EmptyState
from gui.scan.found import Found
from gui.scan.histogram_panel import HistogramPanel
from gui.scan.scanner import Scanner
from gui.scan.words import Line, command_text, finding_line, verdict_sentence
from gui.scan.worst_view import WorstView

ROWS_MS = 60
"""The worst rows follow counts and picture so much later, in a frame of their own."""

PICTURE, ABOVE = 0.63, 0.62
"""Shares of the picture in the width, and of all that is above the rows in the height."""


class ScanPage(QWidget):
    """Asks for files, and shows what a scan of them finds as it goes."""

    said = Signal()
    """Sentence and status are others."""
    message = Signal(str)
    opened = Signal(object, str)
    """Rows are to take a page's place: their `Problem`, and what the step is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found: Found | None = None
        self.sentence: Sentence = self._nothing_asked()
        self._stopped = ""
        self._finding = 0
        self._was_arranged = False
        self._rows_later = QTimer(self)
        self._rows_later.setSingleShot(True)
        self._rows_later.setInterval(ROWS_MS)
        self._rows_later.timeout.connect(self._show_rows)
        self.scanner = Scanner(self)
        self.bar = DataBar(self)
        self.progress = QProgressBar(self)
        self.progress.setAccessibleName(self.tr("Progress of the scan"))
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.histogram = HistogramPanel(self)
        self.side = CountsPanel(self)
        self.counts, self.means = self.side.counts, self.side.means
        self.worst = WorstView(self)
        self.empty = EmptyState(self)
        self._lay_out()
        self._connect()
        self.setAccessibleName(self.tr("Scan of all rows"))
        self._show_idle()

    # -- assembly -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.worst.setAutoFillBackground(True)
        self.across = QSplitter(Qt.Orientation.Horizontal, self)
        self.down = QSplitter(Qt.Orientation.Vertical, self)
        for splitter, parts, shares in (
            (self.across, (self.histogram, self.side), (5, 3)),
            (self.down, (self.across, self.worst), (3, 2)),
        ):
            splitter.setChildrenCollapsible(False)
            for at, (part, share) in enumerate(zip(parts, shares, strict=True)):
                splitter.addWidget(part)
                splitter.setStretchFactor(at, share)
        line = QHBoxLayout()
        line.setContentsMargins(8, 4, 8, 4)
        line.addWidget(self.progress, 1)
        line.addWidget(self.cancel)
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.down, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(whole)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        self.scanner.looked.connect(self._look)
        self.scanner.ended.connect(self._end)
        self.scanner.written.connect(self.message)
        self.scanner.read.connect(self._open)
        self.scanner.unread.connect(self._refuse)
        self.cancel.clicked.connect(self.scanner.cancel)
        self.empty.choose.clicked.connect(self.ask_for_files)
        self.bar.asked.connect(self.scan)
        self.bar.files.clicked.connect(self.ask_for_files)
        self.bar.shards.clicked.connect(self._ask_for_shards)
        self.bar.again.clicked.connect(self._scan_again)
        self.bar.copy.clicked.connect(self.copy_command)
        self.worst.open_asked.connect(self.open_rows)

    # -- what is asked ------------------------------------------------------------------------------

    def ask_for_files(self) -> None:
        """Ask which files are to be scanned."""
        dialog = self._asking(self.tr("Scan files"))
        dialog.filesSelected.connect(lambda names: self.scan_files(list(map(Path, names))))
        dialog.open()

    def _ask_for_shards(self) -> None:
        dialog = self._asking(self.tr("Add shards"))
        dialog.filesSelected.connect(lambda names: self._add(list(map(Path, names))))
        dialog.open()

    def _asking(self, title: str) -> QFileDialog:
        request = self.bar.request
        folder = Path.home() if request is None else request.logits[0].parent
        dialog = open_dialog(self.window(), str(folder), only_data=True)
        dialog.setWindowTitle(title)
        return dialog

    def scan_files(self, paths: Sequence[Path]) -> None:
        """Scan these; their names tell which hold the targets."""
        self.scan(request_of(paths))

    def _add(self, paths: Sequence[Path]) -> None:
        request = self.bar.request
        if request is not None:
            more = request_of(paths)
            self.scan(
                Request(
                    request.logits + more.logits, request.targets + more.targets, request.kind, request.format
                )
            )

    def _scan_again(self) -> None:
        if (wanted := self.bar.wanted) is not None:
            self.scan(wanted)

    def scan(self, request: Request) -> None:
        """Scan what is asked for; what was shown goes."""
        self.found, self._stopped, self._finding = None, "", 0
        self.bar.show_request(request)
        self._stack.setCurrentIndex(1)
        self._show(None)
        names = ", ".join(path.name for path in (*request.logits, *request.targets)[:3])
        self._say(Sentence("note", self.tr("Scanning {files}…").format(files=names)))
        self.progress.setRange(0, 0)
        self.progress.setFormat("")
        self.cancel.setEnabled(True)
        self.scanner.start(request)

    # -- what is found ------------------------------------------------------------------------------

    def _look(self, found: Found) -> None:
        rate, left = f"{found.rate:,.0f}", f"{found.seconds_left:.0f}"
        words = self.tr("{done} of {total} rows · {rate} rows/s · {left} s left")
        self._count(found, words.replace("{rate}", rate).replace("{left}", left))
        self._show(found, rows=False)
        self._rows_later.start()
        self._say(verdict_sentence(found))

    def _end(self, found: Found | None, stopped: str) -> None:
        self._stopped = stopped
        found = found or self.found
        self._show_idle()
        if found is None:
            self._say(Sentence("wrong" if stopped else "none", f"{stopped}."))
            return
        words = self.tr("{done} of {total} rows in {seconds} s")
        if not found.is_whole:
            words = self.tr("Partial: {done} of {total} rows, then stopped after {seconds} s")
        if found.data.shards[0].target is None:
            words += self.tr(" · no targets: every row's is taken to be 0")
        alone = found.summary.one_by_one
        if alone.rows:
            told = self.tr(" · %n rows one by one in {seconds} s", "", alone.rows)
            words += told.replace("{seconds}", f"{alone.seconds:.2g}")
        self._count(found, words.replace("{seconds}", f"{found.seconds:.3g}"))
        self._show(found)
        self._say(verdict_sentence(found, stopped))

    def _show_idle(self) -> None:
        self.cancel.setEnabled(False)
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self.progress.setFormat("")

    def _count(self, found: Found, words: str) -> None:
        """Say how far it is; before all else, for a bar that moves has the window painted at once."""
        done, total = found.summary.rows, found.data.rows
        self.progress.setFormat(words.format(done=f"{done:,}", total=f"{total:,}"))
        # A bar counts in 32 bits, rows may be more.
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(1000 * done / max(total, 1)))

    def _show(self, found: Found | None, *, rows: bool = True) -> None:
        self.found = found
        if found is not None:
            self.bar.show_found(found)
        self.histogram.show_found(found)
        self.side.show_found(found)
        if rows:
            self.worst.show_found(found)

    def _show_rows(self) -> None:
        self.worst.show_found(self.found)

    # -- words --------------------------------------------------------------------------------------

    def _nothing_asked(self) -> Sentence:
        return Sentence("none", self.tr("Choose files to scan, or drop them here."))

    def _say(self, sentence: Sentence) -> None:
        self.sentence = sentence
        self.said.emit()

    @property
    def findings(self) -> int:
        """How many things there are to know."""
        return 0 if self.found is None else len(self.found.verdict.findings)

    @property
    def line(self) -> Line | None:
        """What the status line says: one finding with what to do."""
        if self.found is None or not self.findings:
            return None
        return finding_line(self.found.verdict.findings[self._finding % self.findings], self.found)

    @property
    def place(self) -> str:
        """Which of the findings that is."""
        if self.findings < 2:
            return ""
        return self.tr("{at} of {count} (F8)").format(
            at=self._finding % self.findings + 1, count=self.findings
        )

    def show_finding(self) -> None:
        """Select the first row of the finding that is told, if it is among the worst."""
        if self.found is not None and self.findings:
            finding = self.found.verdict.findings[self._finding % self.findings]
            self.worst.show_rows(finding.rows)

    def next_finding(self, step: int = 1) -> None:
        """Let the status line say the next one."""
        if self.findings:
            self._finding = (self._finding + step) % self.findings
            self.said.emit()

    # -- what is taken away -------------------------------------------------------------------------

    def command(self) -> str:
        """The line that makes the same scan in a terminal; '' of nothing."""
        return "" if self.bar.request is None else command_text(self.bar.request)

    def copy_command(self) -> None:
        """Put that line on the clipboard."""
        QGuiApplication.clipboard().setText(self.command())
        self.message.emit(self.tr("Copied: {command}").format(command=self.command()))

    def ask_for_report(self) -> None:
        """Ask where the report is to be written."""
        if self.found is None or self.scanner.busy:
            return
        proposed = self.found.request.logits[0].parent / "scan.html"
        filters = [self.tr("Web pages") + " (*.html)"]
        dialog = saving_dialog(self.window(), self.tr("Save the report"), proposed, filters)
        dialog.fileSelected.connect(self.save_report)
        dialog.open()

    def save_report(self, name: str) -> None:
        """Write the report to a file; a message says how that went."""
        if self.found is not None:
            self.scanner.write(self.found, Path(name))

    def open_worst(self) -> None:
        """Open the worst row in the explorer."""
        if self.found is not None and len(self.found.listed):
            self.open_rows([0])

    def open_rows(self, places: Sequence[int]) -> None:
        """Open some of the listed rows in the explorer."""
        if self.found is not None:
            self.scanner.read_rows(self.found, places)

    def _open(self, problem: Problem, places: Sequence[int]) -> None:
        if self.found is None:
            return
        if len(places) == 1:
            row = int(self.found.listed.row[places[0]]) + 1
            text = self.tr("open row {row} of the scan").format(row=f"{row:,}")
        else:
            text = self.tr("open %n rows of the scan", "", len(places))
        self.opened.emit(problem, text)

    def _refuse(self, words: str) -> None:
        self._say(Sentence("wrong", f"{words}."))

    # -- Qt -----------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(360, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._was_arranged:  # from then on the user does it
            self._was_arranged = event.size().width() > self.minimumSizeHint().width()
            wide, high = event.size().toTuple()
            self.across.setSizes([round(wide * PICTURE), round(wide * (1.0 - PICTURE))])
            self.down.setSizes([round(high * ABOVE), round(high * (1.0 - ABOVE))])
