"""How long one whole `engine.evaluate` takes on the small tables that people edit.

    uv run python -m tests.benchmarks.evaluation [--read | --columns]

Every formula's steps and losses and the truth are computed at once, as after each edit; gradients,
ledgers, errors and regimes are computed when they are first read. With --read gradient and ledger of
every column are read, too, with --columns also what a table derives from them (error in ULP and bits,
regimes). To stay under 0.5 ms from 1 to 1,000 rows.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np

from engine import BinaryProblem, Evaluation, MulticlassProblem, evaluate
from engine.floats.formats import FORMATS, Format
from engine.problem import Problem

ROWS = (1, 5, 100, 1000)
REPEATS = 60


def problems(fmt: Format) -> Iterator[tuple[str, Problem]]:
    """The tables by name."""
    rng = np.random.default_rng(0)
    for rows in ROWS:
        logits, target = 4 * rng.standard_normal(rows), rng.integers(0, 2, rows).astype(float)
        yield f"binary {rows}", BinaryProblem(logits=logits, target=target, format=fmt)
    for rows, classes in ((1, 3), (5, 3), (100, 3), (1000, 3)):
        logits, target = 4 * rng.standard_normal((rows, classes)), rng.integers(0, classes, rows)
        yield f"multiclass {rows} x {classes}", MulticlassProblem(logits=logits, target=target, format=fmt)


def _evaluated(evaluation: Evaluation) -> None:
    """The evaluation as it comes."""


def _read(evaluation: Evaluation) -> None:
    for column in evaluation.columns:
        _ = column.gradient, column.ledger


def _derived(evaluation: Evaluation) -> None:
    _read(evaluation)
    for column in evaluation.columns:
        _ = column.error_ulp, column.error_bits, column.regimes, column.gradient_regimes


def milliseconds(call: Callable[[], object]) -> tuple[float, float]:
    """The median and the least time of a call."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times), min(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--read", action="store_true", help="read gradients and ledgers")
    parser.add_argument("--columns", action="store_true", help="read them and the derived columns")
    options = parser.parse_args()
    then = _derived if options.columns else _read if options.read else _evaluated
    print(
        f"{'rows (x classes)':24}" + "".join(f"{fmt.name:>20}" for fmt in FORMATS) + "   median (least), ms"
    )
    tables = [dict(problems(fmt)) for fmt in FORMATS]
    for name in tables[0]:
        line = f"{name:24}"
        for by_name in tables:
            problem = by_name[name]
            median, least = milliseconds(lambda p=problem: then(evaluate(p)))
            line += f"{f'{median:.3f} ({least:.3f})':>20}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
