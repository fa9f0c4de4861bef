"""Scans by a Dask cluster of two worker processes, which are killed in the middle; needs `distributed`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import engine.scan.cluster.client as cluster
from engine.commands.scan import main as command
from engine.scan.block import Options
from engine.scan.cluster import pieces
from engine.scan.run import scan
from engine.scan.sources import Data, open_data

ROOT = Path(__file__).resolve().parents[3]
NUMBERS, SHARDS, ROWS = 256, 8, 1500
OPTIONS = Options(family="binary", losses=False)

TWO_WORKERS = """
import sys
import dask
from distributed import LocalCluster
dask.config.set({"distributed.deploy.lost-worker-timeout": "120s"})  # busy machines start them slowly
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""
NO_WORKERS = "from distributed.cli.dask_scheduler import main; main(['--port', '0', '--no-dashboard'])"


@contextmanager
def started(folder: Path, code: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    (folder / "start.py").write_text(code)
    run = subprocess.Popen(
        [sys.executable, "start.py"],
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield run
    finally:
        run.stdin.close()
        try:
            run.wait(20)
        finally:
            for stream in (run.stdout, run.stderr):
                stream.close()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory) -> Iterator[str]:
    """Two workers with Logitscope as it is installed: within a package of its own."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "logitscope").mkdir()
    shutil.copy(ROOT / "resources/packaging/__init__.py", folder / "logitscope")
    (folder / "logitscope" / "_app").symlink_to(ROOT)
    with started(folder, TWO_WORKERS, PYTHONPATH=str(folder)) as run:
        yield run.stdout.readline().strip()


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "BLOCKS", 2)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[list[Path], list[Path]]:
    folder, rng = tmp_path_factory.mktemp("shards"), np.random.default_rng(5)
    logits = [folder / f"z{number}.npy" for number in range(SHARDS)]
    targets = [folder / f"y{number}.npy" for number in range(SHARDS)]
    for z, y in zip(logits, targets, strict=True):
        np.save(z, rng.normal(0, 20, ROWS).astype(np.float32))
        np.save(y, rng.integers(0, 2, ROWS).astype(np.float32))
    return logits, targets


@pytest.fixture
def data(files) -> Data:
    return open_data(*files)


def workers(scheduler: str) -> list[int]:
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:
        return [*client.run(os.getpid).values()]


def counted(scheduler: str, data: Data, then: Callable[[], None] = lambda: None) -> object:
    """The summary, with something done when the first piece has come."""
    seen: list[int] = []

    def watch(summary: object) -> None:
        seen.append(1)
        if len(seen) == 1:
            then()

    return cluster.scan_on_cluster(data, OPTIONS, scheduler=scheduler, numbers=NUMBERS, watch=watch).plain()


def test_the_command_reports_the_same_to_the_last_count(scheduler, files, tmp_path, capsys):
    logits, targets = ([str(path) for path in paths] for paths in files)
    said = []
    for more in ([], ["--scheduler", scheduler]):
        path = tmp_path / "report.json"
        assert command([*logits, "--targets", *targets, "--counts-only", "--json", str(path), *more]) == 1
        told = json.loads(path.read_text())
        del told["seconds"]
        said.append((told, capsys.readouterr()))
    assert said[0] == said[1]
    assert not said[1][1].err


@pytest.mark.parametrize("killed", [1, 2])
def test_workers_killed_in_the_middle_change_no_count(scheduler, data, killed):
    until = time.monotonic() + 120
    while len(found := workers(scheduler)) < 2:  # those that an earlier test has killed come back
        assert time.monotonic() < until
        time.sleep(0.2)
    kill = [lambda pid=pid: os.kill(pid, signal.SIGKILL) for pid in found[:killed]]
    told = counted(scheduler, data, lambda: [each() for each in kill])
    assert told == scan(data.blocks(1000), OPTIONS).plain()


def forget(scheduler: str) -> None:
    """The scheduler loses all that it was given, as it may lose some when a worker dies."""
    from distributed import Client

    def cancel(dask_scheduler) -> None:
        for client in [*dask_scheduler.clients]:
            dask_scheduler.stimulus_cancel([*dask_scheduler.tasks], client, force=True, reason="", msg="")

    with Client(scheduler, set_as_default=False) as client:
        client.run_on_scheduler(cancel)


def test_what_the_scheduler_forgets_is_handed_out_again(scheduler, data):
    told = counted(scheduler, data, lambda: forget(scheduler))
    assert told == scan(data.blocks(1000), OPTIONS).plain()


def test_a_scheduler_that_always_forgets_is_told_in_one_line(scheduler, data, monkeypatch):
    monkeypatch.setattr(cluster, "RETRIES", 0)
    with pytest.raises(cluster.ClusterError, match=r"^the scheduler has dropped the work"):
        counted(scheduler, data, lambda: forget(scheduler))


def test_ctrl_c_takes_the_work_back(scheduler, data):
    from distributed import Client

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        counted(scheduler, data, interrupt)
    with Client(scheduler, set_as_default=False) as client:
        until = time.monotonic() + 120
        while client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
            assert time.monotonic() < until
            time.sleep(0.05)


def test_workers_with_another_version_are_told_in_one_line(scheduler, data, monkeypatch):
    monkeypatch.setattr(cluster, "engine_digest", lambda: "other")
    with pytest.raises(cluster.ClusterError, match=r"^tcp://\S+: another version of Logitscope"):
        counted(scheduler, data)


def test_a_worker_that_does_not_see_the_files_is_told_in_one_line(scheduler, files, tmp_path, capsys):
    (tmp_path / "z.npy").symlink_to(files[0][0])
    data = open_data([tmp_path / "z.npy"])
    (tmp_path / "z.npy").unlink()
    with pytest.raises(cluster.ClusterError, match=r"tcp://\S+: \S+z.npy: "):
        counted(scheduler, data)


def test_without_workers_and_without_the_scheduler_the_wait_ends(files, tmp_path, monkeypatch, capfd):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(cluster, "CONNECT", 3.0)
    monkeypatch.setattr(cluster, "ASK", 0.1)
    arguments = [*map(str, files[0]), "--json", str(tmp_path / "report.json"), "--scheduler"]
    with started(tmp_path, NO_WORKERS) as run:
        address = next(line.split()[-1] for line in run.stderr if "Scheduler at:" in line)
        monkeypatch.setattr(cluster, "NO_WORKER", 0.5)
        assert command([*arguments, address]) == 2
        monkeypatch.setattr(cluster, "NO_WORKER", 60.0)
        threading.Timer(1.0, run.kill).start()
        assert command([*arguments, address]) == 2
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    assert command([*arguments, address]) == 2
    first, second, third = capfd.readouterr().err.splitlines()
    assert first == "logitscope scan: no worker for 0 seconds; nothing was written"
    assert second == "logitscope scan: the scheduler is gone; nothing was written"
    assert third.startswith(f"logitscope scan: no scheduler answers at {address}")
    assert not (tmp_path / "report.json").exists()


@pytest.mark.parametrize("address", ["foo", "tcp://", "other://a:1", "tcp://127.0.0.1:99999"])
def test_what_is_no_address_is_refused_in_one_line(files, address, monkeypatch, capfd):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(cluster, "CONNECT", 0.2)
    assert command([str(files[0][0]), "--scheduler", address]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert "expected an address" in line or f"no scheduler answers at {address}" in line


# -- without `distributed` ----------------------------------------------------------------------------------


def test_without_the_package_the_command_that_brings_it_is_named(files, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert command([str(files[0][0]), "--scheduler", "tcp://127.0.0.1:1"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install distributed" in line


def test_nothing_of_dask_is_loaded_unless_a_scheduler_is_named(files):
    code = f"import main, sys; main.main(['scan', {str(files[0][0])!r}]); assert 'dask' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120, stdout=subprocess.DEVNULL)
