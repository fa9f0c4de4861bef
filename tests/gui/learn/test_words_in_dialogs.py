"""F1 is heard in every dialog, too, and leads to a card from every control that takes the keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from looking import named, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QWidget

import gui
from engine import FLOAT32
from engine.data import inspect
from gui.files.dialogs import changed_question, failure_box, open_dialog, save_dialog, unsaved_question
from gui.files.import_dialog import ImportDialog
from gui.formulas.formulas_dialog import FormulasDialog
from gui.learn.asking import asked_word
from gui.learn.words_dialog import WordsDialog
from gui.services.error_dialog import ErrorDialog
from gui.services.terms.words import words
from gui.tables.editing.batch import BatchQuestion
from gui.tables.editing.generate_dialog import GenerateDialog
from gui.window.about_box import about_box
from gui.window.code.capture_dialog import CaptureDialog
from gui.window.learning.called import OF_DIALOGS
from gui.window.shortcuts_dialog import ShortcutsDialog


def import_dialog(window, folder) -> QDialog:
    path = folder / "rows.csv"
    path.write_text("z,y\n1.5,1\n-2,0\n", encoding="utf-8")
    return ImportDialog(inspect(path), FLOAT32, window)


MADE = {
    "import": import_dialog,
    "formulas": lambda window, _: FormulasDialog(window.document, window),
    "saved_picture": lambda window, _: window.late.exporter.ask_for_picture(),
    "generate": lambda window, _: GenerateDialog(2, ("0", "1"), 0, window),
    "capture": lambda window, _: CaptureDialog(window),
    "keys": lambda window, _: ShortcutsDialog(window.menuBar(), window),
    "words": lambda window, _: WordsDialog({}, window),
    "trouble": lambda window, _: ErrorDialog(window),
    "about": lambda window, _: about_box(window),
    "unsaved": lambda window, _: unsaved_question(window, "mine"),
    "changed": lambda window, folder: changed_question(window, folder / "mine.json"),
    "failure": lambda window, _: failure_box(window, "It could not be read."),
    "batch": lambda window, _: BatchQuestion(window, 3),
    "open": lambda window, folder: open_dialog(window, str(folder)),
    "save": lambda window, folder: save_dialog(window, folder / "mine.json"),
}


def takers(dialog: QDialog) -> list[QWidget]:
    every = [dialog, *dialog.findChildren(QWidget)]
    return [each for each in every if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible()]


def test_f1_in_a_dialog_leads_to_a_card_from_every_control(window, qtbot, tmp_path):
    for make in MADE.values():
        check(make(window, tmp_path), qtbot)


def check(dialog, qtbot) -> None:
    if isinstance(dialog, QFileDialog):
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    settle()
    assert QApplication.focusWidget().window() is dialog
    for widget in takers(dialog):
        found = asked_word(widget)
        assert found is not None, named(widget)
        assert found[0] in words()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F1)
    settle()
    listed = dialog if isinstance(dialog, WordsDialog) else dialog.findChild(WordsDialog)
    assert listed.isVisible()
    assert listed.shown in words()
    if listed is not dialog:
        listed.reject()
    dialog.reject()


def test_every_dialog_of_the_application_has_a_card():
    root = Path(gui.__file__).parent
    lines = [line for path in root.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    heads = [line for line in lines if re.match(r"class \w+\((QDialog|QMessageBox)\):", line)]
    own = {line.removeprefix("class ").partition("(")[0] for line in heads}
    assert own <= set(OF_DIALOGS)
    assert set(OF_DIALOGS.values()) <= set(words())
    assert {QFileDialog.__name__, QMessageBox.__name__} <= set(OF_DIALOGS)


def test_in_the_list_of_formulas_the_chosen_one_is_explained(window):
    dialog = FormulasDialog(window.document, window)
    dialog.open()
    dialog.activateWindow()
    dialog.tree.setFocus()
    settle()
    for key in ("bce_sigmoid", "binary_scratch"):
        dialog.tree.setCurrentItem(dialog.item(key))
        assert dialog.asked_word()[0] == key
    dialog.form.number.setFocus()
    settle()
    for at, key in enumerate(("epsilon_in_log", "clipped_probability", "clipped_log")):
        dialog.form.kind.setCurrentIndex(at)
        assert dialog.asked_word()[0] == key
    dialog.reject()
