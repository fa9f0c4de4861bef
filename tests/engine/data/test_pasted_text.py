"""What other programs put on the clipboard, read or refused with the place at fault."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from same_bits import same_bits

from engine.data import Block, PasteError, Refusal, parse_block
from tests.engine.data.amounts import amount

FLOATS = st.floats(width=64)
TABLES = st.integers(1, 4).flatmap(
    lambda columns: st.lists(st.lists(FLOATS, min_size=columns, max_size=columns), min_size=1, max_size=5)
)


def refused(text):
    with pytest.raises(PasteError) as caught:
        parse_block(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1\t2\r\n3\t4\r\n", [[1, 2], [3, 4]]),
        ("1\t2\n3\t4", [[1, 2], [3, 4]]),
        ("1.5", [[1.5]]),
        ('"1.5"\t"2"\n', [[1.5, 2]]),
        ("1;2\n3;4\n", [[1, 2], [3, 4]]),
        ("1.5,1\n-2,0\n", [[1.5, 1], [-2, 0]]),
        ("1 2\n3 4", [[1, 2], [3, 4]]),
        ("−1.5\t∞\n-inf\tNaN", [[-1.5, np.inf], [-np.inf, np.nan]]),
        ("0x1.8p3\n-0.0", [[12], [-0.0]]),
        ("\ufeff1\n2", [[1], [2]]),
        ("1\n\n2\n", [[1], [2]]),
    ],
)
def test_cells_of_spreadsheets_and_files_are_read(text, values):
    assert same_bits(parse_block(text).values, values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            (
                "tensor([[ 1.2000, -3.4000],\n        [    nan,     inf]],\n"
                "       device='cuda:0', grad_fn=<AddBackward0>)"
            ),
            [[1.2, -3.4], [np.nan, np.inf]],
        ),
        ("array([1.5, -inf], dtype=float32)", [[1.5], [-np.inf]]),
        ("array([[1.e+00, 2.e-46],\n       [3.e+00, 4.e+00]])", [[1, 2e-46], [3, 4]]),
        ("[[1. 2.]\n [3. 4.]]", [[1, 2], [3, 4]]),
        ("[ 1.  2.\n  3.]", [[1], [2], [3]]),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("[(1, 2), (3, 4)]", [[1, 2], [3, 4]]),
        ("(1.5, 2)", [[1.5], [2]]),
        ("tensor(3.5000, grad_fn=<MeanBackward0>)", [[3.5]]),
        ("tensor([True, False])", [[1], [0]]),
        ("Parameter containing:\ntensor([1., 2.], requires_grad=True)", [[1], [2]]),
        ("Out[3]: array([[1., 2.]])", [[1, 2]]),
        (">>> torch.tensor([[1, 2]])", [[1, 2]]),
        ("logits = torch.tensor([[1, 2],\n [3, 4]])", [[1, 2], [3, 4]]),
        ("tensor(1e+03 *\n       [ 1.0000, -2.5000])", [[1000], [-2500]]),
        ("tensor([[1., 2.]], size=(1, 2), dtype=torch.float64)", [[1, 2]]),
    ],
)
def test_printed_values_are_read(text, values):
    assert same_bits(parse_block(text).values, values)


def test_a_vector_is_told_from_a_column():
    assert parse_block("[1, 2]").is_vector
    assert not parse_block("[[1], [2]]").is_vector
    assert not parse_block("1\n2").is_vector


@pytest.mark.parametrize("text", ["z,y\n1,5\n2,0\n", "z\ty\n1\t5\n2\t0", '"z";"y"\n1;5\n2;0'])
def test_a_first_row_of_words_is_a_header(text):
    block = parse_block(text)
    assert block.header == ("z", "y")
    assert same_bits(block.values, [[1, 5], [2, 0]])


@pytest.mark.parametrize(
    ("text", "refusal", "place"),
    [
        ("", Refusal.EMPTY, (None, None)),
        (" \n\t", Refusal.EMPTY, (None, None)),
        ("tensor([], size=(0, 2))", Refusal.EMPTY, (None, None)),
        ("word", Refusal.NOT_A_NUMBER, (0, 0)),
        ("1\t2\n3\tx", Refusal.NOT_A_NUMBER, (1, 1)),
        ("a\tb\n1\t2\n3\tx", Refusal.NOT_A_NUMBER, (1, 1)),
        ("1\t \n2\tx", Refusal.NOT_A_NUMBER, (1, 1)),
        ("1\t2\n3", Refusal.RAGGED, (1, None)),
        ("array([[1, 2], [3]])", Refusal.RAGGED, (1, None)),
        ("1;2,5", Refusal.NOT_A_NUMBER, (0, 1)),
        ("1,5", Refusal.COMMA, (0, 0)),
        ("1,5\n2,25", Refusal.COMMA, (0, 0)),
        ("1,000.5", Refusal.COMMA, (0, 0)),
        ("tensor([1., 2., ..., 3.])", Refusal.ELLIPSIS, (None, None)),
        ("[[[1.]]]", Refusal.DIMENSIONS, (None, None)),
        ("tensor([1., 2.", Refusal.BRACKETS, (None, None)),
        ("[1, 2] + [3]", Refusal.BRACKETS, (None, None)),
        ("[[1, 2], 3]", Refusal.BRACKETS, (None, None)),
        ("[1, x]", Refusal.NOT_A_NUMBER, (1, 0)),
        ("[1+2j]", Refusal.NOT_A_NUMBER, (0, 0)),
    ],
)
def test_what_is_no_rectangle_of_numbers_is_refused_with_its_place(text, refusal, place):
    error = refused(text)
    assert (error.refusal, (error.row, error.column)) == (refusal, place)


def test_a_text_beyond_the_bound_is_not_read(monkeypatch):
    monkeypatch.setattr("engine.data.text.pasted_text.LONGEST_TEXT", 10)
    assert refused("1\n" * 10).refusal is Refusal.TOO_LONG
    monkeypatch.setattr("engine.data.text.pasted_cells.MOST_CELLS", 3)
    assert refused("1\t2\n3\t4").refusal is Refusal.TOO_LONG


@given(TABLES, st.sampled_from(["\t", ";"]))
def test_rows_of_cells_come_back_bit_for_bit(table, delimiter):
    text = "\n".join(delimiter.join(map(repr, row)) for row in table) + "\n"
    assert same_bits(parse_block(text).values, table)


@given(TABLES)
def test_what_numpy_and_lists_print_comes_back_bit_for_bit(table):
    values = np.array(table)
    with np.printoptions(threshold=10**6, floatmode="unique"):
        for text in (repr(values), str(values.tolist())):
            assert same_bits(parse_block(text).values, table)


@given(st.text(alphabet=st.sampled_from("[](),;\t\n\r .-+0123456789einfax='\"*_−∞…")) | st.text())
def test_any_text_is_read_or_refused(text):
    try:
        outcome: Block | PasteError = parse_block(text)
    except PasteError as error:
        outcome = error
    if isinstance(outcome, PasteError):
        assert isinstance(outcome.refusal, Refusal)
    else:
        assert outcome.values.ndim == 2
        assert outcome.values.size


@pytest.mark.parametrize(
    "text",
    [
        "[1]" + " " * amount(1_000_000) + "x",
        "[" * amount(1_000_000),
        "[[]" * amount(500_000),
        "tensor(" + "1" * amount(1_000_000) + "x",
        "tensor(1, a=" + ")" * amount(500_000) + "x",
        "[1," + " " * amount(1_000_000) + "x]",
        '"' * (2 * amount(500_000) - 1),
        "1," * amount(1_000_000) + "x",
        "\0" * amount(1_000_000),
        "1\n" * 3_000_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_are_refused_in_linear_time(text):
    assert isinstance(refused(text).refusal, Refusal)


def test_broken_texts_are_read_or_refused():
    sources = [
        "tensor([[ 1.2000, -3.4000],\n        [    nan,     inf]], device='cuda:0')",
        "1.5\t2\r\n3\t-inf\r\n",
        '"z";"y"\n1,5;2\n',
        "z,y\n1.5,2\n",
        "array([1., 2., ..., 3.], dtype=float32)",
    ]
    rng = np.random.default_rng(11)
    noise = "[](),;\t\n\r\"'.x-+0e\0…−∞\u2028é"
    for number in range(amount(10_000)):
        text = list(sources[number % len(sources)])
        for _ in range(int(rng.integers(1, 6))):
            at = int(rng.integers(0, len(text) + 1))
            if rng.random() < 0.5:
                text.insert(at, noise[int(rng.integers(0, len(noise)))])
            else:
                del text[at : at + int(rng.integers(1, 9))]
        try:
            outcome: Block | PasteError = parse_block("".join(text))
        except PasteError as error:
            outcome = error
        assert isinstance(outcome, Block) or isinstance(outcome.refusal, Refusal)
