"""What the readers say is translated by its text, whatever its values."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from engine.data import DataError, DataFileError, Fault
from gui.files.data_words import error_words, fault_words

INNER = Fault("damaged", "the file is damaged", {})
OUTER = Fault("refused_entry", "{name}: {reason}", {"name": "z", "reason": INNER})


class Korean(QTranslator):
    def translate(self, context, source, disambiguation=None, n=-1):
        known = {"the file is damaged": "파일이 손상되었습니다", "{name}: {reason}": "{name} — {reason}"}
        return known.get(source, "") if context == "data" else ""


@pytest.fixture
def korean(qapp):
    translator = Korean()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def test_a_fault_and_its_reason_are_translated(korean):
    assert fault_words(OUTER) == "z — 파일이 손상되었습니다"


def test_a_file_at_fault_is_named_and_other_errors_keep_their_words(qapp):
    assert error_words(DataFileError(Path("a.npy"), OUTER)) == "a.npy: z: the file is damaged"
    assert error_words(DataError(INNER)) == "the file is damaged"
    assert error_words(ValueError("odd")) == "odd"
