"""The problem a user edits: logits, targets and options as frozen values.

Numbers are kept as typed, in float64; `BinaryProblem.input` and its siblings give them in the
problem's format, which is what every loss sees. So a change of format and back loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arguments.checks import REDUCTIONS, Reduction
from engine.arguments.labels import starts_at_one
from engine.floats.formats import FLOAT32, FloatArray, Format

Family = Literal["binary", "multiclass"]

IGNORE_INDEX = -100
"""PyTorch's default `ignore_index`."""


def _frozen(values: ArrayLike, dtype: type[np.generic], name: str, ndim: int) -> NDArray[Any]:
    """A read-only array of the dtype that nobody else holds."""
    source = np.asarray(values)
    if source.ndim != ndim:
        raise ValueError(f"{name}: expected {ndim} dimension(s), got an array of shape {source.shape}")
    if source.dtype == dtype and not source.flags.writeable and source.base is None:
        return source
    array = np.array(source, dtype=dtype)
    array.setflags(write=False)
    return array


def _check_rows(name: str, array: NDArray[Any], rows: int) -> None:
    if len(array) != rows:
        raise ValueError(f"{name}: expected one value a row ({rows} rows), got {len(array)}")


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """What both families share. Use `BinaryProblem` or `MulticlassProblem`."""

    logits: NDArray[np.float64]
    target: NDArray[Any]
    format: Format = FLOAT32
    reduction: Reduction = "mean"
    family: ClassVar[Family]

    @property
    def rows(self) -> int:
        """Number of samples, N."""
        return len(self.logits)

    @property
    def input(self) -> FloatArray:
        """The logits in the problem's format."""
        return self.format.round(self.logits)

    def replace(self, **changes: Any) -> Self:
        """The same problem with these fields changed."""
        return replace(self, **changes)

    def _check_options(self) -> None:
        if self.reduction not in REDUCTIONS:
            raise ValueError(f"reduction: expected one of {', '.join(REDUCTIONS)}, got {self.reduction!r}")


@dataclass(frozen=True, eq=False, kw_only=True)
class BinaryProblem(Problem):
    """N independent yes/no questions, as BCELoss and BCEWithLogitsLoss see them.

    Attributes
    ----------
    logits : float64 array, shape (N,)
    target : float64 array, shape (N,)
        Usually 0, 1 or between; PyTorch's BCEWithLogitsLoss takes anything, and so does this.
    weight : float64 array, shape (N,), optional
        Rescales each row's loss.
    pos_weight : float, optional
        Weight of the positive term (BCEWithLogitsLoss only; BCELoss has no such argument).
    row_names : str array, shape (N,), optional
        What each row is, where that is more than its number: sample and label of a multi-label batch.
    """

    weight: NDArray[np.float64] | None = None
    pos_weight: float | None = None
    row_names: NDArray[np.str_] | None = None
    family: ClassVar[Family] = "binary"

    def __post_init__(self) -> None:
        object.__setattr__(self, "logits", _frozen(self.logits, np.float64, "logits", 1))
        object.__setattr__(self, "target", _frozen(self.target, np.float64, "target", 1))
        _check_rows("target", self.target, self.rows)
        if self.weight is not None:
            object.__setattr__(self, "weight", _frozen(self.weight, np.float64, "weight", 1))
            _check_rows("weight", self.weight, self.rows)
        if self.row_names is not None:
            names = np.array(self.row_names, dtype=np.str_)
            names.setflags(write=False)
            object.__setattr__(self, "row_names", names)
            _check_rows("row_names", names, self.rows)
        self._check_options()

    def replace(self, **changes: Any) -> Self:
        """The same problem with these fields changed; names go with rows whose number changes."""
        if "row_names" not in changes and len(changes.get("logits", self.logits)) != self.rows:
            changes["row_names"] = None
        return super().replace(**changes)

    def along(self, row: int, points: ArrayLike) -> BinaryProblem:
        """The problem whose rows are `row` with its logit at each of `points`.

        A sweep is therefore an ordinary evaluation, and a curve agrees with the table by construction.
        """
        logits = np.asarray(points, dtype=np.float64)
        target = np.full(logits.shape, self.target[row])
        weight = None if self.weight is None else np.full(logits.shape, self.weight[row])
        options: dict[str, Any] = {"weight": weight, "row_names": None, "reduction": "none"}
        return replace(self, logits=logits, target=target, **options)


@dataclass(frozen=True, eq=False, kw_only=True)
class MulticlassProblem(Problem):
    """N choices among C classes, as NLLLoss and CrossEntropyLoss see them.

    Attributes
    ----------
    logits : float64 array, shape (N, C)
    target : int64 array, shape (N,), or float64 array, shape (N, C)
        Class indices 0..C-1 (or `ignore_index`), or a probability for each class.
    weight : float64 array, shape (C,), optional
        Rescales each class.
    ignore_index : int
        The target whose rows do not count. With class probabilities PyTorch refuses 0 and above.
    label_smoothing : float
        In [0, 1] (CrossEntropyLoss only; NLLLoss has no such argument).
    class_names : tuple of str, optional
        C names; shown instead of 0..C-1.
    takes_any_label : bool
        Whether class indices may be something else than a class or `ignore_index`, as in files. PyTorch
        refuses such a batch; here its rows have no loss, and the others do.
    """

    weight: NDArray[np.float64] | None = None
    ignore_index: int = IGNORE_INDEX
    label_smoothing: float = 0.0
    class_names: tuple[str, ...] | None = None
    takes_any_label: bool = False
    family: ClassVar[Family] = "multiclass"

    def __post_init__(self) -> None:
        object.__setattr__(self, "logits", _frozen(self.logits, np.float64, "logits", 2))
        target = np.asarray(self.target)
        if target.ndim == 2:
            target = _frozen(target, np.float64, "target", 2)
            if target.shape != self.logits.shape:
                raise ValueError(
                    f"target: class probabilities must have the logits' shape {self.logits.shape}, "
                    f"got {target.shape}"
                )
        else:
            target = _frozen(target, np.int64, "target", 1)
            _check_rows("target", target, self.rows)
            if not self.takes_any_label:
                self._check_classes(target)
        object.__setattr__(self, "target", target)
        if self.weight is not None:
            object.__setattr__(self, "weight", _frozen(self.weight, np.float64, "weight", 1))
            if len(self.weight) != self.classes:
                raise ValueError(
                    f"weight: expected one value a class ({self.classes}), got {len(self.weight)}"
                )
        if not 0.0 <= self.label_smoothing <= 1.0:
            raise ValueError(
                f"label_smoothing: expected a number between 0.0 and 1.0, got {self.label_smoothing}"
            )
        if self.class_names is not None and len(self.class_names) != self.classes:
            raise ValueError(f"class_names: expected {self.classes} names, got {len(self.class_names)}")
        self._check_options()

    def _check_classes(self, target: NDArray[np.int64]) -> None:
        wrong = self._is_no_class(target)
        if wrong.any():
            row = int(np.argmax(wrong))
            counted = target[target != self.ignore_index]
            from_one = starts_at_one(counted, self.classes, proven=True) is not None
            raise ValueError(
                f"target: expected a class index 0..{self.classes - 1} or ignore_index {self.ignore_index}, "
                f"got {target[row]} in row {row + 1}"
                + (f"; the labels count from 1: none of {len(counted)} is 0. Subtract 1" if from_one else "")
            )

    def _is_no_class(self, target: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray((target != self.ignore_index) & ((target < 0) | (target >= self.classes)))

    @cached_property
    def outside(self) -> NDArray[np.bool_] | None:
        """The rows whose label is neither a class nor `ignore_index`; None where there are none."""
        if not self.takes_any_label or self.has_probabilities:
            return None
        wrong = self._is_no_class(self.target)
        return wrong if wrong.any() else None

    @property
    def labels(self) -> NDArray[Any]:
        """The target with `ignore_index` for labels that are no class: what can be computed with."""
        return self.target if self.outside is None else np.where(self.outside, self.ignore_index, self.target)

    @property
    def out_of_bounds(self) -> str | None:
        """Why PyTorch refuses the batch, in its words: the first label that is no class."""
        if self.outside is None:
            return None
        return f"Target {self.target[int(np.argmax(self.outside))]} is out of bounds."

    @property
    def ignored(self) -> NDArray[np.bool_]:
        """The rows that do not count: their label is `ignore_index`, or no class at all."""
        if self.has_probabilities:
            return np.zeros(self.rows, dtype=bool)
        ignored = np.asarray(self.target == self.ignore_index)
        return ignored if self.outside is None else ignored | self.outside

    @property
    def classes(self) -> int:
        """Number of classes, C."""
        return int(self.logits.shape[1])

    @property
    def has_probabilities(self) -> bool:
        """Whether the target holds class probabilities instead of class indices."""
        return bool(self.target.ndim == 2)

    def target_class(self, row: int) -> int | None:
        """The class the row's target names (the likeliest of class probabilities); None where ignored."""
        if self.has_probabilities:
            return int(np.argmax(self.target[row]))
        index = int(self.target[row])
        is_class = index != self.ignore_index and (self.outside is None or not self.outside[row])
        return index if is_class else None

    def along(self, row: int, points: ArrayLike, moved: int) -> MulticlassProblem:
        """The problem whose rows are `row` with class `moved`'s logit at each of `points`."""
        values = np.asarray(points, dtype=np.float64)
        logits = np.tile(self.logits[row], (len(values), 1))
        logits[:, moved] = values
        target = np.repeat(self.target[row : row + 1], len(values), axis=0)
        return replace(self, logits=logits, target=target, reduction="none")
