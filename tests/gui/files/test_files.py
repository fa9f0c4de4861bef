"""File's menu: new, open, import, save, export; nothing is lost and nothing blocks."""

from __future__ import annotations

import csv
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QPushButton, QWidget

from engine import BFLOAT16, BinaryProblem, MulticlassProblem, evaluate, formulas_of
from engine.data import inspect, no_progress
from gui.document.document import Document
from gui.document.selection import Place, Selection
from gui.files import export
from gui.files.export import Export, table_columns
from gui.files.files import SMALL, Files
from gui.files.import_dialog import ImportDialog
from gui.files.import_entries import NAME, WHY
from gui.files.recent_menu import RecentMenu
from gui.files.recovery_bar import RecoveryBar
from gui.services.autosave import LostWork, Slot, find_lost_work
from gui.services.settings import Settings
from gui.session.session_file import Session, read_session, session_pieces
from gui.session.session_keeper import SessionKeeper

BINARY = BinaryProblem(logits=[0.5, -2.0], target=[1, 0])
MULTICLASS = MulticlassProblem(logits=[[0.0, 1.0]], target=[0])
SAVE, DISCARD, CANCEL = (
    QMessageBox.StandardButton.Save,
    QMessageBox.StandardButton.Discard,
    QMessageBox.StandardButton.Cancel,
)


class Desk:
    """All that File's menu needs, without the window around it."""

    def __init__(self, window: QWidget, settings: Settings, slot: Slot) -> None:
        self.window = window
        self.document = Document(BINARY, MULTICLASS)
        self.selection = Selection(self.document)
        self.keeper = SessionKeeper(self.document, self.selection, slot)
        self.recent = RecentMenu("Open recent", settings, window)
        self.files = Files(self.document, self.keeper, self.recent, window)
        self.messages: list[str] = []
        self.files.message.connect(self.messages.append)

    def edit(self, value: float = 7.5) -> None:
        self.document.set_cells("binary", "logits", (0,), value, "edit")

    @property
    def first_logit(self) -> float:
        return float(self.document.binary.logits[0])

    def dialog(self, kind: type[QDialog]) -> QDialog:
        return next(each for each in self.window.findChildren(kind) if each.isVisible())

    def answer(self, choice: QMessageBox.StandardButton) -> None:
        self.dialog(QMessageBox).button(choice).click()

    def close(self) -> None:
        self.files.close()


@pytest.fixture
def desk(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    desk = Desk(window, Settings(tmp_path / "settings.ini"), Slot.in_folder(tmp_path / "slots"))
    yield desk
    desk.close()


@pytest.fixture
def session(tmp_path) -> Path:
    path = tmp_path / "session.json"
    binary = BinaryProblem(logits=[1.0, 2.0, 3.0], target=[0, 1, 0])
    path.write_text(
        "".join(session_pieces(Session.of("multiclass", (binary, MULTICLASS), {"binary": Place(2)})))
    )
    return path


# -- open -----------------------------------------------------------------------------------------------


def test_an_opened_session_takes_the_place_of_the_other(desk, session):
    desk.files.open_path(session)
    assert desk.document.binary.logits.tolist() == [1, 2, 3]
    assert desk.document.page == "multiclass"
    assert desk.selection.place("binary").row == 2
    assert desk.keeper.path == session
    assert desk.keeper.is_saved
    assert not desk.document.undo_stack.canUndo()
    assert desk.recent.files == (session,)


def test_a_large_session_is_read_beside_the_gui(qtbot, desk, tmp_path):
    large = BinaryProblem(logits=np.arange(9000.0), target=np.zeros(9000))
    path = tmp_path / "large.json"
    path.write_text("".join(session_pieces(Session.of("binary", (large, MULTICLASS), {}))))
    assert path.stat().st_size > SMALL
    desk.files.open_path(path)
    assert desk.document.binary is BINARY
    qtbot.waitUntil(lambda: not desk.files.busy)
    assert desk.document.binary.rows == 9000


def test_a_problem_takes_its_page_as_one_step_and_the_session_stays(desk, tmp_path):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps({"page": "binary", "logits": [9], "target": [1], "look_at": "Look."}))
    opened = []
    desk.files.opened.connect(opened.append)
    desk.files.open_path(path)
    assert desk.first_logit == 9
    assert opened[0].look_at == "Look."
    assert desk.keeper.path is None
    desk.document.undo_stack.undo()
    assert desk.document.binary is BINARY


@pytest.mark.parametrize("name", ["missing.json", "bad.json", "bad.npz", "odd.xyz"])
def test_a_file_that_cannot_be_opened_is_named_and_changes_nothing(desk, tmp_path, name):
    if name != "missing.json":
        (tmp_path / name).write_text("[")
    desk.files.open_path(tmp_path / name)
    assert name in desk.messages[-1]
    assert desk.document.binary is BINARY
    assert desk.recent.files == ()


def test_the_open_dialog_opens_what_is_chosen(desk, session):
    desk.files.open()
    dialog = desk.dialog(QFileDialog)
    dialog.filesSelected.emit([str(session)])
    dialog.close()
    assert desk.document.binary.rows == 3


def test_local_files_can_be_dropped_and_nothing_else(desk, session):
    def dragged(*urls: str) -> QMimeData:
        data = QMimeData()
        data.setUrls([QUrl(url) for url in urls])
        return data

    file = QUrl.fromLocalFile(str(session)).toString()
    assert desk.files.accepts(dragged(file))
    assert desk.files.accepts(dragged(file, file))
    assert not desk.files.accepts(dragged(file, "https://example.org/a.json"))
    assert not desk.files.accepts(dragged("https://example.org/a.json"))
    assert not desk.files.accepts(QMimeData())
    desk.files.drop(dragged(file))
    assert desk.document.binary.rows == 3


# -- save -----------------------------------------------------------------------------------------------


def test_a_session_without_a_file_asks_for_one_and_is_then_saved_there(qtbot, desk, tmp_path):
    desk.edit()
    desk.files.save()
    dialog = desk.dialog(QFileDialog)
    assert dialog.defaultSuffix() == "json"
    with qtbot.waitSignal(desk.keeper.saved):
        dialog.fileSelected.emit(str(tmp_path / "mine.json"))
    dialog.close()
    desk.edit(8.5)
    with qtbot.waitSignal(desk.keeper.saved):
        desk.files.save()
    assert read_session(tmp_path / "mine.json").problems["binary"].problem.logits[0] == 8.5
    assert desk.keeper.is_saved
    assert desk.files.name == "mine.json"
    assert desk.recent.files == (tmp_path / "mine.json",)
    desk.document.undo_stack.undo()
    assert not desk.keeper.is_saved


def test_a_save_that_fails_is_explained_in_a_dialog(qtbot, desk, tmp_path):
    desk.edit()
    with qtbot.waitSignal(desk.keeper.failed):
        desk.keeper.save(tmp_path / "missing" / "mine.json")
    assert "mine.json" in desk.dialog(QMessageBox).text()
    desk.dialog(QMessageBox).close()
    assert not desk.keeper.is_saved


# -- unsaved changes ------------------------------------------------------------------------------------


def saved_and_changed_by_others(qtbot, desk, session) -> str:
    """A session that was opened and edited here, and written by somebody else meanwhile; what they wrote."""
    desk.files.open_path(session)
    desk.edit(7.5)
    theirs = session.read_text().replace("1.0", "4.0", 1)
    assert theirs != session.read_text()
    session.write_text(theirs)
    os.utime(session, ns=(1, 1))  # whatever the clock's step
    desk.files.save()
    return theirs


def test_a_file_that_others_wrote_is_not_saved_over_without_a_question(qtbot, desk, session):
    theirs = saved_and_changed_by_others(qtbot, desk, session)
    assert "session.json" in desk.dialog(QMessageBox).text()
    desk.answer(CANCEL)
    assert session.read_text() == theirs
    assert desk.first_logit == 7.5
    assert not desk.keeper.is_saved


def test_what_others_wrote_can_be_reloaded(qtbot, desk, session):
    saved_and_changed_by_others(qtbot, desk, session)
    desk.answer(QMessageBox.StandardButton.Reset)
    assert desk.first_logit == 4.0
    assert desk.keeper.is_saved


def test_what_others_wrote_can_be_overwritten_and_the_next_save_asks_no_more(qtbot, desk, session):
    saved_and_changed_by_others(qtbot, desk, session)
    for value in (7.5, 8.5):
        with qtbot.waitSignal(desk.keeper.saved):
            if value == 7.5:
                desk.answer(QMessageBox.StandardButton.Ignore)
            else:
                desk.edit(value)
                desk.files.save()
        assert read_session(session).problems["binary"].problem.logits[0] == value


def test_both_can_be_kept_under_two_names(qtbot, desk, session, tmp_path):
    theirs = saved_and_changed_by_others(qtbot, desk, session)
    desk.answer(SAVE)
    dialog = desk.dialog(QFileDialog)
    with qtbot.waitSignal(desk.keeper.saved):
        dialog.fileSelected.emit(str(tmp_path / "mine.json"))
    dialog.reject()
    assert session.read_text() == theirs
    assert desk.keeper.path == tmp_path / "mine.json"


def test_of_two_windows_on_one_session_the_second_to_save_is_asked(qtbot, desk, session, tmp_path):
    other = Desk(desk.window, Settings(tmp_path / "other.ini"), Slot.in_folder(tmp_path / "slots"))
    for each in (desk, other):
        each.files.open_path(session)
    other.edit(3.5)
    with qtbot.waitSignal(other.keeper.saved):
        other.files.save()
    desk.edit(7.5)
    desk.files.save()
    desk.answer(CANCEL)
    assert read_session(session).problems["binary"].problem.logits[0] == 3.5
    other.close()


def test_what_is_saved_may_be_left_without_a_question(desk):
    assert desk.files.may_close()


def test_cancel_keeps_everything(qtbot, desk):
    desk.edit()
    with qtbot.assertNotEmitted(desk.files.leaving):
        assert not desk.files.may_close()
        desk.answer(CANCEL)
    assert not desk.files.may_close()
    desk.answer(CANCEL)
    desk.files.new()
    desk.answer(CANCEL)
    assert desk.first_logit == 7.5


def test_discard_leaves(qtbot, desk):
    desk.edit()
    assert not desk.files.may_close()
    with qtbot.waitSignal(desk.files.leaving):
        desk.answer(DISCARD)
    assert desk.files.may_close()


def test_save_asks_for_a_file_and_leaves_once_it_is_written(qtbot, desk, tmp_path):
    desk.edit()
    desk.files.may_close()
    desk.answer(SAVE)
    dialog = desk.dialog(QFileDialog)
    with qtbot.waitSignal(desk.files.leaving):
        dialog.fileSelected.emit(str(tmp_path / "mine.json"))
    dialog.close()
    assert (tmp_path / "mine.json").exists()


def test_giving_up_the_file_dialog_stays(qtbot, desk, tmp_path):
    desk.edit()
    desk.files.may_close()
    desk.answer(SAVE)
    desk.dialog(QFileDialog).reject()
    with qtbot.assertNotEmitted(desk.files.leaving), qtbot.waitSignal(desk.keeper.saved):
        desk.keeper.save(tmp_path / "mine.json")


def test_an_opened_session_waits_for_the_answer(desk, session):
    desk.edit()
    desk.files.open_path(session)
    assert desk.first_logit == 7.5
    desk.answer(DISCARD)
    assert desk.document.binary.rows == 3


def test_new_begins_as_on_a_first_start(desk, session):
    desk.files.open_path(session)
    desk.files.new()
    assert desk.first_logit == 1.51
    assert desk.keeper.path is None


# -- recent files and settings --------------------------------------------------------------------------


def test_recent_files_are_remembered_ten_of_them_the_newest_first(qtbot, tmp_path):
    settings = Settings(tmp_path / "settings.ini")
    menu = RecentMenu("recent", settings)
    qtbot.addWidget(menu)
    for number in (*range(12), 5):
        menu.note(tmp_path / f"{number}.json")
    (tmp_path / "11.json").touch()
    again = RecentMenu("recent", Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(again)
    assert [file.stem for file in again.files] == ["5", "11", "10", "9", "8", "7", "6", "4", "3", "2"]
    again.fill()
    *files, _separator, clear = again.actions()
    assert [action.isEnabled() for action in files] == [False, True, *[False] * 8]
    chosen = []
    again.chosen.connect(chosen.append)
    files[1].trigger()
    assert chosen == [tmp_path / "11.json"]
    clear.trigger()
    assert Settings(tmp_path / "settings.ini").recent_files == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("number_display=digits:9", "digits:9"), ("number_display=digits:99", "digits:6"), ("", "digits:6")],
)
def test_the_number_display_is_remembered_and_nonsense_is_passed_over(tmp_path, text, shown):
    (tmp_path / "settings.ini").write_text(f"[General]\n{text}\n")
    assert Settings(tmp_path / "settings.ini").number_display.to_text() == shown


# -- import ---------------------------------------------------------------------------------------------


@pytest.fixture
def arrays(tmp_path) -> Path:
    path = tmp_path / "arrays.npz"
    np.savez(path, z=np.array([1.0, math.inf]), logits=np.eye(2), y=np.array([1, 0]), s=np.array([None]))
    return path


def test_importing_asks_and_puts_the_problem_on_its_page_as_one_step(qtbot, desk, arrays):
    desk.files.open_path(arrays)
    dialog = desk.dialog(ImportDialog)
    dialog.use([1], "logits")
    dialog.use([0], "")
    dialog.options.kinds.button(1).click()
    with qtbot.waitSignal(dialog.read):
        dialog.import_button.click()
    assert desk.document.page == "multiclass"
    assert desk.document.multiclass.logits.tolist() == np.eye(2).tolist()
    assert desk.document.multiclass.target.tolist() == [1, 0]
    desk.document.undo_stack.undo()
    assert desk.document.multiclass is MULTICLASS
    assert desk.recent.files == (arrays,)


def test_the_dialog_explains_what_cannot_be_chosen(qtbot, desk, arrays):
    dialog = ImportDialog(inspect(arrays), BINARY.format)
    qtbot.addWidget(dialog)
    model = dialog.entries.entries
    objects = model.index(3, WHY)
    assert not objects.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "pickles" in objects.data()
    assert dialog.import_button.isEnabled()
    dialog.use(list(dialog.choice().logits), "")
    assert not dialog.import_button.isEnabled()
    assert "Choose the logits" in dialog.headline.text()
    dialog.use([0], "logits")
    dialog.options.kinds.button(1).click()
    assert "need a column for each class" in dialog.headline.text()


def test_a_fault_found_while_reading_is_told_in_the_dialog(qtbot, desk, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("z,y\n1,0\n2,oops\n3,1\n")
    dialog = ImportDialog(inspect(path), BINARY.format)
    qtbot.addWidget(dialog)
    assert not dialog.import_button.isEnabled()
    assert "line 3" in dialog.headline.text()
    assert "oops" in dialog.headline.text()


def test_the_header_box_takes_the_first_line_as_names(qtbot, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,0\n2,1\n")
    dialog = ImportDialog(inspect(path), BINARY.format)
    qtbot.addWidget(dialog)
    model = dialog.entries.entries
    assert model.index(0, NAME).data() == "column 1"
    assert dialog.choice().target == (1,)
    assert dialog.preview.rows.rowCount() == 2
    dialog.header.click()
    assert model.index(0, NAME).data() == "1"
    assert dialog.preview.rows.rowCount() == 1


# -- what a file says for people ------------------------------------------------------------------------

WORDS = {"title": "Two rows", "look_at": "Row 2. It is inf.", "group": "Mine"}


def saved_words(qtbot, desk, path, page="binary"):
    """The words for people in the session as it is saved now."""
    with qtbot.waitSignal(desk.keeper.saved):
        desk.keeper.save(path)
    fields = json.loads(path.read_text())[page]
    return {name: fields[name] for name in WORDS if name in fields}


def test_what_a_session_says_for_people_is_saved_again(qtbot, desk, tmp_path):
    path = tmp_path / "a.json"
    fields = json.loads("".join(session_pieces(Session.of("binary", (BINARY, MULTICLASS), {}))))
    fields["binary"] |= WORDS
    path.write_text(json.dumps(fields))
    desk.files.open_path(path)
    desk.edit()
    assert saved_words(qtbot, desk, path) == WORDS
    assert saved_words(qtbot, desk, path, "multiclass") == {}


def test_what_an_opened_problem_says_is_saved_until_another_takes_its_place(qtbot, desk, tmp_path):
    file, path = tmp_path / "a.json", tmp_path / "b.json"
    file.write_text(json.dumps(WORDS | {"page": "binary", "logits": [1, 2], "target": [0, 1]}))
    desk.files.open_path(file)
    assert saved_words(qtbot, desk, path) == WORDS
    desk.document.replace_problem("binary", BINARY, "import")
    assert saved_words(qtbot, desk, path) == {}
    desk.document.undo_stack.undo()
    assert saved_words(qtbot, desk, path) == WORDS


def test_a_file_that_says_nothing_for_people_lends_the_session_no_words(qtbot, desk, tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{"page": "binary", "logits": [1, 2], "target": [0, 1]}')
    desk.files.open_path(file)
    assert desk.document.undo_stack.undoText() == "open a"
    assert saved_words(qtbot, desk, tmp_path / "b.json") == {}
    desk.files.new()
    assert saved_words(qtbot, desk, tmp_path / "b.json") == {}


# -- export ---------------------------------------------------------------------------------------------

EXTREME = MulticlassProblem(
    logits=[[0.1, -200.0], [math.inf, math.nan], [5e-324, -0.0]],
    target=[0, 1, -100],
    class_names=("a, b", "=c"),
    format=BFLOAT16,
)


@pytest.mark.parametrize(
    "problem", [BinaryProblem(logits=[-200.0, 17.0], target=[1, 0], weight=[1, 2]), EXTREME]
)
def test_exported_numbers_come_back_bit_for_bit(qtbot, desk, tmp_path, problem):
    desk.document.replace_problem(problem.family, problem, "set")
    desk.document.set_page(problem.family)
    for name in ("a.npz", "a.csv"):
        desk.files.export_to(str(tmp_path / name))
        qtbot.waitUntil(lambda: not desk.files.busy)
        assert "Exported" in desk.messages[-1]
    columns = table_columns(evaluate(problem, formulas=desk.document.formulas.of(problem.family)))
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays, (tmp_path / "a.csv").open() as text:
        rows = list(csv.DictReader(text))
        assert set(arrays) == set(columns)
        for name, values in columns.items():
            if values.dtype.kind == "U":
                assert arrays[name].tolist() == values.tolist()
                continue
            np.testing.assert_array_equal(arrays[name].astype(float), values.astype(float))
            if values.ndim == 1:
                np.testing.assert_array_equal([float(row[name]) for row in rows], values.astype(float))


def test_an_exported_table_has_a_column_for_each_class_and_a_word_for_each_regime(tmp_path):
    Export(EXTREME, (), tmp_path / "a.csv")(no_progress)
    with (tmp_path / "a.csv").open() as text:
        header = next(csv.reader(text))
    assert header == ["logits[a, b]", "logits[=c]", "target", "softmax[a, b]", "softmax[=c]", "problem"]


@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
def test_only_the_shown_rows_are_exported_with_their_numbers_and_their_own_losses(
    qtbot, desk, tmp_path, name
):
    desk.document.replace_problem("binary", BINARY_OF_FOUR, "set")
    desk.files.columns.shown_rows = lambda: np.array([3, 1])
    desk.files.export_to(str(tmp_path / name))
    qtbot.waitUntil(lambda: not desk.files.busy)
    losses = evaluate(BINARY_OF_FOUR).column("bce_with_logits").loss[[3, 1]]
    if name.endswith("npz"):
        with np.load(tmp_path / name, allow_pickle=False) as arrays:
            columns = {key: arrays[key].tolist() for key in ("row", "logits", "bce_with_logits.loss")}
    else:
        with (tmp_path / name).open() as text:
            rows = list(csv.DictReader(text))
        columns = {key: [float(row[key]) for row in rows] for key in rows[0] if key in COMPARED}
    assert columns["row"] == [4, 2]
    assert columns["logits"] == [2.0, 17.0]
    assert columns["bce_with_logits.loss"] == losses.tolist()


BINARY_OF_FOUR = BinaryProblem(logits=[-200.0, 17.0, 0.5, 2.0], target=[1, 0, 1, 1])
COMPARED = {"row", "logits", "bce_with_logits.loss"}


def test_the_export_asks_for_the_shown_rows_only_while_others_are_hidden(qtbot, desk):
    for rows, title in ((None, "Export every column"), (np.array([0]), "shown rows only")):
        desk.files.columns.shown_rows = lambda: rows  # noqa: B023  # asked at once
        desk.files.export()
        dialog = desk.dialog(QFileDialog)
        assert title in dialog.windowTitle()
        dialog.reject()
        dialog.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


NAMED = BinaryProblem(
    logits=[-200.0, 17.0, 0.5, math.nan, 2.0], target=[1, 0, 1, 1, 0], row_names=["a", "b", "c", "d", "e"]
)


@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
@pytest.mark.parametrize("rows", [None, np.array([2, 0, 1])], ids=["all", "shown"])
@pytest.mark.parametrize("problem", [NAMED, EXTREME], ids=["binary", "multiclass"])
def test_a_table_exported_some_rows_after_the_others_is_the_same_file(
    monkeypatch, tmp_path, problem, rows, name
):
    formulas = formulas_of(problem.family)
    Export(problem, formulas, tmp_path / f"whole-{name}", rows)(no_progress)
    monkeypatch.setattr(export, "is_large", lambda _: True)
    monkeypatch.setattr(export, "ELEMENTS", 4)
    Export(problem, formulas, tmp_path / name, rows)(no_progress)
    if name.endswith("csv"):
        assert (tmp_path / name).read_bytes() == (tmp_path / f"whole-{name}").read_bytes()
        return
    with np.load(tmp_path / name) as parts, np.load(tmp_path / f"whole-{name}") as whole:
        assert list(parts) == list(whole)
        for column in whole:
            assert parts[column].dtype == whole[column].dtype
            np.testing.assert_array_equal(parts[column], whole[column])


@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
def test_the_export_of_a_large_table_can_be_stopped_and_leaves_no_file(qtbot, desk, tmp_path, name):
    zeros = np.zeros(100_000)
    desk.document.replace_problem("binary", BinaryProblem(logits=zeros, target=zeros), "set")
    desk.files.export_to(str(tmp_path / name))
    progress = desk.files.columns.progress
    assert name in progress.labelText()
    qtbot.waitUntil(lambda: progress.value() > 0)
    progress.findChild(QPushButton).click()
    assert not desk.files.busy
    desk.files.columns.close()
    assert list(tmp_path.glob("a*")) == []
    assert "Nothing" in desk.messages[-1]


def test_an_export_that_fails_is_explained_in_a_dialog(qtbot, desk, tmp_path):
    desk.files.export_to(str(tmp_path / "missing" / "a.csv"))
    qtbot.waitUntil(lambda: not desk.files.busy)
    assert "a.csv" in desk.dialog(QMessageBox).text()
    desk.dialog(QMessageBox).close()


# -- autosave -------------------------------------------------------------------------------------------


def test_an_edit_made_before_the_keeper_is_autosaved_like_any_other(qtbot, tmp_path):
    document = Document(BINARY, MULTICLASS)
    document.set_cells("binary", "logits", (0,), 7.5, "edit")  # as just after the first paint
    keeper = SessionKeeper(document, Selection(document), Slot.in_folder(tmp_path))
    qtbot.waitSignal(keeper.autosave.written).wait()
    (slot,) = tmp_path.glob("*.json")
    assert read_session(slot).problems["binary"].problem.logits[0] == 7.5
    keeper.close()


# -- recovery -------------------------------------------------------------------------------------------


@pytest.fixture
def lost(tmp_path) -> LostWork:
    folder = tmp_path / "dead"
    folder.mkdir()
    work = Session.of("binary", (BinaryProblem(logits=[42.0], target=[1]), MULTICLASS), {})
    (folder / "1-dead.json").write_text("".join(session_pieces(work)))
    (work_,) = find_lost_work(folder)
    return work_


def test_lost_work_is_offered_and_brought_back_unsaved(qtbot, desk, lost):
    bar = RecoveryBar([lost])
    qtbot.addWidget(bar)
    bar.recover.connect(desk.files.recover)
    desk.files.recovered.connect(bar.drop)
    assert "can be brought back" in bar.words.text()
    bar.recover_button.click()
    assert desk.first_logit == 42
    assert not desk.keeper.is_saved
    assert not bar.isVisible()
    assert lost.slot.file.exists()


def test_discarded_work_is_gone(qtbot, lost):
    bar = RecoveryBar([lost])
    qtbot.addWidget(bar)
    bar.discard_button.click()
    assert not lost.slot.file.exists()


def test_postponed_work_is_offered_again(qtbot, lost):
    bar = RecoveryBar([lost])
    qtbot.addWidget(bar)
    bar.later_button.click()
    assert len(find_lost_work(lost.slot.file.parent)) == 1


def test_work_that_cannot_be_read_stays_where_it_is(desk, lost):
    lost.slot.file.write_text("{")
    desk.files.recover(lost)
    assert "1-dead.json" in desk.messages[-1]
    assert desk.document.binary is BINARY
    assert lost.slot.file.exists()
