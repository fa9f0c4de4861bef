"""The file dialogs and questions; not shown yet when they are returned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QBoxLayout, QDialogButtonBox, QFileDialog, QLabel, QMessageBox, QWidget

from engine.data import DATA_SUFFIXES, JoinedFiles

if TYPE_CHECKING:
    from gui.files.import_dialog import ImportDialog

SESSION_SUFFIX = ".json"

translate = QCoreApplication.translate


def open_dialog(parent: QWidget, folder: str, *, only_data: bool = False) -> QFileDialog:
    """Asks for a session, or for one or more data files."""
    data = " ".join(f"*{suffix}" for suffix in DATA_SUFFIXES)
    filters = [
        translate("FileDialogs", "Sessions and data") + f" (*{SESSION_SUFFIX} {data})",
        translate("FileDialogs", "Sessions and problems") + f" (*{SESSION_SUFFIX})",
        translate("FileDialogs", "Arrays and tables") + f" ({data})",
        translate("FileDialogs", "All files") + " (*)",
    ]
    title = translate("FileDialogs", "Add files") if only_data else translate("FileDialogs", "Open")
    dialog = QFileDialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters(filters[2:] if only_data else filters)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def save_dialog(parent: QWidget, proposed: Path) -> QFileDialog:
    """Asks where the session is to be saved."""
    filters = [translate("FileDialogs", "Sessions") + f" (*{SESSION_SUFFIX})"]
    return saving_dialog(parent, translate("FileDialogs", "Save the session"), proposed, filters)


def export_dialog(parent: QWidget, proposed: Path, *, only_shown: bool = False) -> QFileDialog:
    """Asks where the page's columns are to be written, and as what."""
    title = (
        translate("FileDialogs", "Export every column of the shown rows only")
        if only_shown
        else translate("FileDialogs", "Export every column")
    )
    filters = [
        translate("FileDialogs", "Comma-separated values") + " (*.csv)",
        translate("FileDialogs", "NumPy arrays") + " (*.npz)",
    ]
    return saving_dialog(parent, title, proposed, filters)


def saving_dialog(parent: QWidget | None, title: str, proposed: Path, filters: list[str]) -> QFileDialog:
    """Asks where something is to be saved, under the proposed name at first."""
    dialog = QFileDialog(parent, title, str(proposed.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters(filters)
    dialog.setDefaultSuffix(proposed.suffix[1:])
    dialog.selectFile(proposed.name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def unsaved_question(parent: QWidget, name: str) -> QMessageBox:
    """Asks what becomes of unsaved changes."""
    choices = QMessageBox.StandardButton
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(translate("FileDialogs", "Unsaved changes"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(translate("FileDialogs", "Save the changes to {0}?").format(name))
    box.setInformativeText(translate("FileDialogs", "Without saving, they are lost."))
    box.setStandardButtons(choices.Save | choices.Discard | choices.Cancel)
    box.setDefaultButton(choices.Save)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def changed_question(parent: QWidget, path: Path) -> QMessageBox:
    """Asks what to do where somebody else has written the session's file: Reset reloads it."""
    choices = QMessageBox.StandardButton
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(translate("FileDialogs", "Changed by somebody else"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(
        translate("FileDialogs", "{0} has been changed since it was opened or saved here.").format(path.name)
    )
    box.setInformativeText(
        translate(
            "FileDialogs",
            "Reloading gives up the changes made here, overwriting those made there; saved under another "
            "name, both are kept.",
        )
    )
    box.setStandardButtons(choices.Reset | choices.Ignore | choices.Save | choices.Cancel)
    box.button(choices.Reset).setText(translate("FileDialogs", "&Reload"))
    box.button(choices.Ignore).setText(translate("FileDialogs", "&Overwrite"))
    box.button(choices.Save).setText(translate("FileDialogs", "Save &as…"))
    box.setDefaultButton(choices.Save)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def failure_box(parent: QWidget, text: str) -> QMessageBox:
    """Says why a file could not be read or written."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(translate("FileDialogs", "Files"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def offer_scan(dialog: ImportDialog, files: JoinedFiles, scan: Callable[[Sequence[Path]], None]) -> None:
    """Where files hold more than a table can, let the dialog say so and offer to scan them."""
    from engine.scan.shown import can_be_scanned, is_too_large  # noqa: PLC0415  # rarely needed

    if not is_too_large(files.entries) or not can_be_scanned(files.paths):
        return

    def accept() -> None:
        dialog.reject()
        scan(dialog.files.paths)

    button = dialog.buttons.addButton(
        translate("FileDialogs", "Import and &scan"), QDialogButtonBox.ButtonRole.ActionRole
    )
    button.clicked.connect(accept)
    dialog.import_button.setDefault(False)
    button.setDefault(True)
    note = QLabel(
        translate(
            "FileDialogs",
            "Larger than a table can be. Import and scan counts what breaks in all rows and lists the worst.",
        ),
        dialog,
    )
    note.setWordWrap(True)
    note.setContentsMargins(22, 0, 0, 0)
    layout = dialog.layout()
    assert isinstance(layout, QBoxLayout)
    layout.insertWidget(1, note)  # below the sentence that refuses
