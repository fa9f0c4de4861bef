"""The real window: every part follows an edit, and what the menus do."""

from __future__ import annotations

import json
import math

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QToolTip,
    QWidget,
)

from gui.document.changes import PAGES
from gui.services.actions import without_mnemonic
from gui.services.resources import PRESETS
from gui.services.settings import Settings
from gui.tables.grid.columns import Kind
from gui.window.shortcuts_dialog import ShortcutsDialog
from gui.window.window_layout import FIRST_SIZE

Key = Qt.Key


def column_of(model, kind: Kind, formula: str | None = None, index: int | None = None) -> int:
    return next(
        number
        for number, column in enumerate(model.columns)
        if column.kind is kind
        and (formula is None or column.formula.key == formula)
        and (index is None or column.index == index)
    )


def type_into(qtbot, window, row: int, column: int, text: str) -> None:
    """Type over a cell with the keyboard, as a person does."""
    view = window.panel(window.document.page).view
    view.setFocus()
    view.setCurrentIndex(view.model().index(row, column))
    qtbot.keyClicks(view.viewport(), text[0])
    editor = view.viewport().findChild(QLineEdit)
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Key.Key_Return)
    QApplication.processEvents()  # the delegate commits through the event loop
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def entries(window) -> list[QAction]:
    """Every preset's action, in the menu's order."""
    presets = window.session.presets
    presets.aboutToShow.emit()
    return [action for menu in presets.findChildren(QMenu) for action in menu.actions()]


def give_up_edit(qtbot, window) -> None:
    """Leave a refused text with Escape."""
    qtbot.keyClick(window.panel(window.document.page).view.viewport().findChild(QLineEdit), Key.Key_Escape)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def no_tips(monkeypatch) -> None:
    """Show no tips: the platform without a screen cannot raise their window."""
    monkeypatch.setattr(QToolTip, "showText", lambda *_: None)


def loss_shown(window, row: int, formula: str) -> float:
    window.evaluator.flush()
    model = window.panel(window.document.page).model
    return float(model.index(row, column_of(model, Kind.LOSS, formula)).data())


# What PyTorch 2.13 gives in float32 (tests/golden, DESIGN's table of failures).
FAILURES = [
    ("-200", "1", {"bce_with_logits": 200.0, "bce_sigmoid": 100.0, "binary_scratch": math.inf}),
    ("17", "0", {"bce_with_logits": 17.0, "bce_sigmoid": 100.0, "binary_scratch": math.inf}),
    ("16", "0", {"bce_with_logits": 16.0, "bce_sigmoid": 15.9424, "binary_scratch": 15.9424}),
    ("inf", "1", {"bce_with_logits": math.nan, "bce_sigmoid": 0.0, "binary_scratch": math.nan}),
]


@pytest.mark.parametrize(("logit", "target", "losses"), FAILURES)
def test_a_typed_logit_gives_pytorchs_losses_with_their_failures(qtbot, window, logit, target, losses):
    model = window.panel("binary").model
    type_into(qtbot, window, 0, column_of(model, Kind.LOGIT), logit)
    type_into(qtbot, window, 0, column_of(model, Kind.TARGET), target)
    for formula, loss in losses.items():
        assert loss_shown(window, 0, formula) == pytest.approx(loss, rel=1e-5, nan_ok=True), formula


def test_a_typed_multiclass_logit_is_followed(qtbot, window):
    window.document.set_page("multiclass")
    model = window.panel("multiclass").model
    type_into(qtbot, window, 0, column_of(model, Kind.LOGIT, index=0), "-110")
    assert loss_shown(window, 0, "cross_entropy") == pytest.approx(112.50, abs=0.01)
    assert loss_shown(window, 0, "multiclass_scratch") == math.inf


def test_a_refused_value_is_explained_in_the_status_bar_and_the_old_one_kept(qtbot, window, no_tips):
    model = window.panel("binary").model
    column = column_of(model, Kind.LOGIT)
    before = model.index(1, column).data()
    type_into(qtbot, window, 1, column, "1,5")
    said = window.statusBar().currentMessage()
    assert "2" in said
    assert "1,5" in said
    assert model.index(1, column).data() == before
    give_up_edit(qtbot, window)
    type_into(qtbot, window, 1, column, "1.5")
    assert window.statusBar().currentMessage() == ""


def test_a_class_outside_the_range_is_refused_by_name(qtbot, window, no_tips):
    window.document.set_page("multiclass")
    model = window.panel("multiclass").model
    type_into(qtbot, window, 2, column_of(model, Kind.TARGET), "7")
    assert "7" in window.statusBar().currentMessage()
    assert int(window.document.multiclass.target[2]) == 0


def test_undo_and_redo_reach_every_part(qtbot, window):
    model = window.panel("binary").model
    undo, redo = window.actions_.undo, window.actions_.redo
    assert not undo.isEnabled()
    type_into(qtbot, window, 0, column_of(model, Kind.LOGIT), "-200")
    undo.trigger()
    assert window.document.binary.logits[0] == 1.51
    redo.trigger()
    assert window.document.binary.logits[0] == -200.0
    assert not redo.isEnabled()


@pytest.mark.parametrize("keys", [Key.Key_1, Key.Key_2])
def test_pages_are_switched_by_keys(qtbot, window, keys):
    window.document.set_page("multiclass" if keys == Key.Key_1 else "binary")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, keys, Qt.KeyboardModifier.ControlModifier)
    page = "binary" if keys == Key.Key_1 else "multiclass"
    assert window.document.page == page
    assert window.panel(page).isVisible()
    assert window.actions_.page(page).isChecked()


def test_a_page_is_opened_by_its_tab(qtbot, window):
    bar = window.tabs
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(1).center())
    assert window.document.page == "multiclass"
    assert window.panel("multiclass").isVisible()


def test_the_format_is_chosen_for_both_pages(qtbot, window):
    chooser = next(box for box in window.option_bar.findChildren(QComboBox) if box.findText("float16") >= 0)
    chooser.setFocus()
    qtbot.keyClicks(chooser, "float16")
    assert window.document.binary.format.name == "float16"
    assert window.document.multiclass.format.name == "float16"


def test_nothing_of_the_first_window_is_cut_off(window):
    assert window.size() == FIRST_SIZE
    for part in (window.panel("binary"), window.plots, window.late.explanation):
        corner = part.mapTo(window, part.rect().bottomRight())
        assert part.isVisible()
        assert part.width() >= part.minimumSizeHint().width()
        assert part.height() >= part.minimumSizeHint().height()
        assert window.rect().contains(corner)


def test_every_menu_entry_has_a_mnemonic_of_its_own(window):
    # `QAction.menu()` of PySide6 6.8 deletes the menu with the answer.
    for menu in window.menuBar().findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
        entries = [action.text() for action in menu.actions() if not action.isSeparator()]
        letters = [text[text.index("&") + 1].lower() for text in entries if "&" in text]
        assert len(letters) == len(entries)
        assert len(set(letters)) == len(letters)


@pytest.mark.parametrize("page", PAGES)
def test_alt_and_a_letter_lead_to_one_place(window, page):
    window.document.set_page(page)
    texts = [menu.text() for menu in window.menuBar().actions()]
    texts += [window.tabs.tabText(index) for index in range(window.tabs.count())]
    texts += [label.text() for label in window.findChildren(QLabel) if label.buddy() and label.isVisible()]
    texts += [button.text() for button in window.findChildren(QAbstractButton) if button.isVisible()]
    keys = [QKeySequence.mnemonic(text).toString() for text in texts]
    keys = [key for key in keys if key]
    assert "Alt+R" in keys
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize(
    ("text", "words"), [("&Binary", "Binary"), ("이진(&B)", "이진"), ("A && B", "A && B")]
)
def test_words_without_their_mnemonic(text, words):
    assert without_mnemonic(text) == words


@pytest.mark.parametrize("shift", [False, True])
def test_redo_has_the_keys_of_every_desktop(qtbot, window, shift):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.panel("binary").view.setFocus()
    window.document.set_cells("binary", "logits", (0,), -200.0, "edit")
    window.document.undo_stack.undo()
    if shift:
        qtbot.keyClick(
            window, Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
    else:
        qtbot.keyClick(window, Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert window.document.binary.logits[0] == -200.0


def test_no_two_actions_of_the_window_have_one_key(window):
    keys = [
        key.toString()
        for action in window.findChildren(QAction)
        for key in action.shortcuts()
        if action.shortcutContext() is Qt.ShortcutContext.WindowShortcut
    ]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_letters_in_a_menu_opened_by_keyboard_are_the_menus(qtbot, window):
    assert window.session  # makes the File menu's submenus
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.panel("binary").view.setFocus()
    bar = window.menuBar()
    bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
    qtbot.keyClick(bar, Key.Key_F)
    file = QApplication.activePopupWidget()
    assert file.title() == "&File"
    assert QApplication.focusWidget() is bar
    qtbot.keyClick(file, Key.Key_P)
    assert window.plots.interaction.baseline.subject is None
    presets = next(action for action in file.actions() if action.text() == "&Presets")
    assert file.activeAction() is presets
    window.session.presets.close()
    file.close()


# -- files and presets ----------------------------------------------------------------------------------


def test_presets_are_listed_and_loaded_as_one_undo_step(window):
    window.document.set_cells("binary", "logits", (0,), 5.0, "edit")
    window.session.presets.fill()
    presets = entries(window)
    assert len(presets) == len(list(PRESETS.glob("*.json")))
    next(action for action in presets if action.text() == "Tutorial, binary").trigger()
    assert window.document.binary.logits[0] == 1.51
    assert window.lesson_dock.notes.text.toPlainText().count(".") >= 2
    assert window.lesson_dock.notes.text.isVisibleTo(window)
    window.actions_.undo.trigger()
    assert window.document.binary.logits[0] == 5.0


def test_a_preset_about_a_mistake_shows_the_mistakes_formula(window):
    next(action for action in entries(window) if "51-" in action.data()).trigger()
    assert "nll_softmax" in [column.formula.key for column in window.evaluator.current().columns]


def test_an_opened_file_takes_its_page_and_brings_it_to_the_front(qtbot, window, tmp_path):
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"page": "multiclass", "logits": [["-inf", 0.0]], "target": [0]}))
    window.actions_.open.trigger()
    dialog = window.findChild(QFileDialog)
    dialog.filesSelected.emit([str(file)])
    dialog.close()
    assert window.document.page == "multiclass"
    assert window.document.multiclass.rows == 1
    assert loss_shown(window, 0, "cross_entropy") == math.inf


def test_a_bad_file_changes_nothing_and_is_explained(window, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text("{")
    window.files.open_path(file)
    assert "bad.json: line 1" in window.statusBar().currentMessage()
    assert not window.document.undo_stack.canUndo()


def test_the_keys_of_every_menu_are_listed(window, qtbot):
    window.actions_.shortcuts.trigger()
    dialog = window.findChild(ShortcutsDialog)
    groups = [dialog.list.topLevelItem(number) for number in range(dialog.list.topLevelItemCount())]
    assert {"File", "Edit", "Rows", "View", "Plot", "Tools"} <= {group.text(0) for group in groups}
    listed = {
        group.child(number).text(0): group.child(number).text(1)
        for group in groups
        for number in range(group.childCount())
    }
    assert listed["Save as…"] == "Ctrl+Shift+S"
    assert listed["Values in full"] == "V"
    assert all(listed.values())
    assert not any("&" in text or "\t" in text for text in listed)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_about_names_the_versions_and_blocks_nothing(window):
    window.actions_.about.trigger()
    box = window.findChild(QMessageBox)
    for name in ("PySide6", "pyqtgraph", "numpy", "Python"):
        assert name.lower() in box.text().lower()
    box.close()


# -- theme and layout -----------------------------------------------------------------------------------


def brightness(widget: QWidget) -> float:
    QApplication.processEvents()
    return widget.palette().color(QPalette.ColorRole.Base).lightnessF()


def test_the_theme_changes_while_the_window_is_open(window):
    window.actions_.theme("dark").trigger()
    assert brightness(window.plots) < 0.3
    assert brightness(window.panel("binary")) < 0.3
    window.actions_.theme("light").trigger()
    assert brightness(window.plots) > 0.7


def test_text_stands_out_in_both_themes(window):
    for name in ("light", "dark"):
        window.actions_.theme(name).trigger()
        palette = QApplication.palette()
        for text, ground in (
            (QPalette.ColorRole.Text, QPalette.ColorRole.Base),
            (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window),
            (QPalette.ColorRole.ButtonText, QPalette.ColorRole.Button),
            (QPalette.ColorRole.HighlightedText, QPalette.ColorRole.Highlight),
            (QPalette.ColorRole.PlaceholderText, QPalette.ColorRole.Base),
        ):
            # WCAG 2.1, 1.4.3: ordinary text needs 4.5 : 1; the dark highlight holds bold or large text's 3.
            needed = 3.0 if text is QPalette.ColorRole.HighlightedText else 4.5
            assert contrast(palette.color(text), palette.color(ground)) >= needed, (name, text)
    window.actions_.theme("light").trigger()


def contrast(first, second) -> float:
    """WCAG 2.1's contrast ratio."""

    def luminance(colour) -> float:
        parts = [colour.redF(), colour.greenF(), colour.blueF()]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_layout_and_theme_are_remembered(open_window, tmp_path):
    path = tmp_path / "folder" / "settings.ini"
    first = open_window(Settings(path))
    first.resize(780, 650)
    first.resizeDocks([first.docks.table], [390], Qt.Orientation.Horizontal)
    first.docks.bring_to_front("ledger")
    QApplication.processEvents()  # Qt lays docks out through the event loop
    first.actions_.theme("dark").trigger()
    width = first.docks.table.width()
    first.close()
    assert path.is_file()

    second = open_window(Settings(path), theme=None)
    assert second.size().toTuple() == (780, 650)
    assert second.docks.table.width() == pytest.approx(width, abs=4)  # Qt rounds when it resizes
    assert second.docks.in_sight("ledger")
    assert second.actions_.theme("dark").isChecked()
    second.actions_.reset_layout.trigger()
    room = second.screen().availableGeometry()
    assert second.width() <= room.width()
    assert second.height() < room.height()  # there is a title bar
    assert second.docks.in_sight("steps")
    second.actions_.theme("light").trigger()


def test_resetting_the_layout_closes_what_was_opened(window):
    plots = window.plots
    for kind in plots.stack.sections:
        if kind not in plots.stack.open:
            plots.header.chips.chips[list(plots.stack.sections).index(kind)].click()
    plots.interaction.actions.readout.trigger()
    plots.interaction.actions.pin_baseline.trigger()
    window.actions_.reset_layout.trigger()
    for _ in range(5):
        QApplication.processEvents()
    assert plots.stack.chosen is None
    assert not plots.interaction.readout.full
    assert not plots.interaction.actions.clear_baseline.isEnabled()


def test_a_theme_of_the_command_line_is_for_this_run_only(open_window, tmp_path):
    path = tmp_path / "settings.ini"
    open_window(Settings(path), theme="dark").close()
    assert Settings(path).theme == "system"


def test_settings_that_make_no_sense_are_passed_over(open_window, tmp_path):
    path = tmp_path / "settings.ini"
    path.write_text('theme=mauve\n[layout]\nwindow="@ByteArray(rubbish)"\ncolumns=7\nrows=@Invalid()\n')
    window = open_window(Settings(path), theme=None)
    assert window.actions_.theme("system").isChecked()
    assert window.plots.isVisible()


def test_the_note_of_a_preset_stays_while_editing(window):
    next(action for action in entries(window) if "20-" in action.data()).trigger()
    window.document.set_cells("multiclass", "logits", (0, 0), 1.0, "edit")
    assert window.lesson_dock.notes.text.isVisibleTo(window)


def open_preset(window, prefix):
    next(action for action in entries(window) if prefix in action.data()).trigger()


def test_the_note_of_a_preset_goes_with_its_problem_and_comes_back_on_redo(window):
    open_preset(window, "10-")
    window.document.set_cells("binary", "logits", (0,), 1.0, "edit")
    assert window.lesson_dock.notes.text.isVisibleTo(window)
    window.actions_.undo.trigger()
    window.actions_.undo.trigger()
    assert not window.lesson_dock.notes.text.isVisibleTo(window)
    window.actions_.redo.trigger()
    assert window.lesson_dock.notes.text.isVisibleTo(window)
    window.document.set_page("multiclass")
    assert not window.lesson_dock.notes.text.isVisibleTo(window)
    window.document.set_page("binary")
    assert window.lesson_dock.notes.text.isVisibleTo(window)


def test_a_note_says_that_its_problem_was_edited_until_the_edit_is_undone(window):
    open_preset(window, "12-")
    assert not window.lesson_dock.notes.edited.isVisibleTo(window)
    window.document.set_cells("binary", "logits", (0,), 1.0, "edit")
    assert window.lesson_dock.notes.edited.isVisibleTo(window)
    window.actions_.undo.trigger()
    assert not window.lesson_dock.notes.edited.isVisibleTo(window)


def test_a_problem_without_a_note_takes_the_place_of_one_with_it(window, tmp_path):
    open_preset(window, "10-")
    path = tmp_path / "own.json"
    path.write_text('{"page": "binary", "logits": [1], "target": [0]}')
    window.files.open_path(path)
    assert not window.lesson_dock.notes.text.isVisibleTo(window)


def test_the_history_names_every_step_and_a_click_goes_there(window):
    document, view = window.document, window.late.history
    window.docks.bring_to_front("history")
    before = document.binary.logits.tolist()
    for value in (1.0, 2.0, 3.0):
        document.set_cells("binary", "logits", (slice(None),), value, f"set {value}")
    steps = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
    assert view.isVisible()
    assert steps == ["As opened", "set 1.0", "set 2.0", "set 3.0"]
    view.setCurrentIndex(view.model().index(1, 0))
    assert document.binary.logits[0] == 1.0
    view.setCurrentIndex(view.model().index(0, 0))
    assert document.binary.logits.tolist() == before
