"""What runs here, for the About box and for bug reports."""

from __future__ import annotations

import platform
from importlib.metadata import version

import numpy as np
from PySide6.QtCore import QCoreApplication, qVersion

from gui.command_line import VERSION


def about_text() -> str:
    """The About box's text, as rich text."""
    words = QCoreApplication.translate(
        "About",
        "PyTorch's four classification losses on your numbers: what each formula computes, what is true, "
        "and where floating point breaks one of them. PyTorch itself is not needed to run it; the "
        "formulas are held to PyTorch 2.13 (CPU) by recorded results.",
    )
    versions = " · ".join(
        (
            f"Python {platform.python_version()}",
            f"Qt {qVersion()}",
            f"PySide6 {version('pyside6-essentials')}",
            f"pyqtgraph {version('pyqtgraph')}",
            f"NumPy {np.__version__}",
            f"ml_dtypes {version('ml-dtypes')}",
        )
    )
    return f"<h3>Logitscope {VERSION}</h3><p>{words}</p><p>{versions}</p>"
