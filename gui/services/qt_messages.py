"""What Qt says on stderr: passed on, but for what says nothing to a user."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

MEANINGLESS = frozenset({"This plugin does not support propagateSizeHints()"})
"""The offscreen plugin says so at every window shown; there is nobody to hint to."""


def pass_on(_kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
    """Print a message of Qt's unless it is known to mean nothing."""
    if message is not None and message not in MEANINGLESS and sys.stderr is not None:
        sys.stderr.write(f"{message}\n")


def filter_qt_messages() -> None:
    """Have every message of Qt's go through `pass_on`."""
    qInstallMessageHandler(pass_on)
