"""The scan page: the engine's counts, rows that open as they are, and what it says when files are no good."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from looking import settle
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from engine import FORMATS, BinaryProblem, GradientRegime, Kind, Regime, evaluate
from engine.commands import scan as scan_command
from engine.scan import scan
from engine.scan.shown import numbers_together
from gui.files.import_dialog import ImportDialog
from gui.scan import found as found_module
from gui.scan.page import ScanPage
from gui.scan.worst_model import FIRST_LOSS, LOGIT, ROW
from gui.services.colours import regime_name

ROWS = 20_000
PATIENCE_MS = 30_000


def saved(folder: Path, logits: np.ndarray, targets: np.ndarray) -> list[Path]:
    np.save(folder / "logits.npy", logits)
    np.save(folder / "targets.npy", targets)
    return [folder / "logits.npy", folder / "targets.npy"]


@pytest.fixture
def files(tmp_path) -> list[Path]:
    """Rows in which everything happens: nan, inf, clamped, underflow, and many that are right."""
    rng = np.random.default_rng(5)
    z, y = rng.normal(0, 6, ROWS).astype(np.float32), rng.integers(0, 2, ROWS).astype(np.float32)
    z[77], z[500], y[500] = np.nan, np.inf, 0.0
    z[1000:1010], y[1000:1010] = np.linspace(17.5, 40, 10), 0.0
    z[1500:1503], y[1500:1503] = -95.0, 1.0
    return saved(tmp_path, z, y)


@pytest.fixture
def classes(tmp_path) -> list[Path]:
    rng = np.random.default_rng(6)
    z = rng.normal(0, 4, (500, 5)).astype(np.float32)
    z[3], z[9, 2] = (200.0, 0.0, 0.0, 0.0, 0.0), np.nan
    y = rng.integers(0, 5, 500)
    y[3] = 2
    return saved(tmp_path, z, y)


@pytest.fixture
def page(qtbot) -> ScanPage:
    page = ScanPage()
    qtbot.addWidget(page)
    page.resize(1200, 600)
    yield page
    page.scanner.close()


def scanned(qtbot, page: ScanPage, paths: list[Path]) -> ScanPage:
    with qtbot.waitSignal(page.scanner.ended, timeout=PATIENCE_MS):
        page.scan_files(paths)
    return page


def shown_counts(page: ScanPage) -> dict[tuple[str, str], list[int]]:
    """By formula and words: regimes of losses and of gradients share their integers."""
    model = page.counts.counts
    lines = [(at, line) for at, line in enumerate(model.lines) if line.regime is not None]
    columns = range(1, 1 + len(FORMATS))
    return {
        (line.key, line.words): [int(model.index(at, c).data().replace(",", "")) for c in columns]
        for at, line in lines
    }


def test_counts_histogram_and_means_are_the_engines(qtbot, page, files):
    scanned(qtbot, page, files)
    data, options = page.found.request.opened()
    summary = scan(data.blocks(numbers_together(data)), options)
    counts = shown_counts(page)
    for at, key in enumerate(options.keys):
        for regime in (Regime.CLAMPED, Regime.UNDERFLOWED, Regime.NAN, Regime.LOSING_DIGITS):
            told = counts.get((key, regime_name(regime)), [0] * len(FORMATS))
            assert told == summary.losses[:, at, regime].tolist(), (key, regime)
        told = counts.get((key, regime_name(GradientRegime.DEAD)), [0] * len(FORMATS))
        assert told == summary.gradients[:, at, GradientRegime.DEAD].tolist()
    shape = page.histogram.histogram._shape
    assert shape.counts.sum() + sum(shape.further) == summary.logits.sum() == ROWS - 2
    assert (shape.nan, shape.infinite) == (1, 1)
    means = {mean.key: mean.value for mean in page.means.table.means}
    assert means["bce_sigmoid"] == f"{summary.sums['bce_sigmoid'].finite_mean:.7g}"
    assert page.sentence.mark == "wrong"
    assert "a nan logit in row 78" in page.sentence.lead


def test_the_command_that_is_copied_comes_to_the_same_verdict(qtbot, page, files, tmp_path, capsys):
    scanned(qtbot, page, files)
    page.bar.format.setCurrentIndex(0)
    with qtbot.waitSignal(page.scanner.ended, timeout=PATIENCE_MS):
        page.bar.format.activated.emit(0)
    page.bar.copy.click()
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[1:3] == ["main.py", "scan"]
    report = tmp_path / "scan.json"
    assert scan_command.main([*words[3:], "--json", str(report)]) == 1
    said = json.loads(report.read_text())
    found = page.found
    assert said["data"]["format"] == found.options.format.name == "float16"
    told = [(each.key, each.count) for each in found.verdict.findings]
    assert [(each["key"], each["count"]) for each in said["findings"]] == told


def test_rows_sort_filter_and_keep_their_selection(qtbot, page, files):
    scanned(qtbot, page, files)
    table, model = page.worst.table, page.worst.table.rows
    assert model.index(0, ROW).data() == "78"
    table.selectRow(0)
    table.sortByColumn(LOGIT, Qt.SortOrder.AscendingOrder)
    logits = model.listed.logit[model.rows_at(range(model.rowCount()))]
    assert np.array_equal(logits, np.sort(model.listed.logit), equal_nan=True)
    assert table.chosen() == [model.rowCount() - 1], "the row with nan, which is at the end"
    page.worst.chips[Kind.CLAMPED].click()
    shown = model.rows_at(range(model.rowCount()))
    at = model.listed.formulas.index("bce_sigmoid")
    assert len(shown) == model.count(Kind.CLAMPED) > 10
    assert (model.listed.regimes[shown, at] == Regime.CLAMPED).all()
    page.worst.all.click()
    assert model.rowCount() == model.total
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert model.index(0, ROW).data() == "78"


def test_a_cancelled_scan_is_told_as_partial(qtbot, page, files, monkeypatch):
    monkeypatch.setattr(found_module, "numbers_together", lambda _: 500)
    page.scanner.looked.connect(lambda _: page.scanner.cancel())
    ends = []
    page.scanner.ended.connect(lambda found, why: ends.append((found, why)))
    page.scan_files(files)
    qtbot.waitUntil(lambda: len(ends) == 2, timeout=PATIENCE_MS)
    found = page.found
    assert 0 < found.summary.rows < ROWS
    assert page.sentence.lead == "Cancelled."
    assert page.sentence.rest.startswith(f"The first {found.summary.rows:,} of 20,000 rows")
    assert page.progress.text().startswith("Partial")
    assert not page.cancel.isEnabled()
    with qtbot.waitSignal(page.scanner.written, timeout=PATIENCE_MS):
        page.save_report(str(files[0].parent / "partial.html"))
    assert "<b>Partial:</b>" in (files[0].parent / "partial.html").read_text(encoding="utf-8")
    assert found.summary.losses.sum(axis=2).ravel().tolist() == [found.summary.rows] * 12


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.unlink(), "No such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1000]), "cut short"),
        (lambda path: path.write_bytes(b"nothing"), "logits.npy"),
    ],
    ids=["vanished", "cut short", "no array"],
)
def test_files_that_are_no_good_are_one_clear_line(qtbot, page, files, spoil, said):
    spoil(files[0])
    scanned(qtbot, page, files)
    assert page.found is None
    assert page.sentence.mark == "wrong"
    assert said in page.sentence.lead
    assert "\n" not in page.sentence.lead


def test_a_file_that_changes_while_it_is_read_leaves_what_was_counted(qtbot, page, files, monkeypatch):
    monkeypatch.setattr(found_module, "numbers_together", lambda _: 500)

    def cut(_found: object) -> None:
        with files[0].open("r+b") as file:
            file.truncate(4 * 5000)

    page.scanner.looked.connect(cut)
    monkeypatch.setattr(found_module, "LOOK_SECONDS", 0.0)
    scanned(qtbot, page, files)
    qtbot.waitUntil(lambda: page.found is not None, timeout=PATIENCE_MS)
    assert not page.found.is_whole
    assert "logits" in page.sentence.lead
    assert page.sentence.mark == "wrong"


def test_the_report_is_saved(qtbot, page, files, tmp_path):
    scanned(qtbot, page, files)
    with qtbot.waitSignal(page.scanner.written, timeout=PATIENCE_MS) as written:
        page.save_report(str(tmp_path / "scan.html"))
    assert "scan.html" in written.args[0]
    text = (tmp_path / "scan.html").read_text(encoding="utf-8")
    assert "a nan logit in row 78" in text
    with qtbot.waitSignal(page.scanner.written, timeout=PATIENCE_MS) as written:
        page.save_report(str(tmp_path / "nowhere" / "scan.html"))
    assert "nowhere" in written.args[0]


def test_paths_are_typed_and_taken_by_enter(qtbot, page, files):
    page.bar.logits.setText(str(files[0]))
    page.bar.logits.setModified(True)
    page.bar.targets.setText(str(files[1]))
    page.bar.targets.setModified(True)
    with qtbot.waitSignal(page.scanner.ended, timeout=PATIENCE_MS):
        QTest.keyClick(page.bar.targets, Qt.Key.Key_Return)
    assert page.found.summary.rows == ROWS
    assert page.bar.logits.text().endswith("logits.npy")
    assert page.bar.logits.toolTip() == str(files[0])


# -- in the window ----------------------------------------------------------------------------------------


@pytest.fixture
def window(open_window):
    window = open_window(size=(1366, 738), page="scan")
    settle()
    return window


def in_window(qtbot, window, paths: list[Path]) -> ScanPage:
    page = window.late.scan.page
    with qtbot.waitSignal(page.scanner.ended, timeout=PATIENCE_MS):
        window.scan(paths)
    settle()
    return page


def test_before_anything_is_scanned_the_page_says_what_to_do(window):
    page = window.late.scan.page
    assert page.empty.isVisible()
    assert "drop them here" in page.empty.hint.text()
    assert not window.actions_.open_worst.isEnabled()
    assert not window.actions_.save_report.isEnabled()
    assert not any(dock.isVisible() for dock in window.docks.all)


def test_a_row_opens_in_the_explorer_with_one_click_and_the_same_numbers(qtbot, window, files):
    before = window.document.binary
    page = in_window(qtbot, window, files)
    table = page.worst.table
    line = next(n for n in range(table.rows.rowCount()) if table.rows.index(n, ROW).data() == "1,001")
    table.scrollTo(table.rows.index(line, ROW))
    place = table.visualRect(table.rows.index(line, ROW)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: window.document.front == "binary")
    settle()
    problem = window.document.binary
    assert (problem.logits.tolist(), problem.target.tolist()) == ([17.5], [0.0])
    listed = page.found.listed
    at = int(table.rows.rows_at([line])[0])
    for number, key in enumerate(listed.formulas):
        column = evaluate(problem.replace(reduction="none")).column(key)
        assert column.loss[0] == listed.losses[at, number]
        assert column.regimes[0] == listed.regimes[at, number]
    assert window.docks.table.isVisible()
    window.document.undo_stack.undo()
    assert window.document.binary is before
    window.document.set_front("scan")
    settle()
    assert page.found.summary.rows == ROWS
    assert not window.docks.table.isVisible()


def test_several_rows_of_classes_open_as_they_stand_in_the_file(qtbot, window, classes):
    page = in_window(qtbot, window, classes)
    page.worst.table.selectAll()
    page.worst.open.click()
    qtbot.waitUntil(lambda: window.document.front == "multiclass")
    problem, rows = window.document.multiclass, page.found.listed.row
    logits, target = np.load(classes[0]), np.load(classes[1])
    assert np.array_equal(problem.logits, logits[rows].astype(np.float64), equal_nan=True)
    assert problem.target.tolist() == target[rows].tolist()


def test_files_dropped_on_the_page_are_scanned(qtbot, window, files):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in reversed(files)])
    page = window.late.scan.page
    with qtbot.waitSignal(page.scanner.ended, timeout=PATIENCE_MS):
        window.files.drop(data)
    assert page.found.request.logits == (files[0],)


def test_what_no_table_can_hold_is_offered_to_the_scan(qtbot, open_window, tmp_path):
    window = open_window(size=(1366, 738))
    path = tmp_path / "logits.npy"
    np.save(path, np.zeros(1_000_001, dtype=np.float16))
    window.files.open_path(path)
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is not None, timeout=PATIENCE_MS)
    dialog = window.findChild(ImportDialog)
    buttons = dialog.buttons.buttons()
    offer = next(each for each in buttons if each.text() == "Import and &scan")
    assert dialog.buttons.buttonRole(offer) is QDialogButtonBox.ButtonRole.ActionRole
    offer.click()
    page = window.late.scan.page
    qtbot.waitSignal(page.scanner.ended, timeout=PATIENCE_MS).wait()
    assert window.document.front == "scan"
    assert page.found.summary.rows == 1_000_001


def test_rows_that_cannot_be_read_again_are_told_in_one_line(qtbot, window, classes):
    page = in_window(qtbot, window, classes)
    classes[0].unlink()
    window.actions_.open_worst.trigger()
    qtbot.waitUntil(lambda: "No such file" in window.sentence.text.text)
    assert window.document.front == "scan"
    assert page.found is not None


def test_rows_are_copied_as_a_table(qtbot, page, files):
    scanned(qtbot, page, files)
    page.worst.table.selectRow(0)
    QTest.keyClick(page.worst.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    heads, row, end = QGuiApplication.clipboard().text().split("\n")
    assert heads.split("\t")[:3] == ["row", "y", "logit z"]
    target = f"{page.found.listed.target[0]:g}"
    assert row.split("\t")[:4] == ["78", target, "nan", "nan logit: made before the loss"]
    assert not end


def test_strips_show_all_formulas_in_a_format_or_a_formula_in_all_formats(qtbot, page, files):
    scanned(qtbot, page, files)
    panel = page.histogram
    lanes = panel.histogram._lanes
    assert [lane.title for lane in lanes[::2]] == ["BCEWithLogitsLoss", "BCELoss", "scratch"]
    panel.strips.menu().actions()[-2].trigger()
    assert panel.strips.text().startswith("strip: BCELoss")
    lanes = panel.histogram._lanes
    assert [lane.title for lane in lanes[::2]] == [fmt.name for fmt in FORMATS]
    assert {lane.key for lane in lanes} == {"bce_sigmoid"}
    place = panel.histogram.lane_rect(4).center()
    assert "float32" in panel.histogram.tip_at(place)


def test_findings_are_told_one_after_the_other(qtbot, window, files):
    page = in_window(qtbot, window, files)
    first = window.status.text.text
    assert "nan logit" in first
    window.actions_.next_finding.trigger()
    assert "infinite logit" in window.status.text.text
    window.status.text.clicked.emit()
    (line,) = page.worst.table.chosen()
    assert page.worst.table.rows.index(line, ROW).data() == "501"
    window.actions_.previous_finding.trigger()
    assert window.status.text.text == first
    assert page.place == f"1 of {page.findings} (F8)"


def test_pages_come_and_go_whichever_was_in_front(qtbot, window, files):
    in_window(qtbot, window, files)
    document = window.document
    for front in ("all-four", "scan", "binary", "scan", "all-four", "multiclass"):
        document.set_front(front)
        settle()
        shows = {"all-four": window.all_four, "scan": window.late.scan._place}
        assert window.centre.currentWidget() is shows.get(front, window.picture)
        assert window.docks.table.isVisible() == (front in ("binary", "multiclass"))
        assert window.actions_.rows_menu.isEnabled() == (front in ("binary", "multiclass"))


def test_a_session_that_is_saved_from_here_opens_on_a_page_of_tables(window):
    session = window.session.keeper.session()
    assert session.front == "binary"
    window.session.keeper.load(session, None)
    assert window.document.front == "binary"
    assert isinstance(window.document.binary, BinaryProblem)


def test_losses_of_a_row_are_shaded_by_what_became_of_them(qtbot, page, files):
    scanned(qtbot, page, files)
    model = page.worst.table.rows
    column = FIRST_LOSS + model.listed.formulas.index("bce_sigmoid")
    lines = [n for n in range(model.rowCount()) if model.regime(model.index(n, column)) is Regime.CLAMPED]
    assert lines
    assert model.index(lines[0], column).data(Qt.ItemDataRole.AccessibleTextRole) == "100, clamped"
