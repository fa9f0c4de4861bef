"""Several losses, read one after the other: the 16-bit grid they lie on, and their mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from engine.floats.formats import BFLOAT16, FLOAT16, Format, ulp
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Typed

GRID = Cause(
    "grid",
    "Losses on {format}'s grid",
    "All {count} losses are multiples of {format}'s step, {steps} there: loss or logits run in {format}.",
    "Is the loss computed in {format}, as under autocast?",
)
SHARED_GRID = Cause(
    "grid_of_devices",
    "Losses on {format}'s grid, averaged over {devices} devices",
    "All {count} losses are multiples of {format}'s step over {devices}, {steps} there: "
    "{devices} losses in {format} were averaged.",
    "Is the loss averaged over {devices} devices?",
)

CAUSES = (GRID, SHARED_GRID)

FEWEST = 3
"""Losses that a grid needs, and a mean."""

BY_ACCIDENT = 1e-3
"""Losses that fit a grid by accident with a greater chance than this say nothing."""

WOBBLE = 0.02
"""Losses within 2 % of their mean wobble around it; others fall or rise."""


def candidates(typed: Sequence[Typed]) -> Iterator[Candidate]:
    """The coarsest grid that all lie on: finer ones hold it, too."""
    finite = [each for each in typed if math.isfinite(each.value) and each.value > 0]
    if len(finite) < FEWEST or len(finite) != len(typed):
        return
    for form, devices in ((BFLOAT16, 1), (BFLOAT16, 2), (BFLOAT16, 4), (FLOAT16, 1), (FLOAT16, 2)):
        steps = [_step(each, form) / devices for each in finite]
        if all(_is_multiple(each, step) for each, step in zip(finite, steps, strict=True)):
            accident = math.prod(
                min(1.0, (2 * each.half + 1e-12) / step) for each, step in zip(finite, steps, strict=True)
            )
            if accident > BY_ACCIDENT:
                return
            named = " and ".join(f"{step:.6g}" for step in sorted(set(steps)))
            yield Candidate(
                cause=GRID if devices == 1 else SHARED_GRID,
                about=finite[0].value,
                fields={"format": form.name, "devices": devices, "count": len(finite), "steps": named},
                core=True,
                form=form,
            )
            return


def mean_of(typed: Sequence[Typed]) -> Typed | None:
    """The mean of wobbling losses, known as well as their spread allows; None where they do not wobble."""
    values = [each.value for each in typed]
    if len(values) < FEWEST or not all(map(math.isfinite, values)):
        return None
    mean = math.fsum(values) / len(values)
    if not mean or max(abs(value / mean - 1) for value in values) > WOBBLE:
        return None
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    error = math.sqrt(variance / len(values))
    half = max(max(each.half for each in typed) / math.sqrt(len(values)), 2 * error)
    digits = max(1, math.floor(math.log10(abs(mean) / half))) if half else 17
    return Typed(f"{mean:.6g}", mean, half, min(digits, max(each.digits for each in typed)), 0)


def _step(each: Typed, form: Format) -> float:
    return float(ulp(form.round([each.value]))[0])


def _is_multiple(each: Typed, step: float) -> bool:
    return abs(round(each.value / step) * step - each.value) <= each.half * (1 + 1e-9)
