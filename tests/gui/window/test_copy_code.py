"""The problem in front, copied as a script that runs and prints the window's numbers."""

import subprocess
import sys

import pytest
from PySide6.QtGui import QGuiApplication

from engine import BinaryProblem, MulticlassProblem
from gui.document.document import Document
from gui.window.copy_code import CodeCopier


@pytest.fixture
def copier(qapp):
    document = Document(
        BinaryProblem(logits=[-200.0, 17.0], target=[1.0, 0.0], reduction="sum"),
        MulticlassProblem(logits=[[1.0, 2.0]], target=[0]),
    )
    copier = CodeCopier(document)
    copier.document = document
    return copier


def test_the_copied_numpy_script_prints_what_the_window_shows(copier):
    copier.numpy.trigger()
    script = QGuiApplication.clipboard().text()
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "217" in run.stdout
    assert "200" in run.stdout


def test_the_copied_torch_script_holds_the_problem_in_front(copier, qtbot):
    document = copier.document
    document.set_page("multiclass")
    with qtbot.waitSignal(copier.message) as said:
        copier.torch.trigger()
    script = QGuiApplication.clipboard().text()
    assert script.startswith(("import torch", "#", '"""'))
    assert "F.cross_entropy(z, y" in script
    assert "PyTorch" in said.args[0]
