"""From one step of a drag to everything repainted, with all three plots and the strips in sight.

    uv run python tests/benchmarks/drag_latency.py [--size 1600x1000] [--steps 200]

A step goes through the document as a drag does: steps of one gesture that merge into one undo step. The
clock stops when the event loop has delivered every paint event that the step caused. Three drags are
timed: a binary logit, the multiclass logit that lies along the axis, and one that is held, which changes
every curve. The processor's own time stands beside the wall's, since it is what a busy machine leaves
comparable.
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
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import QEvent, QObject  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from gui.app import first_problems, make_application, make_window  # noqa: E402
from gui.document.document import Document  # noqa: E402
from gui.services.theme import Theme  # noqa: E402
from gui.start.command_line import Arguments  # noqa: E402

MEDIAN_MS, LATE_MS = 16.0, 25.0
"""What a drag at 60 frames a second allows at the median and at the 95th percentile."""

PATIENCE_S = 5.0
"""A step whose repaint has not come by then is an error of the benchmark, not a figure."""

REACH = 8.0
"""Logits over which the samples are dragged."""


class Painted(QObject):
    """Which of some widgets have been painted since it was last cleared."""

    def __init__(self, widgets: list[QWidget]) -> None:
        super().__init__()
        self.widgets: set[QObject] = set()
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.widgets.add(watched)
        return False


def settle(application: QApplication, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        application.processEvents()


def drag(
    application: QApplication,
    painted: Painted,
    wanted: list[QWidget],
    edit: Callable[[float], None],
    steps: int,
) -> list[tuple[float, float]]:
    """Milliseconds of each step of a drag there and back, by the wall's clock and by the processor's."""
    times = []
    for value in REACH * np.sin(np.linspace(0.1, 6.0, steps)):
        painted.widgets.clear()
        begun, worked = time.perf_counter(), time.thread_time()
        edit(float(value))
        while not set(wanted) <= painted.widgets:
            application.processEvents()
            if time.perf_counter() - begun > PATIENCE_S:
                missing = [type(w.parent()).__name__ for w in wanted if w not in painted.widgets]
                raise SystemExit(f"no repaint after {PATIENCE_S} s of: {', '.join(missing)}")
        application.processEvents()
        ended = time.perf_counter(), time.thread_time()
        times.append(((ended[0] - begun) * 1e3, (ended[1] - worked) * 1e3))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", default="1600x1000")
    parser.add_argument("--steps", type=int, default=200)
    arguments = parser.parse_args()

    application = make_application()
    (binary, multiclass), _ = first_problems(Arguments())
    document = Document(binary, multiclass)
    window = make_window(document, Theme(application))
    window.resize(*map(int, arguments.size.split("x")))
    window.show()
    window.complete()
    settle(application, 1.0)
    sections = window.plots.stack.sections
    window.plots.stack.choose(tuple(sections))
    plots = [section.plot.viewport() for section in sections.values()]
    painted = Painted(plots)

    def edit_binary(value: float) -> None:
        document.set_cells("binary", "logits", (0,), value, "drag", gesture=1)

    def edit_class(column: int) -> Callable[[float], None]:
        def edit(value: float) -> None:
            document.set_cells("multiclass", "logits", (0, column), value, "drag", gesture=2 + column)

        return edit

    drags = (
        ("binary", edit_binary),
        ("multiclass, moved", edit_class(0)),
        ("multiclass, held", edit_class(1)),
    )
    for name, edit in drags:
        document.set_page("binary" if name == "binary" else "multiclass")
        settle(application, 1.0)
        if not all(plot.isVisible() for plot in plots):
            raise SystemExit("not all plots are in sight")
        times = drag(application, painted, plots, edit, arguments.steps)
        (median, busy), (late, _) = np.percentile(times, [50, 95], axis=0)
        verdict = "within" if median <= MEDIAN_MS and late <= LATE_MS else "beyond"
        print(
            f"{name}, {arguments.size}, {QApplication.platformName()}: {median:.1f} ms at the median "
            f"({busy:.1f} of the processor), {late:.1f} ms at the 95th percentile: "
            f"{verdict} {MEDIAN_MS:.0f} and {LATE_MS:.0f} ms"
        )
    document.undo_stack.setClean()  # or the window would ask whether to save
    window.close()


if __name__ == "__main__":
    main()
