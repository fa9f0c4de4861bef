"""A captured call, done again by the engine: its loss, each row's, and the gradient."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.captures.capture import Capture, float_formats
from engine.gradients import (
    binary_cross_entropy_grad,
    binary_cross_entropy_with_logits_grad,
    cross_entropy_grad,
    nll_loss_grad,
)
from engine.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)

Function = Callable[..., Any]
Rows = NDArray[np.bool_]

FUNCTIONS: Mapping[str, tuple[Function, Function]] = {
    "BCELoss": (binary_cross_entropy, binary_cross_entropy_grad),
    "BCEWithLogitsLoss": (binary_cross_entropy_with_logits, binary_cross_entropy_with_logits_grad),
    "CrossEntropyLoss": (cross_entropy, cross_entropy_grad),
    "NLLLoss": (nll_loss, nll_loss_grad),
}


@dataclass(frozen=True, eq=False)
class Call:
    """A criterion's arguments.

    Attributes
    ----------
    criterion : str
    input, target : array
        As the loss computes with them: under autocast halves are float32.
    options : dict
        All others, `reduction` apart.
    reduction : str
    """

    criterion: str
    input: NDArray[Any]
    target: NDArray[Any]
    options: Mapping[str, Any]
    reduction: str

    @classmethod
    def of(cls, capture: Capture, prefix: str = "") -> Call:
        """The captured call, or with 'before.' that of the step before."""
        arrays = float_formats(capture.arrays, widened=bool(capture.about.get("autocast")))
        options: dict[str, Any] = {
            name: arrays[name] for name in ("weight", "pos_weight") if name in arrays
        } | {name: value for name, value in capture.options.items() if name != "reduction"}
        input, target = arrays[f"{prefix}input"], arrays[f"{prefix}target"]  # noqa: A001
        if input.ndim == 1 and target.shape == (1,) and capture.criterion in ("CrossEntropyLoss", "NLLLoss"):
            target = target.reshape(())
        return cls(capture.criterion, input, target, options, capture.options.get("reduction", "mean"))

    @property
    def is_binary(self) -> bool:
        """Whether each element is a row of its own."""
        return self.criterion.startswith("BCE")

    @cached_property
    def loss(self) -> NDArray[Any]:
        """What the criterion gives; raises LossArgumentError where PyTorch refuses."""
        return np.asarray(self._does(0)(reduction=self.reduction))

    @cached_property
    def rows(self) -> NDArray[np.float64]:
        """Each row's loss, weights included."""
        return np.asarray(self._does(0)(reduction="none")).reshape(-1).astype(np.float64)

    @cached_property
    def gradient(self) -> NDArray[np.float64]:
        """Of the loss to each row's input, shape (rows,) or (rows, C)."""
        return self._by_row(np.asarray(self._does(1)(reduction=self.reduction))).astype(np.float64)

    def _does(self, which: int) -> Function:
        function = FUNCTIONS[self.criterion][which]
        return lambda reduction: function(self.input, self.target, reduction=reduction, **self.options)

    @cached_property
    def z(self) -> NDArray[np.float64]:
        """The input by rows, shape (rows,) or (rows, C)."""
        with np.errstate(all="ignore"):
            return self._by_row(self.input).astype(np.float64)

    @cached_property
    def y(self) -> NDArray[Any]:
        """The target by rows; float64, shape (rows,) or (rows, C), or class indices, shape (rows,)."""
        if self.is_binary:
            return self.target.reshape(-1).astype(np.float64)
        if self.has_probabilities:
            return self._by_row(self.target).astype(np.float64)
        return self.target.reshape(-1).astype(np.int64)

    @property
    def has_probabilities(self) -> bool:
        """Whether the target holds class probabilities."""
        return self.criterion == "CrossEntropyLoss" and self.target.shape == self.input.shape

    def _by_row(self, array: NDArray[Any]) -> NDArray[Any]:
        if self.is_binary:
            return array.reshape(-1)
        axis = 0 if array.ndim == 1 else 1
        return np.moveaxis(array, axis, -1).reshape(-1, array.shape[axis])

    @cached_property
    def nan_rows(self) -> Rows:
        """The rows in which what the loss reads came in as nan."""
        if self.is_binary:
            return np.isnan(self.z)
        if self.criterion == "NLLLoss":
            return np.isnan(self.own)
        return np.asarray(np.isnan(self.z).any(axis=1))

    @cached_property
    def own(self) -> NDArray[np.float64]:
        """With class indices, the input of each row's class; 0 where the row is ignored."""
        return np.where(self.counted, self.z[np.arange(len(self.z)), self.classes], 0.0)

    @cached_property
    def counted(self) -> Rows:
        """With class indices, the rows that are not ignored."""
        return np.asarray(self.y != self.options.get("ignore_index", -100))

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """With class indices, each row's class; 0 where the row is ignored."""
        return np.where(self.counted, self.y, 0)

    def weights(self, name: str = "weight") -> NDArray[np.float64] | None:
        """A weight for each row (binary) or each class."""
        given = self.options.get(name)
        if given is None:
            return None
        wide = given.astype(np.float64)
        return np.broadcast_to(wide, self.input.shape).reshape(-1) if self.is_binary else wide.reshape(-1)

    @property
    def value(self) -> float:
        """The loss as one number; of 'none' the sum."""
        if self.loss.ndim == 0:
            return float(self.loss)
        with np.errstate(all="ignore"):
            return float(self.loss.astype(np.float64).sum())

    @property
    def count(self) -> int:
        """Rows."""
        return math.prod(self.z.shape[:1])
