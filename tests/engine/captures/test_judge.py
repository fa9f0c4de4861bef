"""Captured batches are judged right: what real PyTorch captured, and where it is installed captures now."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from engine.captures.capture import is_capture, read_capture
from engine.captures.judge import judge
from tests.engine.captures.planted import KEPT, Planted, outside, within

EXPECTED = json.loads(zipfile.ZipFile(KEPT).read("expected.json"))


def judged_right(path: Path, verdict: str, rows: tuple[int, ...], cause: str) -> None:
    told = judge(read_capture(path))
    assert (told.verdict, told.rows) == (verdict, rows), str(told)
    assert cause in told.cause


def test_sixty_faults_within_a_loss_and_twenty_outside_are_kept():
    verdicts = [verdict for _, verdict, _, _ in EXPECTED.values()]
    assert (verdicts.count("reproduced"), verdicts.count("not reproduced")) == (60, 20)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_kept_capture_is_judged_right(name, tmp_path):
    with zipfile.ZipFile(KEPT) as archive:
        path = Path(archive.extract(name, tmp_path))
    assert is_capture(path)
    _, verdict, rows, cause = EXPECTED[name]
    judged_right(path, verdict, tuple(rows), cause)


@pytest.mark.parametrize("planted", [*within(), *outside()], ids=lambda planted: planted.name)
def test_a_fault_planted_now_is_judged_right(planted: Planted, tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not installed; captures.zip stands in for it")
    judged_right(planted.captured(tmp_path), planted.verdict, planted.rows, planted.cause)
