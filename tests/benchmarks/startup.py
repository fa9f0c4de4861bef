"""How long the window takes to start, against a bare window with one pyqtgraph plot.

    uv run python tests/benchmarks/startup.py [--runs 9]

Every run is a process of its own, the kinds taking turns; the clock starts before the process does and
stops when the last pixel is painted, so Python's own start is in every figure, and nothing that only this
script needs. Processor time stands beside it: on a machine with other work it is the steadier of the two.
"""

from __future__ import annotations

import gc
import os
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
CHILD = "--child"
QUIET_MS = 400
"""The start is over when nothing has been painted for so long; the figure is the last paint's time."""

TABLES, EVERYTHING = 0.6, 1.3
"""What is asked of the two, in units of the bare window's start."""


def now() -> tuple[float, float]:
    """The wall's clock and this process's processor time, in seconds."""
    return time.perf_counter(), time.process_time()


class Paints:
    """Notes when a view was last painted, and quits when all has been quiet."""

    def __init__(self, application) -> None:
        from PySide6.QtCore import QEvent, QObject, QTimer

        class Watch(QObject):
            def eventFilter(self, _watched, event):
                if event.type() == QEvent.Type.Paint:
                    paints.last = now()
                    paints.quiet.start()
                return False

        paints = self
        self.last = now()
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
    print(*paints.last)


def start_ours() -> None:
    sys.path.insert(0, ROOT)
    gc.disable()  # as main.main does
    import main  # noqa: F401  # what the command loads before Qt
    from gui.start.pyside_import import import_qt
    from gui.start.startup import prepare_environment, runtime_refusal

    prepare_environment()
    assert runtime_refusal() is None
    import_qt()
    from gui.app import first_problems, make_application, make_window
    from gui.document.document import Document
    from gui.services.theme import Theme
    from gui.start.command_line import Arguments

    problems, _ = first_problems(Arguments())
    application = make_application()
    window = make_window(Document(*problems), Theme(application))
    times = []
    window.painted.connect(lambda: times.append(now()))
    paints = Paints(application)
    window.completed.connect(lambda: paints.watch(window.plots))
    window.show()
    application.exec()
    print(*times[0], *paints.last)


def measure(kind: str) -> list[tuple[float, float]]:
    """Milliseconds from before the process to each of its milestones: elapsed, and of the processor."""
    import subprocess

    environment = os.environ | {"PYQTGRAPH_QT_LIB": "PySide6"}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # would compile every module at every start
    begun = time.perf_counter()  # CLOCK_MONOTONIC on Linux: the child reads the same clock
    run = subprocess.run(
        [sys.executable, __file__, CHILD, kind],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    figures = [float(word) for word in run.stdout.split()]
    return [((wall - begun) * 1e3, cpu * 1e3) for wall, cpu in zip(figures[::2], figures[1::2], strict=True)]


def main() -> None:
    import argparse
    import statistics

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    for kind in ("bare", "ours"):  # fills the disk cache and __pycache__
        measure(kind)
    bare, tables, everything = [], [], []
    for _ in range(arguments.runs):
        bare += measure("bare")
        painted, complete = measure("ours")
        tables.append(painted)
        everything.append(complete)
    print(
        f"medians of {arguments.runs} runs, from process start to paint "
        f"({os.environ.get('QT_QPA_PLATFORM', 'offscreen')})"
    )
    for name, runs, limit in (
        ("bare window with one pyqtgraph plot", bare, None),
        ("Logitscope, tables painted and usable", tables, TABLES),
        ("Logitscope, everything with the plots", everything, EVERYTHING),
    ):
        figures = []
        for kind, values, units in zip(
            ("elapsed", "cpu"), zip(*runs, strict=True), zip(*bare, strict=True), strict=True
        ):
            middle = statistics.median(values)
            figures.append(f"{kind} {middle:5.0f} ms = {middle / statistics.median(units):4.2f}")
        print(f"{name:38} {'   '.join(figures)}", "" if limit is None else f"  (asked: {limit})")


if __name__ == "__main__":
    if sys.argv[1:2] == [CHILD]:
        {"bare": start_bare, "ours": start_ours}[sys.argv[2]]()
    else:
        main()
