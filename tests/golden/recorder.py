"""Calls real PyTorch and keeps each call's arguments, result and gradient in flat pools of numbers."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own custom

Loss = Callable[..., torch.Tensor]

FORMATS = {
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
}
REDUCTIONS = ("none", "mean", "sum")


def tensor(values: object, dtype: torch.dtype) -> torch.Tensor:
    """Round numbers to a format (through float64, as NumPy would)."""
    return torch.from_numpy(np.array(values, dtype=np.float64)).to(dtype)


def _reduced(values: torch.Tensor, reduction: str) -> torch.Tensor:
    return values if reduction == "none" else getattr(values, reduction)()


def sigmoid_bce(input: torch.Tensor, target: torch.Tensor, *, reduction: str) -> torch.Tensor:
    return F.binary_cross_entropy(torch.sigmoid(input), target, reduction=reduction)


def scratch_binary(input: torch.Tensor, target: torch.Tensor, *, reduction: str) -> torch.Tensor:
    p = torch.sigmoid(input)
    return _reduced(-(target * p.log() + (1 - target) * (1 - p).log()), reduction)


def log_softmax_nll(input: torch.Tensor, target: torch.Tensor, *, reduction: str) -> torch.Tensor:
    return F.nll_loss(F.log_softmax(input, dim=1), target, reduction=reduction)


def softmax_log_nll(input: torch.Tensor, target: torch.Tensor, *, reduction: str) -> torch.Tensor:
    return F.nll_loss(torch.softmax(input, dim=1).log(), target, reduction=reduction)


def scratch_multiclass(input: torch.Tensor, target: torch.Tensor, *, reduction: str) -> torch.Tensor:
    log_p = torch.softmax(input, dim=1).log()
    return _reduced(-log_p[torch.arange(len(target)), target], reduction)


LOSSES: dict[str, Loss] = {
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "cross_entropy": F.cross_entropy,
    "nll_loss": F.nll_loss,
}
CHAINS: dict[str, Loss] = {
    "sigmoid_bce": sigmoid_bce,
    "scratch_binary": scratch_binary,
    "log_softmax_nll": log_softmax_nll,
    "softmax_log_nll": softmax_log_nll,
    "scratch_multiclass": scratch_multiclass,
}
ACTIVATIONS: dict[str, Loss] = {
    "sigmoid": torch.sigmoid,
    "log_sigmoid": F.logsigmoid,
    "softmax": lambda logits: torch.softmax(logits, dim=1),
    "log_softmax": lambda logits: F.log_softmax(logits, dim=1),
}


class Recorder:
    """The cases of one data file."""

    def __init__(self) -> None:
        self._pools: dict[str, list[np.ndarray]] = defaultdict(list)
        self._sizes: Counter[str] = Counter()
        self.index: list[dict[str, object]] = []

    def _store(self, values: torch.Tensor) -> list[object]:
        pool = str(values.dtype).removeprefix("torch.")
        flat = values.detach().contiguous().reshape(-1)
        numbers = flat.view(torch.uint16).numpy() if pool == "bfloat16" else flat.numpy()
        place = [pool, self._sizes[pool], list(values.shape)]
        self._pools[pool].append(numbers.copy())
        self._sizes[pool] += numbers.size
        return place

    def record(
        self, function: str, group: str, input: torch.Tensor, target: torch.Tensor, **rest: object
    ) -> None:
        """Run one loss or chain forward and backward; tensors in `rest` are kept as arrays."""
        call = (LOSSES | CHAINS)[function]
        leaf = input.clone().requires_grad_()
        loss = call(leaf, target, **rest)
        arrays = {"input": input, "target": target, "loss": loss}
        try:
            loss.sum().backward()
        except RuntimeError as error:
            # nll_loss of one sample (C,) with a target of shape (1,), and uint8 targets of no row of three
            # dimensions or more, have a forward pass only.
            if "size mismatch" not in str(error) and "found Byte" not in str(error):
                raise
        else:
            arrays["gradient"] = leaf.grad
        arrays |= {name: value for name, value in rest.items() if isinstance(value, torch.Tensor)}
        options = {name: value for name, value in rest.items() if not isinstance(value, torch.Tensor)}
        self._add(function, group, input.dtype, options, arrays)

    def record_activation(self, function: str, group: str, input: torch.Tensor) -> None:
        """Run one activation forward."""
        arrays = {"input": input, "output": ACTIVATIONS[function](input)}
        self._add(function, group, input.dtype, {}, arrays)

    def _add(
        self,
        function: str,
        group: str,
        dtype: torch.dtype,
        options: dict[str, object],
        arrays: dict[str, torch.Tensor],
    ) -> None:
        entry: dict[str, object] = {"function": function, "group": group}
        entry["format"] = str(dtype).removeprefix("torch.")
        entry["options"] = options
        entry["arrays"] = {name: self._store(value) for name, value in arrays.items()}
        self.index.append(entry)

    def write(self, path: Path) -> None:
        """Write the pools and the index; no pickles."""
        pools = {name: np.concatenate(parts) for name, parts in sorted(self._pools.items())}
        text = json.dumps(self.index, separators=(",", ":"))
        np.savez_compressed(path, index=np.frombuffer(text.encode(), dtype=np.uint8), **pools)
