"""Cases of the two multiclass losses and of the computations from logits to a multiclass loss."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own custom
from edges import extreme_logits
from recorder import FORMATS, REDUCTIONS, Recorder, tensor

Rng = np.random.Generator

CE = "cross_entropy"
NLL = "nll_loss"
SHAPES = ((4,), (5, 3), (1, 2), (3, 10), (2, 3, 2), (2, 3, 2, 2), (2, 2, 2, 1, 2), (3, 1), (2, 100))
EMPTY = ((0, 3), (0, 3, 2), (2, 3, 0))
SCALES = (1.0, 5.0, 30.0)


def _target_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return () if len(shape) == 1 else (shape[0], *shape[2:])


def _classes(shape: tuple[int, ...]) -> int:
    return shape[0] if len(shape) == 1 else shape[1]


def _input(rng: Rng, function: str, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    logits = tensor(rng.normal(size=shape) * rng.choice(SCALES), dtype)
    return logits if function == CE else F.log_softmax(logits, dim=0 if len(shape) == 1 else 1)


def _index(rng: Rng, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(np.asarray(rng.integers(0, _classes(shape), size=_target_shape(shape))))


def _some_ignored(rng: Rng, target: torch.Tensor, ignore_index: int) -> torch.Tensor:
    drawn = torch.from_numpy(np.asarray(rng.random(size=tuple(target.shape)) < 0.4))
    return torch.where(drawn, torch.full_like(target, ignore_index), target)


def _index_targets(out: Recorder, rng: Rng, function: str, dtype: torch.dtype) -> None:
    for shape in SHAPES:
        x, target = _input(rng, function, shape, dtype), _index(rng, shape)
        weight = tensor(rng.uniform(0.1, 5.0, size=_classes(shape)), dtype)
        padded = _some_ignored(rng, target, -100)
        for r in REDUCTIONS:
            out.record(function, "class index", x, target, reduction=r)
            out.record(function, "weight", x, target, weight=weight, reduction=r)
            out.record(function, "ignore_index", x, padded, reduction=r)
            out.record(function, "ignore_index and weight", x, padded, weight=weight, reduction=r)
            out.record(function, "ignore_index is a class", x, target, ignore_index=0, reduction=r)
    for shape in EMPTY:
        for reduction in REDUCTIONS:
            target = torch.zeros(_target_shape(shape), dtype=torch.int64)
            out.record(function, "empty", torch.zeros(shape, dtype=dtype), target, reduction=reduction)


def _special_index_targets(out: Recorder, rng: Rng, function: str, dtype: torch.dtype) -> None:
    shape = (5, 3)
    x, target = _input(rng, function, shape, dtype), _index(rng, shape)
    far = torch.where(target == 1, 255, target)
    masked = x.clone()
    masked[:, 2], masked[0, 0], masked[1, 1] = -torch.inf, torch.nan, torch.inf
    positive = tensor(rng.random(size=shape), dtype)
    for r in REDUCTIONS:
        out.record(function, "ignore_index 255", x, far, ignore_index=255, reduction=r)
        out.record(function, "ignore_index 255", x, far.to(torch.uint8), ignore_index=255, reduction=r)
        out.record(function, "uint8 target", x, target.to(torch.uint8), reduction=r)
        for values in ([0.0, 0.0, 0.0], [0.0, 2.0, 1.0], [1.0, -1.0, 0.5], [1.0, torch.inf, torch.nan]):
            weight = tensor(values, dtype)
            out.record(function, "zero, signed and infinite weights", x, target, weight=weight, reduction=r)
        for where in (x, masked):
            out.record(function, "all ignored", where, torch.full_like(target, -100), reduction=r)
        out.record(function, "masked and infinite logits", masked, target, reduction=r)
        out.record(function, "masked and infinite logits", masked, target, ignore_index=1, reduction=r)
        out.record(function, "probabilities in place of log-probabilities", positive, target, reduction=r)
        one = {"weight": tensor([1.0, 2.0, 3.0, 4.0], dtype), "reduction": r}
        row = _input(rng, function, (4,), dtype)
        out.record(function, "unbatched with a target of shape (1,)", row, torch.tensor([2]), **one)


def _smoothing(out: Recorder, rng: Rng, dtype: torch.dtype) -> None:
    for shape in SHAPES:
        x, target = _input(rng, CE, shape, dtype), _index(rng, shape)
        padded = _some_ignored(rng, target, -100)
        weight = tensor(rng.uniform(0.1, 5.0, size=_classes(shape)), dtype)
        for epsilon in (0.1, 1.0):
            for reduction in REDUCTIONS:
                more = {"label_smoothing": epsilon, "reduction": reduction}
                out.record(CE, "label_smoothing", x, target, **more)
                out.record(CE, "label_smoothing, weight and ignore_index", x, padded, weight=weight, **more)
    x = _input(rng, CE, (5, 3), dtype)
    target, masked = _index(rng, (5, 3)), x.clone()
    masked[:, 2] = -torch.inf
    for reduction in REDUCTIONS:
        more = {"label_smoothing": 0.1, "reduction": reduction}
        out.record(CE, "label_smoothing over a masked class", masked, target % 2, **more)
        out.record(CE, "label_smoothing, all ignored", x, torch.full_like(target, -100), **more)
        out.record(CE, "negative label_smoothing", x, target, label_smoothing=-0.5, reduction=reduction)


def _class_probabilities(out: Recorder, rng: Rng, dtype: torch.dtype) -> None:
    for shape in SHAPES:
        x = _input(rng, CE, shape, dtype)
        drawn = rng.random(size=shape)
        target = tensor(drawn / drawn.sum(axis=0 if len(shape) == 1 else 1, keepdims=True), dtype)
        weight = tensor(rng.uniform(0.1, 5.0, size=_classes(shape)), dtype)
        for r in REDUCTIONS:
            out.record(CE, "probabilities", x, target, reduction=r)
            out.record(CE, "probabilities, weight", x, target, weight=weight, reduction=r)
            out.record(CE, "probabilities, label_smoothing", x, target, label_smoothing=0.1, reduction=r)
            more = {"weight": weight, "label_smoothing": 0.3, "reduction": r}
            out.record(CE, "probabilities, weight, label_smoothing", x, target, **more)
    for shape in EMPTY:
        for r in REDUCTIONS:
            nothing = torch.zeros(shape, dtype=dtype)
            out.record(CE, "probabilities, empty", nothing, nothing, reduction=r)


def _special_probabilities(out: Recorder, rng: Rng, dtype: torch.dtype) -> None:
    x = _input(rng, CE, (3, 3), dtype)
    masked = x.clone()
    masked[:, 2] = -torch.inf
    one_hot = torch.eye(3, dtype=dtype)[[0, 1, 0]]
    strange = tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], dtype)
    for r in REDUCTIONS:
        out.record(CE, "one-hot probabilities", x, one_hot, reduction=r)
        out.record(CE, "one-hot probabilities, masked class", masked, one_hot, reduction=r)
        out.record(CE, "probabilities that do not sum to 1", x, strange, reduction=r)
    for name, other in FORMATS.items():
        if other is not dtype:
            soft = tensor(rng.random(size=(3, 3)), other)
            out.record(CE, f"{name} probabilities", x, soft, reduction="none")
            weight = tensor([1.0, 2.0, 0.5], other)
            out.record(CE, f"probabilities, {name} weight", x, one_hot, weight=weight, reduction="mean")


def _rows(logits: torch.Tensor, others: tuple[float, ...] = (0.0, 0.0)) -> torch.Tensor:
    """One row [z, 0, 0] a logit."""
    return torch.stack([logits, *(torch.full_like(logits, other) for other in others)], dim=1)


def _extremes(out: Recorder, function: str, name: str, dtype: torch.dtype) -> None:
    logits = extreme_logits(name, dtype)
    rows = _rows(logits)
    inputs = {"extreme logits": rows}
    if function == NLL:
        inputs = {
            "extreme logits, log_softmax": F.log_softmax(rows, 1),
            "extreme logits, log(softmax)": rows.softmax(1).log(),
        }
    for group, x in inputs.items():
        for y in (0, 1):
            target = torch.full((len(x),), y)
            out.record(function, group, x, target, reduction="none")
            finite = x.isfinite().all(dim=1) & (logits.abs() < 1e4)
            for reduction in ("mean", "sum"):
                out.record(function, group, x[finite], target[finite], reduction=reduction)
            for place in range(43):
                one = x[place : place + 1]
                out.record(function, f"{group}, one by one", one, target[:1], reduction=REDUCTIONS[place % 3])
    if function == CE:
        two = _rows(logits, (0.0,))
        for y in (0, 1):
            target = torch.full((len(two),), y)
            out.record(CE, "extreme logits, two classes", two, target, reduction="none")
            out.record(CE, "extreme logits, (N, C, 1)", two[:, :, None], target[:, None], reduction="none")


def _many_rows(out: Recorder, function: str, dtype: torch.dtype) -> None:
    for rows in (1_000, 70_000):
        for reduction in ("mean", "sum"):
            x = torch.full((rows, 2), -0.69140625, dtype=dtype)
            out.record(function, "many rows", x, torch.zeros(rows, dtype=torch.int64), reduction=reduction)


def record_multiclass(out: Recorder, function: str, rng: Rng) -> None:
    """Record all cases of one of the two multiclass losses."""
    for name, dtype in FORMATS.items():
        _extremes(out, function, name, dtype)
        _index_targets(out, rng, function, dtype)
        _special_index_targets(out, rng, function, dtype)
        if function == CE:
            _smoothing(out, rng, dtype)
            _class_probabilities(out, rng, dtype)
            _special_probabilities(out, rng, dtype)
    for name in ("float16", "bfloat16"):
        _many_rows(out, function, FORMATS[name])


def record_multiclass_chains(out: Recorder, rng: Rng) -> None:
    """Record softmax, log_softmax and the losses that begin with one of them."""
    for name, dtype in FORMATS.items():
        usual = tensor(rng.normal(size=(24, 4)) * np.repeat(SCALES, 8)[:, None], dtype)
        extreme = _rows(extreme_logits(name, dtype))
        for group, logits in (("extreme logits", extreme), ("usual logits", usual)):
            out.record_activation("softmax", group, logits)
            out.record_activation("log_softmax", group, logits)
            for function in ("log_softmax_nll", "softmax_log_nll", "scratch_multiclass"):
                for y in (0, 1):
                    target = torch.full((len(logits),), y)
                    out.record(function, f"{group}, class {y}", logits, target, reduction="none")
