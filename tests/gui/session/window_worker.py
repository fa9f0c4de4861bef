"""The application on a session's file, told by lines on its standard input what to do; test_two_windows.py.

    python window_worker.py FILE

"edit N" puts N into the first logit, "save" saves, "answer WORD" presses the button that begins with WORD in
the dialog. Each is answered on standard output by a line: what the open dialog says, or -, the first logit,
and whether all is saved.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QMessageBox

import gui.app
from gui.start.command_line import Arguments
from gui.window.window import MainWindow

CALM_S = 0.3
"""A save is over, or its question asked, after so long without a job."""


class Worker(QObject):
    told = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.told.connect(self.do)
        window.completed.connect(self.listen)

    def listen(self) -> None:
        threading.Thread(target=self.read, daemon=True).start()
        self.answer()

    def read(self) -> None:
        for line in sys.stdin:
            self.told.emit(line)

    def do(self, line: str) -> None:
        what, *word = line.split()
        if what == "edit":
            self.window.document.set_cells("binary", "logits", (0,), float(word[0]), "edit")
        elif what == "save":
            self.window.actions_.save.trigger()
        else:
            buttons = self.question().buttons()
            next(each for each in buttons if each.text().lstrip("&").startswith(word[0])).click()
        end = time.monotonic() + CALM_S
        while time.monotonic() < end:
            QApplication.processEvents()
        self.answer()

    def question(self) -> QMessageBox | None:
        return QApplication.activeModalWidget()

    def answer(self) -> None:
        question, document = self.question(), self.window.document
        asked = "-" if question is None else question.text()
        print(f"{asked}\t{document.binary.logits[0]}\t{document.undo_stack.isClean()}", flush=True)


def main() -> None:
    made, kept = gui.app.make_window, []

    def watched(*arguments: object) -> MainWindow:
        window = made(*arguments)
        kept.append(Worker(window))
        return window

    gui.app.make_window = watched
    gui.app.run(Arguments(files=(Path(sys.argv[1]),)))


if __name__ == "__main__":
    main()
