"""Which class a word is, and whether a first line is a header."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.guesses.cells import kind_of
from engine.data.guesses.header import header_of
from engine.data.guesses.label_words import NO_CLASS, class_numbers, order_of


@pytest.mark.parametrize(
    ("words", "classes", "kind", "order"),
    [
        ("dog cat dog", "cat dog owl", "column_names", "cat dog owl"),
        ("DOG Cat", "cat dog", "column_names", "cat dog"),
        ("dog cat", "logit_cat logit_dog", "column_names", "cat dog"),
        ("dog", "prob[cat] prob[dog]", "column_names", "cat dog"),
        ("True False True", "", "truth", "False True"),
        ("yes no", "", "truth", "no yes"),
        ("pos neg", "z0 z1", "truth", "neg pos"),
        ("ham spam", "", "truth", "ham spam"),
        ("LABEL_2 LABEL_0", "", "numbered", "LABEL_0 LABEL_1 LABEL_2"),
    ],
)
def test_words_that_tell_their_class_are_sure(words, classes, kind, order):
    guess = order_of(words.split(), classes.split())
    assert guess.is_sure
    assert guess.value.kind == kind
    assert guess.value.words == tuple(order.split())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("dog cat owl", "words_of_classes"),
        ("cat cat", "one_word"),
        ("yes", "one_word"),
        ("yes no unknown", "unknown_word"),
        ("cat nan dog", "unknown_word"),
        ("true no", "words_of_classes"),
        ("class_1 class_2", "words_of_classes"),
    ],
)
def test_other_words_are_asked_about(words, why):
    guess = order_of(words.split())
    assert not guess.is_sure
    assert guess.reason.key == why


def test_both_orders_are_offered():
    guess = order_of(["dog", "cat", "owl"])
    assert (guess.value.kind, guess.value.words) == ("alphabetic", ("cat", "dog", "owl"))
    assert [(order.kind, order.words) for order in guess.others] == [("first_seen", ("dog", "cat", "owl"))]


def test_two_spellings_of_one_letter_are_one_word():
    parted = unicodedata.normalize("NFD", "Müll")
    guess = order_of([parted, "rest"], ["Müll", "Rest"])
    assert guess.is_sure
    assert class_numbers([parted, "REST", "Müll"], guess.value).tolist() == [0, 1, 0]


def test_words_of_no_class_are_marked():
    order = order_of(["cat", "", "dog", "fish"], ["cat", "dog"]).value
    assert order.kind == "alphabetic"
    numbers = class_numbers(["cat", "", "bird"], order)
    assert numbers.tolist() == [0, NO_CLASS, NO_CLASS]


NUL = "\0"  # no text has it, and NumPy's strings end at it
WORDS = st.text(st.characters(exclude_characters=NUL, exclude_categories=["Cs"]), min_size=1).filter(
    str.strip
)


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_every_word_has_its_own_class_in_either_order(words):
    guess = order_of(words)
    for order in (guess.value, *guess.others):
        numbers = class_numbers(np.array(order.words), order)
        assert numbers.tolist() == list(range(len(order.words)))


# -- the header -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "is_sure"),
    [
        ("z,y/1.5,0", True, True),
        (",cat,dog/0,.4,-.4", True, True),
        ("1.5,0/2.5,1", False, True),
        ("0,1/1.5,0.0/-2.5,1.0", True, True),
        (",0,1/0,1.5,2/1,2.5,3", True, True),
        ("0,1,2/1.5,0.2,1/2.5,0.1,0", True, False),
        ("1,2/5,7/3,1", False, False),
        ("0,1,2,label/1.5,0.2,0.1,cat", True, True),
        ("1.5,cat/2.5,dog", False, True),
        ("text,label/good,pos/bad,neg", True, False),
        ("z/1,5/-2,5", True, True),
        ("#N/A/1.5/2.5", False, True),
        ("1,234.5/2.5", False, True),
        ("nan,inf/1,2", False, True),
        ("z,y", True, True),
    ],
)
def test_the_first_line_is_a_header_or_not(text, value, is_sure):
    error = text.startswith("#N/A")
    lines = ["#N/A", *text[5:].split("/")] if error else text.split("/")
    guess = header_of([line.split(",") for line in lines])
    assert (guess.value, guess.is_sure) == (value, is_sure)


def test_integer_names_above_one_column_are_asked_about():
    assert not header_of([["0"], ["1.5"]]).is_sure


def test_cells_are_numbers_blanks_words_or_mistakes():
    cells = {"number": "1.5 −2 ∞ 0x1p3 1,5 1,234.5 nan -inf 1e5", "word": "cat 2020_01 #1 x1 1.5.2 --1"}
    cells |= {"blank": "NA N/A None null <NA>", "mistake": "1_000 #N/A #DIV/0! #REF!"}
    for kind, text in cells.items():
        assert {cell: kind_of(cell) for cell in text.split()} == dict.fromkeys(text.split(), kind)
    assert kind_of("  ") == "blank"
