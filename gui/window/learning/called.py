"""What every control of the window is called: the card that F1 opens for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui.learn.asking import call
from gui.plots.strip.strip_panel import StripPanel
from gui.window.docks.arrangement import DOCKS, FINDINGS, HISTORY, LEDGER, NOTES, STEPS

if TYPE_CHECKING:
    from gui.tables.page_panel import PagePanel
    from gui.window.window import MainWindow

OF_DOCKS = {STEPS: "steps", FINDINGS: "findings", LEDGER: "ledger", HISTORY: "history", NOTES: "lessons"}

OF_OPTIONS = {
    "format": "number_format",
    "reduction": "reduction",
    "weight": "weight",
    "pos_weight": "pos_weight",
    "targets": "target",
    "ignore_index": "ignore_index",
    "label_smoothing": "label_smoothing",
    "bake": "label_smoothing",
}
"""The fields of the option bar by their names in the code, which are PyTorch's."""


def call_window(window: MainWindow, plots: QWidget) -> None:
    """Name the parts of a window and its picture; what stands in them is called so, too."""
    for widget, key in (
        (window, "docks"),
        (window.page_bar, "files"),
        (window.page_bar.tabs, "pages"),
        (window.option_bar, "options"),
        (window.option_bar.formulas, "formulas"),
        (window.option_bar.baseline, "baseline"),
        (window.sentence, "sentence"),
        (window.docks.table, "table"),
        (plots, "picture"),
        *((strip, "strip") for strip in plots.findChildren(StripPanel)),
        (window.status, "status"),
    ):
        call(widget, key)
    for name in DOCKS:
        call(window.docks.dock(name), OF_DOCKS[name])


def call_page(panel: PagePanel) -> None:
    """Name the parts of a page, once it is made."""
    call(panel.filter_chips, "filter")
    call(panel.footer, "footer")
    for name, key in OF_OPTIONS.items():
        field = getattr(panel.options, name, None)
        if isinstance(field, QWidget):
            call(field, key)
