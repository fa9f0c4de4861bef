"""'explain' in a terminal: what it prints, and with which exit status it leaves."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.commands.explain import main

ROOT = Path(__file__).resolve().parents[3]


def test_a_number_is_explained_with_rows_and_questions(capsys):
    assert main(["100"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("100: one explanation.\n")
    assert "Rows: z = -200, y = 1; BCELoss(sigmoid(z)), float32, mean" in printed
    assert "Ask: Is it BCELoss" in printed
    assert "Possible:" in printed


def test_without_a_confident_answer_the_first_line_says_so(capsys):
    main(["1.9105"])
    assert capsys.readouterr().out.splitlines()[0] == "No confident explanation of 1.9105."


@pytest.mark.parametrize("text", ["nan", "inf", "0", "-0", "65504", "3.4028235e+38"])
def test_numbers_that_mean_something_by_themselves_are_told(text, capsys):
    assert main([text]) == 0
    printed = capsys.readouterr().out
    assert "Rows: " in printed
    assert not printed.startswith("No confident")


def test_rows_are_told_in_short(capsys):
    main(["nan"])
    printed = capsys.readouterr().out
    assert "Rows: no row; CrossEntropyLoss(z)" in printed
    assert "Rows: 100000 x (z = [0, 0], y = 0)" in printed


def test_options_name_the_cause(capsys):
    main(["2.3979", "--classes", "10"])
    assert "one class too wide" in capsys.readouterr().out.split("\n\n")[1]
    main(["3.125", "--rows", "32", "--loss", "bce", "--format", "float32"])
    assert "1 of 32 rows at 100" in capsys.readouterr().out


def test_several_losses_are_first_told_together_then_one_by_one(capsys):
    main(["4.75", "5.0625", "4.4375"])
    printed = capsys.readouterr().out
    assert printed.startswith("4.75, 5.0625, 4.4375 together: one explanation.")
    assert re.findall(r"^No confident explanation of (\S+)\.$", printed, re.MULTILINE) == [
        "4.75",
        "5.0625",
        "4.4375",
    ]


@pytest.mark.parametrize("text", ["-1086.89", "-1e-3", "-inf", "-1"])
def test_a_negative_loss_is_no_option(text, capsys):
    assert main([text]) == 0
    assert text in capsys.readouterr().out.splitlines()[0]


UNREADABLE = (
    ["1,5"],
    ["abc"],
    [],
    ["1", "--rows", "x"],
    ["1", "--rows", "0"],
    ["1", "--loss", "hinge"],
    ["--row", "1"],
)


@pytest.mark.parametrize("said", UNREADABLE)
def test_what_cannot_be_read_is_one_line_and_status_2(said, capsys):
    with pytest.raises(SystemExit) as left:
        main(said)
    assert left.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1


def test_help_is_there(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    assert "--classes" in capsys.readouterr().out


def test_a_reader_that_closes_early_sees_no_traceback():
    command = f"{sys.executable} main.py explain 0.6931 1.2345 2.3026 | head -1"
    options = {"cwd": ROOT, "capture_output": True, "text": True, "timeout": 60}
    run = subprocess.run(command, shell=True, check=False, **options)
    assert run.stdout.startswith("0.6931, 1.2345, 2.3026") or run.stdout.startswith("Together")
    assert run.stderr == ""
