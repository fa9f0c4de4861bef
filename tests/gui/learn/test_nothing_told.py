"""What a lesson asks is told nowhere before the answer: every way to a number is tried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from looking import settle
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction, QGuiApplication
from PySide6.QtWidgets import QRadioButton, QWidget

from gui.document.covering import COVERED
from gui.document.edits import Rows
from gui.files.column_export import ColumnExport
from gui.learn.lesson_files import lessons
from gui.tables.filter.row_filter import Range, RowFilter
from gui.tables.grid.columns import Kind
from gui.tables.grid.failures import Failure
from gui.window.docks.arrangement import DOCKS, FINDINGS, LEDGER

ASKED = "15.94"
"""How the answer to the lesson on saturation begins: BCELoss's loss of row 5, and scratch's."""
ROW, KEY = 4, "bce_sigmoid"
SPOKEN = (
    QAccessible.Text.Name,
    QAccessible.Text.Description,
    QAccessible.Text.Value,
    QAccessible.Text.Help,
)
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.EditRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.BackgroundRole,
)


@pytest.fixture
def window(open_window):
    window = open_window(size=(1366, 738))
    window.late.teaching.stage.begin("saturation")
    window.evaluator.flush()
    window.late.current.look()
    settle()
    return window


def model_of(window):
    return window.panel("binary").model


def number_of(window, kind=Kind.LOSS, key=KEY) -> int:
    columns = model_of(window).columns
    return next(n for n, each in enumerate(columns) if each.kind is kind and each.formula.key == key)


def spoken_in(interface, depth=0) -> Iterator[str]:
    """All that a screen reader finds at a thing and in it."""
    if interface is None or not interface.isValid() or depth > 14:
        return
    if isinstance(interface.object(), QRadioButton):
        return  # the choices
    if interface.state().invisible:
        return
    yield from filter(None, map(interface.text, SPOKEN))
    for number in range(min(interface.childCount(), 400)):
        yield from spoken_in(interface.child(number), depth + 1)


def tips_in(window) -> Iterator[str]:
    for widget in window.findChildren(QWidget):
        yield widget.toolTip()
        yield widget.accessibleDescription()
    for action in window.findChildren(QAction):
        yield action.toolTip()
        yield action.text()


def told_anywhere(window) -> list[str]:
    texts = [*spoken_in(QAccessible.queryAccessibleInterface(window)), *tips_in(window)]
    return [text for text in texts if ASKED in text]


def test_the_search_finds_the_number_once_it_is_told(window):
    window.late.teaching.stage.answer(0)
    window.evaluator.flush()
    settle()
    assert told_anywhere(window)


def test_no_dock_tip_or_spoken_word_tells_it(window):
    for name in DOCKS:
        window.docks.bring_to_front(name, focus=False)
        settle()
        assert told_anywhere(window) == [], name


def test_a_row_that_is_gone_is_not_missed_when_its_page_comes_back(window):
    window.document.remove_rows("binary", range(1, window.document.binary.rows), "remove")
    for page in ("multiclass", "binary"):
        window.document.set_page(page)
        settle()
    assert told_anywhere(window) == []


def test_no_cell_tells_it_by_number_colour_tip_or_word(window):
    model = model_of(window)
    for kind in (Kind.LOSS, Kind.ERROR, Kind.GRADIENT):
        numbers = [n for n, each in enumerate(model.columns) if each.kind is kind and each.formula.key == KEY]
        for number in numbers:
            told = [model.data(model.index(ROW, number), role) for role in ROLES]
            assert told[:2] == [COVERED, COVERED]
            assert told[-1] is None
            assert ASKED not in f"{told[2]}{told[3]}"


def test_crosshair_brush_reason_and_strips_tell_nothing(window):
    plots = window.plots
    tools = plots.interaction
    tools.actions.readout.setChecked(True)
    tools.crosshair.hold(16.0)
    tools.brushed.brush.set_range((15.0, 17.0))
    plots.shade(KEY)
    tools.explain_here()
    tools.zoom_to_next_edge(1)
    settle()
    assert told_anywhere(window) == []
    assert KEY not in {failures.formula.key for failures in tools.brushed.card.report.failures}


def test_a_copy_has_the_mark_in_its_place(window):
    panel = window.panel("binary")
    panel.view.selectAll()
    assert panel.editing.clipboard.copy_with_headers()
    copied = QGuiApplication.clipboard().text()
    assert ASKED not in copied
    assert COVERED in copied.splitlines()[1 + ROW].split("\t")
    panel.editing.shown_rows.copy_reproduction()
    assert ASKED not in QGuiApplication.clipboard().text()


def test_sorted_by_it_the_covered_row_is_last_either_way(window):
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        window.panel("binary").view.sortByColumn(number_of(window), order)
        assert model_of(window).order.row(model_of(window).order.count - 1) == ROW


@pytest.mark.parametrize("bounds", [(15.9, 15.99), (None, 1e9), (0.0, None)])
def test_no_range_of_losses_shows_the_covered_row(window, bounds):
    low, high = bounds
    rows = window.panel("binary").rows
    rows.want(RowFilter(within=Range(Kind.LOSS, KEY, low, high)))
    assert ROW not in model_of(window).order.rows(slice(None)).tolist()
    window.late.teaching.stage.answer(0)
    assert ROW in model_of(window).order.rows(slice(None)).tolist()  # chosen anew once it is told


def test_no_filter_of_failures_shows_the_covered_row(window):
    rows = window.panel("binary").rows
    rows.want(RowFilter(failures=frozenset(Failure) - {Failure.NONE}, formula=KEY))
    assert ROW not in model_of(window).order.rows(slice(None)).tolist()


@pytest.mark.parametrize("kind", ["csv", "npz"])
def test_a_file_leaves_the_covered_formula_out(window, qtbot, tmp_path, kind):
    path = tmp_path / f"table.{kind}"
    export = ColumnExport(window.document, window)
    with qtbot.waitSignal(export.message):
        export.write(str(path))
    exporter = window.late.exporter
    curves = tmp_path / f"curves.{kind}"
    exporter.write_curves(curves)
    for written in (path, curves):
        data = written.read_bytes()
        assert KEY.encode() not in data
        assert b"bce_with_logits" in data
        assert ASKED.encode() not in data


def test_rows_that_come_and_go_uncover_nothing(window):
    problem = window.document.binary
    window.document.insert_rows("binary", 0, Rows.of(problem, slice(0, 1)), "insert")
    window.evaluator.flush()
    settle()
    cells = [
        model_of(window).cells.text(row, model_of(window).columns[number_of(window)]) for row in range(6)
    ]
    assert cells == [COVERED] * 6
    assert told_anywhere(window) == []


def test_what_would_tell_it_elsewhere_waits_for_the_answer(window):
    actions = window.actions_
    assert not actions.two_classes.isEnabled()
    assert not actions.show_reason.isEnabled()
    assert not actions.copy_fix.isEnabled()
    actions.next_finding.trigger()
    window.docks.bring_to_front(FINDINGS, focus=False)
    window.docks.bring_to_front(LEDGER, focus=False)
    settle()
    assert told_anywhere(window) == []
    window.late.teaching.stage.answer(0)
    assert actions.two_classes.isEnabled()


def test_rows_of_a_loss_value_end_the_lesson_first(window):
    mine = window.document
    window.late.loss_values.explain("0.6931")
    answer = next(each for each in window.late.loss_values.panel.explanation.answers if each.rows)
    window.late.loss_values.open_rows(answer)
    assert not mine.is_lent
    assert window.late.teaching.stage.lesson is None
    assert not mine.cover.is_up


@pytest.mark.parametrize("key", list(lessons()))
def test_chips_hide_just_the_counts_that_would_tell(open_window, key):
    window = open_window(size=(1366, 738))
    window.late.teaching.stage.begin(key)
    window.evaluator.flush()
    settle()
    cover, panel = lessons()[key].cover, window.panel(window.document.page)
    hidden = {each for each in panel.filter_chips.chips if each.name.lower() in cover.failures}
    assert len(hidden) != 1  # one alone would tell
    for failure, chip in panel.filter_chips.chips.items():
        assert chip.text().endswith(COVERED) is (failure in hidden)
    before = {failure: chip.text() for failure, chip in panel.filter_chips.chips.items()}
    window.late.teaching.stage.answer(0)
    window.evaluator.flush()
    settle()
    after = {failure: chip.text() for failure, chip in panel.filter_chips.chips.items()}
    assert COVERED not in "".join(after.values())
    assert {each for each in before if before[each] != after[each]} <= hidden
