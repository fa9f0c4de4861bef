"""The largest finite loss of each formula in each format, the clamp, and the smallest loss above 0.

Where a formula breaks is looked for, not known: `about` only says in which region the edge is looked for
at all when a number is asked about.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache, partial

import numpy as np

from engine.floats.formats import FLOAT16, Format, from_ordinals, next_float, ordinals
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked
from engine.loss_values.formulas import OF_GIVEN_P, SOFTPLUS
from engine.loss_values.rows import Rows, binary, far, multiclass

EDGE_POSITIVE = Cause(
    "edge_of_log_sigmoid",
    "The last step before inf: y = 1",
    "-log(sigmoid(z)) in {format} is finite down to z = {z:.8g}; below it is inf.",
    "Is the loss written by hand with sigmoid and log, with y = 1, in {format}?",
    repeats=True,
)
EDGE_NEGATIVE = Cause(
    "edge_of_log_1_minus_sigmoid",
    "The last step before the clamp or inf: y = 0",
    "BCELoss or scratch, {format}, y = 0: the largest p below 1 comes up to z = {z:.8g}; "
    "beyond, BCELoss is 100 and scratch inf.",
    "Is it BCELoss or a loss by hand after sigmoid, with y = 0, and do rows jump from here to 100 or inf?",
    repeats=True,
)
EDGE_OF_P = Cause(
    "edge_of_a_given_p",
    "p is the float next below 1, y = 0",
    "-log(1 - p) in {format} where p is given, or rounded from a wider format, as {p:.10g}.",
    "Does p come from a file, or from a wider format than {format}?",
    repeats=True,
)
EDGE_SOFTMAX = Cause(
    "edge_of_log_softmax",
    "The last step before inf: log(softmax(z))",
    "log(softmax(z)) in {format} is finite down to z = {z:.8g} beside a logit of 0; below, it is -inf.",
    "Are softmax and log two steps, in {format}?",
    repeats=True,
)
SMALLEST_NORMAL = Cause(
    "log_of_smallest_normal",
    "p held at the smallest normal number",
    "-log(p) where p is {format}'s smallest normal number, {p:.8g}, as max(p, FLT_MIN) makes it.",
    "Is p kept above the smallest normal number (FLT_MIN, finfo.tiny)?",
    repeats=True,
)
EDGE_SOFTPLUS = Cause(
    "edge_of_log_1_plus_exp",
    "The last step before inf: log(1 + exp(z))",
    "log(1 + exp(z)) in {format} is finite up to z = {z:.8g}; beyond, exp(z) is inf.",
    "Is the loss written as log(1 + exp(z)), in {format}?",
    repeats=True,
)
CLAMP = Cause(
    "clamp",
    "BCELoss's clamp",
    "BCELoss holds its logarithms at -100: p is exactly 0 or 1 and wrong, and the gradient is dead.",
    "Is it BCELoss (F.binary_cross_entropy)?",
    repeats=True,
)
SMALLEST_LOSS = Cause(
    "smallest_loss_above_0",
    "The smallest loss above 0",
    "CrossEntropyLoss of a row that is right, in {format}: the next smaller loss it can give is 0.",
    "Is every row right, and is the loss either this or 0?",
    repeats=True,
)

CAUSES = (
    EDGE_POSITIVE, EDGE_NEGATIVE, EDGE_OF_P, EDGE_SOFTMAX, SMALLEST_NORMAL, EDGE_SOFTPLUS, CLAMP,
    SMALLEST_LOSS,
)  # fmt: skip

SLACK = 0.06
"""An edge lies within so much of where paper and pencil have it; it is bisected if that is near."""

SCRATCH = frozenset({"scratch"})
SIGMOIDS = frozenset({"BCELoss", "scratch"})

CLAMPED_AT = 100.0


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Edges in all formats, the clamp, and the smallest losses above 0."""
    for form in asked.every_format:
        smallest_exponent = -math.log2(form.smallest_subnormal)
        bits = form.precision
        near = (
            (EDGE_POSITIVE, _about_exp(form), edge_positive, SCRATCH),
            (EDGE_NEGATIVE, (bits if form.is_half else bits - 1) * math.log(2), edge_negative, SIGMOIDS),
            (EDGE_OF_P, bits * math.log(2), edge_of_p, SIGMOIDS),
            (EDGE_SOFTMAX, smallest_exponent * math.log(2), edge_softmax, SCRATCH),
            (SMALLEST_NORMAL, -math.log(form.smallest_normal), smallest_normal, SCRATCH),
            (EDGE_SOFTPLUS, math.log(form.max), edge_softplus, SCRATCH),
            (SMALLEST_LOSS, form.eps, smallest_loss, frozenset({"CrossEntropyLoss", "NLLLoss"})),
        )
        for cause, about, edge, losses in near:
            slack = 1.0 if cause is SMALLEST_LOSS else SLACK
            if not abs(asked.typed.value - about) <= slack * about:  # nan is near to none of them
                continue
            rows, fields = edge(form)
            yield Candidate(
                cause=cause,
                about=about,
                rows=partial(_given, rows),
                fields={"format": form.name, **fields},
                core=True,
                slack=slack,
                losses=losses,
                form=form,
            )
    yield Candidate(
        cause=CLAMP,
        about=CLAMPED_AT,
        rows=lambda: binary("bce_sigmoid", [-far(asked.formats[0])], [1.0], form=asked.formats[0]),
        core=True,
        losses=frozenset({"BCELoss"}),
        form=asked.formats[0],
    )


def _given(rows: Rows) -> Rows:
    return rows


def _about_exp(form: Format) -> float:
    """Where 1 / (1 + exp(-z)) vanishes: exp overflows, or in float16 the result underflows."""
    return -math.log(form.smallest_subnormal) if form is FLOAT16 else math.log(form.max)


Edge = tuple[Rows, dict[str, object]]


@cache
def edge_positive(form: Format) -> Edge:
    """-log(sigmoid(z)): the lowest z with a finite loss."""
    return _edge(lambda z: binary("binary_scratch", [z], [1.0], form=form), form, towards=-1)


@cache
def edge_negative(form: Format) -> Edge:
    """-log(1 - sigmoid(z)): the highest z with a finite loss."""
    return _edge(lambda z: binary("binary_scratch", [z], [0.0], form=form), form, towards=1)


@cache
def edge_softplus(form: Format) -> Edge:
    """log(1 + exp(z)): the highest z with a finite loss."""
    return _edge(lambda z: binary(SOFTPLUS, [z], [0.0], form=form), form, towards=1)


@cache
def edge_softmax(form: Format) -> Edge:
    """-log(softmax(z)) of two classes: the lowest logit with a finite loss."""
    return _edge(lambda z: multiclass("multiclass_scratch", [[z, 0.0]], [0], form=form), form, towards=-1)


@cache
def edge_of_p(form: Format) -> Edge:
    """-log(1 - p) of the float next below 1."""
    p = float(next_float(form.round(1.0), -1))
    return binary(OF_GIVEN_P, [p], [0.0], form=form), {"p": p}


@cache
def smallest_normal(form: Format) -> Edge:
    """-log(p) of the smallest normal p."""
    p = form.smallest_normal
    return binary(OF_GIVEN_P, [p], [1.0], form=form), {"p": p}


@cache
def smallest_loss(form: Format) -> Edge:
    """The smallest loss above 0 of a row of two classes."""

    def rows(z: float) -> Rows:
        return multiclass("cross_entropy", [[z, 0.0]], [0], form=form)

    z = _last(lambda z: rows(z).value > 0, form, towards=1)
    return rows(z), {"z": z}


def _edge(rows: Callable[[float], Rows], form: Format, *, towards: int) -> Edge:
    z = _last(lambda z: math.isfinite(rows(z).value), form, towards=towards)
    return rows(z), {"z": z}


def _last(holds: Callable[[float], bool], form: Format, *, towards: int) -> float:
    """The last float on the way from 0 for which it holds; beyond, it holds nowhere."""
    low, high = 0, int(ordinals(form.round(min(form.max, 2048.0))))
    while high - low > 1:
        middle = (low + high) // 2
        at = float(from_ordinals(np.int64(middle), form))
        low, high = (middle, high) if holds(towards * at) else (low, middle)
    return towards * float(from_ordinals(np.int64(low), form))
