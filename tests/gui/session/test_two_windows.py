"""One session open in two windows, which are two processes: the second to save is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from engine import BinaryProblem, MulticlassProblem
from gui.session.problem_file import ProblemFile
from gui.session.session_file import Session, read_session, session_pieces

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("window_worker.py")


class OtherWindow:
    """A window of its own process."""

    def __init__(self, session: Path, home: Path) -> None:
        homes = {f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), str(session)],
            env=os.environ | homes | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> OtherWindow:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def answer(self) -> tuple[str, float, bool]:
        """What is asked, the first logit, and whether all is saved."""
        asked, logit, is_saved = self.process.stdout.readline().split("\t")
        return asked, float(logit), is_saved.strip() == "True"

    def does(self, line: str) -> tuple[str, float, bool]:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()


def logit_in(path: Path) -> float:
    return float(read_session(path).problems["binary"].problem.logits[0])


def test_of_two_windows_on_one_session_the_second_to_save_is_asked(tmp_path):
    path = tmp_path / "shared.json"
    problems = {
        "binary": ProblemFile("", "", BinaryProblem(logits=[0.5, 1.0], target=[1, 0])),
        "multiclass": ProblemFile("", "", MulticlassProblem(logits=[[0.5, 1.0]], target=[0])),
    }
    path.write_text("".join(session_pieces(Session("binary", problems))))
    with OtherWindow(path, tmp_path) as first, OtherWindow(path, tmp_path) as second:
        assert first.answer() == second.answer() == ("-", 0.5, True)
        assert first.does("edit 3") == ("-", 3.0, False)
        assert second.does("edit 4") == ("-", 4.0, False)
        assert first.does("save") == ("-", 3.0, True)
        question = "shared.json has been changed since it was opened or saved here."
        assert second.does("save") == (question, 4.0, False)
        assert logit_in(path) == 3.0
        assert second.does("answer Overwrite") == ("-", 4.0, True)
        assert logit_in(path) == 4.0
        first.does("edit 5")
        assert first.does("save") == (question, 5.0, False)
        assert first.does("answer Reload") == ("-", 4.0, True)
