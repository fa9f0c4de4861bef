"""Cases in which PyTorch does what its documentation does not say.

A uint8 target is compared with `ignore_index` modulo 256 by label smoothing alone; float64 numbers become
float16 by way of float32; and what has nothing to look up is not refused for what it would look up with.
"""

from __future__ import annotations

import numpy as np
import torch
from recorder import FORMATS, REDUCTIONS, Recorder, tensor

Rng = np.random.Generator

BCE, BCEL, CE, NLL = "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "nll_loss"
HALVES = ("float16", "bfloat16")


def _uint8_targets(out: Recorder, rng: Rng, dtype: torch.dtype) -> None:
    group = "uint8 targets, label_smoothing"
    x, target = tensor(rng.normal(size=(4, 5)), dtype), torch.tensor([3, 0, 4, 3], dtype=torch.uint8)
    weight = tensor(rng.uniform(0.1, 5.0, size=5), dtype)
    for ignore_index in (-100, 3, 3 - 256, 3 + 256, 256, 2**62 + 4):
        for reduction in REDUCTIONS:
            more = {"ignore_index": ignore_index, "reduction": reduction, "label_smoothing": 0.1}
            out.record(CE, group, x, target, **more)
            out.record(CE, group, x[0], target[0], **more)
            if reduction != "mean":
                out.record(CE, f"{group}, weight", x, target, weight=weight, **more)
            elif ignore_index != -100:
                ignored = torch.full((4,), ignore_index % 256, dtype=torch.uint8)
                out.record(CE, f"{group}, all ignored", x, ignored, weight=weight, **more)
    many, byte = tensor(rng.normal(size=(1, 157)), dtype), torch.tensor([156], dtype=torch.uint8)
    for reduction in REDUCTIONS:
        out.record(CE, f"{group}, 156", many, byte, label_smoothing=0.1, reduction=reduction)
        out.record(CE, "uint8 targets, 156", many, byte, reduction=reduction)


def _beside_ties(rng: Rng, name: str, factor: torch.Tensor) -> torch.Tensor:
    """float64 numbers that bring `factor` to all but half way between two floats of a half format.

    The even ones lie below as often as above, and the products on both sides, near enough for float32 to
    round them to the tie itself.
    """
    dtype = FORMATS[name]
    spacing = torch.finfo(dtype).eps
    low = 1.0 + torch.from_numpy(rng.integers(0, int(1 / spacing), size=factor.shape)).double() * spacing
    side = torch.from_numpy(rng.choice([-1.0, 1.0], size=factor.shape))
    return (low + spacing / 2) * (1.0 + side * 2.0**-30) / factor.double()


def _by_way_of_float32(out: Recorder, rng: Rng, name: str) -> None:
    dtype = FORMATS[name]
    group = "float64 by way of float32"
    p = tensor([0.609375, *rng.uniform(0.2, 0.8, size=63)], dtype)
    y = tensor([0.83154296875, *rng.uniform(0.2, 0.8, size=63)], dtype)
    z, ones = tensor(rng.normal(size=64), dtype), torch.ones(64, dtype=torch.float64)
    loss = torch.nn.functional.binary_cross_entropy(p, y, reduction="none")
    weight = _beside_ties(rng, name, loss)
    weight[0] = 1.1065924833003749
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none")
    rows, target = z.reshape(16, 4), torch.arange(16) % 4
    for reduction in REDUCTIONS:
        out.record(BCE, group, p, y, weight=weight, reduction=reduction)
        out.record(BCEL, group, z, y, weight=_beside_ties(rng, name, loss), reduction=reduction)
        out.record(BCEL, group, z, y.double(), pos_weight=_beside_ties(rng, name, ones), reduction=reduction)
        shares = _beside_ties(rng, name, ones[:64]).reshape(16, 4)
        out.record(CE, group, rows, shares, label_smoothing=0.1, reduction=reduction)
        one_hot = torch.eye(4, dtype=dtype)[target]
        classes = _beside_ties(rng, name, ones[:4])
        out.record(CE, group, rows, one_hot, weight=classes, reduction=reduction)


def _one_class(out: Recorder, dtype: torch.dtype) -> None:
    one, first = tensor([0.5], dtype), torch.tensor([0])
    for weight in (None, tensor([3.0], dtype)):
        for ignore_index in (-100, 0):
            for reduction in REDUCTIONS:
                more = {"ignore_index": ignore_index, "reduction": reduction}
                more |= {} if weight is None else {"weight": weight}
                out.record(NLL, "one class with a target of shape (1,)", one, first, **more)


def _no_rows(out: Recorder, weight: torch.Tensor) -> None:
    dtype = weight.dtype
    for shape in ((2, 3, 0), (0, 3, 2), (2, 0, 0), (2, 3, 0, 2), (0, 3, 2, 2), (1, 3, 2, 2, 0)):
        nothing = torch.zeros(shape, dtype=dtype)
        bytes_ = torch.zeros((shape[0], *shape[2:]), dtype=torch.uint8)
        for reduction in ("mean", "sum"):
            for smoothing in (0.0, 0.1):
                more = {"reduction": reduction, "label_smoothing": smoothing}
                out.record(CE, "uint8 targets of nothing", nothing, bytes_, **more)
                if shape[1]:
                    out.record(CE, "uint8 targets of nothing", nothing, bytes_, weight=weight, **more)
            out.record(NLL, "uint8 targets of nothing", nothing, bytes_, reduction=reduction)
    empty, none = torch.zeros((0, 3), dtype=dtype), torch.zeros(0, dtype=torch.uint8)
    for reduction in REDUCTIONS:
        more = {"weight": weight, "label_smoothing": 0.1, "reduction": reduction}
        out.record(CE, "uint8 targets of nothing", empty, none, **more)


def _weight_in_a_column(out: Recorder, rng: Rng, weight: torch.Tensor) -> None:
    x, target = tensor(rng.normal(size=(2, 3, 2)), weight.dtype), torch.tensor([[0, 1], [2, 0]])
    for shape in ((3, 1), (3, 1, 1)):
        for reduction in ("none", "sum"):
            more = {"weight": weight.reshape(shape), "label_smoothing": 0.1, "reduction": reduction}
            out.record(CE, "weight in a column, label_smoothing", x, target, **more)
        more = {"weight": weight.reshape(shape), "label_smoothing": 0.1, "ignore_index": 1}
        out.record(CE, "weight in a column, all ignored", x, torch.ones_like(target), **more)


def record_corners(out: Recorder, rng: Rng) -> None:
    """Record all of them."""
    for name, dtype in FORMATS.items():
        _uint8_targets(out, rng, dtype)
        _one_class(out, dtype)
        weight = tensor(rng.uniform(0.1, 5.0, size=3), dtype)
        _no_rows(out, weight)
        _weight_in_a_column(out, rng, weight)
        if name in HALVES:
            _by_way_of_float32(out, rng, name)
