"""What .npy, .npz, .csv, .tsv and .safetensors files hold, and the problems they make."""

from __future__ import annotations

import gzip
import math

import numpy as np
import pytest

from engine import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, BinaryProblem, MulticlassProblem, Problem, evaluate
from engine.data import (
    Choice,
    DataFileError,
    fault_of,
    inspect,
    is_json,
    no_progress,
    read_problem,
    suggested,
)

LOGITS = np.array([[0.5, -math.inf, 3e4], [math.nan, -0.0, 1.5]], dtype=np.float32)


def imported(path, choice: Choice | None = None) -> Problem:
    file = inspect(path)
    return read_problem(file, choice or suggested(file.entries), FLOAT32, no_progress)


def written(path, text: str):
    path.write_text(text, encoding="utf-8")
    return path


# -- arrays ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compressed", [False, True])
def test_logits_and_labels_of_an_npz_file_are_found_by_name(tmp_path, compressed):
    save = np.savez_compressed if compressed else np.savez
    save(tmp_path / "a.npz", other=np.zeros(7), labels=np.array([2, 0], dtype=np.uint8), logits=LOGITS)
    problem = imported(tmp_path / "a.npz")
    assert isinstance(problem, MulticlassProblem)
    np.testing.assert_array_equal(problem.logits, LOGITS)
    assert problem.target.tolist() == [2, 0]
    assert problem.format is FLOAT32


@pytest.mark.parametrize(
    ("dtype", "fmt"),
    [("f2", FLOAT16), (">f4", FLOAT32), ("f8", FLOAT64), ("i4", FLOAT32), ("?", FLOAT32)],
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_npy_file_of_any_number_type_and_order_is_read(tmp_path, dtype, fmt, order):
    array = np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype, order=order)
    np.save(tmp_path / "a.npy", array)
    problem = imported(tmp_path / "a.npy")
    np.testing.assert_array_equal(problem.logits, array)
    assert problem.target.tolist() == [0, 0]
    assert problem.format is fmt


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_signalling_nan_is_a_nan(tmp_path, order):
    signalling = np.array([0x7F800001, 0], dtype=f"{order}u4").view(f"{order}f4")
    np.save(tmp_path / "a.npy", signalling)
    problem = imported(tmp_path / "a.npy")
    np.testing.assert_array_equal(problem.logits, [math.nan, 0.0])
    np.savez(tmp_path / "b.npz", logits=signalling, target=signalling)
    np.testing.assert_array_equal(imported(tmp_path / "b.npz").target, [math.nan, 0.0])


def test_pytorchs_class_axis_comes_second(tmp_path):
    logits = np.arange(2 * 3 * 4.0).reshape(2, 3, 4)
    target = np.arange(8).reshape(2, 4) % 3
    np.savez(tmp_path / "a.npz", logits=logits, target=target)
    problem = imported(tmp_path / "a.npz")
    assert problem.logits.shape == (8, 3)
    assert problem.logits[1].tolist() == logits[0, :, 1].tolist()
    assert problem.target.tolist() == target.reshape(-1).tolist()


def test_a_target_of_the_logits_shape_is_probabilities(tmp_path):
    np.savez(tmp_path / "a.npz", logits=np.zeros((2, 2)), target=np.array([[0.25, 0.75], [1, 0]]))
    assert imported(tmp_path / "a.npz").has_probabilities


def test_a_matrix_can_be_a_binary_problem_element_by_element(tmp_path):
    np.savez(tmp_path / "a.npz", logits=np.arange(6.0).reshape(2, 3), target=np.eye(2, 3))
    problem = imported(tmp_path / "a.npz", Choice("binary", (0,), (1,)))
    assert isinstance(problem, BinaryProblem)
    assert problem.target.tolist() == [1, 0, 0, 0, 1, 0]


def test_what_cannot_be_logits_is_listed_with_the_reason(tmp_path):
    np.savez(
        tmp_path / "a.npz",
        objects=np.array([{}], dtype=object),
        words=np.array(["x"]),
        dates=np.array(["2026-01-01"], dtype="M8[D]"),
        one=np.float32(1),
        halves=np.zeros(2, dtype=BFLOAT16.dtype),
        z=np.zeros(2),
    )
    faults = {entry.name: entry.fault for entry in inspect(tmp_path / "a.npz").entries}
    assert "pickles" in str(faults["objects"])
    assert "no numbers" in str(faults["dates"])
    assert str(faults["one"]) == "a single number"
    assert faults["words"] is None
    assert faults["halves"] is None
    assert faults["z"] is None


class Stopped(Exception):  # noqa: N818  # as a progress may say
    pass


def test_reading_can_be_stopped(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(300_000))

    def stop(done: int, total: int) -> None:
        assert total == 2_400_000
        if done:
            raise Stopped

    file = inspect(tmp_path / "a.npy")
    with pytest.raises(Stopped):
        file.read((0,), stop)


def test_a_file_that_changed_since_it_was_listed_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(3))
    file = inspect(tmp_path / "a.npy")
    np.save(tmp_path / "a.npy", np.zeros(4))
    with pytest.raises(DataFileError, match="has changed"):
        file.read((0,), no_progress)


def test_a_pickle_without_numbers_is_refused_and_never_run(tmp_path):
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(DataFileError, match=r"a\.pkl: expected tensors, arrays or lists of numbers"):
        inspect(tmp_path / "a.pkl")


# -- text -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "z,y\n1.5,1\ninf,0\n-0.0,1\n"),
        ("a.csv", "1.5,1\ninf,0\n-0.0,1"),
        ("a.csv", "z;y\r\n1.5;1\r\n\r\ninf;0\r\n-0.0;1\r\n"),
        ("a.tsv", "z\ty\n1.5\t1\ninf\t0\n-0.0\t1\n"),
        ("a.txt", "z  y\n1.5  1\ninf  0\n-0.0  1\n"),
        ("a.csv", '\ufeff"the z", y\n"1.5", 1\ninf, 0\n-0.0, 1\n'),
    ],
)
def test_two_columns_of_text_are_a_binary_problem(tmp_path, name, text):
    problem = imported(written(tmp_path / name, text))
    assert isinstance(problem, BinaryProblem)
    assert problem.logits.tolist() == [1.5, math.inf, 0.0]
    assert math.copysign(1, problem.logits[2]) == -1
    assert problem.target.tolist() == [1, 0, 1]


def test_columns_side_by_side_are_classes_and_text_is_left_out(tmp_path):
    path = written(tmp_path / "a.csv", "name,z0,z1,label\ncat,1,2,0\ndog,3,4,1\n")
    file = inspect(path)
    assert [entry.type_name for entry in file.entries] == ["words", "numbers", "numbers", "numbers"]
    assert file.entries[1].sample == "1, 3"
    problem = imported(path)
    assert problem.logits.tolist() == [[1, 2], [3, 4]]
    assert problem.target.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("cat,dog,bird,label", ("cat", "dog", "bird")),
        ("z0,z1,z2,label", None),
        ("logit[0],logit[1],logit[2],label", None),
        ("cat,cat,bird,label", None),
    ],
)
def test_columns_that_are_named_name_the_classes(tmp_path, header, names):
    problem = imported(written(tmp_path / "a.csv", f"{header}\n1,2,3,0\n3,4,5,1\n"))
    assert isinstance(problem, MulticlassProblem)
    assert problem.class_names == names


def test_a_first_line_of_numbers_can_be_taken_as_names_and_back(tmp_path):
    file = inspect(written(tmp_path / "a.csv", "1,0\n2,1\n"))
    assert not file.has_header
    assert [entry.name for entry in file.with_header(True).entries] == ["1", "0"]
    assert len(file.with_header(True).read((0,), no_progress)[0]) == 1


@pytest.mark.parametrize("value", [5e-324, -1.7976931348623157e308, 0.1, 1e-46])
def test_a_written_number_comes_back_bit_for_bit(tmp_path, value):
    assert imported(written(tmp_path / "a.csv", f"z\n{value!r}\n")).logits[0] == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("z,y\n1,0\n2,x\n", 'line 3, "y": expected a number, inf or nan, got "x"'),
        ("z;y\n" + "1.5;0\n" * 60 + "1,5;0\n", 'line 62, "z": expected a decimal point (1.5), got "1,5"'),
        ("z,y\n1,0\n2\n", "line 3: expected 2 columns, got 1"),
        ("z,label\n" + "1,0\n" * 2500 + "1,?\n", "line 2502"),
    ],
)
def test_a_wrong_cell_is_named_by_its_line(tmp_path, text, said):
    path = written(tmp_path / "a.csv", text)
    with pytest.raises(DataFileError) as refusal:
        imported(path, Choice("binary", (0,), (1,)))
    assert said in str(refusal.value)


def test_blank_lines_between_rows_are_passed_over_and_thousands_on_end_refused(tmp_path):
    assert imported(written(tmp_path / "a.csv", "1,0\n\n" * 3000)).rows == 3000
    path = written(tmp_path / "b.csv", "1,0\n" * 60 + "\n" * 1001 + "1,0\n")
    with pytest.raises(DataFileError, match="line 1061: expected numbers, got empty lines alone"):
        imported(path)


# -- choices --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice("binary", (), ()), "Choose the logits"),
        (Choice("binary", (0,), (0,)), "must be different"),
        (Choice("binary", (0,), (2,)), "target's shape is (3,); expected the logits' shape, (4,)"),
        (Choice("multiclass", (0,), ()), "need a column for each class"),
        (Choice("multiclass", (0, 1), ()), "all of the same length"),
        (Choice("multiclass", (1,), (2,)), "target's shape is (3,); expected one class index a row"),
    ],
)
def test_a_choice_that_makes_no_problem_is_explained(tmp_path, choice, said):
    np.savez(tmp_path / "a.npz", z=np.zeros(4), logits=np.zeros((4, 2)), y=np.zeros(3))
    file = inspect(tmp_path / "a.npz")
    assert said in str(fault_of(choice, file.entries))
    with pytest.raises(ValueError, match=r"[a-z]"):
        read_problem(file, choice, FLOAT32, no_progress)


@pytest.mark.parametrize("value", [0.5, math.nan, math.inf, 1e300])
def test_classes_that_are_no_whole_numbers_are_named_by_the_first_row(tmp_path, value):
    np.savez(tmp_path / "a.npz", logits=np.zeros((3, 2)), target=np.array([1.0, value, value]))
    with pytest.raises(ValueError, match="target, row 2: expected a class index"):
        imported(tmp_path / "a.npz")


@pytest.mark.parametrize("value", [0.5, math.nan, math.inf, 1e300])
def test_one_class_that_is_no_whole_number_comes_in_as_a_label_that_no_other_row_has(tmp_path, value):
    np.savez(tmp_path / "a.npz", logits=np.zeros((4, 2)), target=np.array([1.0, value, -1.0, 0.0]))
    problem = imported(tmp_path / "a.npz")
    assert problem.target.tolist() == [1, -2, -1, 0]
    assert problem.outside.tolist() == [False, True, True, False]


def test_a_label_that_is_no_class_comes_in_and_has_no_loss(tmp_path):
    np.savez(tmp_path / "a.npz", logits=np.zeros((2, 2)), target=np.array([1, 2]))
    problem = imported(tmp_path / "a.npz")
    assert problem.target.tolist() == [1, 2]
    assert problem.outside.tolist() == [False, True]
    column = evaluate(problem).column("cross_entropy")
    assert column.loss[0] == np.log(2)
    assert np.isnan(column.loss[1])
    assert column.refusal == "Target 2 is out of bounds."


# -- kinds ----------------------------------------------------------------------------------------------


def test_json_is_told_by_its_name_or_its_brace(tmp_path):
    assert is_json(tmp_path / "missing.json")
    assert is_json(written(tmp_path / "a", ' {"page": "binary"}'))
    assert not is_json(written(tmp_path / "a.csv", "{"))


def test_a_file_of_no_known_kind_is_refused(tmp_path):
    with pytest.raises(DataFileError, match=r"a\.png: expected a session or \.npy"):
        inspect(written(tmp_path / "a.png", "x"))


def test_the_kind_is_told_by_content_where_the_suffix_lies(tmp_path):
    np.save(tmp_path / "real.npy", np.zeros(3))
    raw = (tmp_path / "real.npy").read_bytes()
    for name in ("a.csv", "a.bin", "a", "a.pt", "a.safetensors"):
        (tmp_path / name).write_bytes(raw)
        assert [entry.shape for entry in inspect(tmp_path / name).entries] == [(3,)]
    np.savez(tmp_path / "real.npz", z=np.zeros(3))
    (tmp_path / "a.pt").write_bytes((tmp_path / "real.npz").read_bytes())
    assert [entry.name for entry in inspect(tmp_path / "a.pt").entries] == ["z"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(99), "HDF5 files are not read"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(99), "old or encrypted Excel files"),
        ("a.feather", b"ARROW1" + bytes(99), "Arrow and Feather files are not read"),
        ("a.pdf", b"%PDF-1.7 1 2 3", "a PDF holds no arrays"),
        (
            "a.npy.gz",
            gzip.compress(b"\x93NUMPY\x01\x00" + bytes(99), mtime=0),
            "of .gz files only text is read",
        ),
        ("a.joblib", b"\x80\x04\x95cjoblib.numpy_pickle\nNumpyArrayWrapper\n", "joblib's files are not read"),
        ("a.bin", bytes(99), "expected a session or .npy"),
        ("a", b"\x00\x01\x02" * 99, "expected a session or .npy"),
    ],
)
def test_what_is_not_read_is_refused_by_its_own_name(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataFileError) as refusal:
        inspect(tmp_path / name)
    assert said in str(refusal.value)


@pytest.mark.parametrize("name", ["a.log", "a", "a.dat", "a.prn"])
def test_text_needs_no_suffix(tmp_path, name):
    problem = imported(written(tmp_path / name, "1.5,1\n-2,0\n"))
    assert problem.logits.tolist() == [1.5, -2]


def test_tensors_that_their_own_library_wrote_are_read(tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    library.save_file({"logits": LOGITS, "y": np.array([1, 0])}, tmp_path / "a.safetensors")
    problem = imported(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(problem.logits, LOGITS)
    assert problem.target.tolist() == [1, 0]
