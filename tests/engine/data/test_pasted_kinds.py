"""What terminals, notebooks, logs, databases and Markdown print, pasted as it stands."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from same_bits import same_bits

from engine import BFLOAT16, FLOAT16, FLOAT32, FLOAT64
from engine.data import (
    DataFileError,
    PastedFile,
    PasteError,
    Refusal,
    inspect,
    no_progress,
    parse_block,
    parse_text,
    read,
)
from tests.engine.data.amounts import amount

TENSOR = "tensor([[ 1.5000, -2.0000],\n        [ 0.2500,     inf]]"
ARRAY = "array([[1.5, -2.],\n       [0.25, inf]], dtype=float32)"
VALUES = [[1.5, -2.0], [0.25, math.inf]]
POLARS = """shape: (2, 3)
┌──────┬──────┬───────┐
│ a    ┆ b    ┆ label │
│ ---  ┆ ---  ┆ ---   │
│ f64  ┆ f64  ┆ i64   │
╞══════╪══════╪═══════╡
│ 1.5  ┆ -2.0 ┆ 0     │
│ 0.25 ┆ inf  ┆ null  │
└──────┴──────┴───────┘
"""
PSQL = "  a   |  b   | label \n------+------+-------\n  1.5 | -2.0 |     0\n 0.25 |  inf |      \n(2 rows)\n"
MARKDOWN = "| a | b | label |\n|---:|:---:|---|\n| 1.5 | -2.0 | 0 |\n| 0.25 | inf | |\n"
MYSQL = (
    "+------+------+-------+\n| a    | b    | label |\n+------+------+-------+\n| 1.5  | -2.0 | 0     |\n"
    "| 0.25 | inf  | NULL  |\n+------+------+-------+\n2 rows in set (0.00 sec)\n"
)


def refused(text):
    with pytest.raises(PasteError) as caught:
        parse_text(text)
    return caught.value


def outcome(text) -> Refusal | int:
    """Why a text is refused, or how many numbers it has; nothing else may come out."""
    try:
        blocks = parse_text(text).blocks
    except PasteError as error:
        return error.refusal
    assert all(block.values.ndim == 2 for block in blocks)
    return sum(block.values.size for block in blocks)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[np.float64(1.5), np.float64(-2.0)]", [[1.5], [-2]]),
        ("[tensor(1.5000), tensor(-2.)]", [[1.5], [-2]]),
        ("[tensor(1.5000, grad_fn=<MulBackward0>), tensor(-2., device='cuda:0')]", [[1.5], [-2]]),
        ("[[np.float32(1.5), np.float32(nan)], [np.float32(-inf), 2]]", [[1.5, math.nan], [-math.inf, 2]]),
        ("[tensor([1.5000, 2.0000]), tensor([-2.,  1.])]", [[1.5, 2], [-2, 1]]),
        ("[array([1.5, 2. ], dtype=float32), array([-2.,  1.], dtype=float32)]", [[1.5, 2], [-2, 1]]),
        ("[1.5, 2.0]\n[-2.0, 1.0]", [[1.5, 2], [-2, 1]]),
        ("[1.5, 2.0],\n[-2.0, 1.0],\n", [[1.5, 2], [-2, 1]]),
        ("tensor([1.5000, 2.0000])\ntensor([-2.,  1.])", [[1.5, 2], [-2, 1]]),
        ("tensor([[1.5, 2.0]])\n\ntensor([[-2.,  1.]])", [[1.5, 2], [-2, 1]]),
        ("tensor(1.5)\ntensor(2.5)", [[1.5], [2.5]]),
        (f"logits: {TENSOR})", VALUES),
        (f"logits = {TENSOR}, device='cuda:0', grad_fn=<AddmmBackward0>)", VALUES),
        (f"logits:\n{TENSOR})", VALUES),
        (f">>> x\n{TENSOR})\n>>> ", VALUES),
        (f">>> x = model(batch)\n>>> print(x)\n{TENSOR})", VALUES),
        (f">>> x = torch.tensor([[1.5, -2.0],\n...     [0.25, torch.inf]])\n>>> x\n{TENSOR})", VALUES),
        (f"In [3]: x\nOut[3]:\n{TENSOR})", VALUES),
        (f"In [3]: x\nOut[3]: {TENSOR})", VALUES),
        (f"<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\n{ARRAY}>", VALUES),
        ("tf.Tensor(\n[[ 1.5  -2.  ]\n [ 0.25   inf]], shape=(2, 2), dtype=float32)", VALUES),
        ("<tf.Tensor: shape=(), dtype=float32, numpy=1.5>", [[1.5]]),
        ("<tf.Variable 'v:0' shape=(2,) dtype=float32, numpy=array([1., 2.], dtype=float32)>", [[1], [2]]),
        ("Array([[1.5, -2.0],\n       [0.25, inf]], dtype=float32)", VALUES),
        (f"```python\n{TENSOR})\n```", VALUES),
        ("```\n1.5,-2\n0.25,inf\n```\n", VALUES),
        (f"2024-05-01 12:00:00,123 INFO train: logits={TENSOR})", VALUES),
        (f"[2024-05-01 12:00:00] [INFO] logits: {TENSOR})", VALUES),
        ("INFO:root:[1.5, -2.0]\nINFO:root:[0.25, inf]", VALUES),
        ("12:00:00 INFO [[1.5, -2.0], [0.25, inf]]", VALUES),
        (f"SequenceClassifierOutput(loss=None, logits={TENSOR}), hidden_states=None)", VALUES),
        ("TRUE\tFALSE\nTrue\tfalse", [[1, 0], [1, 0]]),
        ("[[True, False], [False, True]]", [[1, 0], [0, 1]]),
        ("1.5\t\n\t2\nNA\tnull", [[1.5, math.nan], [math.nan, 2], [math.nan, math.nan]]),
        ("z,y\n1.5,\n,1", [[1.5, math.nan], [math.nan, 1]]),
        ("1.5, 2,\n3, 4,\n", [[1.5, 2], [3, 4]]),
        ("          z  y\n0  1.500000  1\n1 -2.000000  0\n", [[1.5, 1], [-2, 0]]),
        ("tensor([[−1.5, ∞]])", [[-1.5, math.inf]]),
        ("[0x1.8p3, 1]", [[12], [1]]),
    ],
)  # fmt: skip
def test_what_others_print_is_read(text, values):
    assert same_bits(parse_block(text).values, values)


@pytest.mark.parametrize("text", [POLARS, PSQL, MARKDOWN, MYSQL], ids=["polars", "psql", "markdown", "mysql"])
def test_drawn_tables_are_read_with_their_names(text):
    block = parse_block(text)
    assert block.header == ("a", "b", "label")
    assert same_bits(block.values, [[1.5, -2, 0], [0.25, math.inf, math.nan]])
    assert same_bits(parse_block(f"```\n{text}```").values, block.values)


# -- names and formats ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "x = tensor([[1.5, 2.0], [-2.0, 1.0]]); y = tensor([1, 0])",
        "x = torch.tensor([[1.5, 2.0], [-2.0, 1.0]])\ny = torch.tensor([1, 0])",
        "labels: tensor([1, 0])\nlogits: tensor([[1.5, 2.0], [-2.0, 1.0]])",
        "{'logits': tensor([[1.5, 2.0],\n        [-2.0, 1.0]]), 'labels': tensor([1, 0])}",
        ">>> logits\ntensor([[1.5, 2.0], [-2.0, 1.0]])\n>>> labels\ntensor([1, 0])",
        "logits\n[[1.5, 2.0], [-2.0, 1.0]]\ntarget\n[1, 0]",
        "out: [1.5, 2.0] target: 1\nout: [-2.0, 1.0] target: 0".replace(
            "target: 1", "; target = [1]"
        ).replace("target: 0", "; target = [0]"),
    ],
)
def test_the_text_names_logits_and_target(text):
    pasted = parse_text(text)
    assert pasted.logits.values.tolist() == [[1.5, 2], [-2, 1]]
    assert pasted.target.values.tolist() == [[1], [0]]


def test_named_blocks_stand_side_by_side_for_a_table():
    block = parse_block("x = tensor([[1.5, 2.0], [-2.0, 1.0]]); y = tensor([1, 0])")
    assert block.header == ("x[0]", "x[1]", "y")
    assert block.values.tolist() == [[1.5, 2, 1], [-2, 1, 0]]
    with pytest.raises(PasteError) as caught:
        parse_block("x = [1, 2, 3]; y = [1]")
    assert caught.value.refusal is Refusal.BLOCKS


def test_a_lone_value_or_table_has_no_role():
    for text in ("tensor([1., 2.])", "1\n2"):
        pasted = parse_text(text)
        assert (pasted.logits, pasted.target, len(pasted.blocks)) == (None, None, 1)


@pytest.mark.parametrize(
    ("attributes", "fmt"),
    [
        ("dtype=torch.float16", FLOAT16),
        ("device='cuda:0', dtype=torch.bfloat16, grad_fn=<ToCopyBackward0>", BFLOAT16),
        ("dtype=float32", FLOAT32),
        ("dtype=torch.double", FLOAT64),
        ("dtype=torch.int64", None),
        ("device='cpu'", None),
    ],
)
def test_the_printed_type_is_the_format(attributes, fmt):
    assert parse_text(f"{TENSOR}, {attributes})").format is fmt
    assert parse_block(f"{TENSOR},\n       {attributes})").format is fmt
    pasted = parse_text(f"y = tensor([0, 1]); z = {TENSOR}, {attributes})")
    assert pasted.format is fmt


def test_a_list_of_typed_numbers_has_no_type_of_its_own():
    assert parse_text("[np.float64(1.5)]").format is None


# -- refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "refusal", "quoted"),
    [
        ("torch.Size([3, 2])", Refusal.BRACKETS, "torch.Size([3, 2])"),
        ("tensor([[ 0.6120, -0.1715,  ...,  0.4581]])", Refusal.ELLIPSIS, None),
        ("[np.float64(1.5), ...]", Refusal.ELLIPSIS, None),
        (POLARS.replace("0.25", "…   "), Refusal.ELLIPSIS, None),
        ("[1, 2] + [3]", Refusal.BRACKETS, "+"),
        ("tensor([(1, 2), (3, z)])", Refusal.NOT_A_NUMBER, "z"),
        ("#N/A\n1.5\n2.5", Refusal.NOT_A_NUMBER, "#N/A"),
        ("1.5\t#DIV/0!\n2\t3", Refusal.NOT_A_NUMBER, "#DIV/0!"),
        ("1_000\n2", Refusal.NOT_A_NUMBER, "1_000"),
        ("[1_000, 2]", Refusal.NOT_A_NUMBER, "1_000"),
        ("[[[1.5]]]", Refusal.DIMENSIONS, None),
        ("[1, 2]\n[1, 2, 3]", Refusal.RAGGED, None),
        ("loss went down [1.5, 2.0]: good", Refusal.BRACKETS, None),
    ],
)
def test_a_refusal_quotes_what_was_pasted(text, refusal, quoted):
    error = refused(text)
    assert error.refusal is refusal
    assert quoted is None or error.text.startswith(quoted)
    assert refusal is Refusal.RAGGED or error.text in text


@pytest.mark.parametrize("header", ["z (1)\ty (2)", "z[0]\tz[1]", "z [1], y [2]", "logit (raw);y (0/1)"])
def test_brackets_in_a_header_are_no_printed_value(header):
    sign = next(sign for sign in "\t;," if sign in header)
    block = parse_block(f"{header}\n1.5{sign}0\n")
    assert len(block.header) == 2
    assert block.values.tolist() == [[1.5, 0]]


def test_a_title_above_a_table_names_no_columns():
    block = parse_block("my results\n1.5\t0\n2.5\t1")
    assert (block.header, block.values.tolist()) == ((), [[1.5, 0], [2.5, 1]])


def test_the_cell_at_fault_is_named_under_a_header():
    error = refused("z\ty\n1\t0\n2\t#N/A")
    assert (error.row, error.column, error.text) == (1, 1, "#N/A")


@pytest.mark.parametrize(
    "text",
    [
        "a(" * amount(300_000),
        "x" * amount(2_000_000),
        "1" * amount(2_000_000),
        "(1" * amount(300_000),
        "[1]," * amount(100_000) + "x",
        "x = [1]\n" * amount(50_000) + "?",
        "<tf." * amount(300_000),
        "| - " * amount(300_000),
        "[" + "a(1" * amount(200_000),
        "x=[1, " + "tensor(" * amount(200_000),
        "a " * amount(500_000) + "[1]",
        "\n>>> " * amount(200_000) + "[1",
        "[1" + ", a=b" * amount(200_000) + "]x",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_are_read_or_refused_in_linear_time(text):
    assert outcome(text) is not None


# -- properties -----------------------------------------------------------------------------------------

FLOATS = st.floats(width=64)
TABLES = st.integers(1, 4).flatmap(
    lambda columns: st.lists(st.lists(FLOATS, min_size=columns, max_size=columns), min_size=1, max_size=5)
)


def as_markdown(rows):
    lines = [["a"] * len(rows[0]), ["---"] * len(rows[0]), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


WRITERS = {
    "lists": lambda rows: "\n".join(map(str, rows)),
    "numpy numbers": lambda rows: repr([[np.float64(value) for value in row] for row in rows]),
    "tensors": lambda rows: "[" + ",\n ".join(f"tensor({row}, device='cuda:0')" for row in rows) + "]",
    "a log": lambda rows: f"12:00 INFO [step 3] logits={rows}",
    "a prompt": lambda rows: f">>> z\ntensor({rows}, dtype=torch.float64)\n>>> ",
    "markdown": as_markdown,
    "a fence": lambda rows: "```\n" + "\n".join(";".join(map(repr, row)) for row in rows) + "\n```",
    "tensorflow": lambda rows: f"<tf.Tensor: shape=(1, 2), dtype=float64, numpy=\narray({rows})>",
}  # fmt: skip


@given(TABLES, st.sampled_from(sorted(WRITERS)))
def test_any_numbers_in_any_of_these_come_back_bit_for_bit(rows, writer):
    values = parse_block(WRITERS[writer](rows)).values
    flat = len(rows) == 1 and writer == "lists"
    assert same_bits(values.reshape(np.shape(rows)) if flat else values, rows)


def test_broken_texts_of_these_kinds_are_read_or_refused():
    sources = [
        f"x = {TENSOR}, dtype=torch.float16); y = tensor([1, 0])",
        f">>> x\n{TENSOR})\n>>> y\ntensor([0, 1])",
        "[np.float64(1.5), tensor(2., grad_fn=<A>)]",
        POLARS,
        PSQL,
        MARKDOWN,
        f"```\n2024 INFO logits: {TENSOR})\n```",
        "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>",
        "z,y\nTRUE,\n,#N/A\n1_0,−∞\n",
    ]
    rng = np.random.default_rng(12)
    noise = "[](){}<>,;\t\n\r\"'`.x-+=:|_0e\0…−∞\u2028é│┆─>#"
    for number in range(amount(10_000)):
        text = list(sources[number % len(sources)])
        for _ in range(int(rng.integers(1, 6))):
            at = int(rng.integers(0, len(text) + 1))
            if rng.random() < 0.5:
                text.insert(at, noise[int(rng.integers(0, len(noise)))])
            else:
                del text[at : at + int(rng.integers(1, 9))]
        assert outcome("".join(text)) is not None


# -- as a file ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.txt", "a.log", "a"])
def test_a_file_of_printed_values_is_read_as_the_clipboard_is(tmp_path, name):
    text = f"12:00 INFO logits: {TENSOR}, dtype=torch.float16)\n12:00 INFO labels: tensor([0, 1])\n"
    (tmp_path / name).write_text(text, encoding="utf-8")
    file = inspect(tmp_path / name)
    assert [(entry.name, entry.shape) for entry in file.entries] == [("logits", (2, 2)), ("labels", (2,))]
    logits, labels = file.read((0, 1), no_progress)
    assert (file.has_own_formats, logits.dtype) == (True, np.float16)
    assert same_bits(logits, np.array(VALUES, np.float16))
    assert labels.tolist() == [0, 1]


def test_a_drawn_table_in_a_file_has_an_entry_a_column(tmp_path):
    (tmp_path / "a.txt").write_text(POLARS, encoding="utf-8")
    file = inspect(tmp_path / "a.txt")
    assert [entry.name for entry in file.entries] == ["a", "b", "label"]
    assert same_bits(file.read((2,), no_progress)[0], [0, math.nan])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tensor([1., ..., 2.])", "leaves numbers out"),
        ("[1, 2]\n[3]", "row 2: expected 2 columns as above, got 1"),
        ("1\t2\nx\t4", 'row 2, column 1: expected a number, inf or nan, got "x"'),
        ("[1, 2] + [3]", 'something else is between them: "+"'),
        ("", "expected numbers, got none"),
        ("1,5", '"1,5" may be one number or two'),
        ("[[[1]]]", "more"),
    ],
)
def test_a_pasted_file_is_refused_in_one_line(text, said):
    with pytest.raises(DataFileError) as caught:
        PastedFile.of_text(Path("pasted"), text)
    assert said in str(caught.value)


# -- logits and their labels without names ------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "tensor([[1., 2.], [3., 4.], [5., 6.]])\ntensor([1, 0, 1])\n",
        "(tensor([[1., 2.], [3., 4.], [5., 6.]]), tensor([1, 0, 1]))",
        "tensor([[1., 2.], [3., 4.]]) tensor([1, 0])\ntensor([[5., 6.]]) tensor([1])\n",
        (
            "12:01 INFO logits tensor([[1., 2.],\n        [3., 4.],\n        [5., 6.]])\n"
            "12:01 INFO labels tensor([1, 0, 1])\n"
        ),
    ],
)
def test_a_table_and_a_vector_as_long_are_two_things(text):
    logits, labels = PastedFile.of_text(Path("pasted"), text).read((0, 1), no_progress)
    assert logits.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert labels.tolist() == [1, 0, 1]


def test_labels_of_several_batches_stand_on_one_another_as_the_logits_do():
    text = "logits: tensor([[1., 2.], [3., 4.]])\ny: tensor([1, 0])\n"
    text += "logits: tensor([[5., 6.]])\ny: tensor([1])\n"
    pasted = parse_text(text)
    assert pasted.logits.values.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert pasted.target.values.tolist() == [[1], [0], [1]]


def test_vectors_that_are_as_long_as_no_table_are_rows():
    assert parse_block("tensor([1., 2.])\ntensor([3., 4.])").values.tolist() == [[1, 2], [3, 4]]
    text = "tensor([[1., 2.], [3., 4.], [5., 6.]])\ntensor([7., 8.])"
    assert parse_block(text).values.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]


def test_numbers_of_three_dimensions_are_refused_in_a_tuple_too():
    assert refused("(tensor([[[1., 2.]]]), tensor([1]))").refusal is Refusal.DIMENSIONS


@pytest.mark.parametrize(
    "text",
    [
        "Output(logits=tensor([[1.5, 2.0]]), labels=tensor([1]))",
        "EvalPrediction(predictions=array([[1.5, 2. ]], dtype=float32), label_ids=array([1]))",
        (
            "Output(loss=tensor(0.5, grad_fn=<NllLossBackward0>), logits=tensor([[1.5, 2.0]],\n"
            "       device='cuda:0', grad_fn=<AddmmBackward0>), hidden_states=None,\n"
            "       labels=tensor([1]), attentions=None)"
        ),
        "x = tensor([[1.5, 2.0]], size=torch.Size([1, 2])), label_ids=tensor(1)",
    ],
    ids=["namedtuple", "EvalPrediction", "model output", "scalar"],
)
def test_no_value_of_an_object_that_was_printed_whole_is_lost(text):
    file = PastedFile.of_text(Path("pasted"), text)
    read = file.read(range(len(file.entries)), no_progress)
    arrays = dict(zip([entry.name for entry in file.entries], read, strict=True))
    logits = next(array for name, array in arrays.items() if name in ("logits", "predictions", "x"))
    labels = next(array for name, array in arrays.items() if name in ("labels", "label_ids"))
    assert logits.tolist() == [[1.5, 2]]
    assert labels.reshape(-1).tolist() == [1]


def test_a_log_of_names_and_values_has_a_column_for_each_name(tmp_path):
    text = "12:00 step 1 logit=1.5 label=0\n12:01 step 2 logit=-2.5 label=1\n12:02 step 3 logit=17 label=0\n"
    (block,) = parse_text(text).blocks
    assert list(block.header) == ["logit", "label"]
    np.testing.assert_array_equal(block.values, [[1.5, 0], [-2.5, 1], [17, 0]])
    (tmp_path / "run.log").write_text(text)
    names = dict(read(tmp_path / "run.log"))
    np.testing.assert_array_equal(names["logit"], [1.5, -2.5, 17.0])
    np.testing.assert_array_equal(names["label"], [0, 1, 0])


# -- JSON -----------------------------------------------------------------------------------------------

RECORDS = '{"logits": [1.5, -2], "label": 1}\n{"logits": [0.25, Infinity], "label": 0}\n'


@pytest.mark.parametrize(
    "text",
    [
        RECORDS,
        f"```json\n{RECORDS}```\n",
        '[{"logits": [1.5, -2], "label": 1},\n {"logits": [0.25, Infinity], "label": 0}]',
        '{"logits": [[1.5, -2], [0.25, Infinity]], "label": [1, 0]}',
        '{\n  "logits": [\n    [1.5, -2],\n    [0.25, Infinity]\n  ],\n  "label": [1, 0]\n}',
        '{"columns": ["a", "b"], "data": [[1.5, -2], [0.25, Infinity]]}',
    ],
    ids=["a record a line", "fenced", "records", "arrays", "indented", "a frame's columns and data"],
)
def test_json_is_read_as_it_is_pasted(text):
    block = parse_block(text)
    np.testing.assert_array_equal(block.values[:, :2], VALUES)
    if "label" in text:
        assert parse_text(text).logits.name == "logits"
        assert parse_text(text).target.values.tolist() == [[1], [0]]


def test_dictionaries_as_python_prints_them():
    text = "[{'logits': [1.5, -2.0], 'label': 1}, {'logits': [0.25, 1e999], 'label': 0}]"
    np.testing.assert_array_equal(parse_text(text).logits.values, VALUES)


@pytest.mark.parametrize(
    "text", ['{"a": "hello"}', '{"logits": [1, 2', "{'a': open('x')}", "[" * 90 + '{"a": 1}']
)
def test_what_only_begins_as_json_is_refused(text):
    with pytest.raises(PasteError):
        parse_text(text)
