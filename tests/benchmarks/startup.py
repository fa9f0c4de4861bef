"""How long the window takes to start, against a bare window with one pyqtgraph plot.

    uv run python tests/benchmarks/startup.py [--runs 9]

Every run is a process of its own, the kinds taking turns; the clock starts before the process does and
stops when the last pixel is painted, so Python's own start is in every figure.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUIET_MS = 400
"""The start is over when nothing has been painted for so long; the figure is the last paint's time."""

TABLES, EVERYTHING = 0.6, 1.3
"""What is asked of the two, in units of the bare window's start."""


class Paints:
    """Notes when a view was last painted, and quits when all has been quiet."""

    def __init__(self, application) -> None:
        from PySide6.QtCore import QEvent, QObject, QTimer

        class Watch(QObject):
            def eventFilter(self, _watched, event):
                if event.type() == QEvent.Type.Paint:
                    paints.last = time.perf_counter()
                    paints.quiet.start()
                return False

        paints = self
        self.last = 0.0
        self.quiet = QTimer()
        self.quiet.setSingleShot(True)
        self.quiet.setInterval(QUIET_MS)
        self.quiet.timeout.connect(application.quit)
        self._watch = Watch()

    def watch(self, widget) -> None:
        from PySide6.QtWidgets import QAbstractScrollArea

        for view in [widget, *widget.findChildren(QAbstractScrollArea)]:
            target = view.viewport() if isinstance(view, QAbstractScrollArea) else view
            target.installEventFilter(self._watch)
        self.quiet.start()


def start_bare() -> None:
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication([])
    import pyqtgraph

    window = QMainWindow()
    plot = pyqtgraph.PlotWidget()
    plot.plot([0, 1, 2], [0, 1, 4])
    window.setCentralWidget(plot)
    window.resize(1366, 768)
    paints = Paints(application)
    paints.watch(plot)
    window.show()
    application.exec()
    print(paints.last)


def start_ours() -> None:
    sys.path.insert(0, str(ROOT))
    import main  # noqa: F401  # what the command loads before Qt
    from gui.app import first_problems, make_application, make_window
    from gui.command_line import Arguments
    from gui.document.document import Document
    from gui.services.theme import Theme

    problems, _ = first_problems(Arguments())
    application = make_application()
    window = make_window(Document(*problems), Theme(application))
    times = []
    window.painted.connect(lambda: times.append(time.perf_counter()))
    paints = Paints(application)
    window.completed.connect(lambda: paints.watch(window.plots))
    window.show()
    application.exec()
    print(times[0], paints.last)


def measure(kind: str) -> list[float]:
    """Milliseconds from before the process to each of its milestones."""
    environment = os.environ | {"PYQTGRAPH_QT_LIB": "PySide6"}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # would compile every module at every start
    begun = time.perf_counter()  # CLOCK_MONOTONIC on Linux: the child reads the same clock
    run = subprocess.run(
        [sys.executable, __file__, "--child", kind],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [(float(word) - begun) * 1e3 for word in run.stdout.split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--child", choices=("bare", "ours"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        {"bare": start_bare, "ours": start_ours}[arguments.child]()
        return
    for kind in ("bare", "ours"):  # fills the disk cache and __pycache__
        measure(kind)
    bare, tables, everything = [], [], []
    for _ in range(arguments.runs):
        bare += measure("bare")
        painted, complete = measure("ours")
        tables.append(painted)
        everything.append(complete)
    unit = statistics.median(bare)
    print(
        f"median of {arguments.runs} runs, from process start to paint ({os.uname().machine}, "
        f"{os.environ.get('QT_QPA_PLATFORM', 'offscreen')})"
    )
    for name, values, limit in (
        ("bare window with one pyqtgraph plot", bare, None),
        ("Logitscope, tables painted and usable", tables, TABLES),
        ("Logitscope, everything with the plots", everything, EVERYTHING),
    ):
        asked = "" if limit is None else f"  (asked: at most {limit})"
        middle = statistics.median(values)
        print(
            f"{name:40} {middle:6.0f} ms  {min(values):5.0f}-{max(values):<5.0f} {middle / unit:5.2f}{asked}"
        )


if __name__ == "__main__":
    main()
