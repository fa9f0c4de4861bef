"""PyTorch's four classification losses on arrays, failing where PyTorch's fail.

Arguments and names are those of `torch.nn.functional` (2.13, CPU), legacy ones aside. Arrays keep
their format (float16, bfloat16, float32, float64) and are never written to; lists of Python floats
are float64. What PyTorch refuses is refused (`engine.arguments.checks`).

From 4,096 elements on arrays are evaluated in blocks (`engine.blocked`). Beyond its arguments and its
result a call then takes some 10 MiB. To that comes what is kept to be added in PyTorch's order: with class
indices the losses and weights of all rows, with class probabilities each term, and the losses of binary
elements in a half format or in strided arrays. On 4e6 elements that is at most 64 MiB. One row of classes
cannot be cut: it takes up to 8 times itself, in the half formats 15 times.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from engine import blocked
from engine.arguments.checks import (
    Reduction,
    check_binary_cross_entropy,
    check_binary_cross_entropy_with_logits,
)
from engine.arguments.class_checks import check_cross_entropy, check_nll_loss
from engine.floats.rounding import failures_are_results
from engine.pytorch import forward


@failures_are_results
def binary_cross_entropy(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
) -> Any:
    """The binary cross-entropy of probabilities, with logarithms clamped at -100 (BCELoss).

    Parameters
    ----------
    input : array of any shape, one of the four formats
        Probabilities, within [0, 1].
    target : array of input's shape and format
        Within [0, 1].
    weight : array, optional
        A factor on each element, any real format; it stretches to input's shape.
    reduction : {'mean', 'sum', 'none'}

    Returns
    -------
    array of input's format
        Of input's shape for 'none', else without dimensions.

    Raises
    ------
    LossValueError, LossTypeError
        For a probability or target outside [0, 1] (nan is), another shape or another format.

    Notes
    -----
    ``(y - 1) * max(log1p(-p), -100) - y * max(log(p), -100)``, every operation rounded to the format.
    The mean divides by the number of elements, never by the weights.

    After a sigmoid, p is 1 from z = 16.64 on (float32), and the loss for y = 0 jumps from 15.94 to
    100: `binary_cross_entropy_with_logits` does not.

    References
    ----------
    aten/src/ATen/native/Loss.cpp, ``binary_cross_entropy_out_cpu``

    Examples
    --------
    >>> binary_cross_entropy([0.0, 0.5, 1.0], [1.0, 1.0, 1.0], reduction="none").tolist()
    [100.0, 0.6931471805599453, -0.0]
    """
    checked = check_binary_cross_entropy(input, target, weight, reduction)
    large = blocked.binary_cross_entropy(*checked, reduction)
    return forward.binary_cross_entropy(*checked, reduction) if large is None else large


@failures_are_results
def binary_cross_entropy_with_logits(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    pos_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> Any:
    """The binary cross-entropy of logits, by way of log_sigmoid (BCEWithLogitsLoss).

    Parameters
    ----------
    input : array of any shape, one of the four formats
        Logits.
    target : array of input's shape, one of the four formats
        Usually within [0, 1]; PyTorch does not check it.
    weight : array, optional
        A factor on each element; it stretches to input's shape.
    pos_weight : array, optional
        A factor on the positive part; it stretches to input's shape from the last axis on.
    reduction : {'mean', 'sum', 'none'}

    Returns
    -------
    array of *target's* format
        Of input's shape for 'none', else without dimensions.

    Raises
    ------
    LossValueError, LossTypeError
        For shapes that do not fit, or numbers that are no floats.

    Notes
    -----
    ``(1 - y) * z - log_sigmoid(z) * ((pos_weight - 1) * y + 1)``. For y = 0 and z < 0 two equal
    numbers are subtracted: every digit is lost from z = -14.56 on (float32), where BCELoss keeps
    them. Infinite logits give nan, but for (inf, 0).

    References
    ----------
    aten/src/ATen/native/Loss.cpp, ``binary_cross_entropy_with_logits``

    Examples
    --------
    >>> z = np.array([-200.0, -20.0, 17.0], dtype=np.float32)
    >>> y = np.array([1.0, 0.0, 0.0], dtype=np.float32)
    >>> binary_cross_entropy_with_logits(z, y, reduction="none").tolist()
    [200.0, 0.0, 17.0]
    """
    checked = check_binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction)
    large = blocked.binary_cross_entropy_with_logits(*checked, reduction)
    return forward.binary_cross_entropy_with_logits(*checked, reduction) if large is None else large


@failures_are_results
def nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> Any:
    """The negative log-likelihood of each target's class (NLLLoss).

    Parameters
    ----------
    input : array (C,), (N, C) or (N, C, d1, ..., dK), one of the four formats
        Logarithms of probabilities; PyTorch does not check that they are.
    target : int64 array () or (1,), (N,) or (N, d1, ..., dK)
        Class indices; uint8 too, up to two dimensions of input.
    weight : array (C,) of input's format, optional
        A factor for each class; of any shape with C elements where input has three dimensions or more.
    ignore_index : int
        Targets with this value are left out of loss, denominator and gradient.
    reduction : {'mean', 'sum', 'none'}

    Returns
    -------
    array of input's format
        Of the targets' shape for 'none', else without dimensions.

    Raises
    ------
    LossValueError, LossTypeError, LossIndexError
        For shapes and formats that do not fit, or a class out of bounds.

    Notes
    -----
    ``-input[y] * weight[y]``. The mean divides by the sum of ``weight[y]``, or the number, of the
    targets not ignored; all ignored is 0 / 0, nan. Sums run in input's format (`engine.pytorch.cascade`):
    a float16 mean over more than 65519 rows is 0.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp, LossNLL2d.cpp

    Examples
    --------
    >>> float(nll_loss([[-0.5, -1.0], [-3.0, -2.0]], [0, 1], [1.0, 3.0]))
    1.625
    """
    checked = check_nll_loss(input, target, weight, ignore_index, reduction)
    large = blocked.nll_loss(*checked, reduction)
    return forward.nll_loss(*checked, reduction) if large is None else large


@failures_are_results
def cross_entropy(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """The cross-entropy of logits, by way of log_softmax (CrossEntropyLoss).

    Parameters
    ----------
    input : array (C,), (N, C) or (N, C, d1, ..., dK), one of the four formats
        Logits.
    target : array
        Of input's shape: class probabilities, any of the four formats, not checked. Of any other
        shape: class indices as for `nll_loss`.
    weight : array (C,), optional
        A factor for each class; of input's format where targets are indices, and then of any shape with
        C elements where input has three dimensions or more.
    ignore_index : int
        Targets with this value are left out; class indices only.
    reduction : {'mean', 'sum', 'none'}
    label_smoothing : float
        The share of the target spread evenly over the classes, up to 1; below 0 it counts as 0.

    Returns
    -------
    array
        Of input's format with class indices, of the promoted format with probabilities.

    Raises
    ------
    LossValueError, LossTypeError, LossIndexError
        For shapes and formats that do not fit, or a class out of bounds.

    Notes
    -----
    Indices: ``(1 - eps) * nll_loss(log_softmax(z), y) + eps / C * smooth`` with ``smooth =
    -sum(weight * log_softmax(z))``, both parts divided by `nll_loss`'s denominator. Probabilities:
    ``-sum(log_softmax(z) * t * weight)`` with ``t = y * (1 - eps) + eps / C``, divided by the number
    of rows, weighted or not: the same data as indices or one-hot have another mean.

    A class masked with -inf makes the loss nan where its probability is 0 (0 * inf), and inf under
    label smoothing.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp, ``cross_entropy_loss_symint``

    Examples
    --------
    >>> float(cross_entropy([[0.0, 0.0]], [0]))
    0.6931471805599453
    """
    checked = check_cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)
    large = blocked.cross_entropy(*checked, reduction)
    return forward.cross_entropy(*checked, reduction) if large is None else large
