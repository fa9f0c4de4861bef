"""NLLLoss, CrossEntropyLoss and their gradients on large arrays, some rows at a time.

What is done to a row is done to each block of rows, and reduced once, by PyTorch's own way to add: so no
result differs from the readable form's but where `engine.blocked.softmax` stands in for log_softmax. With
class probabilities every term of the sum is kept until then, as PyTorch keeps it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.blocked.blocks import BLOCK, SERVED_FROM, aligned, run, slices
from engine.blocked.softmax import UnshiftedSoftmax, scales, serves
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results
from engine.pytorch import backward
from engine.pytorch.activations import log_softmax
from engine.pytorch.class_reduction import (
    IndexRows,
    index_rows,
    probability_count,
    probability_terms,
    reduce_index_rows,
    reduce_probability_terms,
    smoothed_target,
)

Target = NDArray[Any]
Place = tuple[slice, ...]
"""An index of some rows of a table, or of some rows and all classes at some positions."""


def _served(input: FloatArray) -> bool:
    """Whether it is large, and rows can be taken one by one: a single sample (C,) is one row."""
    return input.ndim > 1 and input.size >= SERVED_FROM


def _flat(input: FloatArray, target: Target) -> tuple[FloatArray, Target]:
    """(N, C, d1, ..., dK) as (N, C, d), which PyTorch does not treat otherwise, and the targets alike."""
    if input.ndim == 2:
        return input, target
    shape = (*input.shape[:2], -1)
    return input.reshape(shape), target.reshape(shape if target.shape == input.shape else (len(input), -1))


def _rows_a_block(classes: int) -> int:
    """Twice as much as a block of elements, for a row needs but one array; not more rows than half of one."""
    return max(min(2 * BLOCK // classes, BLOCK // 2), 1)


def _places(input: FloatArray) -> list[Place]:
    """The blocks of an array (N, C) or (N, C, d), at least one row each."""
    count, classes = input.shape[:2]
    if input.ndim == 2:
        return [(rows,) for rows in slices(count, _rows_a_block(classes))]
    depth = input.shape[2]
    columns = slices(depth, _rows_a_block(classes))
    rows_of_all = slices(count, _rows_a_block(classes * depth))
    return [(rows, slice(None), column) for rows in rows_of_all for column in columns]


def _of_target(place: Place) -> Place:
    """The same place in an array without classes."""
    return (place[0], *place[2:])


def _all_rows(of_block: Callable[[Place], IndexRows], input: FloatArray, target: Target) -> IndexRows:
    """`index_rows` of all blocks."""
    places = _places(input)
    whole = of_block(places[0])
    blocks = {each.name: getattr(whole, each.name) for each in fields(whole)}
    arrays: dict[str, Any] = {
        name: np.empty(target.shape, block.dtype)
        for name, block in blocks.items()
        if isinstance(block, np.ndarray)
    }

    def work(place: Place) -> None:
        rows = of_block(place)
        for name, array in arrays.items():
            array[_of_target(place)] = getattr(rows, name)

    run(lambda: work, places)
    return replace(whole, **arrays)


def _filled(result: FloatArray, of_block: Callable[[Place], FloatArray]) -> FloatArray:
    """The array, each block of which is computed."""

    def work(place: Place) -> None:
        result[place] = of_block(place)

    run(lambda: work, _places(result))
    return result


def _shaped(result: FloatArray, reduction: Reduction, shape: tuple[int, ...]) -> FloatArray:
    return result.reshape(shape) if reduction == "none" else result


@failures_are_results
def nll_loss(
    input: FloatArray, target: Target, weight: FloatArray | None, ignore_index: int, reduction: Reduction
) -> FloatArray | None:
    """`engine.pytorch.forward.nll_loss`, or None for a small array or a single sample."""
    if not _served(input):
        return None
    x, y = _flat(input, target)

    def of_block(place: Place) -> IndexRows:
        return index_rows(x[place], y[_of_target(place)], weight, ignore_index)

    return _shaped(reduce_index_rows(_all_rows(of_block, x, y), reduction), reduction, target.shape)


@failures_are_results
def cross_entropy(
    z: FloatArray,
    target: Target,
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> FloatArray | None:
    """`engine.pytorch.forward.cross_entropy`, or None for a small array or a single sample."""
    if not _served(z):
        return None
    x, y = _flat(z, target)
    if y.shape == x.shape:
        loss = reduce_probability_terms(_probability_terms(x, y, weight, label_smoothing), reduction)
        return _shaped(loss, reduction, (z.shape[0], *z.shape[2:]))
    at_target = _log_p_at_target(x, y, ignore_index) if serves(x, label_smoothing) else None

    def of_block(place: Place) -> IndexRows:
        rows = _of_target(place)
        if at_target is not None:
            return index_rows(x[place], y[rows], weight, ignore_index, at_target=at_target[rows])
        return index_rows(log_softmax(x[place]), y[rows], weight, ignore_index, label_smoothing)

    return _shaped(reduce_index_rows(_all_rows(of_block, x, y), reduction), reduction, target.shape)


def _probability_terms(
    x: FloatArray, y: FloatArray, weight: FloatArray | None, label_smoothing: float
) -> FloatArray:
    """``log_p * target * weight`` of every row and class."""

    def of_block(place: Place) -> FloatArray:
        share = smoothed_target(y[place], label_smoothing, x.shape[1])
        return probability_terms(log_softmax(x[place]), share, weight)

    return _filled(np.empty(x.shape, of_block(_places(x)[0]).dtype), of_block)


def _softmax(x: FloatArray, ignore_index: int) -> UnshiftedSoftmax:
    return UnshiftedSoftmax(min(_rows_a_block(x.shape[1]), len(x)), x, ignore_index)


def _log_p_at_target(x: FloatArray, y: Target, ignore_index: int) -> FloatArray:
    """log_softmax of each row's target; of an ignored row some other number."""
    log_p: FloatArray = np.empty(len(x), x.dtype)

    def prepare() -> Callable[[slice], Target]:
        softmax = _softmax(x, ignore_index)
        return lambda rows: softmax.log_p_at_target(x[rows], y[rows], log_p[rows])

    def readable(rows: Target) -> FloatArray:
        usable = np.where(y[rows] == ignore_index, 0, y[rows])
        return log_softmax(x[rows])[np.arange(len(rows)), usable]

    return _unshifted(log_p, prepare, readable, x.shape[1])


def _unshifted(
    result: FloatArray,
    prepare: Callable[[], Callable[[slice], Target]],
    readable: Callable[[Target], FloatArray],
    classes: int,
) -> FloatArray:
    """Fill the result by blocks of rows, then by the readable form the rows that were named wrong."""
    blocks = slices(len(result), _rows_a_block(classes))
    wrong = np.concatenate(
        [part + block.start for part, block in zip(run(prepare, blocks), blocks, strict=True)]
    )

    def correct(part: slice) -> None:
        result[wrong[part]] = readable(wrong[part])

    run(lambda: correct, slices(len(wrong), _rows_a_block(classes)))
    return result


def _one_row(
    x: FloatArray,
    y: Target,
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> backward.OneRow:
    """What a row of weight 1 has of the reduced loss: for the mean all rows' weights have to be added."""

    def of_block(place: Place) -> IndexRows:
        targets = y[_of_target(place)]
        nothing = np.zeros(targets.shape, x.dtype)
        return index_rows(x[place], targets, weight, ignore_index, label_smoothing, at_target=nothing)

    rows = _all_rows(of_block, x, y) if reduction == "mean" else of_block(_places(x)[0])
    return backward.one_row(rows, reduction)


@failures_are_results
def nll_loss_grad(
    input: FloatArray, target: Target, weight: FloatArray | None, ignore_index: int, reduction: Reduction
) -> FloatArray | None:
    """`engine.pytorch.backward.nll_loss_grad`, or None for a small array or a single sample."""
    if not _served(input):
        return None
    x, y = _flat(input, target)
    one = _one_row(x, y, weight, ignore_index, 0.0, reduction)

    def of_block(place: Place) -> FloatArray:
        return backward.nll_loss_grad(
            x[place], y[_of_target(place)], weight, ignore_index, reduction, one=one
        )

    return _filled(np.empty(x.shape, x.dtype), of_block).reshape(input.shape)


@failures_are_results
def cross_entropy_grad(
    z: FloatArray,
    target: Target,
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> FloatArray | None:
    """`engine.pytorch.backward.cross_entropy_grad`, or None for a small array or a single sample."""
    if not _served(z):
        return None
    x, y = _flat(z, target)
    grad = aligned(x.shape, x.dtype)
    options = (weight, ignore_index, label_smoothing, reduction)
    if y.shape == x.shape:
        count = probability_count(x)

        def of_probabilities(place: Place) -> FloatArray:
            return backward.cross_entropy_grad(x[place], y[place], *options, count=count)

        return _filled(grad, of_probabilities).reshape(z.shape)
    one = _one_row(x, y, *options)
    if serves(x, label_smoothing) and scales(one.nll if weight is None else one.nll * weight):

        def prepare() -> Callable[[slice], Target]:
            softmax = _softmax(x, ignore_index)
            return lambda rows: softmax.gradient(x[rows], y[rows], weight, one.nll, grad[rows])

        def readable(rows: Target) -> FloatArray:
            return backward.cross_entropy_grad(x[rows], y[rows], *options, one=one)

        return _unshifted(grad, prepare, readable, x.shape[1])

    def of_block(place: Place) -> FloatArray:
        return backward.cross_entropy_grad(x[place], y[_of_target(place)], *options, one=one)

    return _filled(grad, of_block).reshape(z.shape)
