"""Editing, sorting, filtering, scrolling and pasting 100,000 binary rows in a real, painted table.

    uv run python tests/benchmarks/tables.py [--rows 100000] [--edits 30]

Five figures, each with its bound: an edit until its row and the computed cells are painted (33 ms), a
paste of as many rows until the table is painted with them (1 s), a sort by a loss and a filter by a failure
until painted (300 and 50 ms of a million rows), and a page scrolled in all three parts (16 ms).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt  # noqa: E402
from PySide6.QtGui import QGuiApplication  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from engine import BinaryProblem, MulticlassProblem  # noqa: E402
from gui.document.document import Document  # noqa: E402
from gui.document.evaluator import Evaluator  # noqa: E402
from gui.document.selection import Selection  # noqa: E402
from gui.tables.grid.columns import Kind  # noqa: E402
from gui.tables.grid.failures import Failure  # noqa: E402
from gui.tables.page_panel import PagePanel  # noqa: E402

PATIENCE_S = 20.0
"""What has not happened by then is an error of the benchmark, not a figure."""


class Paints(QObject):
    """Counts a widget's paint events, and those with the results of what the document holds."""

    def __init__(self, widget: QObject, is_evaluated: Callable[[], bool]) -> None:
        super().__init__()
        self.count = self.evaluated = 0
        self._is_evaluated = is_evaluated
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.count += 1
            self.evaluated += self._is_evaluated()
        return False


class Bench:
    """A page with its table on the screen."""

    def __init__(self, rows: int) -> None:
        rng = np.random.default_rng(0)
        self.rng = rng
        self.document = Document(
            BinaryProblem(logits=rng.normal(0, 6, rows), target=rng.integers(0, 2, rows)),
            MulticlassProblem(logits=np.zeros((1, 3)), target=[0]),
        )
        self.evaluator = Evaluator(self.document)
        self.selection = Selection(self.document)
        self.panel = PagePanel("binary", self.document, self.selection, self.evaluator)
        self.view, self.model = self.panel.view, self.panel.model
        self.logit = self.model.cells.logit_number(None)
        self.panel.message.connect(print)
        self.panel.resize(1000, 600)
        self.panel.show()
        self.paints = Paints(self.view.viewport(), self._is_evaluated)
        self.evaluator.flush()
        self.until(lambda: self.paints.count > 0)

    def until(self, reached: Callable[[], bool]) -> float:
        """Milliseconds until something is reached; events are processed meanwhile."""
        begun = time.perf_counter()
        while not reached():
            QApplication.processEvents()
            if time.perf_counter() - begun > PATIENCE_S:
                raise SystemExit("nothing was painted")
        return (time.perf_counter() - begun) * 1e3

    def painted(self, change: Callable[[], object], *, evaluated: bool) -> float:
        """Milliseconds from a change to the table painted with it and, if asked for, its results."""
        QApplication.processEvents()
        begun = time.perf_counter()
        self.paints.count = self.paints.evaluated = 0
        change()
        self.until(lambda: (self.paints.evaluated if evaluated else self.paints.count) > 0)
        QApplication.processEvents()
        return (time.perf_counter() - begun) * 1e3

    def _is_evaluated(self) -> bool:
        evaluation = self.model.snapshot.evaluation
        return evaluation is not None and evaluation.problem is self.document.binary

    def edits(self, count: int) -> list[float]:
        times = []
        for value in self.rng.normal(0, 6, count).tolist():
            index = self.model.index(int(self.rng.integers(0, 15)), self.logit)
            times.append(self.painted(lambda: self.model.setData(index, repr(value)), evaluated=True))  # noqa: B023
        return times

    def paste(self, rows: int) -> tuple[float, float]:
        """Until the table shows the pasted numbers, and until it shows what comes of them."""
        lines = zip(self.rng.normal(0, 6, rows).tolist(), self.rng.integers(0, 2, rows).tolist(), strict=True)
        QGuiApplication.clipboard().setText("\n".join(f"{y}\t{z!r}" for z, y in lines))
        self.view.setCurrentIndex(self.model.index(rows // 2, 0))
        begun = time.perf_counter()
        painted = self.painted(self.panel.editing.clipboard.paste, evaluated=False)
        self.until(self._is_evaluated)
        return painted, (time.perf_counter() - begun) * 1e3

    def sort(self) -> float:
        column = next(n for n, c in enumerate(self.model.columns) if c.kind is Kind.LOSS)
        self.view.setCurrentIndex(self.model.index(0, 0))
        return self.painted(
            lambda: self.view.sortByColumn(column, Qt.SortOrder.DescendingOrder), evaluated=False
        )

    def filter(self) -> float:
        """Until the table shows the rows with digits lost alone."""
        return self.painted(lambda: self.panel.rows.toggle(Failure.DIGITS, True), evaluated=False)

    def scroll(self, pages: int) -> list[float]:
        """Milliseconds of each of some pages, until head, middle and results are painted."""
        bar = self.view.middle.verticalScrollBar()
        bar.setValue(0)
        page = max(bar.pageStep(), 1)
        return [
            self.painted(lambda: bar.setValue(number * page), evaluated=False)  # noqa: B023
            for number in range(1, pages + 1)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--edits", type=int, default=30)
    arguments = parser.parse_args()
    application = QApplication([])
    bench = Bench(arguments.rows)
    bench.edits(3)
    median, late = np.percentile(bench.edits(arguments.edits), [50, 95])
    print(f"{arguments.rows} rows, {application.platformName()}")
    print(
        f"one edit, evaluated and painted: {median:.1f} ms at the median, "
        f"{late:.1f} ms at the 95th percentile"
    )
    print(f"sort by a loss, painted: {bench.sort():.0f} ms")
    bench.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    print(f"filter by lost digits, painted: {bench.filter():.0f} ms")
    bench.panel.rows.clear()
    median, late = np.percentile(bench.scroll(100), [50, 95])
    print(f"a page scrolled: {median:.1f} ms at the median, {late:.1f} ms at the 95th percentile")
    painted, evaluated = bench.paste(arguments.rows)
    print(f"paste of {arguments.rows} rows, half of them new: painted after {painted:.0f} ms, ", end="")
    print(f"evaluated after {evaluated:.0f} ms")
    bench.evaluator.close()


if __name__ == "__main__":
    main()
