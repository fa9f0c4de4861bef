"""Reading needs no Qt, a start needs no readers, and every public name is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import engine.data
from engine.data import DataFileError, inspect, no_progress, read

ROOT = Path(__file__).resolve().parents[3]


def loaded_after(code: str, *arguments: str) -> set[str]:
    """Every module that a process of its own has loaded once it has run the code."""
    command = [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return set(run.stdout.split())


READ = """
from pathlib import Path
from engine.data import DataFileError, fault_of, inspect, parse_block, read, read_problem, suggested
from engine import FLOAT32
file = inspect(Path(sys.argv[1]))
problem = read_problem(file, suggested(file.entries), FLOAT32, lambda done, total: None)
assert problem.target.tolist() == [1, 0]
assert [name for name, _ in read(Path(sys.argv[1]))] == ["logit", "label"]
assert parse_block("tensor([1., 2.])").values.tolist() == [[1], [2]]
try:
    read(Path(sys.argv[1]).with_suffix(".npz"))
except DataFileError as error:
    assert "No such file" in str(error)
"""


def test_files_and_pasted_text_are_read_without_qt(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("logit,label\n1.5,1\n-2,0\n", encoding="utf-8")
    loaded = {name.partition(".")[0] for name in loaded_after(READ, str(path))}
    assert "engine" in loaded
    assert not loaded & {"PySide6", "shiboken6", "pyqtgraph", "gui"}


def test_a_start_loads_the_grammar_of_numbers_and_no_reader():
    loaded = loaded_after("from engine.data import read_number, check_size")
    assert "engine.data.number_grammar" in loaded
    readers = (
        "data_file",
        "file_kinds",
        "arrays",
        "pickled",
        "tables",
        "text.delimited_file",
        "text.pasted_text",
        "choice",
    )
    assert not loaded & {f"engine.data.{each}" for each in readers}


def test_every_public_name_is_there():
    assert all(getattr(engine.data, name) is not None for name in engine.data.__all__)
    with pytest.raises(AttributeError, match="no attribute 'unpickle'"):
        _ = engine.data.unpickle


def test_columns_of_one_name_are_all_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("cat,word,cat\n1,x,2\n3,y,4\n", encoding="utf-8")
    assert [(name, values.tolist()) for name, values in read(path)] == [("cat", [1, 3]), ("cat", [2, 4])]


def test_a_refusal_says_its_key_its_values_and_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("z,y\n1,0\n2\n", encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        read(path)
    fault = caught.value.fault
    assert fault.key == "ragged_line"
    assert dict(fault.values) == {"line": 3, "expected": 2, "count": 1}
    assert str(caught.value) == f"{path}: line 3: expected 2 columns, got 1"


def test_a_file_that_is_gone_when_it_is_read_is_refused_by_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,0\n", encoding="utf-8")
    file = inspect(path)
    path.unlink()
    with pytest.raises(DataFileError, match=r"a\.csv: No such file"):
        file.read((0,), no_progress)
