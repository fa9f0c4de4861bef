"""How well a loss is explained: every known value, and how often a random one is claimed by accident.

    uv run python -m tests.benchmarks.loss_values [--draws 3]

The first table has, part by part of tests/engine/loss_values/known_values.tsv, in how many lines the true
cause stands among the equally ranked first answers, how many those are, and whether each has a question
of its own. The second counts claims among 10,000 random losses of four decimals. Last comes the processor
time that the command takes, beside that of importing NumPy alone.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.loss_values.asked import LossOptions
from engine.loss_values.explain import explain_loss
from tests.engine.loss_values.known import NOTHING_SURE, known_values

ROOT = Path(__file__).resolve().parents[2]
LOSSES = 10_000
Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]

KINDS: tuple[Draw, ...] = (
    lambda g, n: g.lognormal(0.0, 1.0, n),
    lambda g, n: g.uniform(0.0, 12.0, n),
    lambda g, n: g.exponential(1.0, n),
    lambda g, n: 1.5 + 9.5 * g.beta(1.2, 4.0, n),  # a language model's, from ln of its vocabulary down
    lambda g, n: 0.05 + 3.0 * g.pareto(2.0, n),
)
"""Losses as logs have them, in equal parts."""

SAID = (
    ("nothing", LossOptions()),
    ("--classes 10", LossOptions(classes=10)),
    ("--classes 1000", LossOptions(classes=1000)),
    ("--rows 8", LossOptions(rows=8)),
    ("--rows 32", LossOptions(rows=32)),
)


def random_losses(seed: int, count: int = LOSSES) -> list[str]:
    """Losses of four decimals, as typed."""
    generator = np.random.default_rng(seed)
    parts = [draw(generator, count // len(KINDS)) for draw in KINDS]
    return [f"{value:.4f}" for value in np.concatenate(parts)]


def print_known() -> None:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for known in known_values():
        explanation, count = known.explained(), counts[known.part]
        count[0] += 1
        if known.cause == NOTHING_SURE:
            count[1] += not explanation.is_confident
            count[4] += 1  # nothing is claimed, so nothing is to be asked
            continue
        first = explanation.first
        count[1] += any(known.is_true(answer) for answer in first)
        count[2] += len(first)
        count[3] = max(count[3], len(first))
        count[4] += all(answer.question for answer in first)
    print("part  values  right  first answers: mean, most  with questions")
    for part, (total, right, answers, most, asked) in counts.items():
        print(f"{part:>4}  {total:6}  {right:5}  {answers / total:19.1f}  {most:4}  {asked:14}")
    print(f" all  {sum(c[0] for c in counts.values()):6}  {sum(c[1] for c in counts.values()):5}")


def claims(losses: list[str], options: LossOptions) -> int:
    return sum(explain_loss(loss, options).is_confident for loss in losses)


def print_claims(draws: int) -> None:
    print(f"\nclaims among {LOSSES:,} random losses of four decimals, {draws} draws")
    print("said            mean  worst")
    for said, options in SAID:
        counted = [claims(random_losses(seed), options) for seed in range(draws)]
        print(f"{said:15} {np.mean(counted):4.1f}  {max(counted):5}")
        draws = min(draws, 3)


def seconds(arguments: list[str], runs: int = 7) -> float:
    """The least processor time of a process of its own."""
    taken = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def print_time() -> None:
    print("\nprocessor time, the least of 7 runs")
    print(f"import numpy     {seconds(['-c', 'import numpy']):.3f} s")
    for loss in ("0.6931", "15.9424", "10.8249", "nan"):
        print(f"explain {loss:8} {seconds(['main.py', 'explain', loss]):.3f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=3)
    draws = parser.parse_args().draws
    print_known()
    print_claims(draws)
    print_time()
