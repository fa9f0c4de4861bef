"""softmax at each row's target without the row's largest logit, where that is safe.

The readable forms subtract each row's largest logit first. Here ``p = exp(z_y) / sum(exp(z))`` is taken
without it: two of four passes over the table less, and as near to PyTorch as is asked of any form wherever
neither side leaves the middle of the format's range, which logits up to 43 (float64: 354) never do. The rows
where that fails, few as a rule, are found by a look at each row's two numbers and computed again as by
`engine.pytorch.activations.log_softmax`: so are all rows with a nan, an infinite or an underflowed
term, and those whose p lies next to 1, where PyTorch's ``1 + exp(-gap)`` decides whether the loss is 0 and
the gradient dead. A gradient has a number for every class, and needs one more look at those (`underflowed`).
Failures therefore fall on the same floats.

Rows stay as they lie in memory. Along a short last axis a sum costs NumPy 15 to 20 ns a row, and a product
with a vector of ones (BLAS, one thread) 0.3 to 2.5: see `sums_of_rows` for when that would lose digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.blocked.array_memory import scratch_rows
from engine.blocked.rows import Indices, Mask, Picker, Rows
from engine.floats.formats import FloatArray

_REPEATED_UP_TO = 64
"""Classes up to which a number a row is repeated along it before it is multiplied with: at 10 classes that
takes 3.3 ns a row, broadcasting 4.6; from 64 on the latter needs one pass less."""


_DOT_UP_TO = 64
_EINSUM_UP_TO = 2048
"""Classes up to which a row is added by a product with ones, and by `numpy.einsum`."""


class UnshiftedSoftmax:
    """One thread's exponentials of a block, not shifted, and what a row needs of them.

    Attributes
    ----------
    total, p : arrays
        Each row's sum of exponentials, and the share of its target's; of the last block computed.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._picker = Picker(rows.target, rows.classes)
        self._ones = np.ones(rows.classes, dtype=rows.input.dtype)
        self._of_rows = scratch_rows(3, rows.block, rows.input.dtype)
        self.total, self.p, self._at_target = self._of_rows
        half_way = np.finfo(rows.input.dtype).maxexp // 2 - 1
        self._tiny = np.finfo(rows.input.dtype).tiny
        self._least, self._most = np.ldexp(rows.input.dtype.type(1), (-half_way, half_way))
        self._below_one = rows.input.dtype.type(1 - np.finfo(rows.input.dtype).eps)

    def compute(self, part: slice, counted: Mask | None, exponentials: FloatArray) -> None:
        """Fill the block with exp(z), and the rows' numbers."""
        self.total, self.p, self._at_target = self._of_rows[:, : part.stop - part.start]
        np.exp(self._rows.input[part], out=exponentials)
        sums_of_rows(exponentials, self._ones, self.total)
        self._picker.pick(exponentials, part, counted, self._at_target)
        np.divide(self._at_target, self.total, out=self.p)

    def doubtful(self) -> Indices | None:
        """The rows that need the largest logit subtracted; None if one look says that there are none.

        Notes
        -----
        Between the square roots of the format's ends neither quotient nor a term that underflowed
        matters. Comparisons are put so that nan is doubtful. PyTorch's loss is 0 where the other terms
        come to half an eps of the target's, at most: a sum rounds them away there for certain if p is 1,
        and keeps some that PyTorch loses if p is one or two floats below. (Beyond two classes the order
        of the sum has a say in that, in PyTorch as here, to one eps.)
        """
        usual = np.minimum.reduce(self._at_target) >= self._least
        usual = usual and np.maximum.reduce(self.total) <= self._most
        if usual and np.maximum.reduce(self.p) < self._below_one:
            return None
        next_to_one = (self.p >= self._below_one) & (self.p < 1)
        if usual:
            return np.flatnonzero(next_to_one)
        in_range = (self._at_target >= self._least) & (self.total <= self._most)
        return np.flatnonzero(next_to_one | ~in_range)

    def underflowed(self, exponentials: FloatArray) -> Indices | None:
        """The rows some class of which has lost digits, or all, that subtracting the largest logit keeps.

        Notes
        -----
        Where the sum of exponentials is 1 or more, that makes every term smaller, and none is kept.
        """
        if np.minimum.reduce(self.total) >= 1 or np.minimum.reduce(exponentials, axis=None) >= self._tiny:
            return None
        below_one = np.flatnonzero(self.total < 1)
        lost: Mask = (exponentials[below_one] < self._tiny).any(axis=1)
        return below_one[lost]

    def log_p(self, part: slice, chosen: Indices) -> tuple[FloatArray, FloatArray]:
        """log_softmax of some of a block's rows in PyTorch's order, and its entries at the targets.

        An ignored row's entry is some other one of the row.
        """
        z = self._rows.input[part][chosen]
        np.subtract(z, np.maximum.reduce(z, axis=1, keepdims=True), out=z)
        np.subtract(z, np.log(np.add.reduce(np.exp(z), axis=1, keepdims=True)), out=z)
        target = np.clip(self._rows.target[part][chosen], 0, self._rows.classes - 1)
        return z, z[np.arange(len(z)), target]

    def put(self, block: FloatArray, part: slice, counted: Mask | None, values: FloatArray) -> None:
        """Write each counted row's entry at its target."""
        self._picker.put(block, part, counted, values)


def sums_of_rows(block: FloatArray, ones: FloatArray, out: FloatArray) -> None:
    """Each row's sum, within some 8 eps of itself where all terms are positive.

    A large term swallows the small ones that are added to it one by one, half an eps each: in a product
    with ones every fourth one of the row, in `numpy.einsum` every 64th, pairwise some eight. In float32
    that is 60, 5 and 5 eps at 1000 classes, and 0.09, 0.13 and 0.39 ns an element.
    """
    classes = block.shape[1]
    if classes <= _DOT_UP_TO:
        np.dot(block, ones, out=out)
    elif classes <= _EINSUM_UP_TO:
        np.einsum("ij->i", block, out=out)
    else:
        np.add.reduce(block, axis=1, out=out)


def badly_scaled(scale: FloatArray, factor: Any) -> Indices | None:
    """The rows whose factor over the sum of exponentials is not finite, or underflowed to fewer digits."""
    limits = np.finfo(scale.dtype)
    size = np.abs(scale)
    if np.minimum.reduce(size) >= limits.tiny and np.maximum.reduce(size) <= limits.max:
        return None
    return np.flatnonzero(~(size <= limits.max) | ((size < limits.tiny) & np.not_equal(factor, 0)))


def any_of(*several: Indices | None) -> Indices | None:
    """The rows in one or more of these."""
    given = [rows for rows in several if rows is not None]
    return np.unique(np.concatenate(given)) if given else None


def scale_rows(block: FloatArray, scale: FloatArray) -> None:
    """Multiply each row of the block with its number, in place."""
    if block.shape[1] <= _REPEATED_UP_TO:
        np.multiply(block.reshape(-1), np.repeat(scale, block.shape[1]), out=block.reshape(-1))
    else:
        np.multiply(block, scale[:, None], out=block)
