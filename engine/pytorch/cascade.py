"""NLLLoss's own way to add: an eight-level cascade, in the format of the input.

PyTorch sums the rows of a reduced NLLLoss (and so of CrossEntropyLoss) in the input's format, float16
and bfloat16 included, and keeps the error small by adding blocks of 16, then blocks of 256, and so
on. In the half formats the order is visible in the result, so it is followed exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results

_LEVELS = 8
_FAN = 16
"""Terms a block; PyTorch takes more only for 2**40 rows and above."""
_CHUNK = 1 << 16
"""Rows added at a time where some are ignored: so that the arrays of that stay small."""
_PADDING_LIMIT = 4
"""Blocks are padded to a rectangle unless that makes them more than this many times larger."""


def _block_sums(terms: FloatArray, ends: NDArray[np.intp]) -> FloatArray:
    """Sums of consecutive blocks of `terms`, each ending before its entry of `ends`, one by one.

    `numpy.add.accumulate` adds strictly in order and rounds every step to the format, which
    `numpy.sum` does not.
    """
    starts = np.concatenate(([0], ends[:-1]))
    lengths = ends - starts
    longest = int(lengths.max())
    if longest * len(ends) > _PADDING_LIMIT * (len(terms) + _FAN):
        blocks = [np.add.accumulate(terms[a:b])[-1] for a, b in zip(starts, ends, strict=True)]
        return np.array(blocks, dtype=terms.dtype)
    columns = np.arange(longest)
    inside = columns < lengths[:, None]
    rectangle = np.zeros(inside.shape, dtype=terms.dtype)
    rectangle[inside] = terms[: ends[-1]]
    running: FloatArray = np.add.accumulate(rectangle, axis=1)
    return running[:, -1]


_COLUMNS_FROM = 256
_COLUMNS = 4096
"""Blocks from which, and how many at a time, whole ones are added by columns: a third of the time."""


def _whole_block_sums(blocks: FloatArray) -> FloatArray:
    """The sums of the rows, each added from its first term to its last."""
    if len(blocks) < _COLUMNS_FROM:
        running: FloatArray = np.add.accumulate(blocks, axis=1)
        return running[:, -1]
    sums: FloatArray = np.empty(len(blocks), blocks.dtype)
    for start in range(0, len(blocks), _COLUMNS):
        part = slice(start, start + _COLUMNS)
        columns = np.ascontiguousarray(blocks[part].T)
        for column in columns[1:]:
            np.add(columns[0], column, out=columns[0])
        sums[part] = columns[0]
    return sums


def _levels_of_all(terms: FloatArray) -> list[Any]:
    """What each level holds at the end where every row counts: row 0, then blocks of 16."""
    levels = [terms.dtype.type(0)] * _LEVELS
    for level in range(_LEVELS - 1):
        if len(terms) <= 1:
            break
        blocks = (len(terms) - 1) // _FAN
        body, rest = terms[1 : 1 + blocks * _FAN], terms[1 + blocks * _FAN :]
        if len(rest):
            levels[level] = np.add.accumulate(rest)[-1]
        sums = _whole_block_sums(body.reshape(blocks, _FAN))
        terms = np.concatenate((terms[:1], sums))
    if len(terms):
        # Row 0 closes every level at once; with 2**28 rows and more others have come as far.
        levels[-1] = np.add.accumulate(terms)[-1]
    return levels


def _add_some(levels: list[Any], terms: FloatArray, rows: NDArray[np.intp]) -> None:
    """Add terms to what the levels hold; `rows` are the numbers of their rows, none of them ignored."""
    stride = _FAN
    for level in range(_LEVELS - 1):
        if len(rows) == 0:
            return
        terms = np.concatenate((np.asarray(levels[level])[None], terms))
        closing = np.flatnonzero(rows % stride == 0)
        rest = terms[int(closing[-1]) + 2 :] if len(closing) else terms
        levels[level] = np.add.accumulate(rest)[-1] if len(rest) else terms.dtype.type(0)
        terms = _block_sums(terms, closing + 2) if len(closing) else terms[:0]
        rows = rows[closing]
        stride *= _FAN
    if len(rows):
        levels[-1] = np.add.accumulate(np.concatenate((np.asarray(levels[-1])[None], terms)))[-1]


@failures_are_results
def cascade_sum(terms: FloatArray, counted: NDArray[np.bool_] | None = None) -> Any:
    """The sum of `terms` as NLLLoss adds them, every partial sum rounded to their format.

    Parameters
    ----------
    terms : array (N,), one of the four formats
    counted : bool array (N,), optional
        False where the target is ignored: such a row adds nothing and skips the step that closes a
        block, so that the block runs on.

    Returns
    -------
    scalar of the format

    Notes
    -----
    Row ``b`` is added to level 0; where ``b`` is a multiple of 16 level 0 is added to level 1 and
    cleared, where ``b`` is a multiple of 256 level 1 is added to level 2, and so on. At the end the
    levels are added from the lowest to the highest. Here a level is one array operation: its terms
    are cut into the blocks that the closing rows end, and the blocks' sums are the terms above.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp, ``nll_loss_out_frame``
    """
    if counted is None or counted.all():
        levels = _levels_of_all(terms)
    else:
        levels = [terms.dtype.type(0)] * _LEVELS
        for start in range(0, len(terms), _CHUNK):
            rows = np.flatnonzero(counted[start : start + _CHUNK]) + start
            _add_some(levels, terms[rows], rows)
    total = terms.dtype.type(0)
    for partial in levels:
        total = total + partial
    return total
