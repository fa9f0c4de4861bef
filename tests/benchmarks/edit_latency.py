"""From one cell's edit to everything repainted, with 1,000 binary rows in the real window.

    uv run python tests/benchmarks/edit_latency.py [--rows 1000] [--edits 200]

An edit goes through the document as the table's own editor sends it, each after a pause. The clock stops
when the paint events of table and plots that the edit caused have been delivered. What comes after them
(findings, cards, chips) is told apart, and the processor's own time stands beside the wall's, since it is
what a busy machine leaves comparable.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer  # noqa: E402
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget  # noqa: E402

from engine import BinaryProblem  # noqa: E402
from gui.app import first_problems, make_application, make_window  # noqa: E402
from gui.document.document import Document  # noqa: E402
from gui.services.theme import Theme  # noqa: E402
from gui.start.command_line import Arguments  # noqa: E402

PAUSE_MS = 80
"""Between two edits, more than what follows one waits for the next."""

PATIENCE_S = 5.0
"""An edit whose repaint has not come by then is an error of the benchmark, not a figure."""


class PaintCount(QObject):
    """Counts the paint events of some widgets."""

    def __init__(self, widgets: list[QWidget]) -> None:
        super().__init__()
        self.painted: set[QObject] = set()
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.painted.add(watched)
        return False


def settle(application: QApplication, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        application.processEvents()


def rest(milliseconds: int) -> None:
    """Let the event loop do what is left, and sleep."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--size", default="1366x768")
    arguments = parser.parse_args()

    application = make_application()
    (_, multiclass), _ = first_problems(Arguments())
    rng = np.random.default_rng(0)
    binary = BinaryProblem(
        logits=rng.normal(0, 6, arguments.rows), target=rng.integers(0, 2, arguments.rows).astype(float)
    )
    document = Document(binary, multiclass)
    window = make_window(document, Theme(application))
    window.resize(*map(int, arguments.size.split("x")))
    window.show()
    window.complete()
    settle(application, 1.0)

    def viewports(parent: QWidget) -> list[QWidget]:
        views = parent.findChildren(QAbstractScrollArea)
        return [view.viewport() for view in views if view.isVisible()]

    plots = viewports(window.plots)
    tables = viewports(window.panel("binary"))
    count = PaintCount([*plots, *tables])
    times = []
    for number, value in enumerate(rng.normal(0, 6, arguments.edits)):
        count.painted.clear()
        begun, worked = time.perf_counter(), time.thread_time()
        document.set_cells("binary", "logits", (0,), value, f"edit {number}")
        while not (set(plots) <= count.painted and count.painted & set(tables)):
            application.sendPostedEvents()  # paints are asked for by events: timers come after them
            if time.perf_counter() - begun > PATIENCE_S:
                missing = [type(w.parent()).__name__ for w in plots if w not in count.painted]
                raise SystemExit(f"no repaint after {PATIENCE_S} s of: {', '.join(missing) or 'the table'}")
        application.sendPostedEvents()
        painted, busy = time.perf_counter() - begun, time.thread_time() - worked
        rest(PAUSE_MS)
        times.append([1e3 * each for each in (painted, busy, time.thread_time() - worked)])
    (median, busy, in_all), (late, busy_late, _) = np.percentile(times, [50, 95], axis=0)
    print(
        f"{arguments.rows} rows, {arguments.size}, {QApplication.platformName()}: "
        f"edit to painted {median:.1f} ms at the median ({busy:.1f} of the processor), {late:.1f} ms at the "
        f"95th percentile ({busy_late:.1f}); with all that follows {in_all:.1f} of the processor "
        f"({arguments.edits} edits, {len(plots)} plot views)"
    )
    document.undo_stack.setClean()  # or the window would ask whether to save
    window.close()


if __name__ == "__main__":
    main()
