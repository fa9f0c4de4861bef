"""Reads the golden data under tests/golden: calls of real PyTorch with their results and gradients."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
DTYPES = {"bfloat16": np.dtype(ml_dtypes.bfloat16)}
OUTCOMES = ("loss", "gradient", "output")


@dataclass(frozen=True)
class Case:
    """One call of PyTorch.

    Attributes
    ----------
    number : int
        Its place in the file.
    function, group, format : str
        What was called, what the case is about, and the format of `input`.
    arguments : dict
        Keyword arguments: arrays and options.
    loss, gradient, output : array, optional
        What PyTorch gave: a loss and the gradient of its sum, or an activation's output.
    """

    number: int
    function: str
    group: str
    format: str
    arguments: dict[str, Any]
    loss: NDArray[Any] | None = None
    gradient: NDArray[Any] | None = None
    output: NDArray[Any] | None = None

    def __str__(self) -> str:
        shown = {
            name: f"{value.dtype}{list(value.shape)}" if isinstance(value, np.ndarray) else value
            for name, value in self.arguments.items()
        }
        return f"#{self.number} {self.function} {self.format} ({self.group}): {shown}"


def _pool(stored: NDArray[Any], name: str) -> NDArray[Any]:
    numbers = stored.view(DTYPES[name]) if name in DTYPES else stored
    numbers.flags.writeable = False
    return numbers


@functools.cache
def cases(file: str) -> tuple[Case, ...]:
    """All cases of one file, their arrays read-only."""
    with np.load(GOLDEN / f"{file}.npz", allow_pickle=False) as stored:
        pools = {name: _pool(stored[name], name) for name in stored.files if name != "index"}
        index = json.loads(stored["index"].tobytes())
    found = []
    for number, entry in enumerate(index):
        arrays = {
            name: pools[pool][start : start + int(np.prod(shape))].reshape(shape)
            for name, (pool, start, shape) in entry["arrays"].items()
        }
        outcomes = {name: arrays.pop(name) for name in OUTCOMES if name in arrays}
        arguments = arrays | entry["options"]
        found.append(Case(number, entry["function"], entry["group"], entry["format"], arguments, **outcomes))
    return tuple(found)


def groups(file: str) -> list[tuple[str, str, str]]:
    """The (function, format, group) triples of a file, in order: one test item each."""
    return list(dict.fromkeys((case.function, case.format, case.group) for case in cases(file)))


def in_group(file: str, function: str, fmt: str, group: str) -> list[Case]:
    """The cases of one group."""
    wanted = (function, fmt, group)
    return [case for case in cases(file) if (case.function, case.format, case.group) == wanted]


@functools.cache
def refusals() -> tuple[dict[str, Any], ...]:
    """The calls PyTorch refuses: function, fault, exception, message, arguments."""
    return tuple(json.loads((GOLDEN / "refusals.json").read_text(encoding="utf-8")))


def refused_argument(value: object) -> object:
    """An argument of `refusals` as an array, or as it is where it is no array."""
    if not isinstance(value, dict):
        return value
    dtype = DTYPES.get(value["dtype"], value["dtype"])
    numbers = [float(number) if isinstance(number, str) else number for number in value["values"]]
    return np.array(numbers).astype(dtype).reshape(value["shape"])
