"""NLLLoss, CrossEntropyLoss and their gradients on large arrays, some rows at a time.

What is done to a row is done to each block of rows, and reduced once, by PyTorch's own way to add: so no
result differs from the readable form's but where `engine.blocked.softmax` stands in for log_softmax, whose
losses of weight 1 are added pairwise. With class probabilities every term of the sum is kept until then, as
PyTorch keeps it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arguments.checks import Reduction
from engine.blocked.blocks import BLOCK, SERVED_FROM, aligned, block_of, block_sum, reduced, run, slices
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
Index = tuple[slice, ...]


class Place(NamedTuple):
    """Where a block lies: some rows of a table, or some rows and all classes at some positions.

    Attributes
    ----------
    input, target : tuple of slices
        The index of it in the logits, and in what has no classes.
    """

    input: Index
    target: Index


def _served(input: FloatArray) -> bool:
    """Whether it is large, and rows can be taken one by one: a single sample (C,) is one row."""
    return input.ndim > 1 and input.size >= SERVED_FROM


def _flat(input: FloatArray, target: Target) -> tuple[FloatArray, Target]:
    """(N, C, d1, ..., dK) as (N, C, d), which PyTorch does not treat otherwise, and the targets alike."""
    if input.ndim == 2:
        return input, target
    shape = (*input.shape[:2], -1)
    return input.reshape(shape), target.reshape(shape if target.shape == input.shape else (len(input), -1))


def _rows_a_block(entries: int, block: int) -> int:
    """Of rows so many entries of which are looked at: those need one array, other numbers of a row more."""
    return max(min(2 * block // entries, block // 2), 1)


def _places(input: FloatArray, entries: int) -> list[Place]:
    """The blocks of an array (N, C) or (N, C, d), so many entries of each row of which are looked at."""
    if input.ndim == 2:
        return [Place((rows,), (rows,)) for rows in slices(len(input), _rows_a_block(entries, BLOCK))]
    depth = input.shape[2]
    columns = slices(depth, _rows_a_block(entries, BLOCK))
    rows_of_all = slices(len(input), _rows_a_block(entries * depth, BLOCK))
    return [Place((rows, slice(None), column), (rows, column)) for rows in rows_of_all for column in columns]


def _each(work: Callable[[Place], None], input: FloatArray, entries: int | None = None) -> None:
    """Do the work on every block, all entries of which are looked at unless their number is given."""
    run(lambda: work, _places(input, entries or input.shape[1]), threads=entries is None)


def _reduced(
    of_block: Callable[[Place], IndexRows],
    input: FloatArray,
    target: Target,
    reduction: Reduction,
    *,
    entries: int | None = None,
) -> FloatArray:
    """The loss that `index_rows` of all blocks come to."""
    if reduction != "none":
        return reduce_index_rows(_all_rows(of_block, input, target, entries=entries), reduction)
    loss: FloatArray = np.empty(target.shape, input.dtype)

    def work(place: Place) -> None:
        loss[place.target] = reduce_index_rows(of_block(place), reduction)

    _each(work, input, entries)
    return loss


def _all_rows(
    of_block: Callable[[Place], IndexRows], input: FloatArray, target: Target, *, entries: int | None
) -> IndexRows:
    """`index_rows` of all blocks."""
    whole = of_block(_places(input, entries or input.shape[1])[0])
    arrays: dict[str, Any] = {
        name: np.empty(target.shape, block.dtype)
        for name, block in whole._asdict().items()
        if isinstance(block, np.ndarray)
    }

    def work(place: Place) -> None:
        rows = of_block(place)
        for name, array in arrays.items():
            array[place.target] = getattr(rows, name)

    _each(work, input, entries)
    return whole._replace(**arrays)


@failures_are_results
def nll_loss(
    input: FloatArray, target: Target, weight: FloatArray | None, ignore_index: int, reduction: Reduction
) -> FloatArray | None:
    """`engine.pytorch.forward.nll_loss`, or None for a small array or a single sample."""
    if not _served(input):
        return None
    x, y = _flat(input, target)

    def of_block(place: Place) -> IndexRows:
        return index_rows(x[place.input], y[place.target], weight, ignore_index)

    loss = _reduced(of_block, x, y, reduction, entries=1)
    return loss.reshape(target.shape) if reduction == "none" else loss


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
        loss = _of_probabilities(x, y, weight, label_smoothing, reduction)
    elif serves(x, label_smoothing):
        loss = _of_unshifted(x, y, weight, ignore_index, reduction)
    else:

        def of_block(place: Place) -> IndexRows:
            log_p = log_softmax(x[place.input])
            return index_rows(log_p, y[place.target], weight, ignore_index, label_smoothing)

        loss = _reduced(of_block, x, y, reduction)
    return loss.reshape(z.shape[0], *z.shape[2:]) if reduction == "none" else loss


def _of_probabilities(
    x: FloatArray, y: FloatArray, weight: FloatArray | None, label_smoothing: float, reduction: Reduction
) -> FloatArray:
    def terms_of(place: Place) -> FloatArray:
        share = smoothed_target(y[place.input], label_smoothing, x.shape[1])
        return probability_terms(log_softmax(x[place.input]), share, weight)

    dtype = terms_of(_places(x, x.shape[1])[0]).dtype
    if reduction == "none":
        loss: FloatArray = np.empty((x.shape[0], *x.shape[2:]), dtype)

        def work(place: Place) -> None:
            loss[place.target] = reduce_probability_terms(terms_of(place), reduction)

        _each(work, x)
        return loss
    terms: FloatArray = np.empty(x.shape, dtype)

    def keep(place: Place) -> None:
        terms[place.input] = terms_of(place)

    _each(keep, x)
    return reduce_probability_terms(terms, reduction)


def _of_unshifted(
    x: FloatArray, y: Target, weight: FloatArray | None, ignore_index: int, reduction: Reduction
) -> FloatArray:
    loss: FloatArray = np.empty(len(x), x.dtype)

    def prepare() -> Callable[[slice], Target]:
        softmax = _softmax(x, ignore_index)
        return lambda rows: softmax.loss(x[rows], y[rows], loss[rows])

    def readable(rows: Target) -> FloatArray:
        return index_rows(log_softmax(x[rows]), y[rows], None, ignore_index).nll

    _fill_unshifted(loss, prepare, readable, x.shape[1])
    if weight is None and reduction == "none":
        return loss
    if weight is None:  # as near as these losses are; PyTorch's order takes a fifth of two classes' mean
        counted = len(y) - int(np.count_nonzero(y == ignore_index))
        return reduced([block_sum(loss)], counted, loss.dtype, reduction)

    def of_block(place: Place) -> IndexRows:
        at_target = -loss[place.target]
        return index_rows(x[place.input], y[place.target], weight, ignore_index, at_target=at_target)

    return _reduced(of_block, x, y, reduction, entries=1)


def _softmax(x: FloatArray, ignore_index: int) -> UnshiftedSoftmax:
    rows = _rows_a_block(x.shape[1], block_of(x.dtype))
    return UnshiftedSoftmax(min(rows, len(x)), x, ignore_index)


def _fill_unshifted(
    result: FloatArray,
    prepare: Callable[[], Callable[[slice], Target]],
    readable: Callable[[Target], FloatArray],
    classes: int,
) -> None:
    """Fill the result by blocks of rows, then by the readable form the rows that were named wrong."""
    blocks = slices(len(result), _rows_a_block(classes, block_of(result.dtype)))
    named = zip(blocks, run(prepare, blocks), strict=True)
    wrong = np.concatenate([block.start + rows for block, rows in named])

    def correct(part: slice) -> None:
        result[wrong[part]] = readable(wrong[part])

    run(lambda: correct, slices(len(wrong), _rows_a_block(classes, BLOCK)))


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
        targets = y[place.target]
        nothing = np.zeros(targets.shape, x.dtype)
        return index_rows(x[place.input], targets, weight, ignore_index, label_smoothing, at_target=nothing)

    entries = None if label_smoothing else 1
    first = _places(x, entries or x.shape[1])[0]
    rows = _all_rows(of_block, x, y, entries=entries) if reduction == "mean" else of_block(first)
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
    grad: FloatArray = np.zeros(x.shape, x.dtype)  # pages that hold no target are never touched

    def work(place: Place) -> None:
        some = (x[place.input], y[place.target], weight, ignore_index, reduction)
        backward.nll_loss_grad(*some, one=one, out=grad[place.input])

    _each(work, x, 1)
    return grad.reshape(input.shape)


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

        def of_probabilities(place: Place) -> None:
            shares = y[place.input]
            grad[place.input] = backward.cross_entropy_grad(x[place.input], shares, *options, count=count)

        _each(of_probabilities, x)
        return grad.reshape(z.shape)
    one = _one_row(x, y, *options)

    def readable(rows: Any, targets: Any) -> FloatArray:
        return backward.cross_entropy_grad(x[rows], y[targets], *options, one=one)

    if serves(x, label_smoothing) and scales(one.nll if weight is None else one.nll * weight):

        def prepare() -> Callable[[slice], Target]:
            softmax = _softmax(x, ignore_index)
            return lambda rows: softmax.gradient(x[rows], y[rows], weight, one.nll, grad[rows])

        _fill_unshifted(grad, prepare, lambda rows: readable(rows, rows), x.shape[1])
        return grad

    def of_indices(place: Place) -> None:
        grad[place.input] = readable(place.input, place.target)

    _each(of_indices, x)
    return grad.reshape(z.shape)
