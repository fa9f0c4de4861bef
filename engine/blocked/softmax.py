"""softmax of rows at their targets without each row's largest logit, where that is safe.

The readable forms subtract each row's largest logit first, which along rows of a few classes costs NumPy more
than all the rest. Here ``p = exp(z_y) / sum(exp(z))`` is taken without it, as near to PyTorch as is asked of
any form wherever neither side leaves the middle of the format's range, which logits up to 43 (float64: 354)
never do.
The other rows, few as a rule, are found by a look at these two numbers and computed by the readable form: so
are all rows with a nan, an infinite or an underflowed term, and those whose p lies next to 1, where PyTorch's
``1 + exp(-gap)`` decides whether the loss is 0 and the gradient dead. Failures fall on the same floats.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.blocked.blocks import aligned, is_plain, is_row_major
from engine.floats.formats import FloatArray

Indices = NDArray[Any]

_DOT_UP_TO = 64
_EINSUM_UP_TO = 2048
"""Classes up to which a row is added by a product with ones, and by `numpy.einsum`."""
_REPEATED_UP_TO = 64
"""Classes up to which a row's factor is repeated along it: NumPy's loop along two takes 5 ns an element."""


def serves(z: FloatArray, label_smoothing: float) -> bool:
    """Whether the loss of these logits may be taken so."""
    return not label_smoothing and z.ndim == 2 and is_plain(z) and is_row_major(z)


def scales(factors: FloatArray) -> bool:
    """Whether rows times such factors keep their digits, over any sum that is safe: the gradient's case."""
    least, most = _middle(factors.dtype)
    size = np.abs(factors)
    return bool(((size >= least) & (size <= most) | (size == 0)).all())


def _middle(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """About the square roots of the format's smallest and largest number."""
    half_way = np.finfo(dtype).maxexp // 2 - 1
    return np.ldexp(dtype.type(1), -half_way), np.ldexp(dtype.type(1), half_way)


def _sums(e: FloatArray, ones: FloatArray, out: FloatArray) -> None:
    """Each row's sum, within some 8 eps of itself where all terms are positive.

    A large term swallows the small ones that are added to it one by one, half an eps each: in a product
    with ones every fourth one of the row, in `numpy.einsum` every 64th, pairwise some eight. In float32
    that is 60, 5 and 5 eps at 1000 classes, and 0.09, 0.13 and 0.39 ns an element; along a few classes a
    product takes 2 ns a row, the others 15 to 20.
    """
    if len(ones) <= _DOT_UP_TO:
        np.dot(e, ones, out=out)
    elif len(ones) <= _EINSUM_UP_TO:
        np.einsum("ij->i", e, out=out)
    else:
        np.add.reduce(e, axis=1, out=out)


class UnshiftedSoftmax:
    """One thread's exponentials of a block of rows, in scratch arrays that are made once.

    Parameters
    ----------
    rows : int
        Most rows a block has.
    z : array (N, C)
    ignore_index : int
    """

    def __init__(self, rows: int, z: FloatArray, ignore_index: int) -> None:
        self._ignore_index = ignore_index
        self._classes = z.shape[1]
        self._least, self._most = _middle(z.dtype)
        self._below_one = z.dtype.type(1 - np.finfo(z.dtype).eps)
        self._ones = np.ones(self._classes, z.dtype)
        self._starts = np.arange(0, rows * self._classes, self._classes)
        self._places = np.empty_like(self._starts)
        self._of_rows = aligned((4, rows), z.dtype)
        self._exponentials = aligned((rows, self._classes), z.dtype)

    def _compute(self, z: FloatArray, target: Indices, e: FloatArray) -> tuple[Indices, FloatArray, Indices]:
        """Fill `e` with exp(z). Where the targets lie in it, their shares, and the rows that are not right.

        Notes
        -----
        Between the square roots of the format's ends neither quotient nor a term that underflowed matters.
        Comparisons are put so that nan is doubtful. PyTorch's loss is 0 where the other terms come to half
        an eps of the target's, at most: a sum rounds them away there for certain if p is 1, and keeps some
        that PyTorch loses if p is one or two floats below. (Beyond two classes the order of the sum has a
        say in that, in PyTorch as here, to one eps.)
        """
        self.total, p, at_target, _ = self._of_rows[:, : len(z)]
        places = self._places[: len(z)]
        self._ignored = target == self._ignore_index
        self._any_ignored = bool(self._ignored.any())
        usable = np.where(self._ignored, 0, target) if self._any_ignored else target
        np.add(self._starts[: len(z)], usable, out=places)
        np.exp(z, out=e)
        _sums(e, self._ones, self.total)
        # With mode 'raise', which these never do, `take` would copy its result once more.
        e.reshape(-1).take(places, out=at_target, mode="clip")
        np.divide(at_target, self.total, out=p)
        in_range = (at_target >= self._least) & (self.total <= self._most)
        sure = in_range & ((p < self._below_one) | (p == 1))
        return places, p, np.flatnonzero(~sure)

    def loss(self, z: FloatArray, target: Indices, out: FloatArray) -> Indices:
        """Each row's loss of weight 1, an ignored one's 0; which rows it is wrong for."""
        _, p, doubtful = self._compute(z, target, self._exponentials[: len(z)])
        np.log(p, out=out)
        np.negative(out, out=out)
        if self._any_ignored:
            out[self._ignored] = 0
        return doubtful

    def gradient(
        self,
        z: FloatArray,
        target: Indices,
        weight: FloatArray | None,
        of_one_row: Any,
        out: FloatArray,
    ) -> Indices:
        """CrossEntropyLoss's gradient to the logits.

        Parameters
        ----------
        z, target : arrays (n, C), (n,)
        weight : array (C,) or None
        of_one_row : number
            The negated gradient to the log-probability of a target of weight 1.
        out : array (n, C)

        Returns
        -------
        array of int
            The rows that `out` is wrong for.

        Notes
        -----
        The gradient to log_softmax is -u at the target and 0 elsewhere, so its sum is -u exactly, and
        ``g - exp(log_p) * sum(g)`` is ``p * u`` elsewhere and ``p * u - u`` at the target. That is rounded
        once there (`engine.pytorch.activations.log_softmax_grad`), and so is ``(p - 1) * u``: the
        difference is exact from p = 1/2 on.

        The p of a class far below the largest loses digits, or all, in PyTorch. It loses more of them here
        where the sum of exponentials is less than 1, and fewer elsewhere, which a factor makes visible.
        """
        places, p, doubtful = self._compute(z, target, out)
        factor = self._of_rows[3, : len(z)]
        factor[:] = of_one_row if weight is None else of_one_row * weight.take(places % self._classes)
        factor[self._ignored] = 0
        tiny = np.finfo(z.dtype).tiny
        if not out.min() >= tiny * max(self.total.max(), 1):  # nan in another row hides nothing
            smallest = tiny * np.maximum(self.total, 1)
            deep = (out < smallest[:, None]).any(axis=1) & ((self.total < 1) | (np.abs(factor) > 1))
            doubtful = np.union1d(doubtful, np.flatnonzero(deep))
        scale = np.divide(factor, self.total, out=self.total)
        if self._classes <= _REPEATED_UP_TO:
            np.multiply(out.reshape(-1), np.repeat(scale, self._classes), out=out.reshape(-1))
        else:
            np.multiply(out, scale[:, None], out=out)
        out.reshape(-1)[places] = (p - 1) * factor + 0  # an ignored row has 0, not -0
        return doubtful
