"""Writing whole files, and work in progress that outlives the process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine import BinaryProblem, MulticlassProblem
from gui.document.document import Document
from gui.document.selection import Selection
from gui.services.atomic_write import WriteError, write_atomically
from gui.services.autosave import Autosave, LostWork, Slot, find_lost_work
from gui.session.session_file import read_session
from gui.session.session_keeper import SessionKeeper

ROOT = Path(__file__).resolve().parents[3]


def pieces_that_fail():
    yield b"half"
    raise RuntimeError("no more")


# -- writing --------------------------------------------------------------------------------------------


def test_a_file_is_replaced_as_a_whole(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("old and longer")
    write_atomically(file, [b"ne", b"w"])
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def test_content_that_fails_half_way_leaves_the_file_as_it_was(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("old")
    with pytest.raises(RuntimeError, match="no more"):
        write_atomically(file, pieces_that_fail())
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["missing/a.json", ".", "x" * 300])
def test_a_file_that_cannot_be_written_is_named_with_the_reason(tmp_path, name):
    with pytest.raises(WriteError, match=r": \S"):
        write_atomically(tmp_path / name, [b"x"])


def test_a_symbolic_link_stays_one(tmp_path):
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, [b"new"])
    assert link.is_symlink()
    assert target.read_text() == "new"


# -- slots ----------------------------------------------------------------------------------------------


def test_the_slot_of_a_living_process_is_not_offered(tmp_path):
    slot = Slot.in_folder(tmp_path)
    slot.file.write_text("{}")
    assert find_lost_work(tmp_path) == []
    slot.release()
    assert [lost.slot.file for lost in find_lost_work(tmp_path)] == [slot.file]


def die_with_a_slot(folder: Path, work: str = "") -> None:
    code = (
        "import os, sys; from pathlib import Path; from gui.services.autosave import Slot;"
        "slot = Slot.in_folder(Path(sys.argv[1])); sys.argv[2] and slot.file.write_text(sys.argv[2]);"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder), work], cwd=ROOT, check=False, timeout=60)


def test_the_slot_of_a_dead_process_is_offered_once(tmp_path):
    die_with_a_slot(tmp_path, "{}")
    lost = find_lost_work(tmp_path)
    assert len(lost) == 1
    assert find_lost_work(tmp_path) == []  # this process holds it


def test_the_lock_of_a_dead_process_without_work_is_removed(tmp_path):
    die_with_a_slot(tmp_path)
    assert list(tmp_path.glob("*.lock"))
    assert find_lost_work(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_has_no_lost_work(tmp_path):
    assert find_lost_work(tmp_path / "missing") == []


# -- autosave -------------------------------------------------------------------------------------------


@pytest.fixture
def document(qapp):
    binary = BinaryProblem(logits=[0.5, -2.0], target=[1, 0])
    return Document(binary, MulticlassProblem(logits=[[0.0, 1.0]], target=[0]))


@pytest.fixture
def keeper(document, tmp_path):
    slot = Slot.in_folder(tmp_path / "slots")
    keeper = SessionKeeper(document, Selection(document), slot)
    yield keeper
    keeper.close()


def edit(document: Document, value: float) -> None:
    document.set_cells("binary", "logits", (0,), value, "edit")


def autosaved(keeper: SessionKeeper) -> float:
    (file,) = (keeper.autosave.slot.file.parent).glob("*.json")
    return float(read_session(file).problems["binary"].problem.logits[0])


def test_work_is_written_when_editing_pauses(qtbot, qapp, tmp_path):
    slot = Slot.in_folder(tmp_path)
    autosave = Autosave(slot, lambda: iter([b"work"]), interval=60_000, idle=1)
    with qtbot.waitSignal(autosave.written):
        autosave.work_changed()
    assert slot.file.read_text() == "work"
    autosave.close()
    assert list(tmp_path.iterdir()) == []


def test_work_that_never_pauses_is_written_all_the_same(qtbot, qapp, tmp_path):
    slot = Slot.in_folder(tmp_path)
    autosave = Autosave(slot, lambda: iter([b"work"]), interval=5, idle=60_000)
    with qtbot.waitSignal(autosave.written):
        autosave.work_changed()
    autosave.close()


def test_a_slot_that_cannot_be_written_is_told_and_tried_again(qtbot, qapp, tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    slot = Slot.in_folder(tmp_path / "taken")
    autosave = Autosave(slot, lambda: iter([b"work"]), interval=1, idle=1)
    with qtbot.waitSignal(autosave.failed) as failed:
        autosave.work_changed()
    assert "taken" in failed.args[0]
    with qtbot.waitSignal(autosave.written):
        (tmp_path / "taken").unlink()
    assert slot.file.read_text() == "work"
    assert find_lost_work(tmp_path / "taken") == []  # locked: its process lives
    autosave.close()


def test_a_folder_that_is_deleted_meanwhile_is_made_anew_with_its_lock(qtbot, qapp, tmp_path):
    slot = Slot.in_folder(tmp_path / "slots")
    autosave = Autosave(slot, lambda: iter([b"work"]), idle=1)
    shutil.rmtree(tmp_path / "slots")
    with qtbot.waitSignal(autosave.written):
        autosave.work_changed()
    assert slot.file.read_text() == "work"
    assert find_lost_work(tmp_path / "slots") == []
    autosave.close()


def test_an_edit_is_autosaved_and_saving_makes_that_needless(qtbot, document, keeper, tmp_path):
    edit(document, 7.5)
    keeper.autosave.write_now()
    assert autosaved(keeper) == 7.5
    with qtbot.waitSignal(keeper.saved):
        keeper.save(tmp_path / "mine.json")
    assert keeper.is_saved
    assert keeper.path == tmp_path / "mine.json"
    assert not keeper.autosave.slot.file.exists()
    assert read_session(tmp_path / "mine.json").problems["binary"].problem.logits[0] == 7.5


def test_work_from_before_anybody_kept_it_is_written_at_once_however_fast_it_goes_on(
    qtbot, document, tmp_path
):
    edit(document, 7.5)
    keeper = SessionKeeper(document, Selection(document), Slot.in_folder(tmp_path / "autosave"))
    for timer in (keeper.autosave._idle, keeper.autosave._latest):
        timer.setInterval(10**6)  # neither the pause nor the interval
    with qtbot.waitSignal(keeper.autosave.written):
        edit(document, 8.5)
    assert autosaved(keeper) == 8.5
    keeper.close()


def test_undoing_back_to_the_saved_state_leaves_nothing_to_autosave(document, keeper):
    edit(document, 7.5)
    keeper.autosave.write_now()
    document.undo_stack.undo()
    assert keeper.is_saved
    assert not keeper.autosave.slot.file.exists()


def test_an_edit_during_a_save_stays_unsaved(qtbot, document, keeper, tmp_path):
    edit(document, 1.0)
    with qtbot.waitSignal(keeper.saved):
        keeper.save(tmp_path / "mine.json")
        edit(document, 2.0)
    assert not keeper.is_saved
    assert read_session(tmp_path / "mine.json").problems["binary"].problem.logits[0] == 1.0


def test_a_save_that_fails_says_why_and_leaves_the_work_unsaved(qtbot, document, keeper, tmp_path):
    edit(document, 1.0)
    with qtbot.waitSignal(keeper.failed) as failed:
        keeper.save(tmp_path / "missing" / "mine.json")
    assert "mine.json" in failed.args[0]
    assert not keeper.is_saved
    assert keeper.path is None


def test_neither_another_save_nor_the_end_cancels_a_save(document, keeper, tmp_path):
    for number in range(4):
        edit(document, float(number))
        keeper.save(tmp_path / f"{number}.json")
    keeper.close()
    for number in range(4):
        session = read_session(tmp_path / f"{number}.json")
        assert session.problems["binary"].problem.logits[0] == number


def test_lost_work_comes_back_unsaved_with_its_file_and_slot(qtbot, document, keeper, tmp_path):
    with qtbot.waitSignal(keeper.saved):
        keeper.save(tmp_path / "mine.json")
    edit(document, 7.5)
    keeper.autosave.write_now()
    left = tmp_path / "slots" / "1-dead.json"
    keeper.autosave.slot.file.rename(left)

    edit(document, 0.0)
    slot = Slot(left)
    assert slot.take()
    keeper.recover(LostWork(slot, 0.0))
    assert document.binary.logits[0] == 7.5
    assert keeper.path == tmp_path / "mine.json"
    assert not keeper.is_saved
    assert left.exists()  # until the work is saved, it is still the only copy
    with qtbot.waitSignal(keeper.saved):
        keeper.save(tmp_path / "mine.json")
    assert not left.exists()
