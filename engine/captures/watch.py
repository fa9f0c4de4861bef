"""Keep the batch that broke a loss, for Logitscope to judge: to paste, or to import from the package.

::

    criterion = watch(nn.CrossEntropyLoss(), folder="captures")

Then train as before. It needs PyTorch, 2.4 or later, imports it when called, and needs nothing else.
"""

import atexit
import copy
import ctypes
import inspect
import json
import math
import os
import platform
import secrets
import time
import warnings
from functools import partial
from pathlib import Path
from typing import Any

CAPTURE_SCHEMA = 1
WATCHED_LOSSES = ("BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "NLLLoss")
WATCHED_OPTIONS = ("reduction", "ignore_index", "label_smoothing")
TENSOR_TYPES = {"bfloat16": "BF16", "uint8": "U8", "bool": "BOOL"}
TENSOR_TYPES |= {f"float{bits}": f"F{bits}" for bits in (16, 32, 64)}
TENSOR_TYPES |= {f"int{bits}": f"I{bits}" for bits in (8, 16, 32, 64)}
WRITTEN_AT_ONCE = 2**26
LEAST = -math.inf
JUMP_MEMORY = 25
"""Losses that a mean is of: on the CPU of every eighth step, else of every one."""


def watch(
    criterion: Any,
    folder: str | os.PathLike[str] = "captures",
    after: str = "raise",
    *,
    gradients: bool = False,
    jump: float | None = 20.0,
    every: int | None = None,
) -> Any:
    """Watch a loss module and return it; a batch that breaks it is written to the folder.

    Parameters
    ----------
    criterion : BCELoss, BCEWithLogitsLoss, CrossEntropyLoss or NLLLoss
    folder : path
    after : {"raise", "go on"}
        What follows a loss or gradient that is nan or inf. The first one is written, later ones are not.
    gradients : bool
        Whether the gradient of the loss's input is looked at, too.
    jump : float, optional
        A loss that lies so many mean deviations above the running mean is written as well, once, and training
        goes on. Mean and deviation are those of about the last 25 losses, of which the CPU takes every eighth
        step's; before there are 25 nothing is a jump, and a deviation counts as at least 5 % of the mean.
    every : int, optional
        Losses are read together every so many steps, and the batches kept until then: by default each at
        once on the CPU, and 16 together elsewhere, so that no step waits for the device.

    Notes
    -----
    A step is a call of the criterion. Under a GradScaler gradients of inf are part of the method: leave
    `gradients` off there. The batch before is kept, and written with one whose input came in
    as nan. What PyTorch refuses is written like a nan; its own error follows. A deep copy is watched as well;
    a pickled criterion is the plain one again, so that it can be loaded wherever PyTorch is.
    """
    arguments = inspect.signature(getattr(type(criterion), "forward", watch)).parameters
    kind = BatchWatch if [*arguments] == ["self", "input", "target"] else ArgumentsWatch
    criterion.forward = kind(criterion, Path(folder), after, gradients, jump, every)
    return criterion


class WatchedBatch:
    """One call of the criterion."""

    __slots__ = ("autocast", "grad", "handle", "input", "loss", "step", "target", "versions")

    def __init__(self, step: int, input: Any, target: Any, loss: Any, autocast: bool) -> None:
        self.step, self.autocast = step, autocast
        self.loss: Any = None if loss is None else loss.detach()
        self.input, self.target = input.detach(), target.detach()
        self.versions = _versions(input, target)
        self.grad: Any = None
        self.handle: Any = None


def _versions(*tensors: Any) -> tuple[int, ...]:
    """What tells a change in place; inference tensors do not know."""
    return tuple(-1 if tensor.is_inference() else tensor._version for tensor in tensors)  # noqa: SLF001


class BatchWatch:
    """In place of a criterion's forward: looks at each loss, and writes the batch of the first nan or inf."""

    def __init__(self, criterion: Any, *settings: Any) -> None:
        import torch  # noqa: PLC0415

        self.settings = settings  # as `watch` has them
        self.folder, self.after, self.gradients, self.jump, every = settings
        names = [kind.__name__ for kind in type(criterion).__mro__ if kind.__name__ in WATCHED_LOSSES]
        if not names:
            raise TypeError(
                f"criterion: expected one of {', '.join(WATCHED_LOSSES)}, got {type(criterion).__name__}"
            )
        if self.after not in ("raise", "go on"):
            raise ValueError(f"after: expected 'raise' or 'go on', got {self.after!r}")
        self.criterion, self.forward, self.name = criterion, criterion.forward, names[0]
        if isinstance(self.forward, BatchWatch):  # which the new one replaces
            self.forward = self.forward.forward
        self.torch, self.every = torch, every or 0
        self.kept: list[WatchedBatch] = []
        self.last: tuple[Any, ...] | None = None
        self.step = self.counted = self.seen = 0
        self.mean = self.spread = 0.0
        self.limit = math.inf
        self.is_done = self.is_plain = False

    def __deepcopy__(self, memo: dict[int, Any]) -> "BatchWatch":
        return type(self)(copy.deepcopy(self.criterion, memo), *self.settings)

    def __reduce__(self) -> Any:
        return getattr, (self.criterion, "forward")  # of its class, as long as it has no other

    def __call__(self, input: Any, target: Any) -> Any:
        """The loss, looked at; what every step does is as little as can be."""
        self.step += 1
        try:
            loss = self.forward(input, target)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            if not self.is_done and not isinstance(error, self.torch.cuda.OutOfMemoryError):
                self._write(self._batch(input, target, None), "refused", said=str(error))
            raise
        if not self.is_plain:
            return self._looked_at(input, target, loss)
        value = loss.item()
        if not LEAST < value < self.limit:
            self._judge(self._batch(input, target, loss), value)
        elif not self.step & 7:
            self._learn(value)
        try:
            self.last = self.step, input.detach(), target, input._version, target._version  # noqa: SLF001
        except RuntimeError:  # inference tensors, which no step follows
            self.last = None
        return loss

    def _looked_at(self, input: Any, target: Any, loss: Any) -> Any:
        """The loss of a first step, or of one that is not plain: rows, gradients, a device to wait for."""
        if self.is_done:
            return loss
        self.every = self.every or (1 if input.device.type == "cpu" else 16)
        if self.every > 1:
            self._keep(input, target, loss)
            return loss
        has_grad = self.gradients and input.requires_grad
        self.is_plain = not (self.gradients or loss.dim() or target.requires_grad)
        batch, value = self._batch(input, target, loss), (loss.sum() if loss.dim() else loss).item()
        self._judge(batch, value)
        if not self.step & 7:
            self._learn(value)
        if has_grad:
            self._hook(batch, input)
        else:
            self.last = self.step, batch.input, batch.target, *batch.versions
        return loss

    def _batch(self, input: Any, target: Any, loss: Any) -> WatchedBatch:
        try:
            is_autocast = self.torch.is_autocast_enabled(input.device.type)
        except RuntimeError:  # a device that knows no autocast
            is_autocast = False
        return WatchedBatch(self.step, input, target, loss, is_autocast)

    def _hook(self, batch: WatchedBatch, input: Any) -> None:
        """Have the batch at hand when its gradient comes."""
        handle = input.register_hook(partial(self._gradient, batch))
        if input.is_leaf:  # which may see other steps' gradients
            batch.handle = handle

    def _keep(self, input: Any, target: Any, loss: Any) -> None:
        """Have the batch at hand when losses are read together."""
        batch = self._batch(input, target, loss)
        if self.gradients and input.requires_grad:
            self._hook(batch, input)
        if not self.kept:
            atexit.register(self.read, at_exit=True)
        self.kept.append(batch)
        if len(self.kept) > self.every:
            self.read()

    def read(self, *, at_exit: bool = False) -> None:
        """Read the losses and gradients that wait, with one wait for the device, and judge them in order."""
        if self.is_done or not self.kept:
            return
        if at_exit:
            self.after = "go on"
        waiting = [batch for batch in self.kept if batch.grad is not None]
        numbers = [batch.loss.sum() for batch in self.kept] + [batch.grad for batch in waiting]
        values = self.torch.stack([_wide(number, numbers[0].device) for number in numbers]).tolist()
        grads = dict(zip(map(id, waiting), values[len(self.kept) :], strict=True))
        for batch, value in zip(tuple(self.kept), values, strict=False):
            if batch.step > self.counted and not self.is_done:
                self.counted = batch.step
                self._judge(batch, value)
                self._learn(value)
            if id(batch) in grads and not self.is_done:
                batch.grad = None
                self._judge(batch, grads[id(batch)], "gradient")
        del self.kept[:-1]

    def _gradient(self, batch: WatchedBatch, grad: Any) -> None:
        if batch.handle is not None:
            batch.handle.remove()
        total = grad.float().sum() if grad.element_size() == 2 else grad.sum()
        if self.every > 1:
            batch.grad = total.detach()
        elif not self.is_done:
            self._judge(batch, total.item(), "gradient")

    def _judge(self, batch: WatchedBatch, value: float, reason: str = "loss") -> None:
        is_loss = reason == "loss"
        if math.isfinite(value):
            if is_loss and value >= self.limit:
                self._write(batch, "jump", value)
                self.jump, self.limit = None, math.inf
        elif not (is_loss and batch.loss.dim() and bool(batch.loss.isfinite().all())):
            self._stop(batch, reason, value)

    def _learn(self, value: float) -> None:
        """Follow the mean and the mean deviation of the losses; what lies far above is a jump."""
        if self.jump is None or not math.isfinite(value):
            return
        self.seen += 1
        share, rise = 1 / min(self.seen, JUMP_MEMORY), value - self.mean
        self.mean += share * rise
        self.spread += share * (abs(rise) - self.spread)
        if self.seen >= JUMP_MEMORY:
            self.limit = self.mean + self.jump * max(self.spread, 0.05 * abs(self.mean))

    def _stop(self, batch: WatchedBatch, reason: str, value: float) -> None:
        path = self._write(batch, reason, value)
        self.kept, self.last = [], None
        if self.after == "raise":
            kept = f"its batch is kept in {path}" if path else "its batch could not be kept"
            raise FloatingPointError(f"{self.name}: {reason} {value} at step {batch.step}; {kept}")

    # -- the file -------------------------------------------------------------------------------------

    def _write(
        self, batch: WatchedBatch, reason: str, value: float = math.nan, said: str = ""
    ) -> Path | None:
        """Write what it takes to compute the loss again; a disk that is full does not end the training."""
        self.is_done = self.is_done or reason != "jump"
        self.is_plain = self.is_plain and not self.is_done
        before = next((each for each in reversed(self.kept) if each.step < batch.step), None)
        last = self.last if before is None else (before.step, before.input, before.target, *before.versions)
        tensors = {"input": batch.input, "target": batch.target}
        tensors |= {name: getattr(self.criterion, name, None) for name in ("weight", "pos_weight")}
        if batch.loss is not None and batch.loss.dim():
            tensors["loss"] = batch.loss
        if last is not None and last[0] == batch.step - 1 and bool(batch.input.isnan().any()):
            tensors |= {"before.input": last[1], "before.target": last[2]}
        name = time.strftime("%Y%m%d-%H%M%S") + f"-step-{batch.step}"
        rank = os.environ.get("RANK", "")
        name += f"-rank-{rank}" if rank else ""
        # Processes that share a folder write at the same second and step.
        path: Path = self.folder / f"{name}-{secrets.token_hex(3)}.safetensors"
        try:
            _save_capture(
                path,
                {key: each for key, each in tensors.items() if each is not None},
                {
                    "logitscope_capture": CAPTURE_SCHEMA,
                    "criterion": self.name,
                    "reason": reason,
                    "observed": str(value),
                    "said": said,
                    "step": batch.step,
                    "autocast": batch.autocast,
                    "before_changed": last is not None and _versions(*last[1:3]) != last[3:],
                    "changed": _versions(batch.input, batch.target) != batch.versions,
                    "device": str(batch.input.device),
                    "torch": str(self.torch.__version__),
                    "python": platform.python_version(),
                    **{
                        each: getattr(self.criterion, each)
                        for each in WATCHED_OPTIONS
                        if hasattr(self.criterion, each)
                    },
                },
            )
        except (OSError, KeyError, RuntimeError, MemoryError) as error:  # of a device that has failed, too
            warnings.warn(f"the batch of step {batch.step} could not be kept: {error}", stacklevel=2)
            return None
        return path


class ArgumentsWatch(BatchWatch):
    """Of a subclass whose forward names input and target otherwise, or takes more behind them."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        """The loss, looked at."""
        plain = self.forward
        first, second, *_ = inspect.signature(plain).bind(*given, **named).arguments.values()
        self.forward = lambda _input, _target: plain(*given, **named)
        try:
            return super().__call__(first, second)
        finally:
            self.forward = plain


def _wide(number: Any, device: Any) -> Any:
    """A scalar where the others are, in the widest format that the device has."""
    there = number.to(device)
    return there.float() if device.type == "mps" else there.double()


def _save_capture(path: Path, tensors: dict[str, Any], said: dict[str, Any]) -> None:
    """A .safetensors file, whole under its name or not there at all."""
    header: dict[str, Any] = {"__metadata__": {"logitscope_capture": json.dumps(said)}}
    pieces, at = [], 0
    for name, tensor in tensors.items():
        there = tensor.detach().cpu().contiguous()
        size = there.numel() * there.element_size()
        if size and not there.data_ptr():
            raise RuntimeError(f"{name} is a {type(tensor).__name__} without memory of its own")
        pieces.append((there, size))
        kind = TENSOR_TYPES[str(there.dtype).removeprefix("torch.")]
        header[name] = {"dtype": kind, "shape": list(there.shape) or [1], "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for there, size in pieces:
                for start in range(0, size, WRITTEN_AT_ONCE):
                    length = min(WRITTEN_AT_ONCE, size - start)
                    file.write(ctypes.string_at(there.data_ptr() + start, length))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
