"""What a text table holds: every guess in reading it, each changed by hand, and the numbers bit for bit."""

from __future__ import annotations

import gzip
import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from same_bits import same_bits

from engine.data import DataFileError, DelimitedFile, inspect, no_progress
from engine.data.guesses.roles import roles_of
from engine.data.text.encodings import encoding_of
from engine.data.text.layout import layout_of
from engine.data.text.reading import Reading


def written(folder, text, name="a.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def columns(file):
    return dict(
        zip([e.name for e in file.entries], file.read(range(len(file.entries)), no_progress), strict=True)
    )


def values(folder, text, **of_file):
    return [column.tolist() for column in columns(inspect(written(folder, text, **of_file))).values()]


# -- encodings ------------------------------------------------------------------------------------------

GERMAN, KOREAN = "Größe,Müll\n1.5,0\n", "고양이,강아지,정답\n1.5,-2,0\n"


@pytest.mark.parametrize("text", [GERMAN, KOREAN, "a,b\n1.5,0\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_or_strict_utf_8_tells_the_encoding(tmp_path, text, encoding):
    file = inspect(written(tmp_path, text, encoding=encoding))
    assert file.guesses.encoding.is_sure
    assert [entry.name for entry in file.entries] == text.split("\n")[0].split(",")
    assert columns(file)[file.entries[0].name].tolist() == [1.5]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_nuls(tmp_path, encoding):
    file = inspect(written(tmp_path, GERMAN, encoding=encoding))
    assert (file.reading.encoding, file.guesses.encoding.is_sure) == (encoding, True)
    assert [entry.name for entry in file.entries] == ["Größe", "Müll"]


@pytest.mark.parametrize(
    ("text", "encoding", "chosen"),
    [(GERMAN, "cp1252", "cp1252"), (KOREAN, "cp949", "cp949"), ("naïve,x\n1,2\n", "latin-1", "cp1252")],
)
def test_other_bytes_are_asked_about_with_the_likelier_one_chosen(tmp_path, text, encoding, chosen):
    file = inspect(written(tmp_path, text, encoding=encoding))
    guess = file.guesses.asked()["encoding"]
    assert guess.value == chosen
    assert "latin-1" in guess.others
    assert [entry.name for entry in file.entries] == text.split("\n")[0].split(",")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("latin-1", "Größe"),
        ("cp1252", "Größe €"),
        ("cp949", "고양이"),
        ("shift_jis", "点数"),
        ("gb18030", "分数"),
    ],
)
def test_any_encoding_can_be_chosen(tmp_path, encoding, name):
    file = inspect(written(tmp_path, f"{name},y\n1.5,0\n", encoding=encoding)).guessed_with(encoding=encoding)
    assert file.guesses.encoding.is_sure
    assert [entry.name for entry in file.entries] == [name, "y"]


def test_a_byte_that_is_none_of_the_encoding_is_told(tmp_path):
    path = written(tmp_path, b"a,b\n" + b"1,2\n" * 99_999 + b"1,\xff\n")
    with pytest.raises(DataFileError, match="expected UTF-8 text, got a byte that is none"):
        columns(inspect(path))


def test_a_character_cut_where_the_sample_ends_is_no_fault():
    assert encoding_of("가나다".encode()[:-1]).is_sure


# -- delimiters and signs -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "delimiter", "decimal", "thousands", "first"),
    [
        ("a;b\n1,5;0\n", ";", ",", "", 1.5),
        ("a\tb\n1,5\t0\n", "\t", ",", "", 1.5),
        ('a,b\n"1,5",0\n', ",", ",", "", 1.5),
        ("logit\n1,5\n-2,5\n", "", ",", "", 1.5),
        ("a;b\n0,500;0\n", ";", ",", "", 0.5),
        ("a;b\n1,234.5;0\n", ";", ".", ",", 1234.5),
        ('a,b\n"1,234.5",0\n', ",", ".", ",", 1234.5),
        ("a;b\n1'234.5;0\n", ";", ".", "'", 1234.5),
        ("a;b\n1 234,5;0\n", ";", ",", " ", 1234.5),
        ("logit,label\n1,0\n", ",", ".", "", 1),
        ("a|b\n1.5|0\n", "|", ".", "", 1.5),
        ("a b\n1.5  0\n", " ", ".", "", 1.5),
        ("z\n1.5\n", "", ".", "", 1.5),
        ("a;b\n−1,5e-3;∞\n", ";", ",", "", -1.5e-3),
    ],
)
def test_signs_that_tell_themselves_are_sure(tmp_path, text, delimiter, decimal, thousands, first):
    file = inspect(written(tmp_path, text))
    reading = file.reading
    assert (reading.delimiter, reading.decimal, reading.thousands) == (delimiter, decimal, thousands)
    assert not file.guesses.asked().keys() & {"delimiter", "decimal", "thousands"}
    assert next(iter(columns(file).values()))[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1,500;0\n",
        "a;b\n1.5;2,5\n",
        "a;b\n1.000,5;0\n",
        "1,5\n-2,5\n",
        "1,0\n-2,1\n",
        "1,5\n-2\n",
    ],
)
def test_a_comma_that_may_be_either_is_asked_about(tmp_path, text):
    file = inspect(written(tmp_path, text))
    assert file.guesses.asked().keys() & {"decimal", "delimiter"}


def test_decimal_commas_in_one_column_are_offered_both_ways(tmp_path):
    file = inspect(written(tmp_path, "1,5\n-2,5\n"))
    assert file.reading.delimiter == ""
    assert columns(file)["column 1"].tolist() == [1.5, -2.5]
    other = file.read_as(replace(file.reading, delimiter=",", decimal="."))
    assert [column.tolist() for column in columns(other).values()] == [[1, -2], [5, 5]]
    assert not other.guesses.asked()
    assert inspect(written(tmp_path, "1,0\n-2,1\n")).reading.delimiter == ","


def test_either_reading_of_a_thousand_and_a_half_can_be_chosen(tmp_path):
    file = inspect(written(tmp_path, "a;b\n1,500;0\n2,000;1\n"))
    comma = file.read_as(replace(file.reading, decimal=",", thousands=""))
    point = file.read_as(replace(file.reading, decimal=".", thousands=","))
    assert columns(comma)["a"].tolist() == [1.5, 2.0]
    assert columns(point)["a"].tolist() == [1500, 2000]


def test_a_point_among_decimal_commas_is_refused_with_its_place(tmp_path):
    file = inspect(written(tmp_path, "a;b\n" + "1,5;0\n" * 70 + "1.5;0\n"))
    with pytest.raises(DataFileError, match=r'line 72, "a": expected a decimal comma, got "1.5"'):
        columns(file)


def test_four_fields_under_two_names_are_refused_and_not_taken_for_classes(tmp_path):
    with pytest.raises(DataFileError, match="line 2: expected"):
        columns(inspect(written(tmp_path, "logit,other\n1,5,0,5\n2,5,1,5\n")))


def test_a_delimiter_that_is_chosen_is_guessed_with(tmp_path):
    file = inspect(written(tmp_path, "a;b\n1,5;0,5\n2,5;1,5\n")).guessed_with(delimiter=",")
    assert file.reading.delimiter == ","
    assert file.guesses.delimiter.others[0] == ";"


# -- lines that are no table ----------------------------------------------------------------------------


def test_sep_and_comments_are_skipped_and_lines_keep_their_numbers(tmp_path):
    text = "sep=;\n# made by hand\nz;y\n1,5;0\n# in between\n2,5;x\n"
    file = inspect(written(tmp_path, text))
    assert (file.reading.skipped, file.reading.comment, file.reading.delimiter) == (1, "#", ";")
    assert [entry.name for entry in file.entries] == ["z", "y"]
    with pytest.raises(DataFileError, match=r'line 6, "y": expected a number, inf or nan, got "x"'):
        columns(file)


def test_a_first_line_can_be_skipped_or_a_comment_kept(tmp_path):
    file = inspect(written(tmp_path, "some title\nz,y\n1,0\n"))
    assert [e.name for e in file.guessed_with(skipped=1).entries] == ["z", "y"]
    kept = inspect(written(tmp_path, "#z,y\n1.5,0\n")).guessed_with(comment="")
    assert [entry.name for entry in kept.entries] == ["#z", "y"]


@pytest.mark.parametrize("sep", [" ", ",", "\t"])
def test_a_comment_above_names_the_columns_as_savetxt_writes_them(tmp_path, sep):
    rows = [[1.5, -2.0, 0], [0.25, 3.0, 1]]
    np.savetxt(
        tmp_path / "a.txt", rows, delimiter=sep, header="two lines\n" + sep.join(["z0", "z1", "label"])
    )
    file = inspect(tmp_path / "a.txt")
    assert [entry.name for entry in file.entries] == ["z0", "z1", "label"]
    assert (file.has_header, file.has_names, columns(file)["z1"].tolist()) == (False, True, [-2, 3])
    unnamed = file.read_as(replace(file.reading, names=()))
    assert [entry.name for entry in unnamed.entries] == ["column 1", "column 2", "column 3"]


def test_a_spreadsheets_error_is_no_comment_and_no_header(tmp_path):
    file = inspect(written(tmp_path, "#N/A\n1.5\n2.5\n"))
    assert not file.has_header
    with pytest.raises(DataFileError, match=r'line 1, "column 1": expected a number, inf or nan, got "#N/A"'):
        columns(file)


# -- header and index -----------------------------------------------------------------------------------


def test_a_pandas_index_is_left_out_and_can_be_kept(tmp_path):
    text = ",cat,dog,owl,label\n" + "".join(f"{k},.4,-.4,{k}.5,{k % 3}\n" for k in range(5))
    file = inspect(written(tmp_path, text))
    assert [entry.name for entry in file.entries] == ["cat", "dog", "owl", "label"]
    assert file.guesses.has_index.is_sure
    assert columns(file)["owl"].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]
    kept = file.read_as(replace(file.reading, has_index=False))
    assert kept.entries[0].name == "column 1"
    assert columns(kept)["column 1"].tolist() == [0, 1, 2, 3, 4]


def test_two_rows_under_a_blank_name_are_left_out_and_asked_about(tmp_path):
    file = inspect(written(tmp_path, ",cat,dog,owl,label\n0,.4,-.4,1.9,0\n1,.3,-1.6,1.1,2\n"))
    assert [entry.name for entry in file.entries] == ["cat", "dog", "owl", "label"]
    assert list(file.guesses.asked()) == ["has_index"]
    roles = roles_of([entry.name for entry in file.entries], file.first_values()).value
    assert (roles.logits, roles.target, roles.class_names) == ((0, 1, 2), (3,), ("cat", "dog", "owl"))


@pytest.mark.parametrize("sep", [" ", ",", "\t"])
def test_a_header_one_field_short_names_no_index(tmp_path, sep):
    lines = [["z", "y"], ["1", "1.5", "0"], ["2", "-2.5", "1"], ["3", "0.5", "1"]]
    file = inspect(written(tmp_path, "\n".join(sep.join(line) for line in lines)))
    assert [entry.name for entry in file.entries] == ["z", "y"]
    assert columns(file)["z"].tolist() == [1.5, -2.5, 0.5]


def test_integer_names_are_a_header_above_measured_numbers(tmp_path):
    file = inspect(written(tmp_path, "0,1\n1.5,0.0\n-2.5,1.0\n"))
    assert [entry.name for entry in file.entries] == ["0", "1"]
    assert not file.guesses.asked()
    asked = inspect(written(tmp_path, "0,1,2\n1.5,0.5,1\n-2.5,1.5,0\n"))
    assert list(asked.guesses.asked()) == ["has_header"]
    assert len(columns(asked.with_header(False))["column 1"]) == 3


# -- cells ----------------------------------------------------------------------------------------------


def test_blank_cells_are_nan_and_what_blank_means_can_be_changed(tmp_path):
    file = inspect(written(tmp_path, "z,y\n1.5,0\n,1\nNA,\n<NA>,1\nnan,null\n"))
    assert same_bits(columns(file)["z"], [1.5, *[math.nan] * 4])
    assert same_bits(columns(file)["y"], [0, 1, math.nan, 1, math.nan])
    with pytest.raises(DataFileError, match='line 3, "z": expected a number, inf or nan, got ""'):
        columns(file.read_as(replace(file.reading, blanks=())))
    dash = inspect(written(tmp_path, "z,y\n1.5,0\n2.5,1\n-,1\n"))
    assert same_bits(columns(dash.read_as(replace(dash.reading, blanks=("-",))))["z"], [1.5, 2.5, math.nan])


def test_truths_words_and_blanks_are_told_apart(tmp_path):
    file = inspect(written(tmp_path, "z,is,label\n1.5,True,cat\n2,False,\n3,True,dog\n4,False,NA\n"))
    assert [entry.type_name for entry in file.entries] == ["numbers", "bool", "words"]
    read = columns(file)
    assert read["is"].tolist() == [1, 0, 1, 0]
    assert read["label"].dtype.kind == "U"
    assert read["label"].tolist() == ["cat", "", "dog", ""]


def test_a_word_among_numbers_is_refused_with_its_place_or_taken_as_blank(tmp_path):
    file = inspect(written(tmp_path, "z,label\n1,0\n2,1\n3,unknown\n"))
    with pytest.raises(DataFileError, match='line 4, "label": expected a number, inf or nan, got "unknown"'):
        columns(file)
    blanks = (*file.reading.blanks, "unknown")
    assert same_bits(columns(file.read_as(replace(file.reading, blanks=blanks)))["label"], [0, 1, math.nan])


@pytest.mark.parametrize(
    "cell",
    [
        '"[0.1, 0.2, 0.7]"',
        '"[0.1 0.2 0.7]"',
        '"[0.1\n 0.2 0.7]"',
        '"(0.1,0.2,0.7)"',
        '"tensor([0.1, 0.2, 0.7])"',
        '"[np.float64(0.1), np.float64(0.2), tensor(0.7)]"',
    ],
)
def test_lists_in_cells_are_one_entry_of_two_dimensions(tmp_path, cell):
    file = inspect(written(tmp_path, f'logits,label\n{cell},1\n"[1, 2, −∞]",0\n"",0\n'))
    assert [(entry.type_name, entry.shape) for entry in file.entries] == [
        ("lists", (None, 3)),
        ("numbers", (None,)),
    ]
    nan = [math.nan] * 3
    assert same_bits(columns(file)["logits"], [[0.1, 0.2, 0.7], [1, 2, -math.inf], nan])


def test_empty_lists_are_words_and_blank_ones_have_rows_of_nan(tmp_path):
    assert inspect(written(tmp_path, "a,b\n[],1\n[],0\n")).entries[0].type_name == "words"
    file = inspect(written(tmp_path, 'a,b\n"[1, 2]",1\n"",0\n'))
    assert same_bits(file.first_values()[0], [[1, 2], [math.nan, math.nan]])


def test_a_list_of_another_length_is_refused_with_its_place(tmp_path):
    file = inspect(written(tmp_path, "logits,label\n" + '"[1, 2]",0\n' * 80 + '"[1, 2, 3]",0\n'))
    with pytest.raises(
        DataFileError, match=r'line 82, "logits": expected a list of 2 numbers, got "\[1, 2, 3\]"'
    ):
        columns(file)


@pytest.mark.parametrize(
    ("cell", "number"), [("−1.5", -1.5), ("∞", math.inf), ("0x1.8p3", 12.0), ("-0.0", -0.0)]
)
def test_files_have_the_grammar_of_the_clipboard(tmp_path, cell, number):
    assert same_bits(columns(inspect(written(tmp_path, f"z,y\n{cell},0\n1,1\n")))["z"], [number, 1])


def test_an_underscore_is_no_digit(tmp_path):
    file = inspect(written(tmp_path, "z,y\n1,0\n1,1\n1_000,1\n"))
    with pytest.raises(DataFileError, match='line 4, "z": expected a number, inf or nan, got "1_000"'):
        columns(file)


# -- kinds of file, bounds ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.csv", "a.log", "a", "a.txt", "a.csv.gz", "a.gz"])
def test_text_is_read_whatever_its_name_and_packing(tmp_path, name):
    content = b"z,y\n1.5,0\n"
    path = written(tmp_path, gzip.compress(content) if name.endswith("gz") else content, name=name)
    assert columns(inspect(path))["z"].tolist() == [1.5]


@pytest.mark.parametrize(
    "content",
    [gzip.compress(b"z,y\n1,0\n" * 999, mtime=0)[:-20], b"\x1f\x8b\x08\0\0\0", b"\x1f\x8b" + bytes(40)],
)
def test_a_damaged_gzip_file_is_refused(tmp_path, content):
    path = written(tmp_path, content, name="a.csv.gz")
    with pytest.raises(DataFileError):
        columns(inspect(path))


@pytest.mark.parametrize("content", [b"\x01\x02\x03abc\n", b"\0" * 50, b"a,b\n\0,1\n", b""])
def test_bytes_that_are_no_text_are_refused(tmp_path, content):
    with pytest.raises(DataFileError):
        inspect(written(tmp_path, content, name="a"))


def test_a_thousand_classes_and_a_label_are_read(tmp_path):
    rows = np.random.default_rng(3).normal(size=(60, 1000))
    header = ",".join([*(f"class_{k}" for k in range(1000)), "label"])
    lines = [",".join(map(repr, row)) + ",7" for row in rows.tolist()]
    file = inspect(written(tmp_path, "\n".join([header, *lines])))
    assert len(file.entries) == 1001
    read = file.read(range(1001), no_progress)
    assert same_bits(np.stack(read[:-1], axis=1), rows)
    guess = roles_of([entry.name for entry in file.entries], file.first_values())
    assert guess.is_sure
    assert (len(guess.value.logits), guess.value.target) == (1000, (1000,))


@pytest.mark.parametrize(
    "content",
    [
        b"\n" * 5_000_000,
        b"1" * 5_000_000,
        b"1,0\n" + b"\n" * 5_000_000,
        b"#\n" * 2_500_000,
        gzip.compress(b"\n" * 10**7, mtime=0),
    ],
    ids=["newlines", "one line", "a row and newlines", "comments", "packed newlines"],
)
def test_megabytes_of_nothing_are_refused_at_once(tmp_path, content):
    path = written(tmp_path, content)
    start = time.process_time()
    with pytest.raises(DataFileError):
        columns(inspect(path))
    assert time.process_time() - start < 1


class StoppedError(Exception):
    """A cancelled job."""


def test_reading_tells_its_progress_and_can_be_stopped(tmp_path):
    path = written(tmp_path, "1.5,0\n" * 20_000)
    seen = []

    def stop(done, total):
        seen.append((done, total))
        if len(seen) == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        inspect(path).read((0,), stop)
    assert seen[-1][1] == path.stat().st_size


# -- properties -----------------------------------------------------------------------------------------

FLOATS = st.floats(width=64)


def number_text(value, reading):
    text = repr(value)
    if reading.thousands and "e" not in text and math.isfinite(value):
        head, _, tail = text.lstrip("-").partition(".")
        text = "-" * text.startswith("-") + f"{int(head):,}.{tail}"
        return text.replace(",", "\0").replace(".", reading.decimal).replace("\0", reading.thousands)
    return text.replace(".", reading.decimal)


READINGS = st.builds(
    Reading,
    encoding=st.sampled_from(["utf-8", "utf-16", "cp949", "latin-1", "gb18030", "shift_jis"]),
    delimiter=st.sampled_from(["\t", ";", "|"]),
    decimal=st.sampled_from([".", ","]),
    has_header=st.booleans(),
    has_index=st.booleans(),
    skipped=st.integers(0, 2),
    comment=st.sampled_from(["", "#"]),
)


@given(READINGS, st.booleans(), st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=60))
def test_numbers_written_in_any_reading_come_back_bit_for_bit(tmp_path_factory, reading, grouped, rows):
    reading = replace(reading, thousands={".": ",", ",": "."}[reading.decimal] if grouped else "")
    lines = ["skipped"] * reading.skipped
    if reading.comment:
        lines.append("# a comment")
    if reading.has_header:
        lines.append(reading.delimiter.join(["index", "z", "y"] if reading.has_index else ["z", "y"]))
    for place, row in enumerate(rows):
        cells = [str(place)] if reading.has_index else []
        lines.append(reading.delimiter.join(cells + [number_text(value, reading) for value in row]))
    path = written(tmp_path_factory.mktemp("any"), "\n".join(lines), encoding=reading.encoding)
    file = DelimitedFile.inspect(path).read_as(reading)
    z, y = file.read((0, 1), no_progress)
    assert same_bits(z, [row[0] for row in rows])
    assert same_bits(y, [row[1] for row in rows])


@given(st.lists(st.lists(FLOATS, min_size=3, max_size=3), min_size=2, max_size=20), st.sampled_from(",;\t|"))
def test_a_table_with_names_is_read_as_it_was_written_without_a_question(tmp_path_factory, rows, delimiter):
    text = "\n".join(delimiter.join(map(str, row)) for row in [["z0", "z1", "z2"], *rows])
    file = inspect(written(tmp_path_factory.mktemp("any"), text))
    assert not file.guesses.asked()
    assert same_bits(np.stack(file.read(range(3), no_progress), axis=1), rows)


@given(st.lists(st.text("0123456789.,+-e' ", min_size=1, max_size=9), min_size=1, max_size=9))
def test_a_layout_is_found_or_the_lines_are_refused(lines):
    kept = [line for line in lines if line.strip()]
    if kept:
        layout = layout_of(kept)
        assert layout.decimal.value in {".", ","}
        assert layout.thousands.value != layout.decimal.value
