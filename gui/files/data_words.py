"""What the engine's readers say of files, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.data import DataError, DataFileError, Fault


def fault_words(fault: Fault) -> str:
    """A fault in a sentence; the faults it names as its reasons as well."""
    values = {
        name: fault_words(value) if isinstance(value, Fault) else value
        for name, value in fault.values.items()
    }
    return QCoreApplication.translate("data", fault.text).format(**values)


def error_words(error: Exception) -> str:
    """Why a file was refused, with its name where it is the file's fault; other errors in their own words."""
    if not isinstance(error, DataError):
        return str(error)
    words = fault_words(error.fault)
    return f"{error.path}: {words}" if isinstance(error, DataFileError) else words
