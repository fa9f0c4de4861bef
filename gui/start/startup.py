"""What must be settled before Qt is imported: a fatal pair, the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

from gui.start.pyside_import import own_import_statement

FATAL_PYSIDE = "6.12.0"
"""Loses one reference to None or True a call before Python 3.12 made them immortal (PEP 683); the
process aborts after some hundreds of signals. 6.8 to 6.11 and Python >= 3.12 are sound; pyproject.toml
admits the same pairs."""


def runtime_refusal(pyside: str | None = None, python: tuple[int, ...] | None = None) -> str | None:
    """Why this PySide6 cannot run on this Python, or None if it can.

    Parameters
    ----------
    pyside : str, optional
        By default the installed version.
    python : tuple of int, optional
        By default the running one.
    """
    installed = pyside or _installed_pyside()
    running = python or sys.version_info[:3]
    if installed is None:
        return "PySide6-Essentials is not installed; start with 'uv run main.py' (see README.md)"
    if installed == FATAL_PYSIDE and running < (3, 12):
        named = ".".join(map(str, running))
        return (
            f"PySide6 {installed} aborts on Python {named}; install pyside6-essentials<6.12, "
            "or use Python 3.12 or later"
        )
    return None


def _installed_pyside() -> str | None:
    # The package's own word: importlib.metadata would add a tenth to the time of the start.
    with own_import_statement():
        try:
            import PySide6  # noqa: PLC0415  # loads no Qt library
        except ImportError:
            return None
    return PySide6.__version__


def prepare_environment(
    environ: MutableMapping[str, str] | None = None, platform: str = sys.platform, *, picture: bool = False
) -> None:
    """Set what Qt, pyqtgraph and NumPy read from the environment, where the user has not.

    NumPy's OpenBLAS makes a thread a core when it is imported, and nothing here multiplies large matrices.

    For a picture alone no display is asked for: Qt would abort if there were none behind the name.
    """
    variables = os.environ if environ is None else environ
    variables.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
    variables.setdefault("OPENBLAS_NUM_THREADS", "1")
    has_display = variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")
    if platform.startswith("linux") and (picture or not has_display):
        variables.setdefault("QT_QPA_PLATFORM", "offscreen")
