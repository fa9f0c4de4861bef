"""Lesson files: plain sentences, one right answer each, and no word without a card."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from engine import CATALOGUE, evaluate
from gui.learn.lesson import is_done
from gui.learn.lesson_files import lesson_titles, lessons
from gui.services.terms.words import words

ALL = list(lessons().values())
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
MOST_WORDS = 25
TECHNICAL = re.compile(
    r"saturat|clamp|underflow|overflow|subnormal|ULP|log-sum-exp|logit|sigmoid|softmax|ledger|smoothing|scratch"
    r"|pos_weight|ignore|gradient|float16|float32|float64|bfloat16",
    re.IGNORECASE,
)


def texts_of(lesson) -> list[str]:
    return [
        lesson.title,
        *lesson.tells,
        lesson.hint,
        lesson.question,
        *(choice.text for choice in lesson.choices),
        *lesson.explains,
        lesson.task,
    ]


def test_there_are_ten_in_their_order():
    assert [lesson.number for lesson in ALL] == list(range(1, 11))
    assert list(lessons()) == [
        "agree",
        "saturation",
        "clamp",
        "dead_gradient",
        "log_sum_exp",
        "weak_side",
        "half_precision",
        "softmax_twice",
        "denominators",
        "broken_row",
    ]


@pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.key)
def test_exactly_one_choice_is_what_the_engine_gives(lesson):
    assert 0 <= lesson.answer < len(lesson.choices) == 4


@pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.key)
def test_sentences_are_plain_and_three_explain(lesson):
    sentences = [each for text in texts_of(lesson) for each in SENTENCE_END.split(text)]
    assert [each for each in sentences if len(each.split()) > MOST_WORDS] == []
    assert len(lesson.explains) == 3


@pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.key)
def test_no_lesson_needs_a_word_that_has_no_card(lesson):
    assert set(lesson.words) <= set(words())
    names = {name.casefold() for card in words().values() for name in (card.title, *card.names)}
    for text in texts_of(lesson):
        for word in map(str.casefold, TECHNICAL.findall(text)):
            assert any(word in name for name in names), (word, text)


@pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.key)
def test_what_is_to_be_done_is_not_done_yet(lesson):
    roles = CATALOGUE
    assert not is_done(lesson.done, evaluate(lesson.file.problem, formulas=roles))


@pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.key)
def test_a_lesson_opens_on_the_row_that_it_asks_about(lesson):
    view = lesson.file.view
    assert view is not None
    if lesson.asks.of in {"loss", "gradient"}:
        assert view.row == lesson.asks.row
        assert lesson.cover.hides(lesson.asks.formula, view.row)
    else:
        assert lesson.cover.hides_mean(lesson.asks.formula)


def test_a_card_s_lesson_is_there():
    titles = lesson_titles()
    for word in words().values():
        assert not word.lesson or word.lesson in titles


def loss(key, formula, row):
    return float(evaluate(lessons()[key].file.problem, formulas=CATALOGUE).column(formula).loss[row])


def test_the_numbers_of_the_texts_are_the_engine_s():
    """Each is in a sentence: what it is stands in the name of the lesson and the formula."""
    assert loss("saturation", "bce_sigmoid", 4) == pytest.approx(15.9424, abs=5e-5)
    p = np.float32(1) / (np.float32(1) + np.exp(np.float32(-16)))
    assert float(np.float32(1) - p) == pytest.approx(1.19e-7, rel=5e-3)
    assert 1 / (1 + math.exp(16)) == pytest.approx(1.13e-7, rel=5e-3)
    assert float(np.spacing(np.float32(0.75))) == pytest.approx(6e-8, rel=0.01)
    assert [loss("dead_gradient", key, 4) for key in ("bce_sigmoid", "bce_with_logits")] == [50, 50]
    assert math.exp(-50) == pytest.approx(1.9e-22, rel=0.02)
    assert math.exp(-110) == pytest.approx(1.7e-48, rel=0.02)
    assert float(np.finfo(np.float32).smallest_subnormal) == pytest.approx(1.4e-45, rel=0.01)
    assert loss("log_sum_exp", "cross_entropy", 1) == 110
    assert loss("weak_side", "bce_sigmoid", 6) == pytest.approx(2.06e-9, rel=2e-3)
    assert float(np.spacing(np.float16(0.75))) == pytest.approx(4.9e-4, rel=5e-3)
    assert 1 / (1 + math.exp(8.3203125)) == pytest.approx(2.4e-4, rel=0.02)
    assert math.log(1 + 2 / math.e) == pytest.approx(0.5514, abs=5e-5)
    ledger = (
        evaluate(lessons()["denominators"].file.problem, formulas=CATALOGUE).column("cross_entropy").ledger
    )
    assert (ledger.numerator, ledger.denominator) == (pytest.approx(8.1462, abs=5e-5), 7)
    assert ledger.numerator / 4 == pytest.approx(2.0365, abs=5e-5)
    assert 1 / (1 + math.exp(60)) == pytest.approx(8.8e-27, rel=0.01)
    assert loss("broken_row", "binary_scratch", 8) == 60
