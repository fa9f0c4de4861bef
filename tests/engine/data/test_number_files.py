"""What .npy, .npz and .safetensors files hold beside plain arrays: fields, words, raw bits, narrow floats."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from engine import BFLOAT16, FLOAT32, MulticlassProblem
from engine.data import Choice, DataFile, DataFileError, inspect, no_progress, read_problem


def contents(file: DataFile) -> dict[str, np.ndarray]:
    chosen = [index for index, entry in enumerate(file.entries) if entry.fault is None]
    arrays = file.read(chosen, no_progress)
    return {file.entries[index].name: array for index, array in zip(chosen, arrays, strict=True)}


def saved(path: Path, array: np.ndarray) -> DataFile:
    np.save(path / "a.npy", array)
    return inspect(path / "a.npy")


def only_fault(file: DataFile) -> str:
    (entry,) = file.entries
    return str(entry.fault)


# -- NumPy ----------------------------------------------------------------------------------------------


def test_a_bfloat16_array_comes_back_in_its_own_format(tmp_path):
    halves = np.array([[0.5, -1.25], [3, 1e30]], dtype=BFLOAT16.dtype)
    file = saved(tmp_path, halves)
    assert file.entries[0].type_name == "bfloat16"
    problem = read_problem(file, Choice("multiclass", (0,), ()), FLOAT32, no_progress)
    assert isinstance(problem, MulticlassProblem)
    assert problem.format is BFLOAT16
    np.testing.assert_array_equal(problem.logits, halves.astype(np.float64))


def test_numbers_of_a_byte_are_widened_where_the_file_tells_which_and_refused_where_not(tmp_path):
    file = saved(tmp_path, np.array([0.5, 448], dtype=ml_dtypes.float8_e5m2))
    assert file.entries[0].type_name == "float8_e5m2 as float32"
    assert contents(file)["a"].tolist() == [0.5, 448]
    other = saved(tmp_path, np.array([0.5, 448], dtype=ml_dtypes.float8_e4m3fn))
    assert "whose format the file does not tell" in only_fault(other)


@pytest.mark.parametrize("order", ["<", ">"])
def test_raw_uint16_is_named_as_such_and_offered_as_bfloat16(tmp_path, order):
    file = saved(tmp_path, np.array([16129, 48903], dtype=f"{order}u2"))
    assert [(entry.name, entry.type_name, entry.sample) for entry in file.entries] == [
        ("a", "uint16", "16129, 48903"),
        ("a as bfloat16", "bfloat16 (uint16)", "0.503906, -0.527344"),
    ]
    raw, read = file.read((0, 1), no_progress)
    assert raw.tolist() == [16129, 48903]
    assert read.dtype == BFLOAT16.dtype
    assert read.astype(float).tolist() == [0.50390625, -0.52734375]


STRUCTURED = np.array(
    [(1.5, 2, "cat", [1, 2]), (-0.0, 0, "dog", [3, 4])],
    dtype=[("logit", ">f4"), ("label", "<i8"), ("word", "U3"), ("both", "f8", (2,))],
)


def test_the_fields_of_a_structured_array_are_columns(tmp_path):
    found = contents(saved(tmp_path, STRUCTURED))
    assert list(found) == ["logit", "label", "word", "both"]
    assert found["logit"].dtype == np.float32
    assert found["word"].tolist() == ["cat", "dog"]
    for name, values in found.items():
        np.testing.assert_array_equal(values, STRUCTURED[name])
    np.savez(tmp_path / "a.npz", batch=STRUCTURED, z=np.zeros(2))
    names = [entry.name for entry in inspect(tmp_path / "a.npz").entries]
    assert names == ["batch.logit", "batch.label", "batch.word", "batch.both", "z"]


def test_padding_between_fields_is_passed_over(tmp_path):
    aligned = np.zeros(3, dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True))
    aligned["b"] = [1, 2, 3]
    assert contents(saved(tmp_path, aligned))["b"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_structured_matrix_of_either_order_keeps_its_places(tmp_path, order):
    matrix = np.zeros((2, 3), dtype=[("a", "f4"), ("b", "i2", (2,))], order=order)
    matrix["a"] = np.arange(6).reshape(2, 3)
    matrix["b"] = np.arange(12).reshape(2, 3, 2)
    found = contents(saved(tmp_path, matrix))
    np.testing.assert_array_equal(found["a"], matrix["a"])
    np.testing.assert_array_equal(found["b"], matrix["b"])


def test_fields_in_fields_and_objects_are_refused_for_what_they_are(tmp_path):
    deep = np.zeros(2, dtype=[("a", [("b", "f4")])])
    assert only_fault(saved(tmp_path, deep)) == "fields in fields, which make no columns"
    assert "pickles" in only_fault(saved(tmp_path, np.array([{}], dtype=object)))
    assert only_fault(saved(tmp_path, np.float32(1))) == "a single number"
    assert only_fault(saved(tmp_path, np.array([["a"], ["b"]]))) == "a table of words"


@pytest.mark.parametrize("words", [["cat", "", "고양이"], [b"cat", b"dog"]])
def test_texts_are_words(tmp_path, words):
    file = saved(tmp_path, np.array(words))
    assert file.entries[0].type_name == "words"
    expected = [word.decode() if isinstance(word, bytes) else word for word in words]
    assert contents(file)["a"].tolist() == expected
    assert contents(file)["a"].dtype.kind == "U"


def test_a_text_of_what_is_no_character_is_refused(tmp_path):
    raw = np.array(["ab"]).view(np.uint32)
    np.save(tmp_path / "a.npy", np.array(["ab"]))
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content[: -raw.nbytes] + b"\xff" * raw.nbytes)
    with pytest.raises(DataFileError, match="no character"):
        inspect(tmp_path / "a.npy")


def test_the_parts_of_a_sparse_matrix_are_no_logits(tmp_path):
    np.savez(
        tmp_path / "a.npz",
        indices=np.array([0, 1]),
        indptr=np.array([0, 1, 2]),
        format=np.array(b"csr"),
        shape=np.array([2, 2]),
        data=np.ones(2),
    )
    with pytest.raises(DataFileError, match=r"sparse matrix of SciPy's.*toarray\(\)"):
        inspect(tmp_path / "a.npz")


def test_scipys_own_file_is_refused_by_name(tmp_path):
    sparse = pytest.importorskip("scipy.sparse")
    for kind in ("csr", "csc", "coo", "dia", "bsr"):
        sparse.save_npz(tmp_path / "a.npz", sparse.eye(3, format=kind))
        with pytest.raises(DataFileError, match="sparse matrix of SciPy's"):
            inspect(tmp_path / "a.npz")


@pytest.mark.parametrize("change", ["replaced", "cut", "gone"])
@pytest.mark.parametrize("suffix", [".npy", ".npz", ".safetensors"])
def test_a_file_that_is_not_what_was_listed_is_refused_in_one_line(tmp_path, change, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".npy":
        np.save(path, np.zeros(5))
    elif suffix == ".npz":
        np.savez(path, a=np.zeros(5))
    else:
        path.write_bytes(tensors({"a": ("F64", [5], 0, 40)}, bytes(40)))
    file = inspect(path)
    raw = path.read_bytes()
    path.unlink()
    if change != "gone":
        path.write_bytes(raw[:-8] if change == "cut" else raw[:-8] + b"8" * 9)
    with pytest.raises(DataFileError) as refusal:
        file.read((0,), no_progress)
    assert str(refusal.value.fault).isprintable()


# -- safetensors ----------------------------------------------------------------------------------------


def tensors(said: dict[str, tuple[str, list[int], int, int]], data: bytes) -> bytes:
    header = {
        name: {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}
        for name, (kind, shape, begin, end) in said.items()
    }
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def listed(tmp_path: Path, raw: bytes) -> DataFile:
    (tmp_path / "a.safetensors").write_bytes(raw)
    return inspect(tmp_path / "a.safetensors")


def test_narrow_floats_say_what_they_are_read_as():
    file = inspect(Path(__file__).parent / "torch_files" / "types.safetensors")
    types = {entry.name: entry.type_name for entry in file.entries}
    assert types["float8_e4m3fn"] == "F8_E4M3 as float32"
    assert types["float4"] == "F4 as float32"
    assert types["uint16 as bfloat16"] == "bfloat16 (U16)"
    assert types["uint64"] == "U64"


@pytest.mark.parametrize(
    ("said", "size", "words"),
    [
        ({"a": ("F32", [2], 0, 8), "b": ("F32", [2], 4, 12)}, 12, "the data of b overlap another's"),
        ({"a": ("F32", [2], 0, 8), "b": ("F32", [2], 12, 20)}, 20, "bytes before b belong to no tensor"),
        ({"a": ("F32", [2], 0, 8)}, 7, "cut short: 8 bytes promised, 7 there"),
        ({"a": ("F32", [2], 0, 8)}, 11, "3 bytes at the end belong to no tensor"),
        ({"a": ("F32", [3], 0, 8)}, 8, "the header's word on a cannot be"),
        ({"a": ("F32", [-2], 0, 8)}, 8, "the header's word on a cannot be"),
        ({"a": ("F4", [3], 0, 2)}, 2, "the header's word on a cannot be"),
        ({"a": ("F9", [2], 0, 8)}, 8, "a is of an unknown type, F9"),
        ({}, 0, "expected 1 to 1000 tensors, got 0"),
    ],
)
def test_a_header_that_does_not_fit_its_data_is_refused(tmp_path, said, size, words):
    with pytest.raises(DataFileError, match="safetensors") as refusal:
        listed(tmp_path, tensors(said, bytes(size)))
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (struct.pack("<Q", 2**40) + b"{}", "ends within its header"),
        (struct.pack("<Q", 5000) + b"[" * 5000, "no JSON as safetensors writes it"),
        (struct.pack("<Q", 2) + b"[]", "no JSON as safetensors writes it"),
        (struct.pack("<Q", 18) + b'{"a": {}, "a": {}}', "names one tensor twice"),
        (struct.pack("<Q", 8) + b'{"a": 1}', "the header's word on a cannot be"),
        (b"{", "ends within its header"),
    ],
)
def test_a_header_that_is_none_is_refused(tmp_path, raw, words):
    with pytest.raises(DataFileError, match=words):
        listed(tmp_path, raw)


def test_complex_numbers_are_listed_and_empty_tensors_read(tmp_path):
    said = {"c": ("C64", [1], 0, 8), "none": ("F32", [0, 3], 8, 8)}
    file = listed(tmp_path, tensors(said, bytes(8)))
    assert str(file.entries[0].fault) == "no numbers of at most 64 bits"
    assert file.read((1,), no_progress)[0].shape == (0, 3)


def test_tensors_are_known_by_their_content(tmp_path):
    (tmp_path / "model.bin").write_bytes(tensors({"a": ("F32", [1], 0, 4)}, struct.pack("<f", 1.5)))
    assert contents(inspect(tmp_path / "model.bin"))["a"].tolist() == [1.5]


def test_the_format_needs_no_library(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    file = listed(tmp_path, tensors({"a": ("BOOL", [3], 0, 3)}, bytes([0, 1, 2])))
    assert contents(file)["a"].tolist() == [False, True, True]
