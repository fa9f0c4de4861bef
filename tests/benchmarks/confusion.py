"""What is found in healthy batches and in ones with a planted mistake: the whole confusion matrix.

    uv run python -m tests.benchmarks.confusion [--healthy 10000] [--planted 1000] [--seed 0]

A healthy batch leaves every PyTorch formula right or losing digits, and nothing above 'good to know' may be
said of it. Of each mistake 99 % must be found under their own name. Exit status 1 where one does not hold.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from engine import SEVERITIES, Severity, evaluate, findings
from tests.engine.planted_mistakes import PLANTED, planted
from tests.engine.random_problems import healthy_problem

TO_BE_FOUND = 0.99
LARGE = {"count_overflow": 10}
"""Batches of many rows are made in so many times smaller number."""


@dataclass(frozen=True)
class Line:
    """What was found in batches of one sort.

    Attributes
    ----------
    name : str
        'healthy', or the planted mistake.
    batches : int
    named : int
        Batches in which the mistake was found under its own name; in healthy ones, those with nothing
        above 'good to know'.
    found : Counter
        Batches by the key of what was found in them.
    severe : Counter
        The same, of what is above 'good to know'.
    """

    name: str
    batches: int
    named: int
    found: Counter[str]
    severe: Counter[str]

    @property
    def holds(self) -> bool:
        """Whether it is as it must be."""
        return self.named >= (self.batches if self.name == "healthy" else TO_BE_FOUND * self.batches)


def healthy_line(batches: int, seed: int) -> Line:
    """Healthy batches."""
    found: Counter[str] = Counter()
    severe: Counter[str] = Counter()
    named = 0
    for number in range(batches):
        there = findings(evaluate(healthy_problem(np.random.default_rng((seed, number)))))
        found.update({each.key for each in there})
        alarms = {each.key for each in there if each.severity is not Severity.GOOD_TO_KNOW}
        severe.update(alarms)
        named += not alarms
    return Line("healthy", batches, named, found, severe)


def planted_line(name: str, batches: int, seed: int) -> Line:
    """Batches with one planted mistake."""
    found: Counter[str] = Counter()
    severe: Counter[str] = Counter()
    named = 0
    for number in range(batches):
        key, evaluation = planted(name, np.random.default_rng((seed, number)))
        there = findings(evaluation)
        found.update({each.key for each in there})
        severe.update({each.key for each in there if each.severity is not Severity.GOOD_TO_KNOW})
        named += key in {each.key for each in there}
    return Line(name, batches, named, found, severe)


def lines(healthy: int, mistakes: int, seed: int = 0) -> list[Line]:
    """The matrix's lines, the healthy batches first."""
    return [healthy_line(healthy, seed)] + [
        planted_line(name, max(1, mistakes // LARGE.get(name, 1)), seed) for name in PLANTED
    ]


def text_of(line: Line) -> str:
    """One line of the matrix: what was planted, how often it was named, everything that was found."""
    others = ", ".join(
        f"{key} {count / line.batches:.1%}{'' if key in line.severe else ' (good to know)'}"
        for key, count in line.found.most_common()
    )
    mark = " " if line.holds else "!"
    return f"{mark} {line.name:26s} {line.named:6d} of {line.batches:6d}  {others}"


def main() -> int:
    """Print the matrix."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--healthy", type=int, default=10_000)
    parser.add_argument("--planted", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(
        "planted, batches named, and what was found in what share of them; severities:",
        *SEVERITIES,
        sep=" · ",
    )
    matrix = lines(options.healthy, options.planted, options.seed)
    for line in matrix:
        print(text_of(line))
    return 0 if all(line.holds for line in matrix) else 1


if __name__ == "__main__":
    sys.exit(main())
