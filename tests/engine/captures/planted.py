"""Faults planted in real PyTorch: 60 within a loss, each in a known row for a known cause, and 20 outside it.

Run as a script where PyTorch is installed, it writes what `watch` captured of all of them, and what is
expected of each, to captures.zip, with which the tests do where it is not.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.captures.watch import watch

ROWS, CLASSES = 24, 5
KEPT = Path(__file__).with_name("captures.zip")
FORMATS = ("float32", "bfloat16", "float16", "float64")
REDUCTIONS = ("mean", "sum", "none")


@dataclass(frozen=True)
class Planted:
    """One fault: how to have it captured, and what is to be said of it."""

    name: str
    verdict: str
    rows: tuple[int, ...]
    cause: str
    run: Callable[[Path], None]

    def captured(self, folder: Path) -> Path:
        self.run(folder)
        (path,) = folder.glob("*.safetensors")
        return path


def within() -> Iterator[Planted]:
    """Sixty: each cause of each loss in two formats and reductions."""
    number = 0
    for loss, cause, formats, reductions, words, make in CAUSES:
        for turn in range(2):
            fmt = formats[(number + turn) % len(formats)]
            reduction = reductions[(number + 2 * turn) % len(reductions)]
            row = (7 * number + 3 + turn) % ROWS
            rows = () if words.startswith(("0 / 0", "the sum")) else (row,)
            run = _running(loss, fmt, reduction, row, make, number)
            yield Planted(f"{loss} {cause} {fmt} {reduction}", "reproduced", rows, words, run)
            number += 1


def _running(loss: str, fmt: str, reduction: str, row: int, make: Any, seed: int) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        given, target, options = make(*batch(loss, fmt, seed), row)
        step(loss, given, target, {"reduction": reduction, **options}, folder)

    return run


def batch(loss: str, fmt: str, seed: int) -> tuple[Any, Any]:
    """A sound batch."""
    import torch

    torch.manual_seed(seed)
    dtype = getattr(torch, fmt)
    if loss.startswith("BCE"):
        z, y = torch.randn(ROWS), (torch.rand(ROWS) < 0.5)
        return (torch.sigmoid(z) if loss == "BCELoss" else z).to(dtype), y.to(dtype)
    z = torch.randn(ROWS, CLASSES)
    return (z.log_softmax(1) if loss == "NLLLoss" else z).to(dtype), torch.randint(0, CLASSES, (ROWS,))


def step(loss: str, given: Any, target: Any, options: dict[str, Any], folder: Path, **said: Any) -> None:
    """One step of a training loop."""
    from torch import nn

    criterion = watch(getattr(nn, loss)(**options), folder, "go on", gradients=True, **said)
    leaf = given.clone().requires_grad_()
    with contextlib.suppress(RuntimeError, IndexError):  # what PyTorch refuses
        criterion(leaf, target).sum().backward()


# -- what is planted: (given, target, row) -> (given, target, options) --------------------------------------


def put(value: float, *, target: float | None = None, column: int | None = None) -> Any:
    """A value in the row's input, at its own class or in a column of its own."""

    def make(given: Any, wanted: Any, row: int) -> Any:
        given, wanted = given.clone(), wanted.clone()
        if target is not None:
            wanted[row] = target
        if given.dim() == 1:
            given[row] = value
        elif column is not None:
            wanted[row] = 0
            given[row, column] = value
        else:
            given[row, wanted[row]] = value
        return given, wanted, {}

    return make


def whole_row(value: float) -> Any:
    def make(given: Any, target: Any, row: int) -> Any:
        given = given.clone()
        given[row] = value
        return given, target, {}

    return make


def soft_and_masked(given: Any, target: Any, row: int) -> Any:
    import torch

    shares = torch.nn.functional.one_hot(target, CLASSES).to(given.dtype)
    given = given.clone()
    given[row, (target[row] + 1) % CLASSES] = -torch.inf
    return given, shares, {}


def smoothed_and_masked(given: Any, target: Any, row: int) -> Any:
    given, target, _ = put(-float("inf"), column=3)(given, target, row)
    return given, target, {"label_smoothing": 0.1}


def far_apart(given: Any, target: Any, row: int) -> Any:
    given = given.clone()
    given[row] = 60000.0
    given[row, target[row]] = -60000.0
    return given, target, {}


def ignored(given: Any, target: Any, _row: int) -> Any:
    return given, target * 0 - 100, {}


def no_weight(given: Any, target: Any, _row: int) -> Any:
    weight = given.new_ones(CLASSES)
    weight[2] = 0.0
    return given, target * 0 + 2, {"weight": weight}


def class_weight(value: float) -> Any:
    """A weight of a class that is the row's alone."""

    def make(given: Any, target: Any, row: int) -> Any:
        weight = given.new_ones(CLASSES)
        weight[4] = value
        target = target % 4
        target[row] = 4
        return given, target, {"weight": weight}

    return make


def masked_without_weight(given: Any, target: Any, row: int) -> Any:
    given, target, options = class_weight(0.0)(given, target, row)
    given = given.clone()
    given[row, 4] = -float("inf")
    return given, target, options


def row_weight(value: float) -> Any:
    def make(given: Any, target: Any, row: int) -> Any:
        weight = given.new_ones(ROWS)
        weight[row] = value
        return given, target, {"weight": weight}

    return make


def pos_weight(given: Any, target: Any, row: int) -> Any:
    weight = given.new_ones(ROWS)
    weight[row] = float("nan")
    return given, target, {"pos_weight": weight}


def target_of(value: float) -> Any:
    def make(given: Any, target: Any, row: int) -> Any:
        target = target.clone()
        target[row] = value
        return given, target, {}

    return make


def large(value: float) -> Any:
    """Each row a number, their sum none of float16's."""

    def make(given: Any, target: Any, _row: int) -> Any:
        if given.dim() == 2:
            return given * 0, target, {"weight": given.new_full((CLASSES,), value)}
        half = given * 0 + (0.5 if value > 1e4 else 0.25)
        return half, target * 0 + 1, {"weight": given.new_full((ROWS,), value)}

    return make


def at_one(given: Any, target: Any, row: int) -> Any:
    return put(1.0, target=0.0)(given, target, row)


INF = float("inf")
HALF, MEAN, SUM = ("float16",), ("mean",), ("sum",)
Cause = tuple[str, str, tuple[str, ...], tuple[str, ...], str, Any]
CE, BCE, LOGITS, NLL = "CrossEntropyLoss", "BCELoss", "BCEWithLogitsLoss", "NLLLoss"
CAUSES: tuple[Cause, ...] = (
    (CE, "infinite logit", FORMATS, REDUCTIONS, "inf - inf in log_softmax", put(INF, column=1)),
    (CE, "every class masked", FORMATS, REDUCTIONS, "every class is at -inf", whole_row(-INF)),
    (CE, "masked target", FORMATS, REDUCTIONS, "the target's class is at -inf", put(-INF)),
    (CE, "soft target, masked", FORMATS, REDUCTIONS, "0 * inf: class", soft_and_masked),
    (CE, "smoothing, masked", FORMATS, REDUCTIONS, "label smoothing counts class 3", smoothed_and_masked),
    (CE, "infinite weight", FORMATS, REDUCTIONS, "weight is inf", class_weight(INF)),
    (CE, "nan weight", FORMATS, REDUCTIONS, "weight is nan", class_weight(float("nan"))),
    (CE, "all ignored", FORMATS, MEAN, "0 / 0: every target is ignore_index", ignored),
    (CE, "weights of 0", FORMATS, MEAN, "0 / 0: the weights", no_weight),
    (CE, "far apart", HALF, REDUCTIONS, "leaves float16 in log_softmax", far_apart),
    (CE, "large sum", HALF, SUM, "the sum over 24 rows leaves float16", large(3e4)),
    (LOGITS, "inf, 0", FORMATS, REDUCTIONS, "the logit is inf and the target 0", put(INF, target=0.0)),
    (LOGITS, "-inf, 0", FORMATS, REDUCTIONS, "inf - inf in", put(-INF, target=0.0)),
    (LOGITS, "-inf, 1", FORMATS, REDUCTIONS, "0 * inf in (1 - y) * z", put(-INF, target=1.0)),
    (LOGITS, "infinite weight", FORMATS, REDUCTIONS, "weight is inf", row_weight(INF)),
    (LOGITS, "nan pos_weight", FORMATS, REDUCTIONS, "pos_weight is nan", pos_weight),
    (LOGITS, "nan target", FORMATS, REDUCTIONS, "the target is nan", target_of(float("nan"))),
    (LOGITS, "large sum", HALF, SUM, "the sum over 24 rows leaves float16", large(2e4)),
    (BCE, "p above 1", FORMATS, REDUCTIONS, "p = 1.5 is outside", put(1.5)),
    (BCE, "p below 0", FORMATS, REDUCTIONS, "p = -0.25 is outside", put(-0.25)),
    (BCE, "target above 1", FORMATS, REDUCTIONS, "target = 2 is outside", target_of(2.0)),
    (BCE, "infinite weight", FORMATS, REDUCTIONS, "weight is inf", row_weight(INF)),
    (BCE, "gradient at 1", HALF, REDUCTIONS, "the divisor is 0", at_one),
    (BCE, "large sum", HALF, SUM, "the sum over 24 rows leaves float16", large(2e4)),
    (NLL, "-inf", FORMATS, REDUCTIONS, "the logarithm of a probability of 0", put(-INF)),
    (NLL, "infinite weight", FORMATS, REDUCTIONS, "weight is inf", class_weight(INF)),
    (NLL, "all ignored", FORMATS, MEAN, "0 / 0: every target is ignore_index", ignored),
    (NLL, "no such class", FORMATS, REDUCTIONS, "target 5 is none of 5 classes", target_of(CLASSES)),
    (NLL, "weights of 0", FORMATS, MEAN, "0 / 0: the weights", no_weight),
    (NLL, "0 times inf", FORMATS, REDUCTIONS, "0 * inf in weight * input", masked_without_weight),
)


# -- outside the loss ---------------------------------------------------------------------------------------


def outside() -> Iterator[Planted]:
    """Twenty: sound batches whose loss or gradient is spoiled by what stands around the loss."""
    spoilers: dict[str, Callable[..., None]] = {
        "factor of inf": lambda loss, *rest: _spoiled_gradient(lambda _z, value: value * INF, loss, *rest),
        "factors of 1e30": lambda loss, *rest: _spoiled_gradient(
            lambda _z, value: value * 1e30 * 1e30, loss, *rest
        ),
        "root of a penalty of 0": lambda loss, *rest: _spoiled_gradient(
            lambda z, value: value + (z * 0).pow(2).sum().sqrt(), loss, *rest
        ),
        "subclass that adds nan": lambda loss, *rest: _spoiled_loss(float("nan"), loss, *rest),
        "subclass that adds inf": lambda loss, *rest: _spoiled_loss(INF, loss, *rest),
    }
    for number, loss in enumerate((CE, LOGITS, BCE, NLL)):
        for name, spoil in spoilers.items():
            fmt, reduction = FORMATS[number % 2], REDUCTIONS[number % 2]

            def run(folder: Path, spoil: Any = spoil, said: Any = (loss, fmt, reduction, number)) -> None:
                spoil(*said, folder)

            yield Planted(f"{loss} {name} {fmt} {reduction}", "not reproduced", (), "", run)


def _spoiled_gradient(spoil: Any, loss: str, fmt: str, reduction: str, seed: int, folder: Path) -> None:
    from torch import nn

    given, target = batch(loss, fmt, seed)
    criterion = watch(getattr(nn, loss)(reduction=reduction), folder, "go on", gradients=True)
    leaf = given.requires_grad_()
    spoil(leaf, criterion(leaf, target)).backward()


def _spoiled_loss(added: float, loss: str, fmt: str, reduction: str, seed: int, folder: Path) -> None:
    from torch import nn

    class Spoiled(getattr(nn, loss)):  # type: ignore[misc]
        def forward(self, input: Any, target: Any) -> Any:
            return super().forward(input, target) + added

    given, target = batch(loss, fmt, seed)
    watch(Spoiled(reduction=reduction), folder, "go on")(given, target)


def keep() -> None:
    """Write captures.zip."""
    said = {}
    with zipfile.ZipFile(KEPT, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, planted in enumerate((*within(), *outside())):
            with tempfile.TemporaryDirectory() as folder:
                data = planted.captured(Path(folder)).read_bytes()
            name = f"{number:02}.safetensors"
            archive.writestr(name, data)
            said[name] = (planted.name, planted.verdict, planted.rows, planted.cause)
        archive.writestr("expected.json", json.dumps(said, indent=1))


if __name__ == "__main__":
    keep()
