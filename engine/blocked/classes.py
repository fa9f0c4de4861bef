"""NLLLoss, CrossEntropyLoss and their gradients on large arrays, some rows at a time.

What is done to a row is done to each block of rows, and reduced once, by PyTorch's own way to add: so no
result differs from the readable form's but where `engine.blocked.softmax` stands in for log_softmax. With
class probabilities every term of the sum is kept until then, as PyTorch keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.blocked import softmax
from engine.blocked.blocks import BLOCK, SERVED_FROM, run, slices
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


def _places(input: FloatArray) -> list[Place]:
    """The blocks of an array (N, C) or (N, C, d), at least one row each."""
    count, classes = input.shape[:2]
    if input.ndim == 2:
        return [(rows,) for rows in slices(count, max(BLOCK // classes, 1))]
    depth = input.shape[2]
    columns = slices(depth, max(BLOCK // classes, 1))
    return [
        (rows, slice(None), column)
        for rows in slices(count, max(BLOCK // (classes * depth), 1))
        for column in columns
    ]


def _of_target(place: Place) -> Place:
    """The same place in an array without classes."""
    return (place[0], *place[2:])


def _all_rows(of_block: Callable[[Place], IndexRows], input: FloatArray, target: Target) -> IndexRows:
    """`index_rows` of all blocks."""
    places = _places(input)
    whole = of_block(places[0])
    of_rows = {each.name: getattr(whole, each.name) for each in fields(whole)}
    arrays: dict[str, Any] = {
        name: np.empty(target.shape, rows.dtype)
        for name, rows in of_rows.items()
        if isinstance(rows, np.ndarray)
    }

    def work(turn: Sequence[Place]) -> None:
        for place in turn:
            rows = of_block(place)
            for name, array in arrays.items():
                array[_of_target(place)] = getattr(rows, name)

    run(work, places)
    return replace(whole, **arrays)


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
    z, y = _flat(z, target)
    if y.shape == z.shape:
        terms = _probability_terms(z, y, weight, label_smoothing)
        shape = (target.shape[0], *target.shape[2:])
        return _shaped(reduce_probability_terms(terms, reduction), reduction, shape)
    has_softmax = softmax.serves(z, label_smoothing)

    def of_block(place: Place) -> IndexRows:
        logits, classes = z[place], y[_of_target(place)]
        if has_softmax:
            log_p = softmax.log_p_at_target(logits, classes, ignore_index)
            return index_rows(logits, classes, weight, ignore_index, at_target=log_p)
        return index_rows(log_softmax(logits), classes, weight, ignore_index, label_smoothing)

    return _shaped(reduce_index_rows(_all_rows(of_block, z, y), reduction), reduction, target.shape)


def _probability_terms(
    z: FloatArray, target: FloatArray, weight: FloatArray | None, label_smoothing: float
) -> FloatArray:
    """``log_p * target * weight`` of every row and class."""
    places = _places(z)

    def of_block(place: Place) -> FloatArray:
        share = smoothed_target(target[place], label_smoothing, z.shape[1])
        return probability_terms(log_softmax(z[place]), share, weight)

    terms: FloatArray = np.empty(z.shape, of_block(places[0]).dtype)

    def work(turn: Sequence[Place]) -> None:
        for place in turn:
            terms[place] = of_block(place)

    run(work, places)
    return terms


def _gradient(of_block: Callable[[Place, FloatArray], None], input: FloatArray) -> FloatArray:
    """A new array, each block of which is computed into it."""
    grad: FloatArray = np.empty(input.shape, input.dtype)

    def work(turn: Sequence[Place]) -> None:
        for place in turn:
            of_block(place, grad[place])

    run(work, _places(input))
    return grad


def _one_row(
    input: FloatArray,
    target: Target,
    weight: FloatArray | None,
    ignore_index: int,
    label_smoothing: float,
    reduction: Reduction,
) -> backward.OneRow:
    """What a row of weight 1 has of the reduced loss, for which all rows' weights have to be added."""

    def of_block(place: Place) -> IndexRows:
        logits, classes = input[place], target[_of_target(place)]
        nothing = np.zeros(classes.shape, input.dtype)
        return index_rows(logits, classes, weight, ignore_index, label_smoothing, at_target=nothing)

    rows = _all_rows(of_block, input, target) if reduction == "mean" else of_block(_places(input)[0])
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

    def of_block(place: Place, out: FloatArray) -> None:
        chosen = y[_of_target(place)]
        np.copyto(out, backward.nll_loss_grad(x[place], chosen, weight, ignore_index, reduction, one=one))

    return _gradient(of_block, x).reshape(input.shape)


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
    logits, y = _flat(z, target)
    options = (weight, ignore_index, label_smoothing, reduction)
    if y.shape == logits.shape:
        count = probability_count(logits)

        def of_probabilities(place: Place, out: FloatArray) -> None:
            np.copyto(out, backward.cross_entropy_grad(logits[place], y[place], *options, count=count))

        return _gradient(of_probabilities, logits).reshape(z.shape)
    one = _one_row(logits, y, *options)
    factors = one.nll if weight is None else one.nll * weight
    has_softmax = softmax.serves(logits, label_smoothing) and softmax.scales(factors)

    def readable(x: FloatArray, classes: Target) -> FloatArray:
        return backward.cross_entropy_grad(x, classes, *options, one=one)

    def of_block(place: Place, out: FloatArray) -> None:
        x, classes = logits[place], y[_of_target(place)]
        if has_softmax:
            softmax.gradient(x, classes, weight, ignore_index, one.nll, out, readable)
        else:
            np.copyto(out, readable(x, classes))

    return _gradient(of_block, logits).reshape(z.shape)
