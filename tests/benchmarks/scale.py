"""Large files in the real window: until the first screen, until all is known, and the worst block of the GUI.

    uv run python tests/benchmarks/scale.py [--tables 1e6 1e6x20 2e4x1000]

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

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import Qt, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

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


class Session:
    """A window with one table, watched."""

    def __init__(self, page: str) -> None:
        self.application = make_application()
        (binary, multiclass), _ = first_problems(Arguments())
        self.page, self.document = page, Document(binary, multiclass)
        self.document.set_page(page)
        self.window = make_window(self.document, Theme(self.application))
        self.window.resize(1366, 738)
        self.window.show()
        self.watch = Watch()
        self.watch.until(lambda: self.window.late is not None)
        self.watch.rest(1.0)
        self.window.files  # noqa: B018  # made when first asked for
        self.watch.rest(0.2)
        self.watch.forget()
        self.model, self.view = self.window.panel(page).model, self.window.panel(page).view

    def is_known(self) -> bool:
        """Whether the table is evaluated, and its findings are of these rows."""
        looked = self.window.late.current.evaluation
        is_looked_at = looked is not None and looked.problem is self.document.problem(self.page)
        return is_looked_at and self.window.evaluator.ready() is not None

    def loss(self) -> int:
        """The number of the first column of losses."""
        return next(n for n, column in enumerate(self.model.columns) if column.kind is Kind.LOSS)

    def open(self, path: Path, rows: int) -> None:
        """Open a file as File > Open does, until all is known of it."""
        begun, watch = time.perf_counter(), self.watch
        self.window.files.open_path(path)
        watch.until(lambda: self.window.findChild(ImportDialog) is not None)
        self.window.findChild(ImportDialog).import_button.click()
        watch.until(lambda: self.document.problem(self.page).rows == rows)
        read, own = time.perf_counter(), time.process_time()
        report("read", read - begun, watch.forget())
        watch.until(
            lambda: self.model.order.total == rows and self.model.index(0, self.loss()).data() != PENDING
        )
        watch.turn()
        report("first screen", time.perf_counter() - read, watch.forget())
        watch.until(self.is_known)
        seconds, own = time.perf_counter() - read, time.process_time() - own
        watch.rest()
        report("all known", seconds, watch.forget())
        print(f"  processor time until then {own:8.2f} s")

    def act(
        self, what: str, action: Callable[[], object], reached: Callable[[], bool] = lambda: True
    ) -> None:
        """Do something within the event loop, until it is done and what follows of it."""
        done: list[bool] = []
        begun = time.perf_counter()
        QTimer.singleShot(0, self.application, lambda: (action(), done.append(True)))
        self.watch.until(lambda: bool(done))
        self.watch.until(reached)
        took = time.perf_counter() - begun
        self.watch.rest()
        report(what, took, self.watch.forget())


def show(name: str, path: Path) -> None:
    """Open, sort, filter, edit and save one table."""
    rows, classes = TABLES[name]
    session = Session("binary" if classes == 1 else "multiclass")
    document, model, view, act = session.document, session.model, session.view, session.act
    filtered = session.window.panel(session.page).rows
    before, data = peak(), rows * classes * 8 / 2**20
    print(f"{name}: {rows} rows x {classes}, {data:.0f} MB of float64 logits; window {before:.0f} MB")
    session.open(path, rows)
    act("sort by a loss", lambda: view.sortByColumn(session.loss(), Qt.SortOrder.DescendingOrder))
    logit = model.cells.logit_number(0)
    act("sort by a logit", lambda: view.sortByColumn(logit, Qt.SortOrder.AscendingOrder))
    act("sort undone", lambda: view.sortByColumn(-1, Qt.SortOrder.AscendingOrder))
    act("filter by digits", lambda: filtered.toggle(Failure.DIGITS, True))
    act("filter by nan", lambda: filtered.toggle(Failure.NAN, True))
    act("filter off", filtered.clear)
    act("edit one cell", lambda: model.setData(model.index(3, logit), "1.25"), session.is_known)
    act("undo", document.undo_stack.undo, session.is_known)
    bar = view.middle.verticalScrollBar()
    act("scroll to the middle", lambda: bar.setValue(bar.maximum() // 2))
    act("select a row", lambda: session.window.selection.select(session.page, rows // 2))
    act("remove a row", lambda: document.remove_rows(session.page, [rows // 3], ""), session.is_known)
    act("undo", document.undo_stack.undo, session.is_known)
    saved: list[object] = []
    keeper = session.window.session.keeper
    keeper.saved.connect(saved.append)
    act("save", lambda: keeper.save(path.with_suffix(".logitscope.json")), lambda: bool(saved))
    used = peak() - before
    print(f"  peak {used:.0f} MB beyond the window: {used / data:.1f} times the logits", flush=True)
    os._exit(0)  # whatever still runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tables", nargs="+", default=list(TABLES), choices=list(TABLES))
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        name, _, path = arguments.inside.partition("=")
        show(name, Path(path))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.tables:
            path = Path(folder, f"table{name}.npz")
            write(path, *TABLES[name])
            command = [sys.executable, __file__, "--inside", f"{name}={path}"]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
