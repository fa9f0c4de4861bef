"""What is taken along of the plots is what they show, and what the engine computes."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from plots_bench import pixel_of, section_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMenu

from engine import BFLOAT16, FORMATS, Role, evaluate, formula_named
from gui.files.export import table_columns
from gui.plots.export.curve_table import curve_table
from gui.plots.export.figure_caption import caption_of
from gui.plots.export.picture_choice import PictureChoice
from gui.plots.export.svg_text import portable
from gui.services.colours import formula_style
from gui.services.columns_file import csv_pieces, npz_pieces
from gui.services.settings import Settings
from gui.services.theme import palette

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def exporter(window):
    QApplication.processEvents()
    return window.late.exporter


@pytest.fixture
def panel(window, exporter):
    return window.plots


def place_in_picture(panel, logit, value):
    """Where a point of the loss plot stands in the picture, in logical pixels."""
    plot = section_of(panel).plot
    return plot.mapTo(panel, pixel_of(plot, logit, value).toPoint())


def near(image, where, colour, reach=3):
    """Whether the colour is met within a few pixels of a logical place in an image of twice the size."""
    x, y = 2 * where.x(), 2 * where.y()
    found = (image.pixelColor(x + i, y + j) for i in range(-reach, reach) for j in range(-reach, reach))
    return any(
        max(abs(got.red() - colour.red()), abs(got.green() - colour.green()), abs(got.blue() - colour.blue()))
        < 40
        for got in found
    )


# -- pictures ----------------------------------------------------------------------------------------------


def test_a_png_has_twice_the_pixels_and_the_curves_in_their_places(exporter, tmp_path):
    path = tmp_path / "picture.png"
    figure = exporter.figure()
    exporter.write_picture(path, figure)
    image = QImage(str(path))
    panel = figure.panel
    assert image.size() == figure.size * 2
    assert image.width() == 2 * exporter.choice.width
    stable = formula_style(formula_named("bce_with_logits"), dark=False).colour
    for logit in (25.0, 40.0, 50.0):  # of a row with y = 0: the loss is the logit itself
        assert near(image, place_in_picture(panel, logit, logit), stable)
        assert not near(image, place_in_picture(panel, logit, logit + 25.0), stable)
    assert image.text("Description") == "\n".join(figure.caption.lines)


def test_a_clamped_plateau_is_in_the_picture(exporter):
    figure = exporter.figure()
    image, panel = figure.image(), figure.panel
    clamped = formula_style(formula_named("bce_sigmoid"), dark=False).colour
    at = place_in_picture(panel, 40.0, 100.0)
    row = [at + QPoint(step, 0) for step in range(-12, 12)]  # it is dashed
    assert any(near(image, each, clamped) for each in row)


def test_a_dark_window_gives_a_light_picture_and_stays_dark(open_window):
    window = open_window(theme="dark", size=(1366, 768))
    for _ in range(5):
        QApplication.processEvents()
    before = window.plots.grab().toImage()
    dark, light = (
        window.late.exporter.figure(PictureChoice(colours=colours)).image() for colours in ("window", "light")
    )
    corner = dark.width() - 3, dark.height() - 3
    assert dark.pixelColor(*corner) == palette(dark=True).base().color()
    assert light.pixelColor(*corner) == palette(dark=False).base().color()
    QApplication.processEvents()
    assert window.plots.grab().toImage() == before


def test_without_a_caption_the_picture_is_as_high_as_was_chosen(exporter):
    choice = PictureChoice(width=900, height=500, caption=False)
    assert exporter.figure(choice).size.toTuple() == (900, 500)
    assert exporter.figure(replace(choice, caption=True)).size.height() > 500


def test_a_resolution_is_so_many_pixels_for_each_of_the_size(exporter):
    image = exporter.figure(PictureChoice(width=600, height=400, resolution=3, caption=False)).image()
    assert image.size().toTuple() == (1800, 1200)


@pytest.mark.parametrize("page", ["binary", "multiclass", "all-four"])
def test_a_picture_is_the_same_to_the_pixel_whatever_the_windows_size(open_window, page):
    choice = PictureChoice(colours="light")
    images = []
    for size, theme in (((1100, 640), "light"), ((1920, 1050), "dark")):
        window = open_window(size=size, page=page, theme=theme)
        for _ in range(5):
            QApplication.processEvents()
        images.append(window.late.exporter.figure(choice).image())
        window.choose_theme("light")
        window.document.undo_stack.setClean()
        window.close()
    assert images[0] == images[1]


def test_a_picture_shows_what_its_user_has_zoomed_to(exporter, panel):
    panel.stack.show_places((-30.0, 5.0), {}, panel.stack.span.scale)
    panel._ranges.whole = False
    span = exporter.figure().panel.stack.span
    assert (span.start, span.stop) == (-30.0, 5.0)


def test_a_picture_has_the_panels_that_were_chosen(exporter):
    choice = PictureChoice(panels={"plots": ("error", "gradient")})
    copy = exporter.figure(choice).panel
    assert [kind.value for kind in copy.stack.open] == ["error", "gradient"]
    assert not copy.setup.strip_shown
    assert exporter.figure().panel.setup.strip_shown


def test_a_pinned_baseline_is_in_the_picture(exporter, panel):
    before = exporter.figure().image()
    panel.interaction.actions.pin_baseline.trigger()
    after = exporter.figure()
    assert after.panel.interaction.baseline.subject is panel.interaction.baseline.subject
    assert after.image() != before


def test_taking_a_picture_changes_nothing_in_the_window(window, exporter, panel):
    before = panel.grab().toImage()
    state = panel.state()
    exporter.figure(PictureChoice(colours="dark", panels={"plots": ("gradient",)})).image()
    QApplication.processEvents()
    assert panel.grab().toImage() == before
    assert panel.state() == state


def test_a_choice_is_kept_as_text_and_what_is_unknown_is_as_at_first():
    choice = PictureChoice(800, 600, 3, "dark", False, {"plots": ("loss",)})
    assert PictureChoice.from_text(choice.to_text()) == choice
    for text in ("", "[]", '{"width": 5, "resolution": 9, "colours": "red", "panels": 3}'):
        assert PictureChoice.from_text(text) == PictureChoice()


def parsed(figure):
    return ET.fromstring(figure.svg())


def test_an_svg_is_well_formed_measured_in_pixels_and_holds_no_pixels(exporter):
    figure = exporter.figure()
    root = parsed(figure)
    size = [figure.size.width(), figure.size.height()]
    assert [int(root.get("width")), int(root.get("height"))] == size
    assert root.get("viewBox") == f"0 0 {size[0]} {size[1]}"
    assert not list(root.iter(f"{SVG}image"))
    assert b"vector-effect" not in figure.svg()


def texts(root):
    return ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]


def test_an_svg_has_title_legend_and_caption(exporter):
    figure = exporter.figure()
    panel = figure.panel
    words = texts(parsed(figure))
    for formula in panel.subject.formulas:
        assert formula.title in words
    assert figure.caption.versions in words
    assert parsed(figure).find(f"{SVG}title").text == figure.caption.sample


def test_a_picture_names_its_plots_and_leaves_the_switches_to_the_window(exporter, panel):
    figure = exporter.figure()
    words = texts(parsed(figure))
    assert figure.panel.header.title in words
    assert "Selected" in words
    assert "Pointer" not in words
    assert "point at the picture" not in words
    for switch in panel.findChildren(QAbstractButton):
        assert switch.text() not in words


def transformed(root, wanted):
    """(x, y) in the picture of every element that `wanted` takes, all its transforms applied."""

    def walk(element, matrix):
        match = re.fullmatch(r"matrix\((.*)\)", element.get("transform", ""))
        if match:
            a, b, c, d, e, f = map(float, match[1].split(","))
            matrix = matrix @ np.array([[a, c, e], [b, d, f], [0, 0, 1]])
        if wanted(element):
            yield element, matrix
        for child in element:
            yield from walk(child, matrix)

    yield from walk(root, np.eye(3))


def test_ticks_of_an_svg_stand_where_the_curve_says(exporter):
    figure = exporter.figure()
    root, panel = parsed(figure), figure.panel
    lines = []
    for element, matrix in transformed(root, lambda each: each.tag == f"{SVG}text"):
        name = "".join(element.itertext()).strip()
        if name in {"50", "100"}:
            x, y, _ = matrix @ np.array([float(element.get("x")), float(element.get("y")), 1.0])
            lines.append((name, x, y))
    expected = place_in_picture(panel, 50.0, 100.0)
    below = [x for name, x, _ in lines if name == "50"]
    beside = [y for name, _, y in lines if name == "100"]
    assert any(abs(x + 8 - expected.x()) < 8 for x in below), "the logit axis' 50 stands below it"
    assert any(abs(y - 4 - expected.y()) < 8 for y in beside), "the loss axis' 100 stands beside it"


def test_the_points_of_an_svg_curve_are_those_of_the_plot(exporter):
    figure = exporter.figure()
    root, panel = parsed(figure), figure.panel
    expected = place_in_picture(panel, 50.0, 50.0)
    points = []
    for element, matrix in transformed(root, lambda each: each.tag == f"{SVG}path" and each.get("d")):
        pairs = re.findall(r"([-\d.e+]+),([-\d.e+]+)", element.get("d"))
        xy = np.array([[float(x), float(y), 1.0] for x, y in pairs])
        if len(xy) > 100:
            points.append((matrix @ xy.T).T)
    reached = min(np.hypot(*(each[:, :2] - [expected.x(), expected.y()]).T).min() for each in points)
    assert reached < 2.0


def test_a_pdf_is_one_page_as_large_as_the_picture(exporter):
    figure = exporter.figure()
    content = figure.pdf()
    assert content.startswith(b"%PDF")
    assert content.rstrip().endswith(b"%%EOF")
    box = re.search(rb"/MediaBox \[([^\]]*)\]", content)
    points = [float(each) for each in box[1].split()][2:]
    dpi = figure.panel.logicalDpiX()
    pixels = [figure.size.width(), figure.size.height()]
    np.testing.assert_allclose(points, np.array(pixels) * 72.0 / dpi, atol=1.0)
    assert len(re.findall(rb"/Type /Page\b[^s]", content)) == 1


def test_copying_puts_the_picture_on_the_clipboard(qtbot, window, exporter):
    with qtbot.waitSignal(exporter.message) as said:
        window.late.export_actions.copy_picture.trigger()
    assert said.args == ["Picture copied."]
    assert QGuiApplication.clipboard().image().size() == exporter.figure().size * 2


def test_portable_svg_moves_points_and_leaves_what_is_to_scale():
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg"><g fill="none" transform="matrix(2,0,0,-1,10,20)">'
        b'<path vector-effect="non-scaling-stroke" d="M1,2 L3,4e0"/>'
        b'<path vector-effect="none" d="M1,2"/></g></svg>'
    )
    group = ET.fromstring(portable(svg, 5, 6, "A"))[0]
    assert group.get("transform") is None
    assert group[0].get("d") == "M12,18 L16,16"
    assert group[1].get("transform") == "matrix(2,0,0,-1,10,20)"
    assert group[1].get("d") == "M1,2"


# -- the dialog --------------------------------------------------------------------------------------------


def test_the_dialog_shows_what_it_will_take_and_is_remembered(qtbot, open_window, tmp_path):
    settings = Settings(tmp_path / "settings.ini")
    window = open_window(settings, theme="dark", size=(1366, 768))
    exporter = window.late.exporter
    dialog = exporter.ask_for_picture()
    before = dialog.preview.pixmap().toImage().pixelColor(3, 3)
    dialog.colours.setCurrentIndex(1)
    dialog.colours.activated.emit(1)
    dialog.caption.click()
    dialog.width_.setValue(700)
    dialog.panels["gradient"].click()
    after = dialog.preview.pixmap().toImage().pixelColor(3, 3)
    assert before.lightness() < 60 < after.lightness()
    with qtbot.waitSignal(exporter.message):
        QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert (exporter.choice.colours, exporter.choice.width, exporter.choice.caption) == ("light", 700, False)
    assert exporter.choice.panels["plots"] == ("loss", "gradient", "strips")
    assert QGuiApplication.clipboard().image().width() == 1400
    QGuiApplication.clipboard().clear()
    window.late.export_actions.copy_picture.trigger()  # as the last one was taken
    assert QGuiApplication.clipboard().image().width() == 1400
    assert type(exporter)(window.plots, window, settings).choice == exporter.choice
    window.choose_theme("light")


def test_a_picture_without_panels_cannot_be_taken(exporter):
    dialog = exporter.ask_for_picture()
    for box in dialog.panels.values():
        box.setChecked(False)
    assert not dialog.save_button.isEnabled()
    dialog.panels["error"].setChecked(True)
    assert dialog.save_button.isEnabled()
    dialog.reject()


def test_saving_asks_for_a_file_and_writes_it(qtbot, monkeypatch, exporter, tmp_path):
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialog.fileSelected.emit(str(tmp_path / "a.svg")))
    dialog = exporter.ask_for_picture()
    with qtbot.waitSignal(exporter.message) as said:
        QTest.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert said.args == ["Saved a.svg."]
    ET.parse(tmp_path / "a.svg")


@pytest.mark.parametrize("name", ["a.xls", "missing/a.csv"])
def test_curves_that_cannot_be_written_are_refused_in_words(qtbot, exporter, tmp_path, name):
    with qtbot.waitSignal(exporter.message) as said:
        exporter.write_curves(tmp_path / name)
    assert "a." in said.args[0]
    assert not list(tmp_path.iterdir())


def test_a_picture_of_an_unknown_kind_is_refused_in_words(qtbot, exporter, tmp_path):
    with qtbot.waitSignal(exporter.message) as said:
        exporter.write_picture(tmp_path / "a.gif", exporter.figure())
    assert said.args == ["a.gif: expected a name that ends in .png, .svg, .pdf, got '.gif'"]


def test_a_name_without_a_suffix_gets_the_first_kind(exporter, tmp_path):
    exporter.write_picture(tmp_path / "a", exporter.figure())
    exporter.write_curves(tmp_path / "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.csv"]


def test_the_actions_stand_in_the_menus(window):
    menus = window.menuBar().findChildren(QMenu)
    assert any(set(window.late.export_actions.all) <= set(menu.actions()) for menu in menus)
    menu = window.plots.context_menu()
    assert set(window.late.export_actions.all) <= set(menu.actions())
    menu.deleteLater()


# -- curves ------------------------------------------------------------------------------------------------


def table_of(window, page, fmt):
    document = window.document
    document.set_page(page)
    document.replace_problem(page, document.problem(page).replace(format=fmt), "format")
    QApplication.processEvents()
    subject = window.plots.subject
    return subject, curve_table(subject, low=-120.0, high=40.0, points=9)


def csv_text(table, about):
    return b"".join(csv_pieces(table, about=about)).decode()


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_exported_curves_are_the_engines_to_the_bit(window, page, fmt, tmp_path):
    subject, table = table_of(window, page, fmt)
    path, about = tmp_path / "curves.npz", caption_of(subject).lines
    path.write_bytes(b"".join(npz_pieces(table, about=about)))
    with np.load(path, allow_pickle=False) as loaded:
        arrays = dict(loaded)
    assert tuple(arrays["metadata"]) == about
    rows = list(csv.DictReader(csv_text(table, about).splitlines()[len(about) :]))
    for lane in subject.lanes:
        inside = arrays["lane"] == lane.label
        logits = arrays["logit"][inside]
        along = (
            lane.problem.along(0, logits) if lane.moved is None else lane.problem.along(0, logits, lane.moved)
        )
        for column in evaluate(along, formulas=subject.formulas).columns:
            name = f"{column.formula.key}.loss"
            wide = np.float32 if column.loss.dtype == BFLOAT16.dtype else column.loss.dtype
            np.testing.assert_array_equal(arrays[name][inside], column.loss.astype(wide))
            written = [float(row[name]) for row in rows if row["lane"] == lane.label]
            np.testing.assert_array_equal(written, column.loss.astype(np.float64))


def test_every_formula_has_its_errors_and_regimes(window):
    subject, table = table_of(window, "binary", FORMATS[2])
    for formula in subject.formulas:
        if formula.role is not Role.EXACT:
            for name in (
                "true_loss",
                "absolute_error",
                "error_ulp",
                "bits_lost",
                "gradient",
                "true_gradient",
            ):
                assert table[f"{formula.key}.{name}"].shape == table["logit"].shape
            assert "clamped" in set(table["bce_sigmoid.regime"])
    assert {len(values) for values in table.values()} == {len(table["logit"])}


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_a_quantity_has_one_name_in_the_curves_file_and_in_the_tables(window, page):
    subject, curves = table_of(window, page, FORMATS[2])
    exported = table_columns(evaluate(window.document.problem(page), formulas=subject.formulas))
    in_curves, in_table = (
        {name.rpartition(".")[2] for name in columns if "." in name} for columns in (curves, exported)
    )
    assert in_curves == in_table
    assert "bits_lost" in in_table


def test_the_files_say_what_they_hold(window):
    subject, table = table_of(window, "binary", FORMATS[2])
    caption = caption_of(subject, "binary_scratch")
    head = csv_text(table, caption.lines).splitlines()[:3]
    assert head == [f"# {line}" for line in caption.lines]
    assert "float32" in head[0]
    assert "scratch = " in head[1]
    assert "PyTorch 2.13" in head[2]


def test_the_caption_names_every_option_that_is_in_the_curves(window):
    document = window.document
    weighted = document.binary.replace(pos_weight=2.5, weight=np.full(document.binary.rows, 3.0))
    document.replace_problem("binary", weighted, "weights")
    QApplication.processEvents()
    sample = caption_of(window.plots.subject).sample
    assert "weight 3" in sample
    assert "pos_weight 2.5" in sample
    assert "reduction mean" in sample
    document.set_page("multiclass")
    smooth = document.multiclass.replace(label_smoothing=0.1, ignore_index=1, weight=[1.0, 2.0, 3.0])
    document.replace_problem("multiclass", smooth, "options")
    QApplication.processEvents()
    sample = caption_of(window.plots.subject, None, "ordinal").sample
    for words in ("weight [1, 2, 3]", "ignore_index 1", "label_smoothing 0.1", "every float equally wide"):
        assert words in sample
