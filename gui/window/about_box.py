"""The box that names what runs here; loaded when it is asked for, so that the start does not pay for it."""

from __future__ import annotations

import platform
from importlib.metadata import version

from PySide6.QtCore import QCoreApplication, Qt, qVersion
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.start.command_line import VERSION

translate = QCoreApplication.translate


def about_box(parent: QWidget) -> QMessageBox:
    """Names what runs here, for people and for bug reports; not shown yet."""
    words = translate(
        "Dialogs",
        "PyTorch's four classification losses on your numbers: what each formula computes, what is true, "
        "and where floating point breaks one of them. It runs without PyTorch; the formulas are held to "
        "PyTorch 2.13 (CPU) by recorded results.",
    )
    parts = ("pyside6-essentials", "pyqtgraph", "numpy", "ml-dtypes")
    versions = [f"Python {platform.python_version()}", f"Qt {qVersion()}"]
    versions += [f"{part} {version(part)}" for part in parts]
    box = QMessageBox(parent)
    box.setWindowTitle(translate("Dialogs", "About Logitscope"))
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    box.setText(f"<h3>Logitscope {VERSION}</h3><p>{words}</p><p>{' · '.join(versions)}</p>")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
