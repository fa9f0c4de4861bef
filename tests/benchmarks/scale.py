"""Large files in the real window: until the first screen, until all is known, and the worst block of the GUI.

    uv run python tests/benchmarks/scale.py [--tables 1e6 1e6x20 2e4x1000] [--slow]

Each table is written as .npz (float32 logits), opened as File > Open opens it, sorted, filtered, edited and
saved in a process of its own. A block is one turn of the event loop: what a key pressed meanwhile waits for.
It is given by the clock and, since other processes may take the processor, by the GUI thread's own time.
Memory is what the process takes at its peak beyond the empty window, as a multiple of the float64 logits.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(os.environ.get("SCALE_ROOT", Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import Qt, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from engine.data import inspect  # noqa: E402
from gui.app import first_problems, make_application, make_window  # noqa: E402
from gui.document.document import Document  # noqa: E402
from gui.files.import_dialog import ImportDialog  # noqa: E402
from gui.services.theme import Theme  # noqa: E402
from gui.start.command_line import Arguments  # noqa: E402
from gui.tables.grid.columns import Kind  # noqa: E402
from gui.tables.grid.failures import Failure  # noqa: E402

TABLES = {"1e6": (1_000_000, 1), "1e6x20": (1_000_000, 20), "2e4x1000": (20_000, 1000)}
PATIENCE_S = 900.0
PENDING = "…"
CALM_S = 0.4
"""After an action the window is watched for so long: what follows by a timer belongs to it."""


def write(path: Path, rows: int, classes: int) -> None:
    """A table with rows of every kind: mostly sure and right, some sure and wrong, some nan and inf."""
    rng = np.random.default_rng(0)
    shape = (rows,) if classes == 1 else (rows, classes)
    logits = rng.normal(0, 12, shape).astype(np.float32)
    logits[:: rows // 7] = np.nan
    logits[5 :: rows // 9] = -np.inf
    np.savez(path, logits=logits, targets=rng.integers(0, max(2, classes), rows))


class Watch:
    """Runs the event loop until something is reached, and keeps the longest turn."""

    def __init__(self) -> None:
        self.worst = self.worst_own = 0.0

    def turn(self) -> None:
        begun, own = time.perf_counter(), time.thread_time()
        QApplication.processEvents()
        self.worst = max(self.worst, time.perf_counter() - begun)
        self.worst_own = max(self.worst_own, time.thread_time() - own)
        time.sleep(0.001)  # as an event loop at rest lets other threads run

    def until(self, reached: Callable[[], bool]) -> float:
        begun = time.perf_counter()
        while not reached():
            self.turn()
            if time.perf_counter() - begun > PATIENCE_S:
                raise SystemExit("never reached")
        return time.perf_counter() - begun

    def rest(self, seconds: float = CALM_S) -> None:
        end = time.perf_counter() + seconds
        self.until(lambda: time.perf_counter() > end)

    def forget(self) -> tuple[float, float]:
        worst = self.worst, self.worst_own
        self.worst = self.worst_own = 0.0
        return worst


def report(name: str, seconds: float, blocks: tuple[float, float]) -> None:
    print(
        f"  {name:<22} {seconds:8.2f} s   block {blocks[0] * 1e3:7.0f} ms by the clock, "
        f"{blocks[1] * 1e3:7.0f} ms own   peak {peak():6.0f} MB",
        flush=True,
    )


def peak() -> float:
    """The most memory the process has had, in MB; Linux tells it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def show(name: str, path: Path, slow: bool) -> None:
    """Open, sort, filter, edit and save one table."""
    rows, classes = TABLES[name]
    page = "binary" if classes == 1 else "multiclass"
    application = make_application()
    (binary, multiclass), _ = first_problems(Arguments())
    document = Document(binary, multiclass)
    document.set_page(page)
    window = make_window(document, Theme(application))
    window.resize(1366, 738)
    window.show()
    watch = Watch()
    watch.until(lambda: window.late is not None)
    watch.rest(1.0)
    window.files  # noqa: B018  # made when first asked for
    watch.rest(0.2)
    watch.forget()
    before = peak()
    data_mb = rows * classes * 8 / 2**20
    print(f"{name}: {rows} rows x {classes}, {data_mb:.0f} MB of float64 logits; window {before:.0f} MB")

    begun = time.perf_counter()
    window.files.import_data(inspect(path))
    watch.until(lambda: window.findChild(ImportDialog) is not None)
    window.findChild(ImportDialog).import_button.click()
    watch.until(lambda: document.problem(page).rows == rows)
    read = time.perf_counter()
    report("read", read - begun, watch.forget())
    model, view = window.panel(page).model, window.panel(page).view
    losses = [n for n, column in enumerate(model.columns) if column.kind is Kind.LOSS]
    cpu = time.process_time()
    watch.until(lambda: model.order.total == rows and model.index(0, losses[0]).data() != PENDING)
    watch.turn()
    report("first screen", time.perf_counter() - read, watch.forget())

    def is_known() -> bool:
        looked = window.late.current.evaluation
        return looked is not None and looked.problem is document.problem(page)

    def calm() -> bool:
        window.late.current  # noqa: B018
        return is_known() and window.evaluator.ready() is not None

    watch.until(calm)
    seconds = time.perf_counter() - read
    watch.rest()
    report("all known", seconds, watch.forget())
    print(f"  processor time until then {time.process_time() - cpu:8.2f} s (rest of {CALM_S} s included)")

    def act(what: str, action: Callable[[], object], reached: Callable[[], bool] | None = None) -> None:
        done: list[bool] = []
        began = time.perf_counter()
        own = time.process_time()
        QTimer.singleShot(0, application, lambda: (action(), done.append(True)))
        watch.until(lambda: bool(done))
        if reached is not None:
            watch.until(reached)
        took = time.perf_counter() - began
        watch.rest()
        report(what, took, watch.forget())
        if slow:
            print(f"    processor {time.process_time() - own:.2f} s")

    number = losses[0]
    act("sort by a loss", lambda: view.sortByColumn(number, Qt.SortOrder.DescendingOrder))
    act(
        "sort by a logit", lambda: view.sortByColumn(model.cells.logit_number(0), Qt.SortOrder.AscendingOrder)
    )
    act("sort undone", lambda: view.sortByColumn(-1, Qt.SortOrder.AscendingOrder))
    panel = window.panel(page)
    act("filter by digits", lambda: panel.rows.toggle(Failure.DIGITS, True))
    act("filter by nan", lambda: panel.rows.toggle(Failure.NAN, True))
    act("filter off", panel.rows.clear)
    logit = model.index(3, model.cells.logit_number(None))
    act("edit one cell", lambda: model.setData(logit, "1.25"), calm)
    act("undo", document.undo_stack.undo, calm)
    bar = view.middle.verticalScrollBar()
    act("scroll to the middle", lambda: bar.setValue(bar.maximum() // 2))
    act("select a row", lambda: window.selection.select(page, rows // 2))
    act("remove a row", lambda: document.remove_rows(page, [rows // 3], "remove"), calm)
    act("undo", document.undo_stack.undo, calm)
    saved: list[object] = []
    keeper = window.session.keeper
    keeper.saved.connect(saved.append)
    target = path.with_suffix(".logitscope.json")
    act("save", lambda: keeper.save(target), lambda: bool(saved))
    used = peak() - before
    print(f"  peak {used:.0f} MB beyond the window: {used / data_mb:.1f} times the logits")
    sys.stdout.flush()
    os._exit(0)  # whatever still runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tables", nargs="+", default=list(TABLES), choices=list(TABLES))
    parser.add_argument("--slow", action="store_true", help="also print each action's processor time")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        name, _, path = arguments.inside.partition("=")
        show(name, Path(path), arguments.slow)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.tables:
            path = Path(folder, f"table{name}.npz")
            write(path, *TABLES[name])
            command = [sys.executable, __file__, "--inside", f"{name}={path}"]
            subprocess.run(command + ["--slow"] * arguments.slow, check=True)


if __name__ == "__main__":
    main()
