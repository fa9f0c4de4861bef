"""A preset opens on what its note speaks of, with the numbers of the note in sight."""

from __future__ import annotations

import pytest
from looking import settle

from gui.document.shown_formulas import ShownFormulas
from gui.plots.content.quantities import PlotKind
from gui.services.resources import PRESETS
from gui.session.opening_view import OpeningView, opening_view
from gui.session.problem_file import read_problem_file
from gui.tables.grid.columns import Kind

FILES = {path.stem: read_problem_file(path) for path in sorted(PRESETS.glob("*.json"))}
WITH_VIEW = [stem for stem, file in FILES.items() if file.view is not None]


def open_preset(window, stem) -> None:
    window.files.open_path(PRESETS / f"{stem}.json")
    window.evaluator.flush()
    window.late.current.look()
    settle()


def seen_in(window) -> str:
    """Every number in the table's shown columns, the footer and the cards of the selected row."""
    panel = window.panel(window.document.page)
    shown = panel.view.shown_columns()
    model = panel.model
    cells = [
        model.cells.text(row, model.columns[number]) for number in shown for row in range(model.order.count)
    ]
    lines = [line.value for line in panel.footer.lines]
    cards = [view.card.description for view in window.late.explanation.views]
    return " ".join((*cells, *lines, *cards))


@pytest.mark.parametrize("stem", WITH_VIEW)
def test_a_preset_opens_as_it_says(window, stem):
    file = FILES[stem]
    view = file.view
    open_preset(window, stem)
    place = window.selection.place(file.page)
    assert place.row == view.row < file.problem.rows
    assert view.moved is None or place.moved == view.moved
    columns = [column.formula.key for column in window.evaluator.current().columns]
    if view.formulas:
        assert sorted(columns) == sorted([*view.formulas, f"{file.page}_exact"])
    if view.panels:
        assert window.plots.stack.open == tuple(map(PlotKind, view.panels))
    if view.shade:
        assert window.plots.shaded == view.shade
    if view.range is not None:
        span = window.plots.stack.span
        assert (span.low, span.high) == pytest.approx(view.range)


@pytest.mark.parametrize(
    ("stem", "numbers"),
    [
        ("11-dead-gradient", ["-1.92875e-10", "50"]),
        ("15-gan-at-the-start", ["-4.24835e-06"]),
        ("24-three-options-at-once", ["2.540451", "0.762135"]),
        ("33-target-of-another-shape", ["0.8249788"]),
        ("34-label-smoothing", ["0.291975", "0.666758"]),
        ("51-log-forgotten", ["-0.6169638", "-0.000909"]),
    ],
)
def test_the_numbers_of_its_note_are_in_sight(window, stem, numbers):
    open_preset(window, stem)
    window.docks.bring_to_front("steps", focus=False)
    settle()
    seen = seen_in(window)
    assert [number for number in numbers if number not in seen] == []


def test_the_next_preset_shows_all_formulas_again(window):
    open_preset(window, "51-log-forgotten")
    open_preset(window, "20-weighted-mean")
    shown = [column.formula.key for column in window.evaluator.current().columns]
    assert "nll_log_softmax" in shown
    assert not window.document.formulas.hidden


def test_results_in_sight_are_those_of_the_formulas_that_a_note_names(window):
    open_preset(window, "51-log-forgotten")
    panel = window.panel("multiclass")
    named = [
        number
        for number, column in enumerate(panel.model.columns)
        if column.kind is Kind.LOSS and column.formula.key in {"cross_entropy", "nll_softmax"}
    ]
    assert set(named) <= set(panel.view.shown_columns())
    assert all(not panel.view.room_of(number).isEmpty() for number in named)


def test_only_some_formulas_and_all_again():
    some = ShownFormulas().only("multiclass", ["cross_entropy"])
    assert [formula.key for formula in some.of("multiclass")] == ["cross_entropy", "multiclass_exact"]
    assert some.of("binary") == ShownFormulas().of("binary")
    assert some.only("multiclass", []) == ShownFormulas()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"rows": 1}, "rows"),
        ({"row": -1}, "view.row"),
        ({"panels": ["los"]}, "view.panels"),
        ({"shade": "bce"}, "view.shade"),
        ({"formulas": ["bce"]}, "view.formulas"),
        ({"range": [2, 1]}, "view.range"),
        ({"range": [1]}, "view.range"),
    ],
)
def test_a_view_that_would_show_nothing_is_refused(fields, told):
    with pytest.raises(ValueError, match=told):
        opening_view(fields)


def test_nothing_said_is_a_view_of_the_first_row():
    assert opening_view({}) == OpeningView()
