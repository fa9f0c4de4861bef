"""The engine's large-array losses and gradients against PyTorch's, on the same arrays, turn by turn.

Run from the checkout, with PyTorch installed beside the engine:

    uv run --with torch python -m tests.benchmarks.speed_against_pytorch [--seconds 2] [--only TEXT]

Each round times PyTorch on one thread, PyTorch on all of them, and the engine once each, on the second of
two calls, so that what else the machine does meets all three and none pays for what the one before left in
the caches. Before each the cores are idle for some milliseconds: OpenMP's threads wait for more work in a
loop, and would take a core from whoever comes next. A row shows the medians, and how many times faster the
engine is than the better of PyTorch's two: by the medians and, in brackets, by the least times, which on a
shared machine are the steadier ones. Gradients are timed against forward and backward together, as a
training step runs them, and against the backward call alone, its graph kept.

The processor decides: for float32 log1p, and float64 exp and log, NumPy has vector code with AVX-512 alone.
So the first line names what runs, and a processor with AVX-512 shows AVX2 too with

    NPY_DISABLE_CPU_FEATURES=X86_V4 ATEN_CPU_CAPABILITY=avx2

(NumPy before 2.4: the names of the AVX-512 features). Outputs are new arrays on both sides. From 32 MiB on
glibc gives their pages back to the system after each call and takes them anew, and PyTorch's temporaries with
them, of which the engine has none. Read the rows for 1e4 to 1e6 elements, too, where that does not matter.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.introspect import opt_func_info

import engine

try:
    import torch
    import torch.nn.functional as F  # noqa: N812  # its usual name
except ModuleNotFoundError:
    sys.exit(
        "This benchmark needs PyTorch: uv run --with torch python -m tests.benchmarks.speed_against_pytorch"
    )

THREADS = os.cpu_count() or 1
BINARY_SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
TABLES = ((1_000_000, 2), (100_000, 10), (50_000, 32), (50_000, 1000))
DTYPES = (np.float32, np.float64)


@dataclass(frozen=True)
class Case:
    """One line of the table: the same work for both."""

    name: str
    torch_call: Callable[[], object]
    engine_call: Callable[[], object]


def _backward(
    loss: Callable[..., torch.Tensor], x: torch.Tensor, *rest: torch.Tensor
) -> Callable[[], object]:
    leaf = x.detach().clone().requires_grad_()
    value = loss(leaf, *rest)
    return lambda: torch.autograd.grad(value, leaf, retain_graph=True)


def _training(
    loss: Callable[..., torch.Tensor], x: torch.Tensor, *rest: torch.Tensor
) -> Callable[[], object]:
    leaf = x.detach().clone().requires_grad_()
    return lambda: torch.autograd.grad(loss(leaf, *rest), leaf)


def _cases(label: str, name: str, arrays: tuple[np.ndarray, np.ndarray]) -> Iterator[Case]:
    theirs, ours, our_grad = getattr(F, name), getattr(engine, name), getattr(engine, f"{name}_grad")
    tensors = tuple(map(torch.from_numpy, arrays))
    for reduction in ("none", "mean"):
        yield Case(
            f"{label} {reduction}",
            lambda r=reduction: theirs(*tensors, reduction=r),
            lambda r=reduction: ours(*arrays, reduction=r),
        )
    yield Case(
        f"{label} gradient (forward + backward)", _training(theirs, *tensors), lambda: our_grad(*arrays)
    )
    yield Case(f"{label} gradient (backward alone)", _backward(theirs, *tensors), lambda: our_grad(*arrays))


def _binary_cases(size: int) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    for dtype in DTYPES:
        z = (4 * rng.standard_normal(size)).astype(dtype)
        y = (rng.random(size) < 0.5).astype(dtype)
        label = f"{np.dtype(dtype).name} {size:.0e}".replace("e+0", "e")
        yield from _cases(f"BCEWithLogitsLoss {label}", "binary_cross_entropy_with_logits", (z, y))
        yield from _cases(f"BCELoss {label}", "binary_cross_entropy", (engine.sigmoid(z), y))


def _class_cases(rows: int, classes: int) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, rows)
    for dtype in DTYPES:
        z = (3 * rng.standard_normal((rows, classes), dtype=np.float32)).astype(dtype)
        label = f"{np.dtype(dtype).name} ({rows}, {classes})"
        yield from _cases(f"CrossEntropyLoss {label}", "cross_entropy", (z, y))
        log_p = F.log_softmax(torch.from_numpy(z), 1).numpy()
        yield from _cases(f"NLLLoss {label}", "nll_loss", (log_p, y))


def all_cases() -> Iterator[Case]:
    """Every case, its arrays made when its turn comes."""
    for size in BINARY_SIZES:
        yield from _binary_cases(size)
    for rows, classes in TABLES:
        yield from _class_cases(rows, classes)


def _seconds(call: Callable[[], object]) -> float:
    """The time of the second of two calls, the cores idle before."""
    time.sleep(_SPINNING)
    call()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


Seconds = tuple[float, float, float]
"""Of PyTorch on one thread, PyTorch on all threads and the engine."""
_SPINNING = 0.005
"""Seconds until OpenMP's threads, which wait for more work in a loop, have gone to sleep."""


def medians_and_least(case: Case, budget: float) -> tuple[Seconds, Seconds]:
    """A case's times, taken in turns."""
    rounds: list[tuple[float, float, float]] = []
    begin = time.perf_counter()
    while len(rounds) < 6 or (time.perf_counter() - begin < budget and len(rounds) < 200):
        torch.set_num_threads(THREADS)
        threaded = _seconds(case.torch_call)
        torch.set_num_threads(1)
        single = _seconds(case.torch_call)
        rounds.append((single, threaded, _seconds(case.engine_call)))
    columns = list(zip(*rounds[1:], strict=True))  # the first round warms up
    single, threaded, ours = (statistics.median(column) for column in columns)
    return (single, threaded, ours), (min(columns[0]), min(columns[1]), min(columns[2]))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    fields = {key.strip(): value.split() for key, _, value in (line.partition(":") for line in lines)}
    model = " ".join(fields.get("model name", ["unknown processor"]))
    loops = ", ".join(f"{name} on {_instruction_set(name)}" for name in ("exp", "log", "log1p"))
    theirs = torch.backends.cpu.get_cpu_capability()
    return (
        f"{model}, {THREADS} cores; PyTorch {torch.__version__} runs {theirs}; "
        f"NumPy {np.__version__} runs float32 {loops}"
    )


def _instruction_set(function: str) -> str:
    """The one whose loop NumPy has chosen for float32: X86_V4 is AVX-512, X86_V3 AVX2."""
    loops = opt_func_info(func_name=f"^{function}$", signature="^float32$").get(function, {})
    return " ".join(loop["current"] for loop in loops.values()) or "the C library"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to repeat each case")
    parser.add_argument("--only", default="", help="cases whose name holds this text")
    options = parser.parse_args()
    print(f"# {_processor()}")
    print(f"{'case':66}{'PyTorch 1T':>12}{f'PyTorch {THREADS}T':>12}{'engine':>12}  times faster")
    for case in all_cases():
        if options.only in case.name:
            medians, least = medians_and_least(case, options.seconds)
            figures = "".join(f"{1e3 * each:9.3f} ms" for each in medians)
            by_median, by_least = (min(each[:2]) / each[2] for each in (medians, least))
            print(f"{case.name:66}{figures}{by_median:10.2f} ({by_least:.2f})", flush=True)


if __name__ == "__main__":
    main()
