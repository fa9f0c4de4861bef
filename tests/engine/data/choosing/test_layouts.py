"""Layouts that people give their numbers, each the same small problem."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from engine import FLOAT32
from engine.data import inspect_all, no_progress, read_problem, suggestion

Z, Y = [1.5, -2.25, 0.5, 3.0], [1, 0, 1, 0]
LOGITS, LABELS = [[1.5, -2.25, 0.5], [0.5, 3.0, -1.0], [2.0, 0.25, 4.5], [-0.5, 1.0, 2.5]], [0, 1, 2, 2]
NAMES = ("cat", "dog", "owl")


def opened(path):
    """The problem, and whether something was to be asked."""
    files = inspect_all([path])
    looked = files.looked_at()
    guess = suggestion(files.entries, looked.values, files.options, files.owners)
    asked = [name for file in files.files if hasattr(file, "guesses") for name in file.guesses.asked()]
    problem = read_problem(files, guess.value, FLOAT32, no_progress, looked.whole)
    return problem, bool(asked) or not guess.is_sure


def table(head, line):
    return "\n".join([head, *(line(*pair) for pair in zip(Z, Y, strict=True))]) + "\n"


def german(z):
    return str(z).replace(".", ",")


BINARY = {
    "German, true and false": table("Logit;Label", lambda z, y: f"{german(z)};{'WAHR' if y else 'FALSCH'}"),
    "German, yes and no": table("Logit;Klasse", lambda z, y: f"{german(z)};{'ja' if y else 'nein'}"),
    "German names": table("Ziel;Ausgabe", lambda z, y: f"{y};{german(z)}"),
    "Korean names": table("로짓,라벨", lambda z, y: f"{z},{y}"),
    "Korean words": table("점수,정답", lambda z, y: f"{z},{'긍정' if y else '부정'}"),
    "a numbered Korean table": table("번호,로짓,정답", lambda z, y: f"{Z.index(z) + 1},{z},{y}"),
    "a title": "Results of run 7\n\n" + table("z,y", lambda z, y: f"{z},{y}"),
    "printed cells": table("logit,label", lambda z, y: f"tensor({z}),tensor({y})"),
}


@pytest.mark.parametrize("name", BINARY)
def test_a_text_table_is_read_as_it_is_meant(tmp_path, name):
    (tmp_path / "a.csv").write_text(BINARY[name], encoding="utf-8")
    problem, is_asked = opened(tmp_path / "a.csv")
    assert (problem.logits.tolist(), problem.target.tolist()) == (Z, Y)
    assert not is_asked


def test_lines_of_names_and_numbers_are_columns(tmp_path):
    (tmp_path / "a.txt").write_text("".join(f"logit: {z}, target: {y}\n" for z, y in zip(Z, Y, strict=True)))
    problem, is_asked = opened(tmp_path / "a.txt")
    assert (problem.logits.tolist(), problem.target.tolist(), is_asked) == (Z, Y, False)


RECORDS = [{"logits": z, "label": y} for z, y in zip(LOGITS, LABELS, strict=True)]
JSON = {
    "pairs": [[z, y] for z, y in zip(LOGITS, LABELS, strict=True)],
    "rows that end in the class": [[*z, y] for z, y in zip(LOGITS, LABELS, strict=True)],
    "records by name": {f"image{k}": record for k, record in enumerate(RECORDS)},
    "records in an object": {"results": RECORDS},
    "numbers as texts": [{"logits": z, "label": str(y)} for z, y in zip(LOGITS, LABELS, strict=True)],
    "logits by name": [
        {"scores": dict(zip(NAMES, z, strict=True)), "label": NAMES[y]}
        for z, y in zip(LOGITS, LABELS, strict=True)
    ],
}


@pytest.mark.parametrize("name", JSON)
def test_json_is_read_as_it_is_meant(tmp_path, name):
    (tmp_path / "a.json").write_text(json.dumps(JSON[name]))
    problem, is_asked = opened(tmp_path / "a.json")
    assert (problem.logits.tolist(), problem.target.tolist(), is_asked) == (LOGITS, LABELS, False)


PICKLES = {
    "pairs of numbers": (list(zip(Z, Y, strict=True)), Z, Y),
    "pairs of NumPy's numbers": (list(zip(np.array(Z), np.array(Y), strict=True)), Z, Y),
    "records by number": (dict(enumerate(RECORDS)), LOGITS, LABELS),
    "records": (RECORDS, LOGITS, LABELS),
    "rows as arrays": ([(np.array(z), y) for z, y in zip(LOGITS, LABELS, strict=True)], LOGITS, LABELS),
}


@pytest.mark.parametrize("name", PICKLES)
def test_a_pickle_is_read_as_it_is_meant(tmp_path, name):
    thing, logits, target = PICKLES[name]
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(thing))
    problem, is_asked = opened(tmp_path / "a.pkl")
    assert (problem.logits.tolist(), problem.target.tolist(), is_asked) == (logits, target, False)


@pytest.mark.parametrize("shape", [(4, 1, 3), (1, 4, 3), (4, 3, 1)])
def test_sides_of_one_are_no_samples(tmp_path, shape):
    np.savez(tmp_path / "a.npz", logits=np.reshape(LOGITS, shape), labels=LABELS)
    problem, _ = opened(tmp_path / "a.npz")
    assert (problem.logits.tolist(), problem.target.tolist()) == (LOGITS, LABELS)


def test_classes_are_called_by_the_words_of_their_labels(tmp_path):
    np.savez(tmp_path / "a.npz", logits=LOGITS, labels=np.array(NAMES)[LABELS])
    problem, _ = opened(tmp_path / "a.npz")
    assert problem.class_names == NAMES
    assert problem.target.tolist() == LABELS


def test_a_sheet_with_a_title_and_numbers_as_texts(tmp_path):
    workbook = pytest.importorskip("openpyxl").Workbook()
    pytest.importorskip("python_calamine")
    sheet = workbook.active
    for row in (["Results"], [], ["logit", "label"], *([str(z), y] for z, y in zip(Z, Y, strict=True))):
        sheet.append(row)
    workbook.save(tmp_path / "a.xlsx")
    problem, is_asked = opened(tmp_path / "a.xlsx")
    assert (problem.logits.tolist(), problem.target.tolist(), is_asked) == (Z, Y, False)
