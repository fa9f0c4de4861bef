"""Makes `engine/scan/edges.npz`: for each target 0 and 1 where among the float32 logits each verdict begins.

Run from the checkout (some minutes): ``python -m tests.engine.scan.make_edges``

Hard regimes (all but lost digits) are bisected to the float. Digits are lost at scattered floats: a cell says
so where a float that loses digits lies on either side, and beyond its ends none was found among half a binade
of neighbours, all of them looked at. The half formats have few floats; all are evaluated, and their edges are
pulled back to the lowest float32 that rounds to them. Logits that are half floats have their own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.evaluate import evaluate
from engine.floats.formats import FLOAT32, FORMATS, Format, from_ordinals, ordinals
from engine.formulas.formula import Formula
from engine.problem import BinaryProblem
from engine.scan.block import Options
from engine.scan.edges import BUCKETS, FILE, FORMULAS, VERSION
from engine.scan.evaluated import judge
from engine.scan.half_counts import logits_of

Ordinals = NDArray[np.int64]
Codes = NDArray[np.uint8]

LOSING = 1
LAST = int(ordinals(np.float32([np.inf]))[0])
APART = 1.0
"""Between logits that lose digits: from such a gap on (and more than 16 floats) they are two stretches."""
CLEAR = 2**22
STEP = 2**18
QUANTITIES = ("loss", "gradient")
CURVES = tuple((formula, quantity) for quantity in QUANTITIES for formula in FORMULAS)


def regimes(
    numbers: Ordinals,
    fmt: Format,
    y: float,
    curves: tuple[tuple[Formula, str], ...] = CURVES,
    line: Format = FLOAT32,
) -> Codes:
    """Each curve's regime at floats of a line, shape (curves, n), whatever their number."""
    found = np.empty((len(curves), len(numbers)), dtype=np.uint8)
    formulas = tuple({formula.key: formula for formula, _ in curves}.values())
    for at in range(0, len(numbers), STEP):
        z = from_ordinals(numbers[at : at + STEP], line).astype(np.float64)
        problem = BinaryProblem(logits=z, target=np.full(z.shape, y), format=fmt, reduction="none")
        columns = {column.formula.key: column for column in evaluate(problem, formulas=formulas).columns}
        for place, (formula, quantity) in enumerate(curves):
            column = columns[formula.key]
            found[place, at : at + STEP] = column.regimes if quantity == "loss" else column.gradient_regimes
    return found


def hull(numbers: Ordinals, codes: Codes, line: Format) -> list[tuple[int, int]]:
    """The stretches of floats between which digits are lost, without hard ones between."""
    hard = np.flatnonzero(codes > LOSING)
    losing = np.flatnonzero(codes == LOSING)
    if not losing.size:
        return []
    values = from_ordinals(numbers[losing], line).astype(np.float64)
    with np.errstate(invalid="ignore"):
        far = (np.diff(values) > APART) & (np.diff(numbers[losing]) > 16)
    parted = np.searchsorted(hard, losing[1:]) != np.searchsorted(hard, losing[:-1])
    breaks = np.flatnonzero(far | parted) + 1
    return [(int(numbers[part[0]]), int(numbers[part[-1]])) for part in np.split(losing, breaks)]


def pulled_back(numbers: Ordinals, fmt: Format) -> Ordinals:
    """The lowest float32 that rounds to each float of a format or above it."""
    low, high = np.full(len(numbers), -LAST - 1), np.full(len(numbers), LAST)
    while (high - low > 1).any():
        middle = (low + high) // 2
        reaches = ordinals(fmt.round(from_ordinals(middle, FLOAT32))) >= numbers
        high, low = np.where(reaches, middle, high), np.where(reaches, low, middle)
    return high


def half_edges(fmt: Format, y: float) -> list[tuple[Ordinals, Codes]]:
    """Each curve's first float32 of every stretch, and its regime."""
    last = int(ordinals(np.array([np.inf], dtype=fmt.dtype))[0])
    numbers = np.arange(-last, last + 1)
    found = []
    for codes in regimes(numbers, fmt, y, line=fmt):
        soft = np.where(codes == LOSING, 0, codes)
        for first, end in hull(numbers, codes, fmt):
            soft[first + last : end + last + 1] = LOSING
        starts = np.append(0, np.flatnonzero(soft[1:] != soft[:-1]) + 1)
        found.append((pulled_back(numbers[starts], fmt), soft[starts].astype(np.uint8)))
    return found


def grid() -> Ordinals:
    """Floats to begin with."""
    coarse = np.arange(-(LAST >> 16), (LAST >> 16) + 1) << 16
    low, high = ordinals(np.float32([0.5, 128.0])).tolist()
    fine = np.arange(low, high, 2**8)
    around = ordinals(np.float32([100.0, -100.0]))[:, np.newaxis] + np.arange(-64, 65)
    return np.unique(np.concatenate((coarse, fine, -fine, around.ravel(), np.arange(-64, 65))))


def settled(fmt: Format, y: float) -> tuple[Ordinals, Codes]:
    """Floats looked at, so many that every hard edge lies between two neighbours."""
    numbers = grid()
    codes = regimes(numbers, fmt, y)
    while True:
        hard = np.where(codes == LOSING, 0, codes)
        at = np.flatnonzero((hard[:, 1:] != hard[:, :-1]).any(axis=0))
        wide = numbers[at + 1] - numbers[at] > 1
        middles = (numbers[at[wide]] + numbers[at[wide] + 1]) // 2
        beside = (numbers[at[~wide]][:, np.newaxis] + np.arange(-12, 14)).ravel()
        wanted = np.setdiff1d(np.clip(np.concatenate((middles, beside)), -LAST, LAST), numbers)
        if not wanted.size:
            return numbers, codes
        numbers = np.concatenate((numbers, wanted))
        order = np.argsort(numbers)
        numbers = numbers[order]
        codes = np.concatenate((codes, regimes(wanted, fmt, y)), axis=1)[:, order]


def outermost(start: int, way: int, bound: int, place: int, fmt: Format, y: float) -> int:
    """The last float that loses digits, from one that does towards a bound."""
    last = at = start
    while abs(at - last) < CLEAR and at != bound:
        end = max(bound, at - STEP) if way < 0 else min(bound, at + STEP)
        some = np.arange(at + way, end + way, way)
        (codes,) = regimes(some, fmt, y, (CURVES[place],))
        losing = np.flatnonzero(codes == LOSING)
        if losing.size:
            last = int(some[losing[-1]])
        at = end
    return last


def wide_edges(fmt: Format, y: float) -> list[tuple[Ordinals, Codes]]:
    """The same as `half_edges` for a format whose floats are too many to look at."""
    numbers, all_codes = settled(fmt, y)
    found = []
    for place, codes in enumerate(all_codes):
        hard = np.where(codes == LOSING, 0, codes)
        at = np.append(0, np.flatnonzero(hard[1:] != hard[:-1]) + 1)
        starts = numbers[at]
        stretches = dict(zip(starts.tolist(), hard[at].tolist(), strict=True))
        for seen_first, seen_end in hull(numbers, codes, FLOAT32):
            inside = int(np.searchsorted(starts, seen_first, "right")) - 1
            low = int(starts[inside])
            high = int(starts[inside + 1]) - 1 if inside + 1 < len(starts) else LAST
            first = outermost(seen_first, -1, low, place, fmt, y)
            end = outermost(seen_end, 1, high, place, fmt, y)
            stretches[first] = LOSING
            if end < high:
                stretches.setdefault(end + 1, 0)
        ordered = sorted(stretches.items())
        found.append((np.array([k for k, _ in ordered]), np.array([c for _, c in ordered], dtype=np.uint8)))
        print(
            fmt,
            y,
            CURVES[place][0].key,
            CURVES[place][1],
            [(float(from_ordinals([k], FLOAT32)[0]), c) for k, c in ordered],
            flush=True,
        )
    return found


def table(y: float) -> tuple[Ordinals, Codes]:
    """Cuts, ascending, and the regimes of the cells that they part, shape (cells, formats, curves)."""
    curves = [
        curve for fmt in FORMATS for curve in (half_edges(fmt, y) if fmt.is_half else wide_edges(fmt, y))
    ]
    starts = np.unique(np.concatenate([cuts for cuts, _ in curves]))
    cells = np.empty((len(starts), len(curves)), dtype=np.uint8)
    for place, (cuts, codes) in enumerate(curves):
        cells[:, place] = codes[np.searchsorted(cuts, starts, "right") - 1]
    assert starts[0] == -LAST
    return starts[1:], cells.reshape(len(starts), len(FORMATS), len(CURVES))


def half_table(fmt: Format) -> tuple[Codes, NDArray[np.bool_], NDArray[np.uint16]]:
    """The different columns of verdicts over all floats of a half format, and which one each float has."""
    keys = np.arange(2 * BUCKETS)
    z, y = logits_of(fmt), (keys >= BUCKETS).astype(np.float64)
    problem, options = BinaryProblem(logits=z, target=y, reduction="none"), Options(family="binary")
    columns = []
    for each in FORMATS:
        judged, _ = judge(problem.replace(format=each), options, np.isnan(z))
        columns.append([one.of_loss for one in judged] + [one.of_gradient for one in judged])
    is_wrong = ((1 - 2 * y) * z > 0)[:, np.newaxis]
    codes = np.concatenate((np.array(columns).reshape(-1, len(keys)).T, is_wrong), axis=1)
    found, cell = np.unique(codes.astype(np.uint8), axis=0, return_inverse=True)
    cells = found[:, :-1].reshape(-1, len(FORMATS), len(CURVES))
    return cells, found[:, -1].astype(bool), cell.astype(np.uint16)


def main(path: Path = FILE) -> None:
    """Write the table."""
    arrays: dict[str, NDArray[np.generic]] = {"version": np.array(VERSION)}
    for y in (0, 1):
        cuts, cells = table(float(y))
        arrays |= {f"cuts_{y}": cuts, f"cells_{y}": cells}
        print(y, len(cuts), flush=True)
    for fmt in FORMATS[:2]:
        cells, is_wrong, cell = half_table(fmt)
        arrays |= {f"{fmt}_cells": cells, f"{fmt}_is_wrong": is_wrong, f"{fmt}_cell": cell}
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    main()
