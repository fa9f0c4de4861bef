"""The scan as a command: its verdict, its reports, and what it does with files that are no good."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import ml_dtypes
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from safetensors.numpy import save_file

import engine
from engine.commands import scan as scan_command
from engine.scan import sources
from engine.scan.report import written
from engine.scan.report.told import VERSION

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def binary(tmp_path):
    """Two thousand rows in which nothing breaks."""
    rng = np.random.default_rng(2)
    z, y = rng.normal(0, 2, 2000).astype(np.float32), rng.integers(0, 2, 2000).astype(np.float32)
    return tmp_path, z, y


def saved(folder: Path, z: np.ndarray, y: np.ndarray) -> list[str]:
    np.save(folder / "logits.npy", z)
    np.save(folder / "targets.npy", y)
    return [str(folder / "logits.npy"), str(folder / "targets.npy")]


def test_healthy_data_are_told_so(binary, capsys):
    folder, z, y = binary
    assert scan_command.main(saved(folder, z, y)) == 0
    told = capsys.readouterr()
    assert told.out.startswith("Healthy.\n2,000 rows (binary, judged in float32).")
    assert not told.err


def test_trouble_is_told_with_its_rows(binary, capsys):
    folder, z, y = binary
    z[[6, 1999]] = np.nan
    z[40], y[40] = 17.0, 0.0
    assert scan_command.main(saved(folder, z, y)) == 1
    told = capsys.readouterr().out
    assert told.startswith("Not healthy: a nan logit in 2 rows (7, 2,000): every mean is nan. And ")
    assert "BCELoss(sigmoid(z)) is clamped in row 41." in told


def test_the_format_named_decides(binary, capsys):
    folder, z, y = binary
    z[40], y[40] = 10.0, 0.0
    files = saved(folder, z, y)
    assert scan_command.main(files) == 0
    assert scan_command.main([*files, "--format", "float16"]) == 1
    assert "clamped in row 41" in capsys.readouterr().out


def test_all_reports_are_written(binary):
    folder, z, y = binary
    z[5] = np.nan
    z[40], y[40] = 17.0, 0.0
    names = {name: folder / f"out.{name}" for name in ("html", "json", "xml", "npz")}
    options = ["--report", "--json", "--junit", "--rows"]
    flags = [part for pair in zip(options, map(str, names.values()), strict=True) for part in pair]
    assert scan_command.main([*saved(folder, z, y), *flags]) == 1
    page = names["html"].read_text()
    assert "<svg" in page
    assert "<script" not in page
    assert "Not healthy: a nan logit in row 6" in page
    said = json.loads(names["json"].read_text())
    assert said["version"] == VERSION
    assert said["data"] | {"files": []} == {
        "files": [], "kind": "binary", "rows": 2000, "ignored": 0, "width": 1, "format": "float32",
    }  # fmt: skip
    assert said["counts"]["bce_sigmoid"]["float32"]["loss"]["clamped"] == 1
    assert said["means"]["exact"]["mean"] == "nan"
    assert said["findings"][0]["rows"] == [{"file": "logits.npy", "row": 5}]
    tests = ET.fromstring(names["xml"].read_text()).findall(".//testcase")
    assert [each.get("name") for each in tests][:2] == ["nan_logit", "bce_sigmoid:loss:clamped"]
    assert all(each.find("failure") is not None for each in tests)
    with np.load(names["npz"]) as rows:
        assert rows["row"][:2].tolist() == [5, 40]
        assert rows["logits"].dtype == np.float32


def test_means_are_those_of_the_losses(binary):
    folder, z, y = binary
    assert scan_command.main([*saved(folder, z, y), "--json", str(folder / "a.json")]) == 0
    means = json.loads((folder / "a.json").read_text())["means"]
    wide = z.astype(np.float64)
    assert means["exact"]["mean"] == pytest.approx(np.mean(np.logaddexp(0, wide) - wide * y), rel=1e-14)


def test_the_page_stays_small_however_much_breaks(tmp_path):
    rng = np.random.default_rng(2)
    z = rng.choice(np.float32([-200.0, 17.0, np.nan, np.inf, 90.0]), 50_000)
    page = tmp_path / "scan.html"
    files = saved(tmp_path, z, rng.integers(0, 2, 50_000))
    assert scan_command.main([*files, "--report", str(page)]) == 1
    assert page.stat().st_size < 2 * 2**20
    assert page.read_text().count("<tr>") > 1000


def json_of(folder: Path, arguments: list[str]) -> dict:
    scan_command.main([*arguments, "--json", str(folder / "said.json")])
    said = json.loads((folder / "said.json").read_text())
    return {
        name: value
        for name, value in said.items()
        if name not in {"seconds", "evaluated", "data", "findings", "worst"}
    }


def test_every_kind_of_file_gives_the_same(binary):
    folder, z, y = binary
    z[3], y[3] = 90.0, 0.0
    expected = json_of(folder, saved(folder, z, y))
    np.savez(folder / "a.npz", logits=z, targets=y)
    np.savez_compressed(folder / "b.npz", logits=z, targets=y)
    save_file({"logits": z, "targets": y}, folder / "c.safetensors")
    np.save(folder / "swapped.npy", z.astype(">f4"))
    for arguments in (["a.npz"], ["b.npz"], ["c.safetensors"], ["swapped.npy", "targets.npy"]):
        assert json_of(folder, [str(folder / name) for name in arguments]) == expected
    table = pa.table({"logits": z, "id": np.arange(len(z)), "label": y.astype(np.int8)})
    parquet.write_table(table, folder / "e.parquet", row_group_size=700)
    assert json_of(folder, [str(folder / "e.parquet")]) == expected
    lines = [f"{a!r},{int(b)}" for a, b in zip(z.tolist(), y.tolist(), strict=True)]
    (folder / "d.csv").write_text("\n".join(["logit,label", *lines]))
    assert json_of(folder, [str(folder / "d.csv")]) == expected


def test_shards_give_the_same_as_one_file(binary):
    folder, z, y = binary
    z[3], y[3] = 90.0, 0.0
    expected = json_of(folder, saved(folder, z, y))
    for at, rows in enumerate((slice(0, 700), slice(700, 2000))):
        np.save(folder / f"z{at}.npy", z[rows])
        np.save(folder / f"y{at}.npy", y[rows])
    names = [str(folder / f"{name}{at}.npy") for name in "zy" for at in (0, 1)]
    said = json_of(folder, [*names[:2], "--targets", *names[2:]])
    left_out = {"counts", "verdict"}  # the sample begins anew in each shard, and rows are named by shard
    assert {k: v for k, v in said.items() if k not in left_out} == {
        k: v for k, v in expected.items() if k not in left_out
    }


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float64])
def test_the_format_of_the_file_decides(binary, dtype, capsys):
    folder, z, y = binary
    np.savez(
        folder / "a.npz", logits=z.astype(np.float32 if dtype is ml_dtypes.bfloat16 else dtype), targets=y
    )
    if dtype is ml_dtypes.bfloat16:
        save_file({"logits": z.astype(dtype), "targets": y}, folder / "a.safetensors")
    path = folder / ("a.safetensors" if dtype is ml_dtypes.bfloat16 else "a.npz")
    assert scan_command.main([str(path)]) in {0, 1}
    assert f"judged in {np.dtype(dtype).name}" in capsys.readouterr().out


def test_classes_are_scanned_with_ignored_and_outside_targets(tmp_path, capsys):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 5, 300)
    y[7], y[9] = 5, -1
    files = saved(tmp_path, rng.normal(0, 2, (300, 5)).astype(np.float32), y)
    assert scan_command.main([*files, "--ignore-index", "-1"]) == 1
    told = capsys.readouterr().out
    assert "a target that PyTorch refuses in row 8." in told
    assert "300 rows (multiclass, judged in float32), 1 of them ignored." in told
    assert re.search(r"^Evaluated one by one: \d+ of them, in .* s of a thread\.$", told, re.MULTILINE)


def test_labels_of_a_sample_are_rows_with_their_names(tmp_path, capsys):
    z, y = np.zeros((50, 3), np.float32), np.zeros((50, 3), np.float32)
    z[4, 1] = np.inf
    y[:, 0] = y[:, 2] = 1
    assert scan_command.main(saved(tmp_path, z, y)) == 1
    assert "an infinite logit in row 5 label 2." in capsys.readouterr().out


# -- files that are no good --------------------------------------------------------------------------------


def refused(capsys, arguments: list[str], status: int = 2) -> str:
    assert scan_command.main(arguments) == status
    told = capsys.readouterr()
    assert not told.out
    assert told.err.count("\n") == 1
    return told.err


def test_what_is_not_there_or_no_array_is_refused_in_one_line(tmp_path, capsys):
    assert "No such file" in refused(capsys, [str(tmp_path / "none.npy")])
    (tmp_path / "text.npy").write_text("no array")
    assert "text.npy" in refused(capsys, [str(tmp_path / "text.npy")])


def test_shapes_that_do_not_fit_are_refused(binary, capsys):
    folder, z, y = binary
    assert "(1999,)" in refused(capsys, saved(folder, z, y[:-1]))


def test_a_file_cut_short_before_it_is_read_is_refused(binary, capsys):
    folder, z, y = binary
    files = saved(folder, z, y)
    with Path(files[0]).open("r+b") as file:
        file.truncate(4000)
    assert "cut short" in refused(capsys, files)


@pytest.mark.parametrize("harm", ["cut", "changed", "vanished", "replaced"])
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_a_file_harmed_while_it_is_read_is_refused_and_nothing_written(
    binary, capsys, monkeypatch, harm, suffix
):
    folder, z, y = binary
    files = saved(folder, z, y)
    if suffix == "npz":
        np.savez(folder / "both.npz", logits=z, targets=y)
        files = [str(folder / "both.npz")]
    victim, real, blocks_of = Path(files[0]), scan_command.scan, sources.Data.blocks

    def harmed(blocks, options, **others):
        first = next(blocks)
        if harm == "cut":
            os.truncate(victim, 1000)
        elif harm == "vanished":
            victim.unlink()
        elif harm == "replaced":
            content = victim.read_bytes()
            victim.unlink()
            victim.write_bytes(content)
            os.utime(victim, ns=(0, 0))
        else:
            with victim.open("r+b") as file:
                file.seek(1000)
                file.write(b"\0" * 8)
            os.utime(victim, ns=(0, 0))
        return real((block for part in ([first], blocks) for block in part), options, **others)

    monkeypatch.setattr(scan_command, "scan", harmed)
    monkeypatch.setattr(sources.Data, "blocks", lambda data: blocks_of(data, 100))
    out = folder / "out.json"
    assert victim.name in refused(capsys, [*files, "--json", str(out)])
    assert not out.exists()


def test_a_full_disk_leaves_old_reports_as_they_were(binary, capsys, monkeypatch):
    folder, z, y = binary
    files = saved(folder, z, y)
    (folder / "out.json").write_text("old")

    calls = []

    def full(handle):
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(written.os, "fsync", full)
    before = sorted(path.name for path in folder.iterdir())
    flags = ["--json", str(folder / "out.json"), "--report", str(folder / "out.html")]
    assert "No space left on device" in refused(capsys, [*files, *flags])
    assert sorted(path.name for path in folder.iterdir()) == before
    assert (folder / "out.json").read_text() == "old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_folder_that_is_none_is_refused(binary, capsys):
    folder, z, y = binary
    assert "none" in refused(capsys, [*saved(folder, z, y), "--json", str(folder / "none" / "a.json")])


@pytest.mark.skipif(os.name != "posix", reason="signals and terminals as POSIX has them")
def test_control_c_stops_with_one_line_and_nothing_written(tmp_path):
    import pty

    rng = np.random.default_rng(1)
    files = saved(
        tmp_path, rng.normal(0, 2, 2_000_000).astype(np.float32), np.full(2_000_000, 0.5, np.float32)
    )
    seen, given = pty.openpty()
    command = [sys.executable, "main.py", "scan", *files, "--json", str(tmp_path / "a.json"), "--jobs", "1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=given, text=True) as process:
        os.close(given)
        told = os.read(seen, 1000).decode()  # comes with the first rows; the others would take a minute
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    while b"\n" not in told.encode():
        told += os.read(seen, 1000).decode()
    os.close(seen)
    assert "of 2,000,000 rows" in told
    assert (process.returncode, out) == (130, "")
    assert told.endswith("\r\x1b[Klogitscope scan: stopped; nothing was written\r\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logits.npy", "targets.npy"]


def test_wrong_arguments_have_status_2(capsys):
    for arguments in ([], ["a.npy", "--format", "float8"], ["a.npy", "--jobs", "0"], ["a.npy", "--no"]):
        with pytest.raises(SystemExit) as left:
            scan_command.main(arguments)
        assert left.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1


def means_of(folder: Path, arguments: list[str]) -> dict:
    return {name: each["mean"] for name, each in json_of(folder, arguments)["means"].items()}


def test_weights_of_rows_and_pos_weight_are_those_of_pytorch(binary):
    folder, z, y = binary
    files = saved(folder, z, y)
    weight = np.linspace(0, 2, len(z)).astype(np.float32)
    np.save(folder / "w.npy", weight)
    own = engine.exact_binary_loss(z, y)
    weighted = means_of(folder, [*files, "--weight", str(folder / "w.npy")])
    assert weighted["exact"] == pytest.approx(np.mean(own * weight), rel=1e-12)
    assert weighted["bce_sigmoid"] == pytest.approx(np.mean(own * weight), rel=1e-5)
    positive = means_of(folder, [*files, "--pos-weight", "3"])
    assert positive["bce_with_logits"] == pytest.approx(np.mean(own * (1 + 2 * y)), rel=1e-5)


def test_weights_of_classes_come_as_numbers_or_from_a_file(tmp_path):
    rng = np.random.default_rng(1)
    z, y = rng.normal(0, 2, (300, 3)).astype(np.float32), rng.integers(0, 3, 300)
    files = saved(tmp_path, z, y)
    np.save(tmp_path / "w.npy", np.array([1.0, 0.5, 2.0]))
    typed = means_of(tmp_path, [*files, "--weight", "1,0.5,2"])
    assert typed == means_of(tmp_path, [*files, "--weight", str(tmp_path / "w.npy")])
    rows = engine.exact_multiclass_loss(z, y, weight=np.array([1.0, 0.5, 2.0]))
    assert typed["exact"] == pytest.approx(np.mean(rows), rel=1e-12)


def test_weights_that_do_not_fit_are_refused(binary, capsys):
    folder, z, y = binary
    files = saved(folder, z, y)
    np.save(folder / "w.npy", np.ones(7))
    assert "(7,)" in refused(capsys, [*files, "--weight", str(folder / "w.npy")])
    assert "--weight" in refused(capsys, [*files, "--weight", "1,2"])


def test_probabilities_of_classes_are_told_by_their_sums(tmp_path, capsys):
    rng = np.random.default_rng(1)
    z, y = rng.normal(0, 2, (300, 3)).astype(np.float32), rng.dirichlet(np.ones(3), 300).astype(np.float32)
    assert scan_command.main(saved(tmp_path, z, y)) == 0
    assert "300 rows (probabilities, judged in float32)" in capsys.readouterr().out
    assert "nll" not in means_of(tmp_path, saved(tmp_path, z, y))


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal as POSIX has them")
def test_a_terminal_sees_one_line_of_progress_that_goes_away(tmp_path):
    import pty

    rng = np.random.default_rng(1)
    files = saved(tmp_path, rng.normal(0, 2, 3000).astype(np.float32), rng.random(3000))
    seen, given = pty.openpty()
    command = [sys.executable, "main.py", "scan", *files, "--jobs", "1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=given, text=True) as process:
        out, _ = process.communicate(timeout=120)
    os.close(given)
    told = os.read(seen, 100_000).decode()
    os.close(seen)
    assert process.returncode in {0, 1}
    assert out.count("3,000 rows") == 1
    assert "of 3,000 rows" in told
    assert "s left" in told
    assert "\n" not in told
    assert told.endswith("\r\x1b[K")
