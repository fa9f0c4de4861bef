"""Cases of the two binary losses and of the computations from a logit to a binary loss."""

from __future__ import annotations

import numpy as np
import torch
from edges import extreme_logits, extreme_probabilities
from recorder import FORMATS, REDUCTIONS, Recorder, tensor

Rng = np.random.Generator

BCE = "binary_cross_entropy"
BCEL = "binary_cross_entropy_with_logits"
SHAPES = ((), (1,), (5,), (40,), (4, 3), (2, 3, 4), (2, 3, 2, 2), (1, 1))
EMPTY = ((0,), (0, 3), (2, 0, 3))
WEIGHT_SHAPES = ((), (1,), (3,), (4, 1), (1, 3), (4, 3))
# Logits a training run shows, confident ones, and ones beyond every clamp.
SCALES = (1.0, 8.0, 40.0)


def _input(rng: Rng, function: str, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    logits = tensor(rng.normal(size=shape) * rng.choice(SCALES, size=shape), dtype)
    return torch.sigmoid(logits) if function == BCE else logits


def _targets(rng: Rng, shape: tuple[int, ...], dtype: torch.dtype) -> dict[str, torch.Tensor]:
    hard = tensor(rng.integers(0, 2, size=shape), dtype)
    return {"hard targets": hard, "soft targets": tensor(rng.random(size=shape), dtype)}


def _shapes(out: Recorder, rng: Rng, function: str, dtype: torch.dtype) -> None:
    for shape in SHAPES:
        for group, target in _targets(rng, shape, dtype).items():
            x = _input(rng, function, shape, dtype)
            for reduction in REDUCTIONS:
                out.record(function, group, x, target, reduction=reduction)
    for shape in EMPTY:
        for reduction in REDUCTIONS:
            nothing = torch.zeros(shape, dtype=dtype)
            out.record(function, "empty", nothing, nothing, reduction=reduction)


def _weights(out: Recorder, rng: Rng, function: str, dtype: torch.dtype) -> None:
    for group, target in _targets(rng, (4, 3), dtype).items():
        x = _input(rng, function, (4, 3), dtype)
        weights = [tensor(rng.uniform(0.1, 4.0, size=shape), dtype) for shape in WEIGHT_SHAPES]
        weights += [tensor(np.zeros((4, 3)), dtype), tensor(rng.normal(size=(4, 3)), dtype)]
        for weight in weights:
            for reduction in REDUCTIONS:
                out.record(function, f"weight, {group}", x, target, weight=weight, reduction=reduction)
    for kind in (torch.int64, torch.float64, torch.float16, torch.bool):
        weight = torch.tensor([2, 0, 1]).to(kind)
        out.record(function, "weight of another dtype", x, target, weight=weight, reduction="none")


def _pos_weights(out: Recorder, rng: Rng, dtype: torch.dtype) -> None:
    for group, target in _targets(rng, (4, 3), dtype).items():
        x = _input(rng, BCEL, (4, 3), dtype)
        weight = tensor(rng.uniform(0.1, 4.0, size=3), dtype)
        for shape in WEIGHT_SHAPES:
            pos_weight = tensor(rng.uniform(0.1, 20.0, size=shape), dtype)
            for reduction in REDUCTIONS:
                more = {"pos_weight": pos_weight, "reduction": reduction}
                out.record(BCEL, f"pos_weight, {group}", x, target, **more)
                out.record(BCEL, f"pos_weight and weight, {group}", x, target, weight=weight, **more)
    for values in ([0.0, 1.0, 0.5], [np.inf, 1e4, -2.0]):
        pos_weight = tensor(values, dtype)
        for reduction in REDUCTIONS:
            out.record(BCEL, "extreme pos_weight", x, target, pos_weight=pos_weight, reduction=reduction)


def _unusual_targets(out: Recorder, rng: Rng, dtype: torch.dtype) -> None:
    x = _input(rng, BCEL, (6,), dtype)
    for values in ([2.0, -1.0, 1.5, -0.25, 7.0, 1e3], [np.inf, -np.inf, np.nan, 0.0, 1.0, 0.5]):
        for reduction in REDUCTIONS:
            out.record(BCEL, "targets outside [0, 1]", x, tensor(values, dtype), reduction=reduction)
    for name, other in FORMATS.items():
        if other is not dtype:
            target = tensor(rng.random(6), other)
            for reduction in ("none", "mean"):
                out.record(BCEL, f"{name} target", x, target, reduction=reduction)


def _singles(out: Recorder, function: str, name: str, dtype: torch.dtype) -> None:
    logits = extreme_logits(name, dtype)[:43]
    for place, logit in enumerate(logits):
        value = torch.sigmoid(logit) if function == BCE else logit
        for y in (0.0, 1.0):
            reduction = REDUCTIONS[place % 3]
            if not (function == BCE and value.isnan()):
                out.record(
                    function, "extreme logits, one by one", value, tensor(y, dtype), reduction=reduction
                )


def _extremes(out: Recorder, rng: Rng, function: str, name: str, dtype: torch.dtype) -> None:
    x = (extreme_probabilities if function == BCE else extreme_logits)(name, dtype)
    for y in (0.0, 1.0, 0.5, 0.3):
        target = torch.full_like(x, y)
        out.record(function, f"extreme logits, target {y}", x, target, reduction="none")
        weight = tensor(rng.uniform(0.5, 2.0, size=len(x)), dtype)
        out.record(function, f"extreme logits, target {y}", x, target, weight=weight, reduction="none")
        finite = x.isfinite() & (x.abs() < 1e4)
        for reduction in ("mean", "sum"):
            out.record(
                function, f"extreme logits, target {y}", x[finite], target[finite], reduction=reduction
            )


def _many_rows(out: Recorder, function: str, dtype: torch.dtype) -> None:
    for reduction in ("mean", "sum"):
        x = torch.full((70_000,), 0.5, dtype=dtype)
        out.record(function, "many rows", x, torch.zeros_like(x), reduction=reduction)


def record_binary(out: Recorder, function: str, rng: Rng) -> None:
    """Record all cases of one of the two binary losses."""
    for name, dtype in FORMATS.items():
        _singles(out, function, name, dtype)
        _extremes(out, rng, function, name, dtype)
        _shapes(out, rng, function, dtype)
        _weights(out, rng, function, dtype)
        if function == BCEL:
            _pos_weights(out, rng, dtype)
            _unusual_targets(out, rng, dtype)
    for name in ("float16", "bfloat16"):
        _many_rows(out, function, FORMATS[name])


def record_binary_chains(out: Recorder, rng: Rng) -> None:
    """Record sigmoid, log_sigmoid and the losses that begin with a sigmoid."""
    for name, dtype in FORMATS.items():
        usual = tensor(rng.normal(size=64) * np.repeat(SCALES, 22)[:64], dtype)
        extreme = extreme_logits(name, dtype)
        for group, logits in (("extreme logits", extreme), ("usual logits", usual)):
            out.record_activation("sigmoid", group, logits)
            out.record_activation("log_sigmoid", group, logits)
            for function in ("sigmoid_bce", "scratch_binary"):
                # BCELoss refuses nan.
                legal = logits[~logits.isnan()] if function == "sigmoid_bce" else logits
                for y in (0.0, 1.0, 0.3):
                    target = torch.full_like(legal, y)
                    out.record(function, f"{group}, target {y}", legal, target, reduction="none")
