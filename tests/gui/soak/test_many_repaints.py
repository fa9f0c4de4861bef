"""Many signals and many repaints in one process.

PySide6 6.12.0 on Python 3.11 loses a reference to None or True with each call and aborts after some
hundreds: this is the test that such a pair cannot pass.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from gui.app import first_problems, make_window
from gui.document.document import Document
from gui.services.theme import Theme
from gui.start.command_line import Arguments


class Sender(QObject):
    sent = Signal(object)
    told = Signal(bool)


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.received = 0

    def receive(self, _value: object) -> None:
        self.received += 1


def test_20000_signals_arrive():
    sender, receiver = Sender(), Receiver()
    sender.sent.connect(receiver.receive)
    sender.told.connect(receiver.receive)
    for number in range(10_000):
        sender.sent.emit(None)
        sender.told.emit(number % 2 == 0)
    assert receiver.received == 20_000


def test_300_edits_are_painted_by_every_part(qtbot, qapp):
    problems, _ = first_problems(Arguments())
    document = Document(*problems)
    window = make_window(document, Theme(qapp), None, Arguments(theme="light", size=(1000, 700)))
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.completed):
        window.show()
    for number, logit in enumerate(np.linspace(-200.0, 200.0, 300)):
        document.set_cells("binary", "logits", (number % 5,), logit, "edit", gesture=document)
        window.evaluator.flush()
        qapp.processEvents()
    assert document.binary.logits[4] == 200.0
