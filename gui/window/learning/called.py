"""What every control of the window is called: the card that F1 opens for it."""

from __future__ import annotations

from operator import attrgetter

from PySide6.QtWidgets import QDialog, QWidget

from gui.learn.asking import call
from gui.plots.strip.strip_panel import StripPanel
from gui.tables.page_panel import PagePanel
from gui.window.docks.arrangement import DOCKS, FINDINGS, HISTORY, LEDGER, NOTES, STEPS
from gui.window.learning.parts import WindowParts

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


OF_DIALOGS = {
    "ImportDialog": "import",
    "ExportDialog": "saved_picture",
    "FormulasDialog": "formulas",
    "GenerateDialog": "generate",
    "CaptureDialog": "capture",
    "ShortcutsDialog": "keys",
    "WordsDialog": "words",
    "BatchQuestion": "files",
    "ErrorDialog": "trouble",
    "QFileDialog": "files",
    "QMessageBox": "trouble",
}
"""Dialogs by the names of their classes: none of them is loaded for the sake of its card."""

IN_DIALOGS = {
    "ImportDialog": {"options.ignored": "ignore_index", "options.format": "number_format"},
}
"""What stands in them, by the names in the code."""


def call_dialog(dialog: QDialog) -> None:
    """Name a dialog, and fields of it that have cards of their own."""
    names = [each.__name__ for each in type(dialog).__mro__]
    call(dialog, next((OF_DIALOGS[name] for name in names if name in OF_DIALOGS), "files"))
    for path, key in IN_DIALOGS.get(names[0], {}).items():
        call(attrgetter(path)(dialog), key)


def call_window(parts: WindowParts) -> None:
    """Name the parts of a window; what stands in them is called so, too."""
    for widget, key in (
        (parts.window, "docks"),
        (parts.page_bar, "files"),
        (parts.page_bar.tabs, "pages"),
        (parts.option_bar, "options"),
        (parts.option_bar.formulas, "formulas"),
        (parts.option_bar.two_classes, "all_four"),
        (parts.option_bar.baseline, "baseline"),
        (parts.sentence, "sentence"),
        (parts.docks.table, "table"),
        (parts.plots, "picture"),
        *((strip, "strip") for strip in parts.plots.findChildren(StripPanel)),
        (parts.status, "status"),
    ):
        call(widget, key)
    for name in DOCKS:
        call(parts.docks.dock(name), OF_DOCKS[name])


def call_page(panel: PagePanel) -> None:
    """Name the parts of a page, once it is made."""
    call(panel.filter_chips, "filter")
    call(panel.footer, "footer")
    for name, key in OF_OPTIONS.items():
        field = getattr(panel.options, name, None)
        if isinstance(field, QWidget):
            call(field, key)
