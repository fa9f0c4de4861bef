"""Cards of words: short plain sentences, links that lead somewhere, and numbers that the engine computes."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest

from engine import (
    BFLOAT16,
    CATALOGUE,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    STABILISERS,
    BinaryProblem,
    MulticlassProblem,
    Regime,
    binary_cross_entropy_with_logits,
    cross_entropy,
    evaluate,
    nll_loss,
    regime_bands,
    softmax,
    ulp,
)
from gui.services.terms.words import found, mentions, words

MOST_WORDS = 25
SENTENCE_END = re.compile(r"(?<=[.?!])\s+|;\s+")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w]|\.\d)")
COUNTING = {"0", "1", "-1", "2"}
"""Targets, limits of probabilities and gradients, and the two classes: no computation stands behind them."""

TERMS = (
    "ulp bits_lost subnormal underflow overflow clamp log_sum_exp logit sigmoid softmax ledger levels "
    "baseline scratch dead_gradient ignore_index label_smoothing pos_weight reduction"
)


def binary(logits, target, **options):
    return BinaryProblem(logits=np.array(logits, float), target=np.array(target, float), **options)


def edge(regime, target, fmt=FLOAT32, formula="bce_sigmoid"):
    """The edge of a formula's failure that lies nearer to 0."""
    bands = regime_bands(binary([0.5], [target], format=fmt), 0)
    own = [band for band in bands if band.formula == formula and band.regime is regime]
    return min((end for band in own for end in (band.start, band.stop)), key=abs)


def loss_of(key, problem):
    return float(evaluate(problem, formulas=CATALOGUE).column(key).loss[0])


def twice(classes, *, right):
    """Softmax twice, of a row that is sure."""
    logits = np.zeros((1, classes), dtype=np.float32)
    logits[0, 0] = 1e4
    return float(cross_entropy(softmax(logits), np.array([0 if right else 1])))


def sigmoid_twice(p, y):
    return float(binary_cross_entropy_with_logits(np.float32([p]), np.float32([y])))


def positive_at_0(weight):
    z, y = np.float32([0]), np.float32([1])
    return float(binary_cross_entropy_with_logits(z, y, pos_weight=np.float32(weight)))


def floor_of(classes, smoothing):
    q = np.full(classes, smoothing / classes)
    q[0] += 1 - smoothing
    return float(-(q * np.log(q)).sum())


def first_inf_of_exp():
    with np.errstate(over="ignore"):
        return next(z for z in range(200) if np.isinf(np.exp(np.float32(z))))


def first_0_of_softmax():
    logits = np.zeros((200, 2), dtype=np.float32)
    logits[:, 0] = -np.arange(200)
    return int(np.flatnonzero(softmax(logits)[:, 0] == 0)[0])


@cache
def computed() -> dict[str, list[float]]:
    """By card, what its numbers are."""
    clamp = [edge(Regime.CLAMPED, 0), edge(Regime.CLAMPED, 1)]
    in_half = [edge(Regime.CLAMPED, 0, FLOAT16), edge(Regime.CLAMPED, 0, BFLOAT16)]
    lost = evaluate(binary([10], [0]), formulas=CATALOGUE).column("bce_sigmoid").error_bits[0]
    scratch = edge(Regime.INFINITE, 0, formula="binary_scratch")
    return {
        "sigmoid": clamp,
        "saturation": [clamp[0], in_half[0]],
        "clamp": [*clamp, -100, loss_of("bce_sigmoid", binary([17], [0]))],
        "dead_gradient": [math.log(1e-12), edge(Regime.CLAMPED, 1)],  # where (1 - p)·p reaches its clamp
        "ulp": [float(ulp(np.float32([1]))[0]), float(ulp(np.float16([1]))[0])],
        "bits_lost": [float(lost), FLOAT32.precision, 10],
        "subnormal": [float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).smallest_subnormal)],
        "underflow": [-20, float(evaluate(binary([-20], [0])).exact.loss[0])],
        "overflow": [FLOAT16.max, FLOAT32.max],
        "log_sum_exp": [first_inf_of_exp()],
        "scratch": [scratch],
        "levels": [math.log(2), math.log(10), 10, 0.1, floor_of(10, 0.1)],
        "weight": [5.639 + 4.959, 6, 4],
        "pos_weight": [positive_at_0(10), positive_at_0(1), 10],
        "ignore_index": [-100],
        "label_smoothing": [0.1, 10, floor_of(10, 0.1)],
        "target": [5, float(binary_cross_entropy_with_logits(np.float64([5]), np.float64([2])))],
        "soft_target": [0.1, -(0.1 * math.log(0.1) + 0.9 * math.log(0.9))],
        "wrong_feeding": [10, twice(10, right=True), twice(10, right=False)],
        "number_format": [fmt.precision for fmt in (FLOAT16, BFLOAT16, FLOAT32, FLOAT64)],
        "half_precision": in_half,
        "bce_with_logits": [-20],
        "bce_sigmoid": [clamp[0], loss_of("bce_sigmoid", binary([17], [0]))],
        "binary_scratch": [scratch],
        "bce_with_logits_of_sigmoid": [sigmoid_twice(p, y) for p in (0, 1) for y in (0, 1)],
        "nll_log_of_softmax": [first_0_of_softmax()],
        "multiclass_scratch": [first_0_of_softmax()],
        "nll_softmax": [10, float(nll_loss(np.full((1, 10), 0.1), np.array([0])))],
        "cross_entropy_of_softmax": [3, twice(3, right=True), twice(3, right=False)],
        "epsilon_in_log": [1e-8],
        "clipped_probability": [1e-8],
        "clipped_log": [-100],
    }


def numbers_in(word) -> list[str]:
    """Those of what a card says; sources and keys have none that are computed."""
    told = [*word.says, *(text for name, text in word.lines if name not in {"Source", "Keys"})]
    return [text for text in NUMBER.findall(" ".join(told)) if text not in COUNTING]


def is_rounded(text, values):
    """Whether one of the values, rounded to the digits of the text, is its number."""
    mantissa, _, power = text.partition("e")
    places = len(mantissa.partition(".")[2])
    unit = 10.0 ** (int(power or 0) - places)
    return any(abs(value - float(text)) <= 0.5 * unit * (1 + 1e-6) for value in values)


@pytest.mark.parametrize("key", [word.key for word in words().values() if word.kind != "places"])
def test_every_number_of_a_card_is_computed(key):
    values = computed().get(key, [])
    assert [text for text in numbers_in(words()[key]) if not is_rounded(text, values)] == []


def test_a_wrong_digit_would_be_seen():
    assert is_rounded("16.635532", computed()["clamp"])
    assert not is_rounded("16.635533", computed()["clamp"])


def test_repairs_of_small_numbers_do_nothing_in_float32_as_their_cards_say():
    assert np.float32(1) + np.float32(1e-8) == 1
    assert np.float32(1) - np.float32(1e-8) == 1


def test_bcewithlogitsloss_is_0_at_minus_20_and_nan_at_inf_as_its_card_says():
    assert loss_of("bce_with_logits", binary([-20], [0])) == 0
    assert math.isnan(loss_of("bce_with_logits", binary([math.inf], [1])))


def test_smoothing_of_a_masked_class_is_inf_as_its_card_says():
    logits = np.array([[0.0, 0.0, -math.inf]])
    masked = MulticlassProblem(logits=logits, target=np.array([0]), label_smoothing=0.1)
    assert loss_of("cross_entropy", masked) == math.inf


def test_the_gradient_of_bceloss_is_dead_where_its_card_says():
    evaluation = evaluate(binary([17, -50], [0, 1]), formulas=CATALOGUE)
    assert evaluation.column("bce_sigmoid").gradient[0] == 0
    assert abs(evaluation.column("bce_sigmoid").gradient[1]) < 1e-9
    assert evaluation.column("bce_with_logits").gradient[1] == -1


@pytest.mark.parametrize("key", list(words()))
def test_a_card_is_short_and_plain_and_leads_on(key):
    word = words()[key]
    sentences = [each for text in word.texts for each in SENTENCE_END.split(text)]
    assert [each for each in sentences if len(each.split()) > MOST_WORDS] == []
    assert word.says
    assert all(each.endswith((".", "?")) for each in word.says)
    assert word.see
    assert set(word.see) <= set(words()) - {key}


def test_every_term_and_every_formula_has_a_card():
    assert set(TERMS.split()) <= set(words())
    assert {formula.key for formula in CATALOGUE} <= set(words())
    assert set(STABILISERS) <= set(words())


@pytest.mark.parametrize("key", [word.key for word in words().values() if word.kind == "formulas"])
def test_a_formula_s_card_says_when_what_breaks_it_and_what_instead(key):
    assert [name for name, _ in words()[key].lines] == ["When", "Takes", "Breaks", "Instead", "Source"]


def test_no_two_cards_have_a_name_in_common():
    names = [name.casefold() for word in words().values() for name in word.names]
    assert len(names) == len(set(names))


def test_words_are_found_in_running_text_the_longest_name_first():
    text = "BCELoss(sigmoid(z)) is clamped, and its gradient is dead; log-sum-exp is not."
    assert [each.key for each in mentions(text)] == ["bce_sigmoid", "clamp", "dead_gradient", "log_sum_exp"]
    assert mentions("unclamped and clampedness") == ()


def test_a_search_finds_cards_by_any_of_their_words_and_those_so_called_first():
    assert found("clamp")[0].key == "clamp"
    assert "bce_sigmoid" in [word.key for word in found("rounds away")]
    assert found("no such word anywhere") == []
    assert len(found("")) == len(words())
