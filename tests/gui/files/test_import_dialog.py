"""The import dialog: what it guesses, shows and lets be changed, on real files."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from engine import FLOAT32, BinaryProblem, MulticlassProblem
from engine.data import inspect_all
from gui.files.import_dialog import ImportDialog
from gui.files.import_entries import FILE, NAME, USE, VALUES, WHY
from gui.files.import_preview import REGIME_ROLE

RNG = np.random.default_rng(8)
LOGITS = (RNG.normal(size=(30, 4)) * 3).astype(np.float32)
LABELS = RNG.integers(0, 4, size=30)
LABELS[:4] = 0, 1, 2, 3


@pytest.fixture
def opened(qtbot):
    """Opens a dialog on files; what it reads is appended to `read`."""

    def open_(*paths) -> ImportDialog:
        dialog = ImportDialog(inspect_all(paths), FLOAT32)
        qtbot.addWidget(dialog)
        dialog.problems = []
        dialog.read.connect(dialog.problems.append)
        return dialog

    return open_


@pytest.fixture
def two_files(tmp_path):
    np.save(tmp_path / "logits.npy", LOGITS)
    np.savez(tmp_path / "targets.npz", y=LABELS, sample_weight=np.ones(30), names=np.array(list("abcd")))
    return tmp_path / "logits.npy", tmp_path / "targets.npz"


def imported(qtbot, dialog):
    """The problem that Import gives."""
    with qtbot.waitSignal(dialog.read):
        dialog.import_button.click()
    return dialog.problems[-1]


def column(dialog, number) -> list[str]:
    model = dialog.entries.entries
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_two_files_are_one_problem_and_everything_says_why(qtbot, opened, two_files):
    dialog = opened(*two_files)
    assert dialog.headline.text() == "2 files make one multiclass problem: 30 rows, 4 classes."
    assert column(dialog, FILE) == ["logits.npy", "targets.npz", "targets.npz", "targets.npz"]
    assert column(dialog, NAME) == ["logits", "y", "sample_weight", "names"]
    assert column(dialog, USE) == ["Logits", "Target", "Leave out", "Class names"]
    assert column(dialog, WHY)[1:3] == [
        "whole numbers 0 to 3",
        "a weight a row; CrossEntropyLoss takes one a class",
    ]
    assert all(column(dialog, VALUES))
    assert dialog.checks.texts[0] == "30 rows"
    assert dialog.checks.texts[1].startswith("0 to 3 for 4 classes; each occurs")
    assert dialog.verdict.text() == "Takes the place of the Multiclass page. Ctrl+Z brings it back."
    problem = imported(qtbot, dialog)
    assert problem.logits.tolist() == LOGITS.tolist()
    assert problem.target.tolist() == LABELS.tolist()
    assert problem.class_names == ("a", "b", "c", "d")


def test_a_role_is_changed_in_its_box(qtbot, opened, two_files):
    dialog = opened(*two_files)
    dialog.show()
    index = dialog.entries.entries.index(3, USE)
    dialog.entries.edit(index)
    box = dialog.entries.findChild(QComboBox)
    assert box.accessibleName() == "Use names as"
    qtbot.keyClick(box, Qt.Key.Key_Home)
    assert dialog.choice().names == ()
    assert column(dialog, USE)[3] == "Leave out"
    assert imported(qtbot, dialog).class_names is None


def test_a_role_goes_to_all_selected_columns(qtbot, opened, tmp_path):
    (tmp_path / "a.csv").write_text("a,b,c,d\n1,2,3,0\n4,5,6,1\n", encoding="utf-8")
    dialog = opened(tmp_path / "a.csv")
    dialog.use([0, 1, 2, 3], "")
    dialog.entries.selectRow(0)
    for row in (1, 2):
        dialog.entries.selectionModel().select(
            dialog.entries.entries.index(row, 0),
            dialog.entries.selectionModel().SelectionFlag.Select
            | dialog.entries.selectionModel().SelectionFlag.Rows,
        )
    dialog.entries.entries.setData(dialog.entries.entries.index(1, USE), "logits")
    assert dialog.choice().logits == (0, 1, 2)


def test_what_is_not_finite_and_what_is_no_class_is_told_and_marked(qtbot, opened, tmp_path):
    logits, labels = LOGITS.copy(), LABELS.copy()
    logits[11, 2], logits[20, 0], labels[[7, 25]] = np.nan, -np.inf, (4, 77)
    np.savez(tmp_path / "a.npz", logits=logits, labels=labels)
    dialog = opened(tmp_path / "a.npz")
    assert dialog.checks.texts[1].startswith("4, 77 is no class 0 to 3 (2 rows, first row 8)")
    assert dialog.checks.texts[2] == "1 nan (row 12, class 2), 1 −inf (row 21, class 0); imported as they are"
    rows = dialog.preview.rows
    heads = [rows.headerData(n, Qt.Orientation.Vertical) for n in range(rows.rowCount())]
    assert heads == ["1", "2", "3", "4", "5", "8", "12", "21", "26"]
    assert rows.index(5, 0).data(REGIME_ROLE) is not None
    assert rows.index(6, 3).data() == "nan"
    problem = imported(qtbot, dialog)
    assert problem.target.tolist() == labels.tolist()
    assert np.flatnonzero(problem.outside).tolist() == [7, 25]


def test_ignore_index_can_be_set_for_labels_that_are_no_class(qtbot, opened, tmp_path):
    labels = LABELS.copy()
    labels[7] = 255
    np.savez(tmp_path / "a.npz", logits=LOGITS, labels=labels)
    dialog = opened(tmp_path / "a.npz")
    dialog.options.ignored.setText("255")
    dialog.options.ignored.editingFinished.emit()
    assert "1 row ignored (255)" in dialog.checks.texts[1]
    problem = imported(qtbot, dialog)
    assert problem.ignore_index == 255
    assert problem.outside is None


@pytest.mark.parametrize(("label", "word"), [(1.5, "1.5"), (np.nan, "nan"), (np.inf, "inf")])
def test_a_label_that_is_no_whole_number_comes_in_marked_and_is_told_with_its_row(
    qtbot, opened, tmp_path, label, word
):
    labels = LABELS.astype(float)
    labels[9] = label
    np.savez(tmp_path / "a.npz", logits=LOGITS, labels=labels)
    dialog = opened(tmp_path / "a.npz")
    assert f"{word} in row 10 is no whole number (1 row): stands as -1" in dialog.checks.texts[1]
    problem = imported(qtbot, dialog)
    assert problem.target[9] == -1
    assert np.flatnonzero(problem.outside).tolist() == [9]


def test_labels_that_are_mostly_no_whole_numbers_are_refused_with_the_first_row(opened, tmp_path):
    np.savez(tmp_path / "a.npz", logits=LOGITS, labels=LABELS + 0.5)
    dialog = opened(tmp_path / "a.npz")
    dialog.use([1], "target")
    assert dialog.headline.text() == "target, row 1: expected a class index, got 0.5"
    assert not dialog.import_button.isEnabled()


def test_the_axis_of_classes_can_be_chosen_where_both_fit(qtbot, opened, tmp_path):
    logits, labels = RNG.normal(size=(2, 5, 5)), RNG.integers(0, 5, size=(2, 5))
    np.savez(tmp_path / "a.npz", logits=logits, labels=labels)
    dialog = opened(tmp_path / "a.npz")
    assert dialog.options.axis.currentText() == "axis 1 (5)"
    dialog.options.axis.setCurrentIndex(2)
    dialog.options.axis.activated.emit(2)
    assert imported(qtbot, dialog).logits.tolist() == logits.reshape(10, 5).tolist()


def test_a_format_can_be_chosen_and_raw_bits_are_read_as_bfloat16(qtbot, opened, tmp_path):
    import ml_dtypes

    bits = LOGITS.astype(ml_dtypes.bfloat16).view(np.uint16)
    np.savez(tmp_path / "a.npz", logits=bits, labels=LABELS)
    dialog = opened(tmp_path / "a.npz")
    assert column(dialog, USE)[:2] == ["Leave out", "Logits"]
    problem = imported(qtbot, dialog)
    assert problem.format.name == "bfloat16"
    assert problem.logits.tolist() == LOGITS.astype(ml_dtypes.bfloat16).astype(float).tolist()
    dialog = opened(tmp_path / "a.npz")
    box = dialog.options.format
    box.setCurrentIndex(box.findText("float16"))
    box.activated.emit(box.currentIndex())
    assert imported(qtbot, dialog).format.name == "float16"


def test_several_labels_a_sample_are_a_binary_problem_of_elements(qtbot, opened, tmp_path):
    bits = (LOGITS > 1).astype(np.float32)
    np.savez(tmp_path / "a.npz", logits=LOGITS, target=bits, names=np.array(["cat", "dog", "owl", "fox"]))
    dialog = opened(tmp_path / "a.npz")
    assert dialog.options.kinds.checkedId() == 2
    problem = imported(qtbot, dialog)
    assert isinstance(problem, BinaryProblem)
    assert problem.target.tolist() == bits.reshape(-1).tolist()
    assert problem.row_names[:5].tolist() == ["1 cat", "1 dog", "1 owl", "1 fox", "2 cat"]


def test_words_are_classes_and_their_order_can_be_changed(qtbot, opened, tmp_path):
    rows = ["z0,z1,label", "1,2,dog", "3,4,cat", "5,6,dog", "0,1,"]
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    dialog = opened(tmp_path / "a.csv")
    assert dialog.reading.words.currentText() == "cat = 0, dog = 1"
    assert "Not sure" in dialog.reason.text()
    assert imported(qtbot, dialog).target.tolist() == [1, 0, 1, -100]
    dialog = opened(tmp_path / "a.csv")
    dialog.reading.words.setCurrentIndex(1)
    dialog.reading.words.activated.emit(1)
    assert imported(qtbot, dialog).target.tolist() == [0, 1, 0, -100]


def test_how_a_text_is_read_can_be_changed(qtbot, opened, tmp_path):
    (tmp_path / "a.csv").write_bytes("z;y\n1,5;0\n-2,5;1\n".encode("utf-16"))
    dialog = opened(tmp_path / "a.csv")
    assert dialog.reading.encoding.currentText() == "UTF-16"
    assert dialog.reading.decimal.currentText() == "comma"
    assert imported(qtbot, dialog).logits.tolist() == [1.5, -2.5]


def test_a_decimal_comma_that_may_be_two_numbers_is_asked(qtbot, opened, tmp_path):
    (tmp_path / "a.csv").write_text("1,5\n-2,5\n", encoding="utf-8")
    dialog = opened(tmp_path / "a.csv")
    assert "decimal sign" in dialog.reading.asked.text()


@pytest.mark.parametrize("change", ["gone", "other"])
def test_a_file_that_changes_while_the_dialog_is_open_is_told_and_nothing_read(
    qtbot, opened, two_files, change
):
    dialog = opened(*two_files)
    if change == "gone":
        two_files[0].unlink()
    else:
        np.save(two_files[0], LOGITS + 1)
    with qtbot.assertNotEmitted(dialog.read, wait=100):
        dialog.import_button.click()
        qtbot.waitUntil(dialog.import_button.isEnabled)
    assert "logits.npy: the file" in dialog.verdict.text()
    assert "\n" not in dialog.verdict.text()
    assert not dialog.problems


def test_a_file_can_be_added_and_a_bad_one_changes_nothing(qtbot, opened, two_files, tmp_path):
    dialog = opened(two_files[0])
    assert "Without a target" in dialog.verdict.text()
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    dialog.add([tmp_path / "bad.npz"])
    assert "bad.npz" in dialog.verdict.text()
    assert len(dialog.files.files) == 1
    dialog.add([two_files[1]])
    assert imported(qtbot, dialog).target.tolist() == LABELS.tolist()


def test_every_control_has_a_name_and_the_dialog_fits_a_small_window(qtbot, opened, two_files):
    dialog = opened(*two_files)
    dialog.show()
    size = dialog.minimumSizeHint()
    assert size.width() <= 1100
    assert size.height() <= 640
    for view in (dialog.entries, dialog.preview, dialog.progress):
        assert view.accessibleName()
    assert dialog.options.ignored_label.buddy() is dialog.options.ignored


def test_a_large_file_is_read_when_it_is_imported(qtbot, opened, two_files, monkeypatch):
    from engine.data import joined_files

    monkeypatch.setattr(joined_files, "LARGEST_LOOKED_AT", 10)
    dialog = opened(*two_files)
    assert dialog.headline.text() == "The values are read at the import."
    problem = imported(qtbot, dialog)
    assert isinstance(problem, MulticlassProblem)
    assert problem.logits.tolist() == LOGITS.tolist()


def test_a_text_that_may_be_meant_in_another_way_is_not_said_to_be_sure(opened, tmp_path):
    text = "Größe,Müll,label\n1.5,2,1\n2,0,0\n3,1,1\n"
    (tmp_path / "a.csv").write_bytes(text.encode("latin-1"))
    dialog = opened(tmp_path / "a.csv")
    assert dialog.reading.encoding.currentData() == "cp1252"
    assert dialog.reason.text() == "Not sure how the text is meant; look below."
    (tmp_path / "b.csv").write_text(text, encoding="utf-8")
    assert opened(tmp_path / "b.csv").reason.text().startswith("Guessed from names")


def test_batches_are_told_to_stand_one_after_another_and_may_stand_side_by_side(qtbot, opened, tmp_path):
    batches = {f"logits_{k}": LOGITS[8 * k : 8 * k + 8] for k in range(3)}
    np.savez(tmp_path / "a.npz", **batches, **{f"labels_{k}": LABELS[8 * k : 8 * k + 8] for k in range(3)})
    dialog = opened(tmp_path / "a.npz")
    assert dialog.headline.text() == (
        "a.npz makes one multiclass problem: 24 rows, 4 classes. 3 parts stand one after another."
    )
    assert column(dialog, WHY) == ["part 1 of 3", "part 2 of 3", "part 3 of 3"] * 2
    box = dialog.options.parts
    assert [box.itemText(k) for k in range(box.count())] == ["side by side", "3 parts, one after another"]
    problem = imported(qtbot, dialog)
    np.testing.assert_array_equal(problem.input, LOGITS[:24])
    np.testing.assert_array_equal(problem.target, LABELS[:24])
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert not dialog.import_button.isEnabled()
    assert "each is one column" in dialog.headline.text()


def test_a_part_that_is_left_out_leaves_the_others(qtbot, opened, tmp_path):
    np.savez(tmp_path / "a.npz", **{f"logits_{k}": LOGITS[8 * k : 8 * k + 8] for k in range(3)})
    dialog = opened(tmp_path / "a.npz")
    dialog.use([1], "")
    assert imported(qtbot, dialog).rows == 16
