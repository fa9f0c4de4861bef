"""The problem in front, copied as a script that runs and prints the window's numbers."""

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from engine import BinaryProblem, MulticlassProblem, evaluate
from gui.document.document import Document
from gui.window.code.copy_code import CodeCopier


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


def test_numbers_too_many_for_a_script_are_saved_and_loaded_by_it(qtbot, copier, tmp_path):
    rng = np.random.default_rng(5)
    large = BinaryProblem(logits=rng.normal(size=30_000), target=rng.integers(0, 2, size=30_000))
    copier.document.replace_problem("binary", large, "set")
    copier.numpy.trigger()
    dialog = copier.dialog
    with qtbot.waitSignal(copier.message) as said:
        dialog.fileSelected.emit(str(tmp_path / "large.npz"))
    dialog.close()
    assert "large.npz" in said.args[0]
    script = QGuiApplication.clipboard().text()
    assert len(script) < 10_000
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loss = evaluate(large).column("bce_with_logits").ledger.value
    printed = next(line for line in run.stdout.splitlines() if line.startswith("BCEWithLogitsLoss"))
    assert float(printed.split(": ")[1]) == pytest.approx(loss, rel=1e-6)
