"""Why a pasted text is refused, in words that name the place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data import PasteError, Refusal, parse_block
from gui.tables.editing.paste_words import refusal_words


def refused(text):
    with pytest.raises(PasteError) as caught:
        parse_block(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", Refusal.EMPTY),
        ("1\n" * 2_000_001, Refusal.TOO_LONG),
        ("a\tb\n1\t2\n3\tx", Refusal.NOT_A_NUMBER),
        ("1\t\n2\tx", Refusal.NOT_A_NUMBER),
        ("x = [1, 2]; y = [1]", Refusal.BLOCKS),
        ("1\t2\n3", Refusal.RAGGED),
        ("1,000.5", Refusal.COMMA),
        ("tensor([1., 2., ..., 3.])", Refusal.ELLIPSIS),
        ("[[[1.]]]", Refusal.DIMENSIONS),
        ("[1]" + " " * 1_000_000 + "x", Refusal.BRACKETS),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, str) else value.name,
)
def test_every_refusal_has_its_words(text, refusal):
    error = refused(text)
    assert error.refusal is refusal
    assert refusal_words(error).startswith("Paste: ")
    assert len(refusal_words(error)) < 200


def test_a_decimal_comma_is_explained():
    assert "write 1.5 with a point" in refusal_words(refused("1,5"))
    assert "row 1, column 2" in refusal_words(refused("1\t2,5"))
    assert "2.5" in refusal_words(refused("1\t2,5"))


def test_an_ellipsis_is_explained():
    assert "torch.set_printoptions(profile='full')" in refusal_words(refused("[1, ..., 2]"))


@given(st.text(alphabet=st.sampled_from("[](),;\t\n\r .-+0123456789einfax='\"*_−∞…")) | st.text())
def test_any_text_that_is_refused_is_explained(text):
    try:
        words = f"Paste: {parse_block(text)}"
    except PasteError as error:
        words = refusal_words(error)
    assert words.startswith("Paste: ")
