"""What a number is not, by which numbers; and the answer that is always possible: nothing is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from engine.floats.formats import FLOAT32
from engine.loss_values.answer import Answer, Candidate, Cause, RuledOut
from engine.loss_values.asked import Asked
from engine.loss_values.chance import CHANCE, CHANCE_IN_FORMAT, NEAR_CHANCE, TWO_CLASSES
from engine.loss_values.edges import CLAMP, CLAMPED_AT
from engine.loss_values.feedings import SIGMOID_TWICE, SIGMOID_TWICE_RIGHT, SOFTMAX_TWICE, SOFTMAX_TWICE_WRONG
from engine.loss_values.limits import K_OF_N
from engine.loss_values.rows import binary, one_hot

ORDINARY = Cause(
    "nothing_wrong",
    "Nothing wrong: a row at z = {z:.7g}, y = {target}",
    "A row that is so wrong, or a mean of such rows, gives this loss by itself.",
    "Is it another number in the next batch?",
)

MOST_ROWS = 2000
"""So many rows k of N is looked for in when it is ruled out."""


def ordinary(asked: Asked) -> Candidate | None:
    """The row of BCEWithLogitsLoss that gives any loss above 0."""
    value = asked.typed.value
    if not (0 < value <= FLOAT32.max):
        return None
    if value > 30:
        z, target = value, 0.0
    else:
        z, target = (
            (math.log(math.expm1(value)), 0.0)
            if value >= math.log(2)
            else (-math.log(math.expm1(value)), 1.0)
        )
    return Candidate(
        cause=ORDINARY,
        about=value,
        rows=lambda: binary("bce_with_logits", [z], [target]),
        fields={"z": z, "target": f"{target:g}"},
        allowance=2 * FLOAT32.eps * max(1.0, value),
    )


def ruled_out(asked: Asked, answers: Sequence[Answer]) -> tuple[RuledOut, ...]:
    """The first things that one thinks of, where the number is none of them."""
    value = asked.typed.value
    if not math.isfinite(value) or value <= 0:
        return ()
    found = {answer.key for answer in answers}
    return tuple(each for keys, each in _sentences(asked) if not keys & found)


def _sentences(asked: Asked) -> Iterator[tuple[set[str], RuledOut]]:
    value, classes = asked.typed.value, asked.options.classes
    at_chance = {CHANCE.key, CHANCE_IN_FORMAT.key, TWO_CLASSES.key, NEAR_CHANCE.key}
    if classes is not None:
        yield (
            at_chance,
            RuledOut(
                "not_chance_of",
                "chance of {classes} classes (that is {chance:.6g})",
                {"classes": classes, "chance": math.log(classes)},
            ),
        )
    elif value < 20:
        would_be = math.exp(value)
        yield (
            at_chance,
            RuledOut("not_chance", "chance of C classes (C would be {classes:,.6g})", {"classes": would_be}),
        )
    low, high = (binary("bce_with_logits", [p], [y]).value for p, y in ((1.0, 1.0), (1.0, 0.0)))
    if not low - asked.typed.half <= value <= high + asked.typed.half:
        yield (
            {SIGMOID_TWICE.key, SIGMOID_TWICE_RIGHT.key},
            RuledOut(
                "not_sigmoid_twice",
                "sigmoid twice (always from {low:.5g} to {high:.5g})",
                {"low": low, "high": high},
            ),
        )
    if classes is not None and 1 < classes <= MOST_ROWS:
        low, high = one_hot(classes, 0).value, one_hot(classes, 1).value
        if not low - asked.typed.half <= value <= high + asked.typed.half:
            yield (
                {SOFTMAX_TWICE.key, SOFTMAX_TWICE_WRONG.key},
                RuledOut(
                    "not_softmax_twice",
                    "softmax twice (always from {low:.5g} to {high:.5g} with {classes} classes)",
                    {"low": low, "high": high, "classes": classes},
                ),
            )
    yield from _clamped_rows(asked)


def _clamped_rows(asked: Asked) -> Iterator[tuple[set[str], RuledOut]]:
    value, rows = asked.typed.value, asked.options.rows
    keys = {K_OF_N.key, CLAMP.key}
    if value > CLAMPED_AT:
        yield keys, RuledOut("not_clamped", "BCELoss's clamp (its mean is never above 100)")
    elif rows is not None:
        yield keys, RuledOut("not_k_of_n", "k of {rows} rows clamped at 100", {"rows": rows})
    else:
        all_rows = np.arange(1, MOST_ROWS + 1)
        nearest = np.rint(value * all_rows / CLAMPED_AT)
        fits = np.flatnonzero(np.abs(nearest * CLAMPED_AT / all_rows - value) <= asked.typed.half)
        if not fits.size:
            sentence = "k of N rows clamped at 100 (no N up to {most:,})"
            yield keys, RuledOut("not_k_of_any", sentence, {"most": MOST_ROWS})
        elif k := int(nearest[fits[0]]):
            sentence = "k of N rows clamped at 100 (it would take {k} of {rows} rows)"
            yield keys, RuledOut("not_k_of_least", sentence, {"k": k, "rows": int(fits[0]) + 1})
