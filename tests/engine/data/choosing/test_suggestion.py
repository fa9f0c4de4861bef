"""Which arrays and columns are taken for logits, targets, weights and masks, as their producers name them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine import BinaryProblem, MulticlassProblem
from engine.data import fault_of, inspect_all, no_progress, read_problem, suggested, suggestion, why
from engine.data.choosing.units import Candidate
from engine.floats.formats import FLOAT32

RNG = np.random.default_rng(16)
LOGITS = RNG.normal(size=(40, 3)) * 3
LABELS = RNG.integers(0, 3, size=40)
LABELS[:3] = 0, 1, 2
ONE_HOT = np.eye(3)[LABELS]
SHARES = RNG.dirichlet(np.ones(3), size=40)


def problem_of(folder, **arrays):
    """The problem that an .npz file gives without a question."""
    np.savez(folder / "a.npz", **arrays)
    return imported(folder / "a.npz")


def imported(*paths):
    files = inspect_all(paths)
    looked = files.looked_at()
    choice = suggested(files.entries, looked.values, files.options)
    return read_problem(files, choice, FLOAT32, no_progress, looked.whole)


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "name", ["y", "label", "labels", "target", "y_true", "y_test", "gt", "actual", "truth"]
)
@pytest.mark.parametrize("logits", ["logits", "z", "outputs", "scores", "pred", "preds"])
def test_the_usual_names_are_understood(tmp_path, name, logits):
    problem = problem_of(tmp_path, **{name: LABELS, logits: LOGITS})
    assert isinstance(problem, MulticlassProblem)
    assert problem.logits.tolist() == LOGITS.tolist()
    assert problem.target.tolist() == LABELS.tolist()


def test_predicted_classes_are_neither_label_nor_logits(tmp_path):
    predicted = LOGITS.argmax(axis=1)
    for name in ("predicted_label", "pred", "y_pred", "argmax"):
        problem = problem_of(tmp_path, **{name: predicted, "label": LABELS, "logits": LOGITS})
        assert problem.target.tolist() == LABELS.tolist()
        assert problem.logits.tolist() == LOGITS.tolist()


def test_names_that_say_nothing_are_settled_by_shapes_and_values(tmp_path):
    problem = problem_of(tmp_path, a=LABELS, b=LOGITS)
    assert problem.logits.tolist() == LOGITS.tolist()
    assert problem.target.tolist() == LABELS.tolist()


@pytest.mark.parametrize("target", [ONE_HOT, SHARES])
def test_one_hot_and_probability_arrays_are_class_probabilities(tmp_path, target):
    problem = problem_of(tmp_path, logits=LOGITS, target=target)
    assert isinstance(problem, MulticlassProblem)
    assert problem.target.tolist() == target.tolist()


def test_bits_of_the_logits_shape_are_several_labels_a_sample(tmp_path):
    bits = (LOGITS > 0).astype(np.float32)
    problem = problem_of(tmp_path, logits=LOGITS, target=bits)
    assert isinstance(problem, BinaryProblem)
    assert problem.logits.tolist() == LOGITS.reshape(-1).tolist()
    assert problem.target.tolist() == bits.reshape(-1).tolist()
    assert problem.row_names[:4].tolist() == ["1 [0]", "1 [1]", "1 [2]", "2 [0]"]


@pytest.mark.parametrize("target", [(LOGITS[:, 0] > 0).astype(int), (LOGITS[:, :1] > 0).astype(float)])
def test_one_logit_a_row_as_a_linear_layer_gives_it_is_binary(tmp_path, target):
    problem = problem_of(tmp_path, logits=LOGITS[:, :1], labels=target)
    assert isinstance(problem, BinaryProblem)
    assert problem.logits.tolist() == LOGITS[:, 0].tolist()
    assert problem.target.tolist() == target.reshape(-1).tolist()


def test_classes_along_the_last_axis_are_found(tmp_path):
    logits, labels = RNG.normal(size=(2, 7, 5)), RNG.integers(0, 5, size=(2, 7))
    labels[:, 5:] = -100
    problem = problem_of(tmp_path, logits=logits, labels=labels)
    assert problem.logits.tolist() == logits.reshape(14, 5).tolist()
    assert problem.target.tolist() == labels.reshape(14).tolist()
    assert problem.outside is None


def test_classes_along_the_first_axis_are_found(tmp_path):
    problem = problem_of(tmp_path, logits=LOGITS.T, labels=LABELS)
    assert problem.logits.tolist() == LOGITS.tolist()


def test_pytorchs_own_axis_wins_where_both_fit(tmp_path):
    logits, labels = RNG.normal(size=(2, 5, 5)), RNG.integers(0, 5, size=(2, 5))
    problem = problem_of(tmp_path, logits=logits, labels=labels)
    assert problem.logits.tolist() == np.moveaxis(logits, 1, -1).reshape(10, 5).tolist()


def test_weights_go_to_the_losses_that_take_them(tmp_path):
    rows, classes = np.linspace(0.5, 2, 40), np.array([1.0, 2.0, 3.0])
    problem = problem_of(tmp_path, logits=LOGITS, labels=LABELS, sample_weight=rows, class_weight=classes)
    assert problem.weight.tolist() == [1, 2, 3]
    problem = problem_of(tmp_path, z=LOGITS[:, 0], y=LABELS % 2, sample_weight=rows)
    assert problem.weight.tolist() == rows.tolist()


@pytest.mark.parametrize(("name", "counts"), [("mask", 1), ("attention_mask", 1), ("padding_mask", 0)])
def test_rows_that_a_mask_leaves_out_do_not_come_in(tmp_path, name, counts):
    mask = np.arange(40) % 3 == 0
    problem = problem_of(tmp_path, logits=LOGITS, labels=LABELS, **{name: mask == bool(counts)})
    assert problem.target.tolist() == LABELS[mask].tolist()
    assert problem.logits.tolist() == LOGITS[mask].tolist()


@pytest.mark.parametrize("mark", [255, -1])
def test_a_label_that_recurs_where_rows_are_left_out_becomes_ignore_index(tmp_path, mark):
    labels = np.where(np.arange(40) % 7 == 3, mark, LABELS)
    problem = problem_of(tmp_path, logits=LOGITS, labels=labels)
    assert problem.ignore_index == mark
    assert problem.target.tolist() == labels.tolist()
    assert problem.outside is None


@pytest.mark.parametrize("name", ["npz", "csv"])
def test_other_labels_that_are_no_class_come_in_as_they_are(tmp_path, name):
    labels = LABELS.copy()
    labels[[5, 9]] = 3, 77
    if name == "npz":
        problem = problem_of(tmp_path, logits=LOGITS, labels=labels)
    else:
        rows = [f"{a!r},{b!r},{c!r},{y}" for (a, b, c), y in zip(LOGITS.tolist(), labels, strict=True)]
        problem = imported(written(tmp_path / "a.csv", "\n".join(["z0,z1,z2,label", *rows])))
    assert problem.target.tolist() == labels.tolist()
    assert np.flatnonzero(problem.outside).tolist() == [5, 9]


def test_numbered_columns_and_a_label(tmp_path):
    problem = imported(written(tmp_path / "a.csv", "class_0,class_1,class_2,label\n1,2,3,0\n4,5,6,2\n"))
    assert problem.logits.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert problem.target.tolist() == [0, 2]
    assert problem.class_names is None


def test_the_index_that_pandas_writes_is_left_out(tmp_path):
    text = ",cat,dog,owl,label\n0,.4,-.4,1.9,0\n1,.3,-1.6,1.1,2\n2,.1,.2,.3,1\n"
    problem = imported(written(tmp_path / "a.csv", text))
    assert problem.class_names == ("cat", "dog", "owl")
    assert problem.target.tolist() == [0, 2, 1]


@pytest.mark.parametrize("stem", ["target_", "label_", "y"])
def test_one_hot_columns_are_class_probabilities(tmp_path, stem):
    names = [f"z{k}" for k in range(3)] + [f"{stem}{k}" for k in range(3)]
    table = np.hstack((LOGITS, ONE_HOT))
    text = "\n".join([",".join(names), *(",".join(map(repr, row)) for row in table.tolist())])
    problem = imported(written(tmp_path / "a.csv", text))
    assert problem.logits.tolist() == LOGITS.tolist()
    assert problem.target.tolist() == ONE_HOT.tolist()


def test_two_files_make_one_problem(tmp_path):
    np.save(tmp_path / "logits.npy", LOGITS.astype(np.float16))
    np.save(tmp_path / "targets.npy", LABELS)
    problem = imported(tmp_path / "targets.npy", tmp_path / "logits.npy")
    assert problem.logits.tolist() == LOGITS.astype(np.float16).tolist()
    assert problem.target.tolist() == LABELS.tolist()
    assert problem.format.name == "float16"


def test_a_table_and_an_array_make_one_problem(tmp_path):
    np.save(tmp_path / "logits.npy", LOGITS)
    written(tmp_path / "truth.csv", "label\n" + "\n".join(map(str, LABELS)))
    problem = imported(tmp_path / "logits.npy", tmp_path / "truth.csv")
    assert problem.logits.tolist() == LOGITS.tolist()
    assert problem.target.tolist() == LABELS.tolist()


def test_a_reason_is_given_for_each_role(tmp_path):
    np.savez(tmp_path / "a.npz", logits=LOGITS, y=LABELS, sample_weight=np.ones(40), pred=LABELS)
    files = inspect_all([tmp_path / "a.npz"])
    values = files.looked_at().values
    choice = suggestion(files.entries, values).value
    candidates = [
        Candidate(index, entry.name, entry.shape, values=value)
        for index, (entry, value) in enumerate(zip(files.entries, values, strict=True))
    ]
    below = round(100 * np.mean(LOGITS < 0))
    assert [str(why(choice, candidates, index)) for index in range(4)] == [
        f"rows do not sum to 1; {below} % below 0",
        "whole numbers 0 to 2",
        "a weight a row; CrossEntropyLoss takes one a class",
        "a class that a model named, not the right one",
    ]


# -- what others than the losses are given ----------------------------------------------------------------


def guessed(path):
    files = inspect_all([path])
    return suggestion(files.entries, files.looked_at().values)


def test_what_a_classifier_of_scikit_learn_gives_is_logits_beside_the_samples(tmp_path):
    inputs, scores = RNG.normal(size=(40, 4)), LOGITS
    for name in ("decision", "decision_function", "y_score"):
        problem = problem_of(tmp_path, X_test=inputs, y_test=LABELS, y_pred=LABELS, **{name: scores})
        assert problem.logits.tolist() == scores.tolist()
        assert problem.target.tolist() == LABELS.tolist()


def test_probabilities_in_the_logits_place_are_asked_about(tmp_path):
    problem = problem_of(tmp_path, y_proba=SHARES, y_test=LABELS)
    assert problem.target.tolist() == LABELS.tolist()
    guess = guessed(tmp_path / "a.npz")
    assert not guess.is_sure
    assert "may be probabilities" in str(guess.reason)


def test_one_of_several_batches_is_not_taken_without_a_word(tmp_path):
    np.savez(tmp_path / "a.npz", logits_0=LOGITS, logits_1=LOGITS, labels=LABELS)
    guess = guessed(tmp_path / "a.npz")
    assert not guess.is_sure
    assert "several arrays look like the logits" in str(guess.reason)


@pytest.mark.parametrize("name", ["t", "y", "labels"])
def test_the_one_array_of_a_file_is_looked_at_as_logits(tmp_path, name):
    np.save(tmp_path / f"{name}.npy", LOGITS)
    assert imported(tmp_path / f"{name}.npy").logits.tolist() == LOGITS.tolist()


def test_letters_and_numbers_alone_leave_the_word_to_the_values(tmp_path):
    np.save(tmp_path / "x1.npy", LOGITS[:, :1])
    np.save(tmp_path / "x2.npy", (LABELS > 0).astype(int))
    problem = imported(tmp_path / "x1.npy", tmp_path / "x2.npy")
    assert problem.logits.tolist() == LOGITS[:, 0].tolist()
    assert problem.target.tolist() == (LABELS > 0).tolist()


def test_columns_of_dummies_are_a_one_hot_target(tmp_path):
    header = "z0,z1,z2,label_cat,label_dog,label_owl\n"
    rows = [
        ",".join([*map(repr, row), *(str(bool(bit)) for bit in bits)])
        for row, bits in zip(LOGITS.tolist(), ONE_HOT, strict=True)
    ]
    problem = imported(written(tmp_path / "a.csv", header + "\n".join(rows)))
    assert problem.logits.tolist() == LOGITS.tolist()
    assert problem.target.tolist() == ONE_HOT.tolist()
    text = "z0,z1,z2,label_id,label_source,label_x\n1,2,3,7,8,9\n2,3,1,5,5,5\n"
    assert imported(written(tmp_path / "b.csv", text)).target.ndim == 1


def test_a_json_tables_index_is_left_out_and_its_object_no_part_of_the_names(tmp_path):
    rows = [
        {"index": k, "cat": z[0], "dog": z[1], "owl": z[2], "label": int(LABELS[k])}
        for k, z in enumerate(LOGITS.tolist())
    ]
    text = json.dumps({"schema": {"fields": [{"name": "index", "type": "integer"}]}, "data": rows})
    problem = imported(written(tmp_path / "a.json", text))
    assert problem.class_names == ("cat", "dog", "owl")
    assert problem.logits.tolist() == LOGITS.tolist()
    assert problem.target.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"big": np.broadcast_to(np.float16(0), (30_000, 1_000))}, "big: more than 20000000 numbers"),
        ({"names": np.array(["a", "b"])}, "There are words here and no numbers."),
    ],
)
def test_why_nothing_can_be_chosen_is_said(tmp_path, arrays, said):
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    files = inspect_all([tmp_path / "a.npz"])
    assert str(fault_of(suggested(files.entries), files.entries)) == said
