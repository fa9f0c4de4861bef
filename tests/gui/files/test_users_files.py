"""Files and pasted text as people have them, from the first byte to the problem, without a question."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from engine import FLOAT32, BinaryProblem, MulticlassProblem
from engine.data import suggestion
from gui.files.first_session import likeliest, read_files
from gui.files.pasted import Pasted

NAN = float("nan")


def opened(path: Path):
    """The problem, and whether the choice was sure."""
    found = read_files([path])
    return likeliest(found, FLOAT32), suggestion(found.files.entries, found.looked.values).is_sure


TABLES = [
    ("class_0,class_1,class_2,label\n1,2,3,0\n4,5,6,2\n", [[1, 2, 3], [4, 5, 6]], [0, 2]),
    (",cat,dog,owl,label\n0,.4,-.4,1.9,0\n1,.3,-1.6,1.1,2\n", [[0.4, -0.4, 1.9], [0.3, -1.6, 1.1]], [0, 2]),
    ("z0,z1,label\n1.5,,cat\nNA,2,dog\n3,4,cat\n", [[1.5, NAN], [NAN, 2], [3, 4]], [0, 1, 0]),
    ('logits,label\n"[1, 2, 3]",0\n"[3, 2, 1]",2\n', [[1, 2, 3], [3, 2, 1]], [0, 2]),
    ("z;y\n1,5;0\n2,5;1\n", [1.5, 2.5], [0, 1]),
    ('z,y\n"1,234.5",1\n2,0\n', [1234.5, 2], [1, 0]),
    ("sep=;\n# hi\nz;y\n1.5;0\n2;1\n", [1.5, 2], [0, 1]),
    ("z,y\n1.5,True\n2,False\n", [1.5, 2], [1, 0]),
    ("pred,y_true,logit\n1,0,2.5\n0,1,-1.5\n1,1,0.5\n", [2.5, -1.5, 0.5], [0, 1, 1]),
]


@pytest.mark.parametrize(("text", "logits", "target"), TABLES)
def test_a_table_is_read_as_it_is_meant(tmp_path, text, logits, target):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    problem, _ = opened(tmp_path / "a.csv")
    np.testing.assert_array_equal(problem.logits, logits)
    np.testing.assert_array_equal(problem.target, target)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_names_in_other_encodings(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes("고양이,강아지,label\n1.5,2,1\n2,0,0\n".encode(encoding))
    problem, _ = opened(tmp_path / "a.csv")
    assert problem.class_names == ("고양이", "강아지")


@pytest.mark.parametrize("text", ["1,5\n-2,5\n", "0,1\n1.5,0.0\n-2.5,1.0\n"])
def test_what_may_mean_two_things_is_not_sure(tmp_path, text):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = read_files([tmp_path / "a.csv"])
    asked = found.files.files[0].guesses.asked()
    assert asked or not suggestion(found.files.entries, found.looked.values).is_sure


@pytest.mark.parametrize("name", ["a.log", "a", "a.txt", "a.csv.gz"])
def test_text_is_known_by_its_content(tmp_path, name):
    text = b"z,y\n1.5,0\n2,1\n"
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    problem, _ = opened(tmp_path / name)
    assert problem.logits.tolist() == [1.5, 2]


def test_json_of_arrays_and_of_records(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"logits": [[1, 2], [3, 4]], "labels": [1, 0]}))
    (tmp_path / "b.jsonl").write_text('{"logits": [1, 2], "label": 1}\n{"logits": [3, 4], "label": 0}\n')
    for name in ("a.json", "b.jsonl"):
        problem, _ = opened(tmp_path / name)
        assert problem.logits.tolist() == [[1, 2], [3, 4]]
        assert problem.target.tolist() == [1, 0]


def test_a_thousand_classes_and_a_label(tmp_path):
    header = ",".join([*(f"z{k}" for k in range(1000)), "label"])
    rows = [",".join([*["0.5"] * 1000, str(label)]) for label in (0, 999, 7)]
    (tmp_path / "a.csv").write_text("\n".join([header, *rows]))
    problem, _ = opened(tmp_path / "a.csv")
    assert problem.logits.shape == (3, 1000)
    assert problem.target.tolist() == [0, 999, 7]


def test_fields_of_a_structured_array(tmp_path):
    rows = np.zeros(3, dtype=[("z", float), ("y", int)])
    rows["z"], rows["y"] = [1, 2, 3], [0, 1, 0]
    np.save(tmp_path / "a.npy", rows)
    problem, _ = opened(tmp_path / "a.npy")
    assert problem.logits.tolist() == [1, 2, 3]
    assert problem.target.tolist() == [0, 1, 0]


def pasted(text: str):
    own = Pasted.of_text(text, "The clipboard")
    problem = likeliest(own.found(), FLOAT32)
    own.close()
    return problem


@pytest.mark.parametrize(
    ("text", "logits", "target"),
    [
        (">>> z\ntensor([[1., 2.], [3., 4.]])\n>>> y\ntensor([1, 0])\n", [[1, 2], [3, 4]], [1, 0]),
        ("logits: tensor([[1., 2.]])\nlabels: tensor([1])", [[1, 2]], [1]),
        ("z = [1.5, 2.5]; y = [0, 1]", [1.5, 2.5], [0, 1]),
        ("| z | y |\n|---|---|\n| 1.5 | 1 |\n| 2 | 0 |\n", [1.5, 2], [1, 0]),
        ("[np.float64(1.5), np.float64(2.5)]", [1.5, 2.5], [0, 0]),
        ("cat\tdog\tlabel\n1\t2\tdog\n3\t4\tcat\n", [[1, 2], [3, 4]], [1, 0]),
        ('{"logits": [1, 2], "label": 1}\n{"logits": [3, 4], "label": 0}\n', [[1, 2], [3, 4]], [1, 0]),
        ('[{"cat": 1, "dog": 2, "y": "dog"}, {"cat": 3, "dog": 4, "y": "cat"}]', [[1, 2], [3, 4]], [1, 0]),
    ],
)
def test_pasted_text_is_read_as_it_was_printed(qapp, text, logits, target):
    problem = pasted(text)
    np.testing.assert_array_equal(problem.logits, logits)
    np.testing.assert_array_equal(problem.target, target)


def test_a_printed_format_is_the_problems(qapp):
    problem = pasted("tensor([1.5000, 2.5000], dtype=torch.float16)")
    assert isinstance(problem, BinaryProblem)
    assert problem.format.name == "float16"


def test_a_spreadsheets_error_is_named_and_not_dropped(qapp):
    with pytest.raises(ValueError, match=r"row 1, column 1: .*#N/A"):
        Pasted.of_text("#N/A\n1.5\n2.5\n", "The clipboard")


def test_words_of_a_pair_are_the_two_classes(tmp_path):
    (tmp_path / "a.csv").write_text("z,label\n1.5,yes\n-2,no\n0.5,yes\n")
    problem, is_sure = opened(tmp_path / "a.csv")
    assert not isinstance(problem, MulticlassProblem)
    assert problem.target.tolist() == [1, 0, 1]
    assert is_sure


def test_a_printed_value_that_leaves_numbers_out_is_refused_as_such(qapp):
    with pytest.raises(ValueError, match="leaves numbers out"):
        Pasted.of_text("tensor([[1., 2., ..., 3.]])", "The clipboard")


def test_signs_at_thousands_are_read_in_pasted_text_as_in_files(qapp):
    assert pasted('"1,234.5"\t1\n2\t0\n').logits.tolist() == [1234.5, 2]


def test_json_that_breaks_off_is_told(qapp):
    with pytest.raises(ValueError, match=r"^The clipboard: line 1: expected JSON \("):
        Pasted.of_text('[{"z": 1.5, "y": 1}, {"z": -2', "The clipboard")
