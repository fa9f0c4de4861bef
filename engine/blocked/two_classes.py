"""CrossEntropyLoss on rows of two logits, column by column, in the order of PyTorch's operations.

With two classes ``z - max z`` is ``min(z1 - z0, 0)`` and ``min(z0 - z1, 0)``, each rounded as PyTorch rounds
it: a row needs one difference, and every operation runs along two columns instead of short rows. Nothing
is approximated, so a loss is 0 and a gradient dead at PyTorch's floats, and float64 losses are equal to the
bit. Only a difference that is not finite leaves open which logit was; such blocks are left to
`engine.blocked.softmax`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.blocked.array_memory import scratch_rows
from engine.blocked.rows import Rows
from engine.floats.formats import FloatArray


class TwoClasses:
    """One thread's losses and gradients of blocks of rows (N, 2)."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._scratch = scratch_rows(6, rows.block, rows.input.dtype)
        self._one = rows.input.dtype.type(1)

    def _difference(self, part: slice, out: FloatArray) -> bool:
        """``z1 - z0``; whether all of it is certainly finite."""
        z = self._rows.input[part]
        np.subtract(z[:, 1], z[:, 0], out=out)
        return bool(np.isfinite(np.add.reduce(out)))

    def loss(self, part: slice, out: FloatArray) -> bool:
        """The block's losses, or False if they have to be computed otherwise.

        Notes
        -----
        ``-(shifted - log(1 + exp(-|d|)))`` with ``d = z1 - z0``. The target's logit minus the larger one
        is ``min(d, 0)`` for class 1 and ``min(d, 0) - d`` for class 0. An ignored row's is some number.
        """
        zeros, difference, shifted, first = self._scratch[:4, : len(out)]
        if not self._difference(part, difference):
            return False
        np.copyto(first, self._rows.target[part], casting="unsafe")
        np.multiply(np.subtract(self._one, first, out=first), difference, out=first)
        np.subtract(np.minimum(difference, zeros, out=shifted), first, out=shifted)
        np.negative(np.abs(difference, out=out), out=out)
        np.log(np.add(np.exp(out, out=out), self._one, out=out), out=out)
        np.negative(np.subtract(shifted, out, out=out), out=out)
        return True

    def gradient(self, part: slice, factor: Any, out: FloatArray) -> bool:
        """The block's gradients, or False if they have to be computed otherwise.

        Parameters
        ----------
        part : slice
        factor : scalar or array (rows of the block,)
            The negated gradient to each row's log-probability, 0 where the target is ignored.
        out : array (rows of the block, 2)
        """
        zeros, difference, first, second, total, target = self._scratch[:, : len(out)]
        if not (np.isfinite(np.add.reduce(factor, axis=None)) and self._difference(part, difference)):
            return False
        np.minimum(difference, zeros, out=second)
        np.exp(np.subtract(second, difference, out=first), out=first)
        np.exp(second, out=second)
        np.add(first, second, out=total)
        np.copyto(target, self._rows.target[part], casting="unsafe")
        np.subtract(np.divide(second, total, out=second), target, out=second)
        np.subtract(self._one, target, out=target)
        np.subtract(np.divide(first, total, out=first), target, out=first)
        np.multiply(first, factor, out=out[:, 0])
        np.multiply(second, factor, out=out[:, 1])
        return True
