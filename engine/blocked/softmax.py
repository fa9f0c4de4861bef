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

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.blocked.blocks import is_plain, is_row_major
from engine.floats.formats import FloatArray
from engine.pytorch.activations import log_softmax

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


def _sums(e: FloatArray) -> FloatArray:
    """Each row's sum, within some 8 eps of itself where all terms are positive.

    A large term swallows the small ones that are added to it one by one, half an eps each: in a product
    with ones every fourth one of the row, in `numpy.einsum` every 64th, pairwise some eight. In float32
    that is 60, 5 and 5 eps at 1000 classes, and 0.09, 0.13 and 0.39 ns an element; along a few classes a
    product takes 2 ns a row, the others 15 to 20.
    """
    classes = e.shape[1]
    if classes <= _DOT_UP_TO:
        return np.asarray(e @ np.ones(classes, e.dtype))
    return np.asarray(np.einsum("ij->i", e) if classes <= _EINSUM_UP_TO else np.add.reduce(e, axis=1))


def _places(target: Indices, ignore_index: int, classes: int) -> Indices:
    """Where each row's target lies in the table's flat array; an ignored row's is its first class."""
    safe = np.where(target == ignore_index, 0, target)
    return np.add(np.arange(0, len(target) * classes, classes), safe)


def _exponentials(z: FloatArray, places: Indices, out: FloatArray) -> tuple[FloatArray, FloatArray, Indices]:
    """exp(z); each row's sum of it, the share of its target, and which rows that is not right for.

    Notes
    -----
    Between the square roots of the format's ends neither quotient nor a term that underflowed matters.
    Comparisons are put so that nan is doubtful. PyTorch's loss is 0 where the other terms come to half an
    eps of the target's, at most: a sum rounds them away there for certain if p is 1, and keeps some that
    PyTorch loses if p is one or two floats below. (Beyond two classes the order of the sum has a say in
    that, in PyTorch as here, to one eps.)
    """
    least, most = _middle(z.dtype)
    np.exp(z, out=out)
    total = _sums(out)
    at_target = out.reshape(-1).take(places)
    p = at_target / total
    sure = (at_target >= least) & (total <= most) & ((p < 1 - np.finfo(z.dtype).eps) | (p == 1))
    return total, p, np.flatnonzero(~sure)


def log_p_at_target(z: FloatArray, target: Indices, ignore_index: int) -> FloatArray:
    """log_softmax of each row's target; of an ignored row some other number."""
    places = _places(target, ignore_index, z.shape[1])
    _, p, doubtful = _exponentials(z, places, out=np.empty_like(z))
    log_p: FloatArray = np.log(p, out=p)
    if len(doubtful):
        classes = places[doubtful] % z.shape[1]
        log_p[doubtful] = log_softmax(z[doubtful])[np.arange(len(doubtful)), classes]
    return log_p


def gradient(
    z: FloatArray,
    target: Indices,
    weight: FloatArray | None,
    ignore_index: int,
    of_one_row: Any,
    out: FloatArray,
    readable: Callable[[FloatArray, Indices], FloatArray],
) -> None:
    """CrossEntropyLoss's gradient to the logits.

    Parameters
    ----------
    z, target : arrays (N, C), (N,)
    weight : array (C,) or None
    ignore_index : int
    of_one_row : number
        The negated gradient to the log-probability of a target of weight 1.
    out : array (N, C)
        What is computed.
    readable : callable
        Computes the rows that this form is not right for.

    Notes
    -----
    The gradient to log_softmax is -u at the target and 0 elsewhere, so its sum is -u exactly, and
    ``g - exp(log_p) * sum(g)`` is ``p * u`` elsewhere and ``p * u - u`` at the target. That is rounded
    once there (`engine.pytorch.activations.log_softmax_grad`), and so is ``(p - 1) * u``: the difference
    is exact from p = 1/2 on.

    A class far below the largest keeps digits that are lost here where subtracting the largest logit makes
    its exponential larger: where the sum of exponentials is less than 1.
    """
    classes = z.shape[1]
    places = _places(target, ignore_index, classes)
    total, p, doubtful = _exponentials(z, places, out)
    tiny = np.finfo(z.dtype).tiny
    if total.min() < 1 and out.min() < tiny:
        below_one = np.flatnonzero(total < 1)
        doubtful = np.union1d(doubtful, below_one[(out[below_one] < tiny).any(axis=1)])
    factor = of_one_row if weight is None else of_one_row * weight.take(places % classes)
    factor = np.where(target == ignore_index, z.dtype.type(0), factor)
    scale = factor / total
    if classes <= _REPEATED_UP_TO:
        np.multiply(out.reshape(-1), np.repeat(scale, classes), out=out.reshape(-1))
    else:
        np.multiply(out, scale[:, None], out=out)
    out.reshape(-1)[places] = (p - 1) * factor + 0  # an ignored row has 0, not -0
    if len(doubtful):
        out[doubtful] = readable(z[doubtful], target[doubtful])
