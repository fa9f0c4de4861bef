"""The pills under the columns, the marks in doubtful targets, and the logits' heat map."""

from __future__ import annotations

from types import SimpleNamespace

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent

from engine import (
    FLOAT32,
    FLOAT64,
    BinaryProblem,
    Health,
    MulticlassProblem,
    health_counts,
    health_of,
)
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.tables.footer.column_health import ColumnHealth
from gui.tables.footer.pills import GAP, LEAST_INSET, PillLayout
from gui.tables.grid.columns import Kind
from gui.tables.grid.failures import Failure
from gui.tables.grid.heat import LEVELS, HeatMap, heat_level, heat_limit
from gui.tables.grid.target_marks import unchecked_target
from gui.tables.page_panel import PagePanel

INF, NAN = np.inf, np.nan
Key = Qt.Key
ODD = BinaryProblem(
    logits=[-2.0, 0.0, -0.0, 3.0, 1e-40, INF, -INF, NAN, 5.0], target=[0, 1, 0.5, 1, 0, 2, 1, 0, -1]
)
CLASSES = MulticlassProblem(logits=[[1.0, 2.0], [NAN, 0.0], [3.0, INF]], target=[1, -100, 0])


@pytest.fixture
def opened(qtbot):
    def open_panel(problem):
        page = problem.family
        given = {"binary": ODD, "multiclass": CLASSES, page: problem}
        document = Document(given["binary"], given["multiclass"])
        document.set_page(page)
        evaluator, selection = Evaluator(document), Selection(document)
        panel = PagePanel(page, document, selection, evaluator)
        qtbot.addWidget(panel)
        panel.resize(900, 500)
        panel.show()
        qtbot.waitExposed(panel)
        return SimpleNamespace(
            panel=panel, view=panel.view, strip=panel.footer, model=panel.model, document=document,
            evaluator=evaluator, selection=selection,
        )  # fmt: skip

    return open_panel


Y, Z = 0, 1
"""The numbers of the binary page's target and logit."""


def texts(app, section):
    return [pill.text for pill in app.strip.pills if pill.section == section]


def counts(app, section):
    return dict(app.strip.health(section).present())


# -- kinds of numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32, np.float64])
def test_each_number_is_of_one_kind(dtype):
    info = ml_dtypes.finfo(dtype)
    values = np.array(
        [-1, 0, -0.0, 1, float(info.smallest_subnormal), -float(info.smallest_subnormal), INF, -INF, NAN],
        dtype=dtype,
    )
    kinds = [Health(kind).name for kind in health_of(values)]
    assert kinds == (
        ["NEGATIVE", "ZERO", "ZERO", "POSITIVE", "SUBNORMAL", "SUBNORMAL", "INFINITE", "INFINITE", "NAN"]
    )
    normal = np.array([info.smallest_normal, -info.max], dtype=dtype)
    assert health_of(normal).tolist() == [Health.POSITIVE, Health.NEGATIVE]


def test_whole_numbers_and_ignored_rows_have_their_kinds():
    kinds = health_of(np.array([-100, 0, 7]), np.array([True, False, False]))
    assert kinds.tolist() == [Health.IGNORED, Health.ZERO, Health.POSITIVE]


@given(hnp.arrays(np.float64, st.integers(0, 50)))
def test_the_counts_add_up_to_the_rows(values):
    assert sum(health_counts(health_of(values))) == len(values)


# -- the strip ----------------------------------------------------------------------------------------


def test_a_columns_pills_count_its_numbers_with_what_is_wrong_first(opened):
    app = opened(ODD)
    assert counts(app, Z) == {
        Health.NAN: 1,
        Health.INFINITE: 2,
        Health.SUBNORMAL: 1,
        Health.NEGATIVE: 1,
        Health.ZERO: 2,
        Health.POSITIVE: 2,
    }
    assert texts(app, Z)[0] == "1 nan"
    assert texts(app, Z)[-1] in {"1 sub", "+1", "+2"}
    assert counts(app, Y) == {Health.NEGATIVE: 1, Health.ZERO: 3, Health.POSITIVE: 5}


def test_ignored_rows_are_counted_as_such_but_their_logits_are_numbers(opened):
    app = opened(CLASSES)
    kinds = [column.kind for column in app.model.columns]
    assert counts(app, kinds.index(Kind.TARGET)) == {
        Health.IGNORED: 1,
        Health.ZERO: 1,
        Health.POSITIVE: 1,
    }
    assert counts(app, kinds.index(Kind.LOSS))[Health.IGNORED] == 1
    assert counts(app, 1) == {Health.NAN: 1, Health.POSITIVE: 2}


def test_the_counts_follow_an_edit(opened):
    app = opened(ODD)
    app.document.set_cells("binary", "logits", (0,), NAN, "x")
    app.evaluator.flush()
    assert counts(app, Z)[Health.NAN] == 2
    assert texts(app, Z)[0] == "2 nan"


def test_each_column_is_counted_once_an_evaluation(opened, monkeypatch):
    app = opened(ODD)
    asked = []
    from gui.tables.footer import counting

    real = counting.column_health
    monkeypatch.setattr(
        counting, "column_health", lambda snapshot, column: asked.append(column) or real(snapshot, column)
    )
    app.document.set_cells("binary", "logits", (0,), 1.0, "x")
    app.evaluator.flush()
    for _ in range(3):
        app.strip.grab()
    assert asked
    assert len(asked) == len(set(asked))


def test_a_pill_stands_under_its_column_also_when_scrolled(opened):
    app = opened(ODD)
    for scrolled in (0, 60):
        app.view.horizontalScrollBar().setValue(scrolled)
        for pill in app.strip.pills:
            left = app.view.mapTo(app.panel, QPoint(0, 0)).x() + app.view.columnViewportPosition(pill.section)
            x = app.strip.mapTo(app.panel, pill.rect.topLeft()).x()
            assert left <= x
            assert x + pill.rect.width() <= left + app.view.columnWidth(pill.section)


def click(qtbot, app, text, section=Z):
    pill = next(each for each in app.strip.pills if (each.section, each.text) == (section, text))
    qtbot.mouseClick(app.strip, Qt.LeftButton, pos=pill.rect.center())


def place(app):
    return app.view.currentIndex().row(), app.view.currentIndex().column()


def test_a_click_goes_to_the_next_such_cell_and_round_again(qtbot, opened):
    app = opened(ODD)
    app.view.setColumnWidth(Z, 220)
    for row in (5, 6, 5):
        click(qtbot, app, "2 inf")
        assert place(app) == (row, Z)
    assert app.selection.place("binary").row == 5
    click(qtbot, app, "1 nan")
    assert place(app) == (7, Z)


def test_the_next_cell_is_the_next_in_sight_of_a_sorted_table(qtbot, opened):
    app = opened(ODD)
    app.view.setColumnWidth(Z, 220)
    app.model.sort(Z, Qt.SortOrder.DescendingOrder)
    app.view.setCurrentIndex(app.model.index(0, Y))
    click(qtbot, app, "2 inf")
    assert app.model.index(*place(app)).data() == "inf"
    click(qtbot, app, "2 inf")
    assert app.model.index(*place(app)).data() == "-inf"


def test_what_a_narrow_column_leaves_out_stands_in_a_menu(qtbot, opened):
    app = opened(ODD)
    menu = app.strip.menu(Z)
    assert next(action.text() for action in menu.actions()) == "1 nan"
    next(action for action in menu.actions() if action.text() == "2 0").trigger()
    assert place(app) == (1, Z)
    menu.deleteLater()


def test_the_keyboard_walks_the_pills_and_enter_goes_there(qtbot, opened):
    app = opened(ODD)
    app.view.setColumnWidth(Z, 220)
    app.strip.setFocus()
    qtbot.keyClick(app.strip, Key.Key_Right)
    assert "2 inf or -inf" in app.strip.accessibleDescription()
    qtbot.keyClick(app.strip, Key.Key_Return)
    assert place(app) == (5, Z)
    app.strip.grab()


def test_a_tooltip_lists_all_counts(opened):
    app = opened(ODD)
    words = app.strip.words(Z).splitlines()
    assert words[:3] == ["1 nan", "2 inf or -inf", "1 subnormal: too small to hold all digits"]
    nowhere = app.strip.rect().bottomLeft()
    assert app.strip.event(QHelpEvent(QHelpEvent.Type.ToolTip, nowhere, app.strip.mapToGlobal(nowhere)))


def test_hidden_columns_have_no_pills(opened):
    app = opened(ODD)
    app.view.setColumnHidden(Z, True)
    app.strip.grab()
    assert Z not in {pill.section for pill in app.strip.pills}


# -- doubtful targets ---------------------------------------------------------------------------------


def test_a_target_outside_is_kept_marked_and_explained(opened):
    app = opened(ODD)
    column = Y
    assert app.document.binary.target[5] == 2.0
    marked = [row for row in range(9) if app.model.index(row, column).data(Qt.BackgroundRole) is not None]
    assert marked == [5, 8]
    tip = app.model.index(5, column).data(Qt.ToolTipRole)
    assert "PyTorch does not check this" in tip
    assert "PyTorch does not check" in app.model.index(5, column).data(Qt.AccessibleTextRole)
    assert "PyTorch does not check" not in app.model.index(3, column).data(Qt.ToolTipRole)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([0.2, 0.8], ["", ""]),
        ([0.1, 0.8995], ["", ""]),
        ([0.5, 0.25], ["sum to 0.75", "sum to 0.75"]),
        ([-0.5, 1.5], ["Outside", "Outside"]),
        ([-0.5, 1.0], ["Outside", "sum to 0.5"]),
        ([NAN, 1.0], ["Outside", "sum to nan"]),
    ],
)
def test_probabilities_are_doubted_by_value_and_by_sum(row, words):
    problem = MulticlassProblem(logits=[[1.0, 2.0]], target=[row])
    for index, expected in enumerate(words):
        assert expected in unchecked_target(problem, 0, index)
        assert bool(expected) == bool(unchecked_target(problem, 0, index))


def test_a_class_index_is_never_doubted():
    assert unchecked_target(CLASSES, 1, None) == ""


# -- the heat map -------------------------------------------------------------------------------------


def test_one_enormous_logit_does_not_bleach_the_rest():
    values = np.append(np.linspace(-10, 10, 999), 1e38)
    assert 9 < heat_limit(values) < 11


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [NAN, INF], [-INF]])
def test_a_heat_map_of_nothing_finite_has_a_limit(values):
    assert heat_limit(values) == 1.0


@given(st.floats(), st.floats(1e-300, 1e300))
def test_every_float_has_a_level(value, limit):
    level = heat_level(value, limit)
    assert (level is None) == np.isnan(value)
    if level is not None:
        assert -LEVELS <= level <= LEVELS
        assert level * value >= 0 or not level


def test_inf_is_full_and_hatched_and_nan_grey_and_crossed():
    heat = HeatMap([-1.0, 1.0, INF, NAN], dark=False)
    assert heat.brush(INF).style() == Qt.BrushStyle.BDiagPattern
    assert heat.brush(INF).color().rgb() == heat.brush(1.0).color().rgb()
    assert heat.brush(NAN).style() == Qt.BrushStyle.DiagCrossPattern
    assert heat.brush(0.0).color().alpha() == 0
    assert heat.brush(0.5) is heat.brush(0.5)


@pytest.mark.parametrize("fmt", [FLOAT32, FLOAT64])
def test_the_heat_map_is_switched_on_and_follows_edits(opened, fmt):
    app = opened(ODD.replace(format=fmt))
    cell = app.model.index(3, Z)
    assert cell.data(Qt.BackgroundRole) is None
    app.panel.bar.show_heat.setChecked(True)
    before = cell.data(Qt.BackgroundRole).color().alpha()
    assert before > 0
    app.document.set_cells("binary", "logits", (8,), 500.0, "x")
    app.evaluator.flush()
    assert cell.data(Qt.BackgroundRole).color().alpha() < before
    app.view.grab()
    app.panel.bar.show_heat.setChecked(False)
    assert cell.data(Qt.BackgroundRole) is None


# -- losses: what failed, what they reduce to -----------------------------------------------------------

FAILING = BinaryProblem(logits=[0.5, 17.0, -20.0, -200.0], target=[1, 0, 0, 1])


def loss(app, key):
    return next(n for n, c in enumerate(app.model.columns) if c.kind is Kind.LOSS and c.formula.key == key)


def test_under_a_loss_stand_its_failures_by_name(opened):
    app = opened(FAILING)
    assert texts(app, loss(app, "bce_sigmoid")) == ["2 clamped"]
    assert texts(app, loss(app, "bce_with_logits")) == ["1 to 0"]
    assert texts(app, loss(app, "binary_scratch"))[0] == "2 inf"
    assert texts(app, loss(app, "binary_exact")) == []


def test_a_pill_of_a_failure_leads_to_the_next_such_row(qtbot, opened):
    app = opened(FAILING)
    number = loss(app, "bce_sigmoid")
    for row in (1, 3, 1):
        click(qtbot, app, "2 clamped", number)
        assert place(app) == (row, number)


def painted(app):
    return app.strip.grab().toImage()


def test_the_footer_says_that_a_column_is_all_right_and_what_it_reduces_to(opened, monkeypatch):
    app = opened(FAILING)
    written = []
    from gui.tables.footer.footer import Footer

    real = Footer._write
    monkeypatch.setattr(
        Footer, "_write", staticmethod(lambda *given: written.append(given[-1]) or real(*given))
    )
    painted(app)
    lines = {line.formula.key: line for line in app.strip.lines}
    assert written.count("all right") == 1
    for key, line in lines.items():
        assert line.value in written, key
    total = app.evaluator.current().column("bce_sigmoid").ledger.numerator
    assert f"{total:.5g} / 4" in written
    assert "inf / 4" in written


def test_a_mean_that_is_inf_stands_there_in_the_colour_of_what_is_wrong(opened):
    from gui.tables.view.verdict_paint import wrong_ink

    app = opened(FAILING)
    image, red = painted(app), wrong_ink(app.panel.palette()).name()
    rooms = dict(app.strip.sections())

    def has_red(key):
        room = rooms[loss(app, key)]
        top = app.strip._layout.height + 2
        area = ((x, y) for x in range(room.left(), room.right()) for y in range(top, top + 14))
        return any(image.pixelColor(x, y).name() == red for x, y in area)

    assert has_red("binary_scratch")
    assert not has_red("bce_with_logits")


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_the_footer_keeps_its_height_whatever_is_counted(opened, reduction):
    healthy = opened(BinaryProblem(logits=[0.5], target=[1], reduction=reduction))
    failing = opened(FAILING.replace(reduction=reduction))
    assert healthy.strip.height() == failing.strip.height()


def test_counts_of_many_rows_are_whole_or_shortened(qtbot, opened):
    rows = 100_000
    logits = np.tile([-1.0, 1.0, np.nan, 5.0], rows // 4)
    app = opened(BinaryProblem(logits=logits, target=np.ones(rows)))
    app.evaluator.flush()
    texts(app, Z)  # what is in sight is asked for, and counted by a worker
    qtbot.waitUntil(lambda: len(texts(app, Z)) > 0)
    assert texts(app, Z)[0] == "25k nan"
    for pill in app.strip.pills:
        room = dict(app.strip.sections())[pill.section]
        assert room.contains(pill.rect.adjusted(0, 0, 0, -1))
    rects = [pill.rect for pill in app.strip.pills]
    assert not any(a.intersects(b) for number, a in enumerate(rects) for b in rects[:number])


@pytest.mark.parametrize("width", [30, 50, 80, 200])
def test_a_reduced_value_has_fewer_digits_rather_than_being_cut(width):
    from gui.tables.footer.reduced_lines import ReducedLine
    from gui.tables.footer.reduced_texts import fitting_division, fitting_value

    line = ReducedLine(None, "t", "27.77962", "", 27.779624, (222.237, 8.0))
    fits = lambda text: 8 * len(text) <= width  # noqa: E731
    for text in (fitting_value(line, fits), fitting_division(line, 8, fits)):
        assert fits(text)
        assert text == "#" or text.startswith(("27", "28", "222", "2.2e"))


def test_pills_move_closer_before_the_worst_loses_its_name(qapp):
    layout, codes = PillLayout(QFont()), np.uint8([Failure.CLAMPED] * 3 + [Failure.DIGITS] * 2)
    health = ColumnHealth(np.zeros(5, dtype=np.float32), None, codes)
    words = QFontMetrics(QFont()).horizontalAdvance("3 clamped+1")
    room = QRect(0, 0, words + 4 * LEAST_INSET + 3 * GAP, 20)
    pills = layout.pills(0, health, room, quiet=False)
    assert [pill.text for pill in pills] == ["3 clamped", "+1"]
    assert all(room.contains(pill.rect) for pill in pills)
