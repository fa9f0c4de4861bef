"""Numbers as text: what may be typed, what a refusal says, and that a copied number comes back."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS
from gui.services.numbers.number_text import (
    exact_text,
    format_number,
    parse_class,
    parse_integer,
    parse_number,
    parse_share,
    shortest_text,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5", 1.5),
        (" 1e-46\t", 1e-46),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        ("−2.5", -2.5),
        ("∞", math.inf),
        ("0x1.8p3", 12.0),
        ("-0x1p-1", -0.5),
        (".5", 0.5),
        ("1e400", math.inf),
    ],
)
def test_what_people_write_is_a_number(text, number):
    assert parse_number(text) == number


def test_nan_and_the_sign_of_zero_are_kept():
    assert math.isnan(parse_number("NaN"))
    assert math.copysign(1.0, parse_number("-0.0")) == -1.0


@pytest.mark.parametrize("text", ["", "  ", "abc", "1.2.3", "1 2", "--1", "0xzz", "1;5", "1e", "0x1p999999"])
def test_text_is_refused_with_what_was_expected(text):
    with pytest.raises(ValueError, match=r"expected a number such as -1\.5.*got"):
        parse_number(text)


def test_a_decimal_comma_is_explained():
    with pytest.raises(ValueError, match=r"got '1,5': write 1\.5 with a point"):
        parse_number("1,5")


def test_a_long_text_is_quoted_short():
    with pytest.raises(ValueError, match="…") as refusal:
        parse_number("x" * 1_000_000)
    assert len(str(refusal.value)) < 150


@given(st.text())
def test_any_text_is_a_number_or_a_refusal(text):
    with contextlib.suppress(ValueError):
        assert isinstance(parse_number(text), float)


@pytest.mark.parametrize(("text", "index"), [("2", 2), (" 0 ", 0), ("-100", -100), ("−100", -100)])
def test_a_class_or_the_ignore_index_is_a_target(text, index):
    assert parse_class(text, 3, -100) == index


@pytest.mark.parametrize("text", ["3", "-1", "1.0", "one", "", "nan"])
def test_any_other_class_is_refused(text):
    with pytest.raises(ValueError, match="expected a class 0 to 2 or ignore_index -100, got"):
        parse_class(text, 3, -100)


@pytest.mark.parametrize("text", ["1.5", "x", "9" * 30])
def test_a_whole_number_is_expected_of_ignore_index(text):
    with pytest.raises(ValueError, match="expected a whole number"):
        parse_integer(text)


@pytest.mark.parametrize("text", ["-0.1", "1.0001", "nan", "inf"])
def test_a_share_lies_between_0_and_1(text):
    with pytest.raises(ValueError, match="expected a number from 0 to 1"):
        parse_share(text)
    assert parse_share("0.1") == 0.1


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0611536e-9, "2.06115e-09"), (-0.0, "-0"), (math.inf, "inf"), (math.nan, "nan"), (100.0, "100")],
)
def test_a_cell_shows_short_text_with_a_point(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1.0, 6, "1"),
        (1 - 2.0**-23, 6, "1 - 1.2e-07"),
        (1 - 2.0**-53, 6, "1 - 1.1e-16"),
        (1 + 2.0**-23, 6, "1 + 1.2e-07"),
        (-1 + 2.0**-24, 6, "-1 + 6e-08"),
        (0.99951171875, 6, "0.999512"),
        (0.99951171875, 3, "1 - 0.00049"),
    ],
)
def test_only_one_reads_one(value, digits, text):
    assert format_number(value, digits) == text


@given(st.floats(), st.integers(3, 17))
def test_only_zero_reads_zero(value, digits):
    assert (format_number(value, digits).lstrip("-") == "0") == (value == 0)


@given(st.sampled_from(FORMATS), st.floats(width=64))
def test_the_shortest_text_identifies_the_float(fmt, number):
    value = float(fmt.round(number))
    again = float(fmt.round(parse_number(shortest_text(value, fmt))))
    assert again == value or (math.isnan(again) and math.isnan(value))


@pytest.mark.parametrize(
    ("fmt", "value", "text"),
    [
        (FLOAT32, float(np.float32(16.635532)), "16.635532"),
        (FLOAT16, float(np.float16(0.1)), "0.1"),
        (BFLOAT16, float(BFLOAT16.round(0.1)), "0.1"),
        (FLOAT64, 0.30000000000000004, "0.30000000000000004"),
        (FLOAT32, 0.30000000000000004, "0.30000000000000004"),
    ],
)
def test_an_editor_opens_with_no_more_digits_than_needed(fmt, value, text):
    assert exact_text(value, fmt) == text
