"""Arrays and records in .json and .jsonl, columns of .parquet and .xlsx, as their producers write them."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine import FLOAT32, MulticlassProblem
from engine.data import DataFile, DataFileError, inspect, is_json, no_progress, read_problem, suggested
from engine.data.tables import json_files, parquet_files, workbook_scan
from engine.data.tables.typed_columns import typed_column


def contents(path: Path) -> dict[str, np.ndarray]:
    file = inspect(path)
    chosen = [index for index, entry in enumerate(file.entries) if entry.fault is None]
    arrays = file.read(chosen, no_progress)
    return {file.entries[index].name: array for index, array in zip(chosen, arrays, strict=True)}


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def types(file: DataFile) -> dict[str, str]:
    return {entry.name: entry.type_name for entry in file.entries}


def fault(path: Path, name: str) -> str:
    return next(str(entry.fault) for entry in inspect(path).entries if entry.name == name)


# -- JSON -----------------------------------------------------------------------------------------------

RECORDS = '{"logits": [1.5, -Infinity, 3], "label": 2}\n\n{"logits": [NaN, 0.5, 1e999], "label": 0}\n'


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "a"])
def test_a_record_a_line_makes_a_problem(tmp_path, name):
    path = written(tmp_path / name, RECORDS)
    assert not is_json(path)
    file = inspect(path)
    problem = read_problem(file, suggested(file.entries), FLOAT32, no_progress)
    assert isinstance(problem, MulticlassProblem)
    np.testing.assert_array_equal(problem.logits, [[1.5, -math.inf, 3], [math.nan, 0.5, math.inf]])
    assert problem.target.tolist() == [2, 0]


@pytest.mark.parametrize("name", ["a.json", "a"])
def test_one_object_of_arrays_is_listed_by_paths(tmp_path, name):
    path = written(
        tmp_path / name,
        '{"logits": [[1, 2.5], [3, null]], "labels": ["cat", null], '
        '"run": {"epoch": 3, "mask": [true, false]}}',
    )
    assert not is_json(path)
    assert types(inspect(path)) == {"logits": "numbers", "labels": "words", "run.mask": "numbers"}
    found = contents(path)
    np.testing.assert_array_equal(found["logits"], [[1, 2.5], [3, math.nan]])
    assert found["labels"].tolist() == ["cat", ""]
    assert found["run.mask"].tolist() == [True, False]


def test_lists_of_lists_of_lists_are_arrays(tmp_path):
    path = written(tmp_path / "a.json", json.dumps({"logits": np.arange(24.0).reshape(2, 3, 4).tolist()}))
    assert contents(path)["logits"].shape == (2, 3, 4)
    path = written(tmp_path / "b.jsonl", '{"z": [[1, 2], [3, 4]]}\n{"z": [[5, 6], [7, 8]]}\n')
    assert contents(path)["z"].shape == (2, 2, 2)


@pytest.mark.parametrize("orient", ["records", "split", "columns", "index", "values", "table", "lines"])
def test_what_pandas_writes_is_read_in_every_orientation(tmp_path, orient):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"z": [0.5, -1.25, None], "label": ["cat", "dog", "cat"], "n": [3, 1, 2]})
    path = tmp_path / "a.json"
    how = {"orient": "records", "lines": True} if orient == "lines" else {"orient": orient}
    frame.to_json(path, **how)
    assert not is_json(path)
    found = contents(path)
    prefix = "data." if orient == "table" else ""
    names = [f"a[{index}]" for index in range(3)] if orient == "values" else ["z", "label", "n"]
    z, label, number = (found[prefix + name] for name in names)
    np.testing.assert_array_equal(z, [0.5, -1.25, math.nan])
    assert label.tolist() == ["cat", "dog", "cat"]
    assert number.tolist() == [3, 1, 2]


def test_a_key_that_a_record_lacks_is_blank(tmp_path):
    found = contents(written(tmp_path / "a.jsonl", '{"z": 1.5}\n{"word": "cat"}\n{"z": 2, "word": "dog"}\n'))
    np.testing.assert_array_equal(found["z"], [1.5, math.nan, 2])
    assert found["word"].tolist() == ["", "cat", "dog"]


def test_numbers_written_as_texts_are_numbers_and_a_word_among_them_is_named(tmp_path):
    path = written(
        tmp_path / "a.jsonl", '{"z": "inf", "y": 1}\n{"z": "n/a", "y": 0}\n{"z": 1.5, "y": "maybe"}\n'
    )
    np.testing.assert_array_equal(contents(path)["z"], [math.inf, math.nan, 1.5])
    assert types(inspect(path))["z"] == "numbers, 1 × n/a"
    assert fault(path, "y") == 'words among the numbers: "maybe" in row 3'


def test_lists_of_several_lengths_are_told_by_their_row(tmp_path):
    path = written(tmp_path / "a.jsonl", '{"z": [1, 2]}\n{"z": [1, 2]}\n{"z": [1]}\n')
    assert fault(path, "z") == "its lists are not all of one shape: row 3 differs from row 1"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", "[" * 100_000, "nested too deep"),
        ("a.json", '{"a":' * 100_000, "nested too deep"),
        ("a.json", '{"z": [' + "1" * 5000 + "]}", "an integer of too many digits"),
        ("a.jsonl", '{"z": 1}\n{"z": ' + "1" * 5000 + "}\n", "line 2: an integer of too many digits"),
        ("a.jsonl", '{"z": 1}\n{"z": \n', "line 2: expected JSON"),
        ("a.jsonl", '{"z": 1}\n[1, 2]\n', "line 2: expected an object in braces"),
        ("a.json", '{"z": 1, "word": "x"}', "expected lists of numbers or records, got none"),
        ("a.json", "[]", "expected lists of numbers or records, got none"),
        ("a.jsonl", "", "expected lists of numbers or records, got none"),
        ("a.json", '[[1, 2], "x"', "expected JSON"),
    ],
)
def test_what_is_no_data_is_refused_in_one_line(tmp_path, name, text, words):
    with pytest.raises(DataFileError) as refusal:
        inspect(written(tmp_path / name, text))
    assert words in str(refusal.value)
    assert str(refusal.value).isprintable()


def test_lines_and_files_have_a_greatest_length(tmp_path, monkeypatch):
    monkeypatch.setattr(json_files, "LONGEST_LINE", 100)
    monkeypatch.setattr(json_files, "MOST_BYTES", 200)
    with pytest.raises(DataFileError, match="line 2: expected at most 100 characters"):
        inspect(written(tmp_path / "a.jsonl", '{"z": 1}\n{"z": [' + "1, " * 60 + "1]}\n"))
    with pytest.raises(DataFileError, match=r"at most 200 bytes in one object.*\.jsonl"):
        inspect(written(tmp_path / "a.json", '{"z": [' + "1, " * 90 + "1]}"))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "a.json").write_bytes(b'{"z": ["\xff\xfe", 1]}')
    with pytest.raises(DataFileError, match="UTF-8"):
        inspect(tmp_path / "a.json")


def test_a_session_stays_a_session(tmp_path):
    for text in (
        '{"format": "logitscope-session", "schema": 1, "page": "binary"}',
        '{"page": "binary", "logits": [1], "target": [0]}',
        '{"logits": [1], "target": [0], "note": "\\"page\\": [", "page": "binary"}',
        "",
        "nothing",
    ):
        assert is_json(written(tmp_path / "a.json", text)), text
    assert not is_json(written(tmp_path / "a.json", '{"logits": [1], "inside": {"page": "binary"}}'))


def test_whether_a_file_is_a_session_is_told_at_once_however_it_is_written(tmp_path):
    begun = time.process_time()
    for text in (
        '{"' + '\\"' * 400_000,
        '{"a": "' + "\\" * 900_001,
        "{" * 900_000,
        '{"a": [' + '"", ' * 200_000,
    ):
        is_json(written(tmp_path / "a.json", text))
    assert time.process_time() - begun < 10


def test_millions_of_empty_lists_are_refused_before_they_are_made(tmp_path):
    text = "[" + "[]," * 2_000_000 + "[]]"
    with pytest.raises(DataFileError, match="more than 2000000 lists and objects"):
        inspect(written(tmp_path / "a.json", text))
    with pytest.raises(DataFileError, match=r"line 2: expected at most"):
        inspect(written(tmp_path / "a.jsonl", '{"a": 1}\n{"a": ' + text + "}\n"))


def test_rows_of_which_one_has_a_blank_are_rows_all_the_same(tmp_path):
    path = written(tmp_path / "a.jsonl", '{"z": [1, 2], "y": [1, 0]}\n{"z": [null, 0.5], "y": [0, 1]}\n')
    np.testing.assert_array_equal(contents(path)["z"], [[1, 2], [math.nan, 0.5]])
    assert contents(path)["y"].dtype == np.int64
    path = written(tmp_path / "a.jsonl", '{"z": [1, 2]}\n{"z": null}\n')
    assert fault(path, "z") == "its lists are not all of one shape: row 2 differs from row 1"


class Stopped(Exception):  # noqa: N818  # as a progress may say
    pass


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_long_file_can_be_cancelled(tmp_path, name):
    numbers = [0.5] * 100_000
    text = json.dumps({"z": numbers}) if name == "a.json" else '{"z": 0.5}\n' * 100_000
    calls = []

    def stop(done: int, total: int) -> None:
        calls.append((done, total))
        if len(calls) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        inspect(written(tmp_path / name, text), stop)
    assert 0 < calls[0][0] < calls[1][0] <= calls[1][1]


# -- parquet --------------------------------------------------------------------------------------------


def test_a_frames_columns_come_without_its_index(tmp_path):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(
        {
            "half": np.array([0.5, 1.5, -2], dtype=np.float16),
            "label": pandas.Categorical(["cat", None, "dog"]),
            "logits": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
            "blank": pandas.array([1, None, 3], dtype="Int64"),
            "kept": [True, False, True],
            "raw": np.array([16129, 48903, 0], dtype=np.uint16),
            "when": pandas.Timestamp("2026-01-01"),
        },
        index=pandas.Index([7, 3, 9], name="id"),
    )
    path = tmp_path / "a"
    frame.to_parquet(path)
    found = contents(path)
    assert list(found) == ["half", "label", "logits", "blank", "kept", "raw", "raw as bfloat16"]
    assert found["half"].dtype == np.float16
    assert found["label"].tolist() == ["cat", "", "dog"]
    assert found["logits"].tolist() == [[1, 2], [3, 4], [5, 6]]
    np.testing.assert_array_equal(found["blank"], [1, math.nan, 3])
    assert found["kept"].tolist() == [True, False, True]
    assert found["raw as bfloat16"].astype(float).tolist() == [0.50390625, -0.52734375, 0]
    assert fault(path, "when") == "no numbers of at most 64 bits"


def test_lists_of_one_length_are_rows_across_batches_and_slices(tmp_path, monkeypatch):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet_files, "BATCH", 7)
    rows = np.arange(120.0).reshape(20, 3, 2)
    plain = arrow.array(rows.tolist(), type=arrow.list_(arrow.list_(arrow.float32())))
    fixed = arrow.FixedSizeListArray.from_arrays(arrow.array(rows.reshape(-1)), 6)
    table = arrow.table({"plain": plain, "fixed": fixed}).slice(3, 14)
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=5)
    found = contents(tmp_path / "a.parquet")
    np.testing.assert_array_equal(found["plain"], rows[3:17])
    np.testing.assert_array_equal(found["fixed"], rows.reshape(20, 6)[3:17])
    assert found["plain"].dtype == np.float32


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ([[1.0, 2], [3]], "lists are not all of one length"),
        ([[1.0, 2], None], "has no list"),
        ([[1.0, 2]] * 20_000 + [[1]], "lists are not all of one length"),
    ],
)
def test_lists_that_make_no_rows_are_told(tmp_path, lists, words):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"z": lists}), tmp_path / "a.parquet")
    file = inspect(tmp_path / "a.parquet")
    if file.entries[0].fault is not None:
        assert words in str(file.entries[0].fault)
    else:
        with pytest.raises(DataFileError, match=words):
            file.read((0,), no_progress)


def test_more_rows_than_fit_are_refused_by_the_directory(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"z": np.zeros(1_000_001, dtype=np.int8)}), tmp_path / "a.parquet")
    with pytest.raises(DataFileError, match="at most 1000000 rows"):
        inspect(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("name", "module", "words"),
    [
        ("a.parquet", "pyarrow", "needs the package pyarrow.*--extra parquet"),
        ("a.xlsx", "python_calamine", "needs the package python-calamine.*--extra xlsx"),
    ],
)
def test_a_library_that_is_not_there_is_named_with_the_way_to_it(tmp_path, monkeypatch, name, module, words):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DataFileError, match=words):
        inspect(written(tmp_path / name, "x"))


# -- sheets ---------------------------------------------------------------------------------------------


def sheet(path: Path, rows: list[list[object]], more: list[list[object]] | None = None) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for row in more or ():
        second = book["more"] if "more" in book.sheetnames else book.create_sheet("more")
        second.append(row)
    book.save(path)
    return path


def test_a_sheet_is_columns_and_an_error_is_told_from_a_blank(tmp_path):
    rows = [["z", "y", "word"], [1.5, 1, "cat"], ["#N/A", 0, None], [None, 1, "dog"], ["#DIV/0!", 0, "cat"]]
    path = sheet(tmp_path / "a.xlsx", rows)
    found = contents(path)
    np.testing.assert_array_equal(found["z"], [1.5, math.nan, math.nan, math.nan])
    assert found["y"].tolist() == [1, 0, 1, 0]
    assert found["y"].dtype == np.int64
    assert found["word"].tolist() == ["cat", "", "dog", "cat"]
    assert types(inspect(path))["z"] == "numbers, 1 × #N/A, 1 × #DIV/0!"


def test_a_frames_integer_names_are_a_header_and_its_index_has_no_name(tmp_path):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    pandas.DataFrame([[0.5, 1.5], [2.5, -1]]).to_excel(tmp_path / "a.xlsx")
    found = contents(tmp_path / "a.xlsx")
    assert list(found) == ["column 1", "0", "1"]
    assert found["1"].tolist() == [1.5, -1]


def test_cells_that_begin_elsewhere_and_a_second_sheet_keep_their_places(tmp_path):
    path = sheet(
        tmp_path / "a.xlsx", [[], [], [None, "z"], [None, 1.5], [None, "#N/A"]], [[1.0, 2.0], [3.0, 4.0]]
    )
    found = contents(path)
    assert list(found) == ["Sheet!z", "more!column 1", "more!column 2"]
    np.testing.assert_array_equal(found["Sheet!z"], [1.5, math.nan])
    assert found["more!column 2"].tolist() == [2, 4]


def test_a_formula_gives_what_was_computed_last(tmp_path):
    xml = '<c r="A2"><f>1+1</f><v>2</v></c>'
    path = sheet(tmp_path / "a.xlsx", [["z"], [7], [8]])
    path.write_bytes(changed_sheet(path, lambda text: text.replace('<c r="A2" t="n"><v>7</v></c>', xml)))
    assert contents(path)["z"].tolist() == [2, 8]


def changed_sheet(path: Path, change) -> bytes:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for info in source.infolist():
            raw = source.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                raw = change(raw.decode()).encode()
            made.writestr(info.filename, raw)
    return out.getvalue()


def test_two_cells_that_ask_for_all_memory_are_refused_before_the_library_sees_them(tmp_path):
    path = sheet(tmp_path / "a.xlsx", [[1, 2]])
    far = changed_sheet(path, lambda text: text.replace('r="B1"', 'r="XFD1048576"'))
    path.write_bytes(far)
    with pytest.raises(DataFileError, match="reaches over 1048576 rows and 16384 columns"):
        inspect(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (' r="B1"', "", "does not say where its cells are"),
        (' r="B1"', ' a=">" r="B1"', "does not say where its cells are"),
        (' r="B1"', ' r="&#66;1"', "does not say where its cells are"),
        ("<sheetData>", "<!DOCTYPE x><sheetData>", "is not written as a sheet is"),
    ],
)
def test_a_place_written_to_be_overlooked_is_refused(tmp_path, old, new, words):
    path = sheet(tmp_path / "a.xlsx", [[1, 2]])
    path.write_bytes(changed_sheet(path, lambda text: text.replace(old, new)))
    with pytest.raises(DataFileError, match=words):
        inspect(path)


def test_a_sheet_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = sheet(tmp_path / "a.xlsx", [[1, 2]])
    path.write_bytes(
        changed_sheet(path, lambda text: text.replace("<sheetData>", " " * 2_000_000 + "<sheetData>"))
    )
    assert contents(path)["column 1"].tolist() == [1]
    monkeypatch.setattr(workbook_scan, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(DataFileError, match="more than 1000000 bytes unpacked"):
        inspect(path)


def test_a_document_that_is_no_workbook_is_refused(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.docx", "w") as made:
        made.writestr("word/document.xml", "<a/>")
    with pytest.raises(DataFileError, match="neither arrays, tensors nor sheets"):
        inspect(tmp_path / "a.docx")


def test_of_more_lists_than_a_file_may_have_the_others_are_not_looked_at(tmp_path, monkeypatch):
    looked_at = []

    def looked(name, cells):
        looked_at.append(name)
        return typed_column(name, cells)

    monkeypatch.setattr(json_files, "typed_column", looked)
    monkeypatch.setattr(json_files, "MAX_ENTRIES", 3)
    path = written(tmp_path / "a.json", json.dumps({f"z{number}": [0.5, 1.0] for number in range(50)}))
    assert list(contents(path)) == looked_at == ["z0", "z1", "z2"]
