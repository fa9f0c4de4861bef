"""Scrolling the table of many rows: from one move of the bar to the frame that it brings.

    uv run python tests/benchmarks/scroll.py [--rows 100000] [--classes 12] [--steps 120]

Row heads, targets and losses stand still beside the logits, and so every move paints three parts and the
footer may follow. Four ways are timed, on a binary and a multiclass table: three rows a frame as a wheel
does, pages, the bar dragged from end to end (rows that no frame before has shown), and the logits sideways.
The clock stops when the event loop has delivered every paint event that the move caused; the processor's
own time stands beside the wall's, since it is what a busy machine leaves comparable.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from drag_latency import Painted, settle  # noqa: E402
from PySide6.QtWidgets import QAbstractSlider, QApplication, QWidget  # noqa: E402

from engine import BinaryProblem, MulticlassProblem  # noqa: E402
from gui.app import make_application, make_window  # noqa: E402
from gui.document.document import Document  # noqa: E402
from gui.services.theme import Theme  # noqa: E402
from gui.tables.grid.columns import Part  # noqa: E402

FRAME_MS = 1000.0 / 60.0

PATIENCE_S = 5.0
"""A move whose repaint has not come by then is an error of the benchmark, not a figure."""

WAY = 3
"""Rows that a step of the wheel scrolls."""


def there_and_back(bar: QAbstractSlider, steps: int, step: int) -> Iterator[int]:
    """Places of a scroll bar, every one another than the one before."""
    room, place = bar.maximum(), 0
    for number in range(steps):
        place = min(room, place + step) if number < steps // 2 else max(0, place - step)
        yield place


def scroll(
    application: QApplication, bar: QAbstractSlider, places: Iterator[int], wanted: list[QWidget]
) -> list[tuple[float, float]]:
    """Milliseconds of each move, by the wall's clock and by the processor's."""
    painted, times = Painted(wanted), []
    for place in places:
        if place == bar.value():
            continue
        painted.widgets.clear()
        begun, worked = time.perf_counter(), time.thread_time()
        bar.setValue(place)
        while not set(wanted) <= painted.widgets:
            application.processEvents()
            if time.perf_counter() - begun > PATIENCE_S:
                missing = [widget.parent().objectName() for widget in wanted if widget not in painted.widgets]
                raise SystemExit(f"no repaint after {PATIENCE_S} s of: {', '.join(missing)} at {place}")
        application.processEvents()
        times.append(((time.perf_counter() - begun) * 1e3, (time.thread_time() - worked) * 1e3))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--classes", type=int, default=12)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--size", default="1366x738")
    arguments = parser.parse_args()

    application = make_application()
    rng, rows = np.random.default_rng(0), arguments.rows
    binary = BinaryProblem(logits=rng.normal(0, 6, rows), target=rng.integers(0, 2, rows).astype(float))
    multiclass = MulticlassProblem(
        logits=rng.normal(0, 6, (rows, arguments.classes)), target=rng.integers(0, arguments.classes, rows)
    )
    document = Document(binary, multiclass)
    window = make_window(document, Theme(application))
    window.resize(*map(int, arguments.size.split("x")))
    window.show()
    window.complete()
    for page in ("binary", "multiclass"):
        document.set_page(page)
        settle(application, 3.0)  # all rows are evaluated beside the window
        view = window.panel(page).view
        parts = [part for part in view.parts.values() if part.isVisible() and part.viewport().width() > 1]
        down, across = parts[-1].verticalScrollBar(), view.parts[Part.MIDDLE].horizontalScrollBar()
        seen = [part.viewport() for part in parts]
        ways = [
            ("three rows a frame", down, there_and_back(down, arguments.steps, WAY), seen),
            ("pages", down, there_and_back(down, arguments.steps, down.pageStep()), seen),
            ("from end to end", down, there_and_back(down, arguments.steps, rows // arguments.steps), seen),
        ]
        if view.parts[Part.MIDDLE] in parts and across.maximum():
            logits = [view.parts[Part.MIDDLE].viewport()]
            ways.append(("sideways", across, there_and_back(across, arguments.steps, 16), logits))
        for name, bar, places, wanted in ways:
            times = scroll(application, bar, places, wanted)
            (median, busy), (late, busy_late) = np.percentile(times, [50, 95], axis=0)
            print(
                f"{page}, {rows} rows, {name}: {median:.1f} ms at the median ({busy:.1f} of the processor), "
                f"{late:.1f} ms at the 95th percentile ({busy_late:.1f}): "
                f"{'within' if busy <= FRAME_MS else 'beyond'} {FRAME_MS:.1f} ms"
            )
    window.close()


if __name__ == "__main__":
    main()
