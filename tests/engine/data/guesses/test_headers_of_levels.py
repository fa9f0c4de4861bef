"""Headers of several lines, as pandas and spreadsheets have them: one name a column."""

from __future__ import annotations

import numpy as np
import pytest

from engine import FLOAT32
from engine.data import inspect_all, no_progress, read_problem, suggestion

LOGITS = [[0.5, -0.25, 2.0], [1.5, 0.0, -3.0], [-1.0, 4.0, 0.125]]
BODY = ["0,0.5,-0.25,2.0,2", "1,1.5,0.0,-3.0,0", "2,-1.0,4.0,0.125,1"]
WITHOUT_INDEX = [line[2:] for line in BODY]


def opened(path):
    files = inspect_all([path])
    looked = files.looked_at()
    guess = suggestion(files.entries, looked.values)
    return read_problem(files, guess.value, FLOAT32, no_progress, looked.whole), files


@pytest.mark.parametrize(
    ("head", "body", "names"),
    [
        ([",logits,logits,logits,label", ",cat,dog,owl,"], BODY, ("cat", "dog", "owl")),
        (["logits,logits,logits,label", "cat,dog,owl,"], WITHOUT_INDEX, ("cat", "dog", "owl")),
        (["part,logits,logits,logits,label", "class,cat,dog,owl,", "id,,,,"], BODY, ("cat", "dog", "owl")),
        ([",logits,logits,logits,label", ",0,1,2,"], BODY, None),
        (["logits,,,label", "cat,dog,owl,"], WITHOUT_INDEX, ("cat", "dog", "owl")),
        (
            ["\"('logits', 'cat')\",\"('logits', 'dog')\",\"('logits', 'owl')\",\"('label', '')\""],
            WITHOUT_INDEX,
            ("cat", "dog", "owl"),
        ),
    ],
    ids=["pandas", "without an index", "named", "numbers", "merged cells", "tuples"],
)
def test_levels_of_names_are_one_name_a_column(tmp_path, head, body, names):
    (tmp_path / "a.csv").write_text("\n".join([*head, *body]))
    problem, files = opened(tmp_path / "a.csv")
    np.testing.assert_array_equal(problem.logits, LOGITS)
    assert problem.target.tolist() == [2, 0, 1]
    assert problem.class_names == names
    assert not files.files[0].guesses.asked()


@pytest.mark.parametrize(
    "text",
    [
        "z,label\n1.5,cat\n2.5,dog\n-1,cat\n",
        "z,y\nNA,1\n2.5,0\n-1,1\n",
        "a,a,y\n0,1,1\n2,5,0\n3,1,1\n",
        "name,z,y\nann,1,0\nbob,2,1\n",
    ],
    ids=["words for labels", "a blank first", "a name twice", "words in front"],
)
def test_a_header_of_one_line_stays_one(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    (file,) = inspect_all([tmp_path / "a.csv"]).files
    assert file.reading.has_header
    assert not file.reading.names
