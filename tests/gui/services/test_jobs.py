"""Jobs beside the GUI: the latest wins, results arrive on the GUI thread, and cancelled means silent."""

from __future__ import annotations

import threading

import pytest

from gui.services.jobs import JobRunner


@pytest.fixture
def runner(qapp):
    runner = JobRunner()
    yield runner
    runner.close()


class Results:
    """Keeps what is delivered, and on which thread."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.threads: list[threading.Thread] = []

    def take(self, value: object) -> None:
        self.values.append(value)
        self.threads.append(threading.current_thread())


def test_work_runs_on_another_thread_and_its_result_comes_back(qtbot, runner):
    results = Results()
    main = threading.get_ident()
    runner.start(lambda _progress: threading.get_ident() != main, results.take, results.take)
    assert runner.busy
    qtbot.waitUntil(lambda: not runner.busy)
    assert results.values == [True]
    assert results.threads == [threading.main_thread()]


def test_an_exception_is_delivered_as_a_value(qtbot, runner):
    done, failed = Results(), Results()
    runner.start(lambda _progress: 1 // 0, done.take, failed.take)
    qtbot.waitUntil(lambda: not runner.busy)
    assert done.values == []
    assert isinstance(failed.values[0], ZeroDivisionError)
    assert failed.threads == [threading.main_thread()]


def test_only_the_latest_of_many_is_delivered(qtbot, runner):
    results = Results()
    for number in range(50):
        runner.start(lambda _progress, number=number: number, results.take, results.take)
    qtbot.waitUntil(lambda: not runner.busy)
    assert results.values == [49]


def test_a_cancelled_job_stops_at_its_next_report_and_says_nothing(qtbot, runner):
    results, started, go_on, ended = Results(), threading.Event(), threading.Event(), []

    def work(progress):
        started.set()
        go_on.wait(60)
        progress(1, 2)
        ended.append("not stopped")

    runner.start(work, results.take, results.take)
    assert started.wait(60)
    runner.cancel()
    go_on.set()
    runner.close()
    qtbot.wait(1)
    assert (results.values, ended) == ([], [])


def test_progress_is_reported_in_percent(qtbot, runner):
    results = Results()

    def work(progress):
        progress(1, 4)

    with qtbot.waitSignal(runner.progressed) as progressed:
        runner.start(work, results.take, results.take)
    assert progressed.args == [25]
    qtbot.waitUntil(lambda: not runner.busy)


def test_a_job_may_start_the_next_one(qtbot, runner):
    results = Results()

    def again(value: object) -> None:
        runner.start(lambda _progress: (value, 2), results.take, results.take)

    runner.start(lambda _progress: 1, again, results.take)
    qtbot.waitUntil(lambda: bool(results.values))
    assert results.values == [(1, 2)]
