"""How numbers are shown: digits, all that identify the float, hexadecimal, bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS
from gui.services.numbers.number_display import (
    FEWEST_DIGITS,
    MOST_DIGITS,
    NumberDisplay,
    bit_pattern,
    hexadecimal,
)
from gui.services.numbers.number_text import shortest_text, shortest_texts


@pytest.mark.parametrize("text", ["digits:3", "digits:17", "shortest:6", "hexadecimal:6"])
def test_a_choice_survives_the_settings(text):
    assert NumberDisplay.from_text(text).to_text() == text


@pytest.mark.parametrize("text", ["", "digits:2", "digits:18", "digits:x", "roman:6", "::"])
def test_an_unknown_choice_is_the_first_one(text):
    assert NumberDisplay.from_text(text) == NumberDisplay()


def test_significant_digits_and_all_that_identify():
    third = float(np.float32(1 / 3))
    assert NumberDisplay("digits", 3).show(third, FLOAT32) == "0.333"
    assert NumberDisplay("shortest").show(third, FLOAT32) == "0.33333334"
    assert NumberDisplay("hexadecimal").show(third, FLOAT32) == "0x1.555556p-2"


@given(st.floats(width=64))
def test_hexadecimal_is_exact(value):
    back = float.fromhex(hexadecimal(value))
    assert back == value or np.isnan(value)


@given(
    st.sampled_from(FORMATS),
    st.floats(width=64) | st.floats(0.99, 1.01) | st.floats(-1.01, -0.99),
    st.sampled_from(["digits", "shortest", "hexadecimal"]),
    st.integers(FEWEST_DIGITS, MOST_DIGITS),
)
def test_no_number_is_longer_than_its_column(fmt, value, style, digits):
    display = NumberDisplay(style, digits)
    held = float(fmt.round(value))
    assert len(display.show(held, fmt)) <= len(display.longest(fmt))


@pytest.mark.parametrize(
    ("value", "fmt", "bits"),
    [
        (16.0, FLOAT32, "0 10000011 00000000000000000000000"),
        (-0.0, FLOAT16, "1 00000 0000000000"),
        (1.0, BFLOAT16, "0 01111111 0000000"),
        (float("inf"), FLOAT64, f"0 {'1' * 11} {'0' * 52}"),
        (2.0**-149, FLOAT32, f"0 00000000 {'0' * 22}1"),
    ],
)
def test_the_bits_are_sign_exponent_and_significand(value, fmt, bits):
    assert bit_pattern(value, fmt) == bits


@given(st.sampled_from(FORMATS), st.lists(st.floats(width=64), max_size=8))
def test_a_column_has_the_texts_of_its_numbers(fmt, values):
    held = fmt.round(np.array(values, dtype=np.float64))
    assert shortest_texts(held, fmt) == [shortest_text(float(value), fmt) for value in held]
