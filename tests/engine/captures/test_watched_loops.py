"""`watch` amid what training loops do: evaluation, copies, shared folders, GradScaler, odd tensors."""

from __future__ import annotations

import copy
import io
import pickle
from pathlib import Path

import pytest

from engine.captures.capture import read_capture
from engine.captures.judge import judge
from engine.captures.watch import watch

torch = pytest.importorskip("torch", reason="watch is for PyTorch")
nn = torch.nn
INF, NAN = float("inf"), float("nan")


def captured(folder: Path):
    (path,) = folder.glob("*.safetensors")
    return read_capture(path)


def batch(row: int | None = None, value: float = INF):
    torch.manual_seed(3)
    logits, target = torch.randn(6, 4), torch.randint(0, 4, (6,))
    if row is not None:
        logits[row, (target[row] + 1) % 4] = value
    return logits, target


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("every", [None, 4])
def test_evaluation_without_gradients_is_watched_as_well(tmp_path, mode, every):
    criterion = watch(nn.CrossEntropyLoss(), tmp_path, "go on", gradients=True, every=every)
    with mode():
        for row in (None, None, 2, None, None, None, None):
            criterion(*(each + 0 for each in batch(row)))
    assert judge(captured(tmp_path)).rows == (2,)


def test_a_deep_copy_is_watched_by_itself(tmp_path):
    criterion = watch(nn.CrossEntropyLoss(weight=torch.ones(4)), tmp_path, "go on")
    copied = copy.deepcopy(nn.ModuleList([criterion]))[0]
    copied.weight[1] = 2.0
    plain = nn.CrossEntropyLoss(weight=copied.weight)
    assert copied(*batch()) == plain(*batch())
    assert criterion(*batch()) != plain(*batch())
    copied(*batch(4))
    assert captured(tmp_path).arrays["weight"].tolist() == [1, 2, 1, 1]


@pytest.mark.parametrize("saves", ["pickle", "torch"])
def test_a_pickled_criterion_is_the_plain_one_again(tmp_path, saves):
    criterion = watch(nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0)), tmp_path, "go on")
    file = io.BytesIO()
    (pickle.dump if saves == "pickle" else torch.save)(criterion, file)
    assert b"engine" not in file.getvalue()
    file.seek(0)
    loaded = pickle.load(file) if saves == "pickle" else torch.load(file, weights_only=False)
    z, y = torch.randn(5), torch.ones(5)
    assert loaded(z, y) == criterion(z, y)
    loaded(z * INF, y)
    assert not [*tmp_path.iterdir()]


def test_state_dicts_pass_through(tmp_path):
    criterion = watch(nn.CrossEntropyLoss(weight=torch.ones(4)), tmp_path)
    criterion.load_state_dict({"weight": torch.tensor([1.0, 2.0, 3.0, 4.0])})
    assert criterion(*batch()) == nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 3.0, 4.0]))(*batch())


def test_watching_twice_is_watching_once_with_the_later_settings(tmp_path):
    criterion = watch(watch(nn.CrossEntropyLoss(), tmp_path / "first"), tmp_path / "second", "go on")
    criterion(*batch(1))
    assert not (tmp_path / "first").exists()
    assert captured(tmp_path / "second").step == 1


def test_a_subclass_may_take_more_than_input_and_target(tmp_path):
    class Masked(nn.CrossEntropyLoss):
        def forward(self, logits, labels, mask, *, scale=1.0):
            return super().forward(logits[mask], labels[mask]) * scale

    criterion = watch(Masked(), tmp_path, "go on")
    logits, target = batch(2)
    rows = torch.arange(6) != 2
    assert criterion(logits, target, rows, scale=2.0).isfinite()
    criterion(mask=~rows, labels=target, logits=logits)
    assert judge(captured(tmp_path)).rows == (2,)


def test_processes_that_share_a_folder_do_not_write_over_one_another(tmp_path, monkeypatch):
    monkeypatch.setattr("time.strftime", lambda _: "20260101-000000")
    monkeypatch.setattr(Path, "exists", lambda _: False)  # none sees what another is about to write
    for _ in range(3):
        watch(nn.CrossEntropyLoss(), tmp_path, "go on")(*batch(1))
    assert len([judge(read_capture(path)) for path in tmp_path.glob("*.safetensors")]) == 3


def test_the_rank_stands_in_the_name(tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "3")
    watch(nn.CrossEntropyLoss(), tmp_path, "go on")(*batch(1))
    assert "-step-1-rank-3-" in next(tmp_path.iterdir()).name


def test_gradient_accumulation_calls_and_two_calls_a_step_are_each_looked_at(tmp_path):
    criterion = watch(nn.CrossEntropyLoss(), tmp_path, "go on", gradients=True)
    logits, target = batch()
    leaf = logits.clone().requires_grad_()
    for _ in range(3):
        (criterion(leaf, target) / 3 + criterion(leaf * 2, target)).backward()
    criterion(leaf, target)
    (criterion(leaf * 3, target) * INF).backward()
    capture = captured(tmp_path)
    assert (capture.reason, capture.step, judge(capture).verdict) == ("gradient", 8, "not reproduced")


def test_a_gradient_that_breaks_ends_the_training_where_asked(tmp_path):
    criterion = watch(nn.CrossEntropyLoss(), tmp_path, gradients=True)
    leaf = batch()[0].requires_grad_()
    with pytest.raises(FloatingPointError, match="gradient nan at step 1"):
        (criterion(leaf * 1, batch()[1]) * INF).backward()


def test_a_grad_scaler_that_backs_off_is_no_fault_of_the_loss(tmp_path):
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**120)
    criterion = watch(nn.CrossEntropyLoss(), tmp_path)
    leaf = nn.Parameter(batch()[0])
    optimizer = torch.optim.SGD([leaf], lr=0.1)
    for _ in range(3):
        scaler.scale(criterion(leaf * 1e3, batch()[1])).backward()
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 3, 2, 2)])
@pytest.mark.parametrize("soft", [False, True])
def test_further_sides_formats_and_probabilities_are_judged_in_their_row(tmp_path, dtype, shape, soft):
    torch.manual_seed(1)
    logits = torch.randn(shape).to(dtype)
    target = torch.randint(0, 3, (shape[0], *shape[2:]))
    target[0] = -100
    at = (1, 0, *[1] * (len(shape) - 2))
    logits[at] = INF
    if soft:
        target = torch.softmax(torch.randn(shape), 1).to(dtype)
    watch(nn.CrossEntropyLoss(), tmp_path, "go on")(logits, target)
    told = judge(captured(tmp_path))
    row = {2: 1, 3: 4 + 1, 4: 4 + 3}[len(shape)]
    assert (told.verdict, told.rows, told.cause) == ("reproduced", (row,), "inf - inf in log_softmax")


def test_a_target_that_carries_a_graph_is_let_go(tmp_path):
    criterion = watch(nn.BCEWithLogitsLoss(), tmp_path)
    teacher = torch.zeros(3, requires_grad=True)
    criterion(torch.randn(3), torch.sigmoid(teacher))
    assert all(each.grad_fn is None for each in criterion.forward.last if isinstance(each, torch.Tensor))


def test_what_holds_no_memory_of_its_own_ends_in_a_warning(tmp_path):
    criterion = watch(nn.CrossEntropyLoss(), tmp_path, "go on")
    with (
        pytest.warns(UserWarning, match="could not be kept"),
        pytest.raises(ValueError, match="batch"),
    ):
        criterion(torch.randn(3, 4, device="meta"), torch.zeros(9, dtype=torch.int64, device="meta"))


def test_running_out_of_memory_is_no_refusal(tmp_path):
    class Large(nn.CrossEntropyLoss):
        def forward(self, input, target):
            raise torch.cuda.OutOfMemoryError("out of memory")

    criterion = watch(Large(), tmp_path)
    with pytest.raises(torch.cuda.OutOfMemoryError):
        criterion(*batch())
    assert not [*tmp_path.iterdir()]
