"""What follows a drag: at once after a pause, together within one, and never without the last."""

from PySide6.QtWidgets import QWidget

from gui.services.throttle import Throttle


def counted(throttle):
    done = []
    throttle.due.connect(lambda: done.append(len(done)))
    return done


def test_the_first_request_is_passed_on_at_once(qtbot):
    throttle = Throttle(interval=60_000)
    done = counted(throttle)
    throttle.request()
    assert len(done) == 1


def test_the_requests_of_a_burst_are_passed_on_together_at_its_end(qtbot):
    throttle = Throttle(interval=10)
    done = counted(throttle)
    for _ in range(5):
        throttle.request()
    assert len(done) == 1
    qtbot.waitUntil(lambda: len(done) == 2)


def test_without_a_request_nothing_follows_a_pause(qtbot):
    throttle = Throttle(interval=1)
    done = counted(throttle)
    throttle.request()
    qtbot.waitUntil(lambda: not throttle._pause.isActive())
    assert len(done) == 1
    throttle.request()
    assert len(done) == 2


def test_a_request_that_waits_for_the_paint_comes_after_it(qtbot):
    class Painted(QWidget):
        def paintEvent(self, _event):
            order.append("paint")

    order = []
    widget = Painted()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitUntil(lambda: "paint" in order)
    throttle = Throttle(interval=60_000, after_paint=True)
    throttle.due.connect(lambda: order.append("what follows"))
    order.clear()
    throttle.request()
    widget.update()
    assert not order
    qtbot.waitUntil(lambda: "what follows" in order)
    assert order == ["paint", "what follows"]
