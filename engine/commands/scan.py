"""What the program answers of ten million rows in a terminal: ``main.py scan LOGITS [TARGETS]``."""

from __future__ import annotations

import math
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.commands.terminal import BAD_USAGE, Parser, argument, say
from engine.data.faults import DataError
from engine.floats.formats import format_of
from engine.problem import IGNORE_INDEX
from engine.scan.block import Options
from engine.scan.cluster.client import scan_on_cluster
from engine.scan.report.page import html_bytes
from engine.scan.report.told import told
from engine.scan.report.verdict import Verdict, verdict_of
from engine.scan.report.written import NotWrittenError, json_bytes, junit_bytes, rows_bytes, write_all
from engine.scan.run import scan
from engine.scan.sources import FEW_NUMBERS, KINDS, NUMBERS, Data, open_data, whole_array
from engine.scan.summary import Summary

HEALTHY, TROUBLE, UNUSABLE = 0, 1, BAD_USAGE

EXAMPLES = """examples:
  main.py scan logits.npy targets.npy
  main.py scan evaluation.npz --report scan.html --json scan.json
  main.py scan logits-*.npy --targets targets-*.npy --format bfloat16 --jobs 2
  main.py scan logits-*.npy --targets targets-*.npy --scheduler tcp://10.0.0.1:8786

exit status: 0 healthy, 1 trouble, 2 unusable, 130 stopped by Ctrl+C
"""

LINE_EVERY = 0.2
"""Seconds between two lines of progress."""


def main(argv: Sequence[str]) -> int:
    """Scan the files that the arguments name and say whether they are healthy.

    Parameters
    ----------
    argv : sequence of str
        What follows ``scan``.

    Returns
    -------
    int
        The exit status: 0 healthy, 1 trouble in the format that decides, 2 with one line on stderr for what
        cannot be used; Ctrl+C is the
        caller's. Help and wrong arguments leave by SystemExit, as argparse has it.
    """
    said = _parser().parse_args(argv)
    try:
        return _run(said)
    except MemoryError:
        return _refused("the memory does not suffice for these files", UNUSABLE)
    except (DataError, NotWrittenError, ValueError) as error:
        return _refused(str(error), UNUSABLE)


def _refused(words: str, status: int) -> int:
    print(f"logitscope scan: {' '.join(words.split())}", file=sys.stderr)  # noqa: T201  # the one line
    return status


def _run(said: Namespace) -> int:
    start = time.perf_counter()
    data, options = _opened(said)
    if not data.rows:
        return _refused("the files hold no rows", UNUSABLE)
    progress = Progress(data.rows)
    try:
        if said.scheduler:
            summary = scan_on_cluster(
                data, options, scheduler=said.scheduler, numbers=_numbers_of_a_block(options), watch=progress
            )
        else:
            summary = scan(data.blocks(), options, jobs=said.jobs, watch=progress)
    finally:
        progress.clear()
    verdict = verdict_of(summary, options, data.place)
    _write(said, summary, verdict, options, data, time.perf_counter() - start)
    say(_words(summary, verdict, options, data))
    return HEALTHY if verdict.is_healthy else TROUBLE


def _numbers_of_a_block(options: Options) -> int:
    """So many that those of a cluster's piece take a worker some seconds."""
    is_slow = options.weight is not None or options.pos_weight is not None or options.probabilities
    if is_slow or (options.losses and options.family == "multiclass"):
        return FEW_NUMBERS
    return NUMBERS // (16 if options.losses else 1)


def _opened(said: Namespace) -> tuple[Data, Options]:
    logits, targets = list(said.logits), list(said.targets)
    if len(logits) == 2 and not targets:
        targets = [logits.pop()]
    data = open_data(logits, targets, kind=said.kind)
    family = data.family
    typed = None if said.weight is None else _numbers(said.weight)
    class_weight = None
    if family == "multiclass":
        if said.pos_weight is not None:
            raise ValueError("--pos-weight: only the binary losses take one")
        class_weight = whole_array(Path(said.weight)) if said.weight is not None and typed is None else typed
        if class_weight is not None and class_weight.shape != (data.width,):
            raise ValueError(f"--weight: expected one a class ({data.width}), got {class_weight.shape}")
    elif typed is not None:
        raise ValueError("--weight: expected a file with a weight for each row")
    elif said.weight is not None:
        data = open_data(logits, targets, weights=[Path(said.weight)], kind=data.kind)
    options = Options(
        family=family,
        format=said.format or data.format,
        ignore_index=said.ignore_index,
        weight=None if class_weight is None else class_weight.astype(np.float64),
        pos_weight=said.pos_weight,
        probabilities=data.kind == "probabilities",
        losses=not said.counts_only,
    )
    return data, options


def _numbers(text: str) -> NDArray[np.float64] | None:
    """Numbers with commas between them; None of a path."""
    try:
        return np.array([float(each) for each in text.split(",")])
    except ValueError:
        return None


@dataclass
class Progress:
    """One line on a terminal; nothing elsewhere."""

    total: int
    begun: float = field(default_factory=time.perf_counter)
    shown: float = 0.0

    def __call__(self, summary: Summary) -> None:
        """Say how far it is."""
        now = time.perf_counter()
        if now - self.shown < LINE_EVERY or not sys.stderr.isatty():
            return
        self.shown = now
        seconds = now - self.begun
        left = seconds * (self.total - summary.rows) / max(summary.rows, 1)
        share = 100 * summary.rows // max(self.total, 1)
        line = f"{share:3d} %  {summary.rows:,} of {self.total:,} rows  {summary.rows / seconds:,.0f} rows/s"
        sys.stderr.write(f"\r\x1b[K{line}  {left:.0f} s left")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _words(summary: Summary, verdict: Verdict, options: Options, data: Data) -> str:
    ignored = f", {summary.ignored:,} of them ignored" if summary.ignored else ""
    without = "" if data.shards[0].target is not None else ", no targets: every row's is taken to be 0"
    lines = [
        verdict.headline,
        f"{summary.rows:,} rows ({data.kind}, judged in {options.format.name}){ignored}{without}.",
    ]
    if summary.one_by_one.rows:
        rows, seconds = summary.one_by_one.rows, summary.one_by_one.seconds
        lines.append(f"Evaluated one by one: {rows:,} of them, in {seconds:.3g} s of a thread.")
    for finding in verdict.findings:
        sentence = finding.sentence[:1].upper() + finding.sentence[1:]
        lines.append(f"- {finding.severity.value}: {sentence} {finding.remedy}")
    for name, total in summary.sums.items():
        finite = "" if math.isfinite(total.mean) else f"  {total.finite_mean:.9g} without nan and inf"
        lines.append(f"mean {name:<20} {total.mean:.9g}{finite}")
    return "\n".join(lines)


def _write(
    said: Namespace, summary: Summary, verdict: Verdict, options: Options, data: Data, seconds: float
) -> None:
    if not (said.report or said.json or said.junit or said.rows):
        return
    report = told(summary, verdict, options, data, seconds)
    makers: list[tuple[Path | None, Callable[[], bytes]]] = [
        (said.report, lambda: html_bytes(report)),
        (said.json, lambda: json_bytes(report)),
        (said.junit, lambda: junit_bytes(report)),
        (said.rows, lambda: rows_bytes(summary, data.format.dtype)),
    ]
    write_all({path: make() for path, make in makers if path is not None})


def _parser() -> ArgumentParser:
    parser = Parser(
        prog="logitscope scan",
        description="Which of very many rows break, by which formula and in which format, and why.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("logits", nargs="+", type=Path, metavar="LOGITS", help="a file, its target's file, or many shards")
    add("--targets", nargs="+", type=Path, default=[], metavar="FILE", help="one a shard of logits")
    add("--kind", choices=KINDS, help="by default told by shapes and targets")
    add(
        "--format",
        type=argument(format_of),
        metavar="F",
        help="the one that decides: float16, bfloat16, float32, float64",
    )
    add("--weight", metavar="W", help="a file with one a row (binary) or a class; or numbers with commas")
    add("--pos-weight", type=float, metavar="P", help="BCEWithLogitsLoss's")
    add("--ignore-index", type=int, default=IGNORE_INDEX, metavar="N", help="class of rows that do not count")
    add("--counts-only", action="store_true", help="no losses are added up: many times as fast")
    add("--report", type=Path, metavar="HTML", help="write a page with pictures")
    add("--json", type=Path, metavar="JSON", help="write everything for programs")
    add("--junit", type=Path, metavar="XML", help="write what CI servers show")
    add("--rows", type=Path, metavar="NPZ", help="write the worst rows")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=_jobs, metavar="N", help="threads")
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="have the workers of a Dask cluster do it, which see the files under the same paths",
    )
    return parser


def _jobs(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"expected a whole number from 1 on, got {text!r}")
    return int(text)
