"""The command line: what it means, and one clear line with status 2 for everything else."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement

from engine.data import DATA_SUFFIXES
from gui.start.command_line import VERSION, Arguments, parse_arguments
from gui.start.startup import prepare_environment, runtime_refusal

ROOT = Path(__file__).resolve().parents[3]
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def start(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    a_screens = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    environment = {name: value for name, value in os.environ.items() if name not in a_screens}
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        capture_output=True,
        text=True,
        env=environment | variables,
        timeout=120,
        check=False,
    )


def test_nothing_said_means_nothing_decided():
    assert parse_arguments([]) == Arguments()


def test_every_argument_is_understood():
    words = [
        "a.json",
        "--page",
        "multiclass",
        "--theme",
        "dark",
        "--size",
        "800x600",
        "--screenshot",
        "b.png",
        "--export",
        "c.csv",
    ]
    assert parse_arguments(words) == Arguments(
        files=(Path("a.json"),),
        page="multiclass",
        theme="dark",
        size=(800, 600),
        screenshot=Path("b.png"),
        export=Path("c.csv"),
    )


def test_several_files_and_standard_input_are_understood():
    assert parse_arguments(["a.npy", "b.npy"]).files == (Path("a.npy"), Path("b.npy"))
    assert parse_arguments(["-"]).files == (Path("-"),)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--page", "ternary"], "--page"),
        (["--theme", "pink"], "--theme"),
        (["--size", "wide"], "1366x768"),
        (["--size", "10x10"], "200"),
        (["--size", "-5x600"], "--size"),
        (["--size", "99999x600"], "16384"),
        (["--screenshot"], "--screenshot"),
        (["--shot", "x.png"], "--shot"),
        (["--export", "table.txt"], ".csv"),
        (["--export"], "--export"),
    ],
)
def test_a_wrong_argument_ends_with_one_line_and_status_2(words, named, capsys):
    with pytest.raises(SystemExit) as exit_:
        parse_arguments(words)
    output = capsys.readouterr()
    assert exit_.value.code == 2
    assert not output.out
    assert output.err.count("\n") == 1
    assert output.err.startswith("logitscope: ")
    assert named in output.err


def test_the_version_is_the_projects():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert declared == VERSION
    run = start("--version")
    assert (run.returncode, run.stdout.strip()) == (0, f"logitscope {VERSION}")


def test_help_names_every_argument():
    run = start("--help")
    assert run.returncode == 0
    for word in ("FILE", "--page", "--theme", "--size", "--screenshot", "--export", "--version"):
        assert word in run.stdout


@pytest.mark.parametrize("command", ["scan", "explain", "judge"])
def test_the_help_names_each_command_which_has_a_help_of_its_own(command, capsys):
    own = importlib.import_module(f"engine.commands.{command}").main
    for main in (parse_arguments, own):
        with pytest.raises(SystemExit) as left:
            main(["--help"])
        assert not left.value.code
        assert f"logitscope {command}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        ("{", "line 1"),
        ('{"page": "binary", "logits": [0.5, "big"], "target": [1, 0]}', "logits, row 2"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_one_line_and_status_2(tmp_path, content, said):
    file = tmp_path / "problem.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    run = start(str(file))
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "problem.json" in run.stderr
    assert said in run.stderr


@pytest.mark.parametrize("page", ["binary", "multiclass"])
def test_a_screenshot_is_written_without_a_display(tmp_path, page):
    picture = tmp_path / "window.png"
    run = start("--screenshot", str(picture), "--page", page, "--size", "1366x768", "--theme", "dark")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    content = picture.read_bytes()
    assert content.startswith(PNG_SIGNATURE)
    assert (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) == (1366, 768)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there a display has a name")
@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_screenshot_is_written_where_the_display_is_not_there(tmp_path, variable):
    picture = tmp_path / "window.png"
    run = start("--screenshot", str(picture), **{variable: "nowhere:99"})
    assert (run.returncode, run.stderr) == (0, "")
    assert picture.read_bytes().startswith(PNG_SIGNATURE)


def test_a_screenshot_that_cannot_be_written_ends_with_status_2(tmp_path):
    run = start("--screenshot", str(tmp_path / "missing" / "window.png"))
    assert run.returncode == 2
    assert run.stderr.strip().splitlines()[-1].endswith("the picture could not be written")


def test_a_screenshot_of_a_file_shows_that_file(tmp_path):
    file = tmp_path / "one.json"
    file.write_text(json.dumps({"page": "multiclass", "logits": [[0, "inf"]], "target": [1]}))
    picture = tmp_path / "window.png"
    run = start(str(file), "--screenshot", str(picture))
    assert run.returncode == 0, run.stderr
    assert picture.stat().st_size > 0


def test_a_screenshot_of_imported_data_says_nothing(tmp_path):
    np.savez(tmp_path / "a.npz", logits=np.eye(3), labels=np.arange(3))
    run = start(str(tmp_path / "a.npz"), "--screenshot", str(tmp_path / "window.png"))
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_data_file_that_makes_no_problem_is_named(tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("name,kind\na,b\n", encoding="utf-8")
    run = start(str(file), "--screenshot", str(tmp_path / "window.png"))
    assert run.returncode == 2
    assert "words.csv: There are words here and no numbers." in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("pyside", "python", "refused"),
    [
        ("6.12.0", (3, 11, 7), True),
        ("6.12.0", (3, 12, 0), False),
        ("6.11.3", (3, 11, 7), False),
        ("6.8.0", (3, 14, 0), False),
    ],
)
def test_only_the_pair_that_aborts_is_refused(pyside, python, refused):
    refusal = runtime_refusal(pyside, python)
    assert (refusal is not None) is refused
    if refusal:
        assert "6.12.0" in refusal
        assert "3.11.7" in refusal
        assert "\n" not in refusal


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.14"])
@pytest.mark.parametrize("pyside", ["6.8.0", "6.11.3", "6.12.0"])
def test_the_project_asks_for_the_pairs_that_are_not_refused(pyside, python):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    needed = [need for need in map(Requirement, declared) if need.name == "pyside6-essentials"]
    (asked,) = (need for need in needed if need.marker.evaluate({"python_version": python}))
    running = tuple(map(int, python.split(".")))
    assert asked.specifier.contains(pyside) is (runtime_refusal(pyside, running) is None)


def test_a_refused_pair_ends_the_start_before_qt(monkeypatch, capsys):
    import main

    monkeypatch.setattr("gui.start.startup.runtime_refusal", lambda: "PySide6 x aborts on Python y")
    assert main.main([]) == 2
    assert capsys.readouterr().err == "logitscope: PySide6 x aborts on Python y\n"


@pytest.mark.parametrize(
    ("environ", "platform", "plugin"),
    [
        ({}, "linux", "offscreen"),
        ({"DISPLAY": ":0"}, "linux", None),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", None),
        ({"QT_QPA_PLATFORM": "vnc"}, "linux", "vnc"),
        ({}, "darwin", None),
        ({}, "win32", None),
    ],
)
def test_the_offscreen_plugin_stands_in_where_linux_has_no_display(environ, platform, plugin):
    prepare_environment(environ, platform)
    assert environ.get("QT_QPA_PLATFORM") == plugin
    assert environ["PYQTGRAPH_QT_LIB"] == "PySide6"
    assert environ["OPENBLAS_NUM_THREADS"] == "1"


@pytest.mark.parametrize(
    ("environ", "platform", "plugin"),
    [
        ({"DISPLAY": ":0"}, "linux", "offscreen"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}, "linux", "xcb"),
        ({}, "darwin", None),
    ],
)
def test_a_picture_asks_for_no_display_unless_the_user_names_the_plugin(environ, platform, plugin):
    prepare_environment(environ, platform, picture=True)
    assert environ.get("QT_QPA_PLATFORM") == plugin


# -- without a window -----------------------------------------------------------------------------------


def exported(tmp_path, *arguments: str, text: str | None = None, name: str = "table.npz"):
    """What a start with --export writes, and what it says."""
    table = tmp_path / name
    run = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments, "--export", str(table)],
        capture_output=True,
        text=True,
        input=text,
        env={name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")},
        timeout=120,
        check=False,
    )
    return run, table


def test_two_files_are_exported_as_one_table(tmp_path):
    np.save(tmp_path / "logits.npy", np.array([[1.0, 2.0], [3.0, 0.5]], dtype=np.float16))
    np.save(tmp_path / "targets.npy", np.array([1, 0]))
    run, table = exported(tmp_path, str(tmp_path / "logits.npy"), str(tmp_path / "targets.npy"))
    assert (run.returncode, run.stderr) == (0, "")
    with np.load(table) as arrays:
        assert list(arrays)[:2] == ["logits", "target"]
        assert arrays["logits"].tolist() == [[1, 2], [3, 0.5]]
        assert arrays["target"].tolist() == [1, 0]
        assert '"format": "float16"' in str(arrays["problem"])


def test_standard_input_is_read_as_pasted_text(tmp_path):
    run, table = exported(tmp_path, "-", text="z\ty\n1.5\t1\n-2\t0\n", name="table.csv")
    assert (run.returncode, run.stderr) == (0, "")
    lines = table.read_text().splitlines()
    assert lines[0].startswith("logits,target,sigmoid")
    assert lines[1].startswith("1.5,1.0,")


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (["-"], "no numbers", "Standard input"),
        (["-"], "", "Standard input"),
        (["-", "other.npy"], "1\n", "alone"),
        (["missing.npy"], None, "missing.npy"),
    ],
)
def test_what_cannot_be_exported_is_one_line_and_status_2(tmp_path, arguments, text, said):
    run, table = exported(tmp_path, *arguments, text=text)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert said in run.stderr
    assert not table.exists()


def test_without_a_file_the_sample_is_exported(tmp_path):
    run, table = exported(tmp_path, "--page", "multiclass")
    assert run.returncode == 0
    with np.load(table) as arrays:
        assert arrays["logits"].ndim == 2


def test_ctrl_c_ends_an_export_without_a_traceback(monkeypatch, capsys):
    import main

    def interrupted(_argv):
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "_run", interrupted)
    assert main.main(["--export", "a.csv"]) == 130
    assert capsys.readouterr() == ("", "")


def test_the_help_names_every_suffix_that_is_read(capsys):
    with pytest.raises(SystemExit):
        parse_arguments(["--help"])
    words = capsys.readouterr().out
    assert [suffix for suffix in DATA_SUFFIXES if suffix not in words] == []
