"""`watch` in real training loops; needs PyTorch, but for what must hold without it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.captures.capture import read_capture
from engine.captures.judge import judge
from engine.captures.shown import captured_problem, watch_script
from engine.captures.watch import watch
from engine.commands.judge import main as command

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="watch is for PyTorch")


def captured(folder: Path):
    (path,) = folder.glob("*")
    return read_capture(path)


def training(torch, folder, spoil, rate, *, half=False, masks=False, steps=60):
    """A small loop; from step 20 on `spoil` has the inputs, and `rate` is the learning rate."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 4))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    criterion = watch(torch.nn.CrossEntropyLoss(), folder)
    for number in range(1, steps + 1):
        x, y = torch.randn(32, 8), torch.randint(0, 4, (32,))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            logits = model(spoil(x) if number >= 20 else x)
            if masks and number >= 20:
                mask = torch.zeros(32, 4, dtype=torch.bool)
                mask[5] = True
                logits = logits.masked_fill(mask, -torch.inf)
            loss = criterion(logits, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@pytest.mark.parametrize("half", [False, True])
def test_a_bad_batch_came_before_the_loss(torch, tmp_path, half):
    def spoil(x):
        x[7, 2] = torch.nan
        return x

    with pytest.raises(FloatingPointError, match="loss nan at step 20"):
        training(torch, tmp_path, spoil, 0.1, half=half)
    told = judge(captured(tmp_path))
    assert (told.verdict, told.rows) == ("came before", (7,))
    assert "loss and gradient of the batch before are sound" in str(told)
    assert "look at the data of these rows" in str(told)


@pytest.mark.parametrize("half", [False, True])
def test_too_large_a_learning_rate_came_before_the_loss_or_is_inf_minus_inf_in_it(torch, tmp_path, half):
    with pytest.raises(FloatingPointError):
        training(torch, tmp_path, lambda x: x, 1e30, half=half)
    told = judge(captured(tmp_path))
    assert told.verdict == "came before" or told.cause.startswith("inf - inf in log_softmax")
    assert told.rows


def test_nan_in_every_row_points_to_the_step_between(torch, tmp_path):
    criterion = watch(torch.nn.CrossEntropyLoss(), tmp_path, "go on")
    logits, target = torch.randn(6, 4), torch.zeros(6, dtype=torch.int64)
    criterion(logits, target)
    criterion(logits * torch.nan, target)
    told = judge(captured(tmp_path))
    assert (told.verdict, told.rows) == ("came before", tuple(range(6)))
    assert "look at the step between" in str(told)


@pytest.mark.parametrize("half", [False, True])
def test_a_mask_over_every_class_is_reproduced_in_its_row(torch, tmp_path, half):
    with pytest.raises(FloatingPointError, match="step 20"):
        training(torch, tmp_path, lambda x: x, 0.1, half=half, masks=True)
    capture = captured(tmp_path)
    told = judge(capture)
    assert str(told) == "reproduced: nan, row 6, inf - inf in log_softmax: every class is at -inf"
    assert captured_problem(capture).format.name == "float32"  # of the loss, under autocast too
    assert capture.arrays["input"].dtype.name == ("bfloat16" if half else "float32")


def test_a_gradient_of_nan_is_told_of_the_batch_before_also_where_gradients_were_not_watched(torch, tmp_path):
    z = torch.nn.Parameter(torch.tensor([0.0, 20.0, -1.0], dtype=torch.float16))
    criterion = watch(torch.nn.BCELoss(), tmp_path, "go on")
    optimizer = torch.optim.SGD([z], lr=0.1)
    criterion(torch.sigmoid(z), torch.ones(3, dtype=torch.float16)).backward()
    optimizer.step()
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        criterion(torch.sigmoid(z), torch.ones(3, dtype=torch.float16))
    told = judge(captured(tmp_path))
    assert (told.verdict, told.rows) == ("came before", (1,))
    assert "the batch of the step before gives a gradient of nan, row 2" in str(told)


def test_a_jump_is_written_once_and_training_goes_on(torch, tmp_path):
    criterion = watch(torch.nn.CrossEntropyLoss(), tmp_path)
    torch.manual_seed(1)
    for number in range(400):
        logits = torch.randn(16, 4)
        if number > 300:
            logits[3] = torch.tensor([5000.0, 0.0, 0.0, 0.0])
        criterion(logits, torch.ones(16, dtype=torch.int64))
    capture = captured(tmp_path)
    told = judge(capture)
    assert (capture.reason, capture.step, told.verdict, told.rows) == ("jump", 302, "reproduced", (3,))
    assert "99 % of the sum of all 16 rows" in str(told)


@pytest.mark.parametrize("rows", ["mean", "none"])
def test_losses_read_together_find_the_same_batch(torch, tmp_path, rows):
    criterion = watch(torch.nn.NLLLoss(reduction=rows), tmp_path, "go on", every=8)
    for number in range(1, 30):
        logits = torch.randn(16, 4).log_softmax(1)
        if number >= 11:
            logits[number % 16, :] = -torch.inf
        criterion(logits, torch.zeros(16, dtype=torch.int64))
    capture = captured(tmp_path)
    assert (capture.step, judge(capture).rows) == (11, (11,))


def test_gradients_read_together_find_the_same_batch(torch, tmp_path):
    criterion = watch(torch.nn.BCEWithLogitsLoss(), tmp_path, "go on", gradients=True, every=4)
    for number in range(1, 20):
        loss = criterion(torch.randn(6, requires_grad=True), torch.ones(6))
        (loss * (float("inf") if number == 9 else 1.0)).backward()
    capture = captured(tmp_path)
    assert (capture.step, capture.reason, judge(capture).verdict) == (9, "gradient", "not reproduced")


def test_a_batch_that_was_changed_before_it_was_written_says_so(torch, tmp_path):
    criterion = watch(torch.nn.BCEWithLogitsLoss(), tmp_path, "go on", every=4)
    logits = torch.tensor([1.0, -torch.inf])
    for _ in range(6):
        criterion(logits, torch.zeros(2))
        logits.fill_(1.0)
    assert "changed in place" in str(judge(captured(tmp_path)))


def test_the_criterion_stays_what_it_was(torch, tmp_path):
    import copy

    plain = torch.nn.CrossEntropyLoss(weight=torch.ones(4))
    watched = watch(plain, tmp_path)
    assert watched is plain
    assert list(watched.state_dict()) == ["weight"]
    logits, target = torch.randn(3, 4), torch.tensor([0, 1, 2])
    assert copy.deepcopy(watched)(logits, target) == watched(input=logits, target=target)


def test_a_folder_that_cannot_be_written_does_not_end_the_training(torch, tmp_path):
    (tmp_path / "file").write_text("")
    criterion = watch(torch.nn.NLLLoss(), tmp_path / "file", "go on")
    with pytest.warns(UserWarning, match="could not be kept"):
        criterion(torch.full((1, 2), torch.inf), torch.tensor([0]))


def test_what_is_no_loss_is_refused(torch):
    with pytest.raises(TypeError, match="expected one of BCELoss"):
        watch(torch.nn.MSELoss())


ENDLESS = """
import itertools, sys, torch
exec(sys.stdin.read())
logits = torch.full((4000, 500), torch.inf)
print("writes", flush=True)
for number in itertools.count():
    watch(torch.nn.CrossEntropyLoss(), sys.argv[1], "go on")(logits, torch.zeros(4000, dtype=torch.int64))
"""


def test_a_kill_while_it_writes_leaves_nothing_half_written(torch, tmp_path):
    for turn in range(4):
        folder = tmp_path / str(turn)
        run = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=tmp_path,
        )
        run.stdin.write(watch_script().encode())
        run.stdin.close()
        assert run.stdout.readline() == b"writes\n"
        until = time.monotonic() + 60
        while not list(folder.glob("*")) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.02 + 0.013 * turn)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        run.stdout.close()
        for path in folder.glob("*.safetensors"):
            assert judge(read_capture(path)).cause == "inf - inf in log_softmax"


# -- without PyTorch ----------------------------------------------------------------------------------------


def test_watch_is_loaded_without_pytorch_and_without_the_engine():
    code = watch_script() + "\nimport sys\nassert not {'torch', 'numpy', 'engine'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_command_prints_the_verdict_and_refuses_what_is_no_capture(kept_sample, tmp_path, capsys):
    assert command([str(kept_sample)]) == 0
    verdict = "reproduced: nan, row 6, inf - inf in log_softmax: every class is at -inf"
    assert capsys.readouterr().out == f"CrossEntropyLoss, step 20: {verdict}\n"
    (tmp_path / "a.safetensors").write_bytes(b"nothing")
    assert command([str(tmp_path / "a.safetensors")]) == 2
    assert command([str(tmp_path / "missing")]) == 2
    with pytest.raises(SystemExit, match="2"):
        command([])
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 3
    assert "no batch that was captured" in errors[0]


@pytest.fixture
def kept_sample() -> Path:
    return Path(__file__).with_name("version-1.safetensors")


@pytest.mark.parametrize("change", ["version", "criterion", "step", "cut"])
def test_damaged_and_later_captures_are_refused_in_one_line(kept_sample, tmp_path, change, capsys):
    data = kept_sample.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    said = json.loads(header["__metadata__"]["logitscope_capture"])
    changes = {
        "version": {"logitscope_capture": 2},
        "criterion": {"criterion": "MSELoss"},
        "step": {"step": []},
    }
    said |= changes.get(change, {})
    header["__metadata__"]["logitscope_capture"] = json.dumps(said)
    text = json.dumps(header).encode()
    body = data[8 + length :]
    path = tmp_path / "b.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + (body[:-3] if change == "cut" else body))
    assert command([str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    words = {"version": "later Logitscope", "criterion": "cannot be", "step": "cannot be", "cut": "cut short"}
    assert words[change] in line
