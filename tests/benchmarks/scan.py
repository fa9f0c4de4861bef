"""A scan's counts against PyTorch's one BCEWithLogitsLoss on the same arrays, turn by turn.

Run from the checkout, with PyTorch installed beside the engine:

    uv run --with torch python -m tests.benchmarks.scan [--rounds 9] [--rows 10000000]

Each round times PyTorch on one thread and on two, and the scan on one thread and on two; a line shows the
least times and the medians, and the ratio of the scan's better one to PyTorch's better one. The last
figure is the ratio of the least processor times on one thread, which a busy machine disturbs less. The
scan does everything but the sums of losses: counts by formula and format, names with rows, the worst rows
and the histogram; lines that say so have the losses, too. A processor with AVX-512 shows AVX2 too with

    NPY_DISABLE_CPU_FEATURES=X86_V4 ATEN_CPU_CAPABILITY=avx2

Of several classes the pass alone is timed against one CrossEntropyLoss, and then the whole scan; beside it
stands how often a row was in doubt in a format, and the processor time that looking took.

The last line is the memory that scanning the same rows from two .npy files takes above what was in use.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ml_dtypes
import numpy as np
from numpy.lib.introspect import opt_func_info

from engine.floats.formats import format_of
from engine.scan import class_counts
from engine.scan.block import Block, Options
from engine.scan.class_rules import passed, told_of
from engine.scan.run import scan
from engine.scan.sources import NUMBERS

try:
    import torch
    import torch.nn.functional as F  # noqa: N812  # its usual name
except ModuleNotFoundError:
    sys.exit("This benchmark needs PyTorch: uv run --with torch python -m tests.benchmarks.scan")

TORCH = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}

MEMORY = """
import sys
from pathlib import Path
from engine.scan.block import Options
from engine.scan.run import scan
from engine.scan.sources import NUMBERS, open_data
options = Options(family="binary", losses=False)
def peak():  # of this process alone: ru_maxrss would begin with what its parent took
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
start = peak()
summary = scan(open_data([Path(sys.argv[1])], [Path(sys.argv[2])]).blocks(NUMBERS), options, jobs=2)
print(peak() - start, summary.rows)
"""


def blocks(z: np.ndarray, y: np.ndarray) -> Iterator[Block]:
    for at in range(0, len(z), NUMBERS):
        yield Block(logits=z[at : at + NUMBERS], target=y[at : at + NUMBERS], first=at)


def torch_call(z: torch.Tensor, y: torch.Tensor, threads: int) -> Callable[[], object]:
    def call() -> object:
        torch.set_num_threads(threads)
        return F.binary_cross_entropy_with_logits(z, y)

    return call


def timed(call: Callable[[], object]) -> float:
    time.sleep(0.01)  # OpenMP's threads wait for more work in a loop
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def by_turns(
    calls: dict[str, Callable[[], object]], rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds that each call takes in each round, by the clock and of the processor; the first warms up."""
    times: dict[str, list[float]] = {each: [] for each in calls}
    busy: dict[str, list[float]] = {each: [] for each in calls}
    for _ in range(rounds + 1):
        for each, call in calls.items():
            start = time.process_time()
            times[each].append(timed(call))
            busy[each].append(time.process_time() - start)
    return times, busy


def compare(name: str, spread: float, rows: int, rounds: int, *, losses: bool = False) -> None:
    rng = np.random.default_rng(0)
    dtype = np.dtype(ml_dtypes.bfloat16) if name == "bfloat16" else np.dtype(name)
    wide, y = rng.normal(0, spread, rows).astype(np.float32), rng.integers(0, 2, rows).astype(np.float32)
    z, target = wide.astype(dtype), y.astype(dtype)
    tz, ty = torch.from_numpy(wide).to(TORCH[name]), torch.from_numpy(y).to(TORCH[name])
    options = Options(family="binary", format=format_of(name), losses=losses)
    calls: dict[str, Callable[[], object]] = {
        "PyTorch 1T": torch_call(tz, ty, 1),
        "PyTorch 2T": torch_call(tz, ty, 2),
        "scan 1T": lambda: scan(blocks(z, target), options, jobs=1),
        "scan 2T": lambda: scan(blocks(z, target), options, jobs=2),
    }
    times, busy = by_turns(calls, rounds)
    least = {each: min(found[1:]) for each, found in times.items()}
    middle = {each: statistics.median(found[1:]) for each, found in times.items()}
    cells = "  ".join(f"{each} {1e3 * least[each]:6.1f} ({1e3 * middle[each]:6.1f})" for each in calls)
    ratios = [
        min(some["scan 1T"], some["scan 2T"]) / min(some["PyTorch 1T"], some["PyTorch 2T"])
        for some in (least, middle)
    ]
    one = min(busy["scan 1T"][1:]) / min(busy["PyTorch 1T"][1:])
    what = f"{name:9} N(0, {spread:g})" + " and losses" * losses
    print(
        f"{what}  {cells}  ratio {ratios[0]:.2f} ({ratios[1]:.2f})  CPU 1T {one:.2f}",
        flush=True,
    )


def class_blocks(z: np.ndarray, y: np.ndarray) -> Iterator[Block]:
    rows = NUMBERS // z.shape[1]
    for at in range(0, len(z), rows):
        yield Block(logits=z[at : at + rows], target=y[at : at + rows], first=at)


def passes(z: np.ndarray, y: np.ndarray, threads: int) -> None:
    """What `counted_classes` does of rows that are not in doubt."""

    def one(block: Block) -> None:
        with np.errstate(all="ignore"):
            made = passed(block)
            told_of(made.occupied()[0], block.width, made.size)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, class_blocks(z, y)))


def compare_classes(rows: int, classes: int, spread: float, lead: float, rounds: int) -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(0, spread, (rows, classes)).astype(np.float32)
    y = rng.integers(0, classes, rows)
    z[np.arange(rows), y] += lead
    tz, ty = torch.from_numpy(z), torch.from_numpy(y)
    options = Options(family="multiclass", losses=False)

    def theirs(threads: int) -> None:
        torch.set_num_threads(threads)
        F.cross_entropy(tz, ty)

    calls: dict[str, Callable[[], object]] = {
        "PyTorch 1T": lambda: theirs(1),
        "PyTorch 2T": lambda: theirs(2),
        "pass 1T": lambda: passes(z, y, 1),
        "pass 2T": lambda: passes(z, y, 2),
        "scan 2T": lambda: scan(class_blocks(z, y), options, jobs=2),
    }
    times, busy = by_turns(calls, rounds)
    least = {each: min(found[1:]) for each, found in times.items()}
    best = min(least["PyTorch 1T"], least["PyTorch 2T"])
    cells = "  ".join(f"{each} {1e3 * least[each]:6.1f}" for each in calls)
    ratios = min(least["pass 1T"], least["pass 2T"]) / best, least["scan 2T"] / best
    one = min(busy["pass 1T"][1:]) / min(busy["PyTorch 1T"][1:])
    print(f"({rows}, {classes}) N(0, {spread:g}) leading by {lead:g}  {cells}", end="  ")
    print(
        f"ratio {ratios[0]:.2f}, whole {ratios[1]:.2f}  CPU 1T {one:.2f}  {apart(z, y, options)}", flush=True
    )


def apart(z: np.ndarray, y: np.ndarray, options: Options) -> str:
    """The rows that the pass leaves open, and the time that they take."""
    rows, spent, real = 0, 0.0, class_counts.looked

    def timing(block: Block, *more: object) -> object:
        nonlocal rows, spent
        start = time.thread_time()
        found = real(block, *more)
        rows, spent = rows + len(block.logits), spent + time.thread_time() - start
        return found

    class_counts.looked = timing
    try:
        scan(class_blocks(z, y), options, jobs=1)
    finally:
        class_counts.looked = real
    return f"{rows} rows looked at ({1e3 * spent:.0f} ms)"


def memory(rows: int) -> None:
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder, name)) for name in ("z.npy", "y.npy")]
        np.save(paths[0], rng.normal(0, 4, rows).astype(np.float32))
        np.save(paths[1], rng.integers(0, 2, rows).astype(np.float32))
        said = subprocess.run(
            [sys.executable, "-c", MEMORY, *paths], capture_output=True, text=True, check=True
        ).stdout.split()
    print(f"memory for {int(said[1]):,} rows from files: {int(said[0]) / 1024:.0f} MiB above the start")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    said = parser.parse_args()
    kernel = opt_func_info(func_name="^exp$", signature="float32").get("exp", {})
    used = next(iter(kernel.values()), {}).get("current", "unknown")
    theirs = torch.backends.cpu.get_cpu_capability()
    print(f"NumPy {np.__version__} ({used}), PyTorch {torch.__version__} ({theirs})")
    print("milliseconds: least (median)")
    for name, spread in (("float32", 4), ("float32", 20), ("float16", 4), ("bfloat16", 4)):
        compare(name, spread, said.rows, said.rounds)
    for name, rows in (("float32", said.rows // 5), ("float16", said.rows), ("bfloat16", said.rows)):
        compare(name, 4, rows, said.rounds, losses=True)
    for rows, classes, lead in ((50_000, 1000, 12), (1_000_000, 10, 8)):
        compare_classes(rows * said.rows // 10_000_000, classes, 2, lead, said.rounds)
    memory(said.rows)


if __name__ == "__main__":
    main()
