"""The gradients of the four losses as PyTorch's autograd gives them, dead, nan and inf ones included.

Each is the gradient of the sum of the output with respect to `input`, in input's shape and format,
computed by PyTorch's backward formula operation by operation. Arguments and refusals are the losses', and
so is what a call takes beyond its result: with class indices under 'mean' the weights of all rows.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from engine import blocked
from engine.arguments.checks import (
    Reduction,
    check_binary_cross_entropy,
    check_binary_cross_entropy_with_logits,
)
from engine.arguments.class_checks import (
    check_backward_shapes,
    check_cross_entropy,
    check_nll_loss,
)
from engine.floats.formats import FloatArray
from engine.floats.rounding import failures_are_results
from engine.pytorch import backward


@failures_are_results
def binary_cross_entropy_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
) -> FloatArray:
    """The gradient of `binary_cross_entropy` to the probabilities.

    Parameters
    ----------
    input : array of any shape, one of the four formats
        Probabilities, within [0, 1].
    target, weight, reduction
        As for the loss; the gradient is that of the sum of its output.

    Returns
    -------
    array of input's shape and format

    Raises
    ------
    LossValueError, LossTypeError
        For what the loss refuses.

    Notes
    -----
    ``(p - y) / max((1 - p) * p, 1e-12)``, times the weight, over the number of elements for the mean.
    The floor of the denominator kills the gradient to the logit from z = -27.6 on (y = 1), long
    before the loss is clamped. In float16 1e-12 is 0, and the gradient nan or infinite at 0 and 1.

    References
    ----------
    aten/src/ATen/native/Loss.cpp, ``binary_cross_entropy_backward_out_cpu``

    Examples
    --------
    >>> binary_cross_entropy_grad([0.25, 0.5], [1.0, 1.0], reduction="sum").tolist()
    [-4.0, -2.0]
    """
    checked = check_binary_cross_entropy(input, target, weight, reduction)
    large = blocked.binary_cross_entropy_grad(*checked, reduction)
    return backward.binary_cross_entropy_grad(*checked, reduction) if large is None else large


@failures_are_results
def binary_cross_entropy_with_logits_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    pos_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> FloatArray:
    """The gradient of `binary_cross_entropy_with_logits` to the logits.

    Parameters
    ----------
    input : array of any shape, one of the four formats
        Logits.
    target, weight, pos_weight, reduction
        As for the loss; the gradient is that of the sum of its output.

    Returns
    -------
    array of input's shape and format

    Raises
    ------
    LossValueError, LossTypeError
        For what the loss refuses.

    Notes
    -----
    ``sigmoid(z) - y``; with ``t = pos_weight * y`` it is ``((t + 1) - y) * sigmoid(z) - t``. Times the
    weight, over the number of elements for the mean. It is right where the loss loses its digits.

    References
    ----------
    torch/csrc/autograd/FunctionsManual.cpp, ``binary_cross_entropy_with_logits_backward``

    Examples
    --------
    >>> binary_cross_entropy_with_logits_grad([0.0, -200.0], [0.0, 1.0], reduction="sum").tolist()
    [0.5, -1.0]
    """
    checked = check_binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction)
    large = blocked.binary_cross_entropy_with_logits_grad(*checked, reduction)
    return backward.binary_cross_entropy_with_logits_grad(*checked, reduction) if large is None else large


@failures_are_results
def nll_loss_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> FloatArray:
    """The gradient of `nll_loss` to its input.

    Parameters
    ----------
    input : array (C,), (N, C) or (N, C, d1, ..., dK), one of the four formats
        Logarithms of probabilities.
    target, weight, ignore_index, reduction
        As for the loss; the gradient is that of the sum of its output.

    Returns
    -------
    array of input's shape and format

    Raises
    ------
    LossValueError, LossTypeError, LossIndexError
        For what the loss refuses, and for one sample (C,) with a target (1,), which backward refuses.

    Notes
    -----
    ``-weight[y]`` at the target's class, over the denominator for the mean, and 0 elsewhere. With all
    targets ignored it is 0 although the loss is nan.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp, ``nll_loss_backward_out_frame``

    Examples
    --------
    >>> nll_loss_grad([[-0.5, -1.0], [-3.0, -2.0]], [0, 1], [1.0, 3.0]).tolist()
    [[-0.25, 0.0], [0.0, -0.75]]
    """
    checked = check_nll_loss(input, target, weight, ignore_index, reduction)
    check_backward_shapes(*checked[:2])
    large = blocked.nll_loss_grad(*checked, reduction)
    return backward.nll_loss_grad(*checked, reduction) if large is None else large


@failures_are_results
def cross_entropy_grad(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> FloatArray:
    """The gradient of `cross_entropy` to the logits.

    Parameters
    ----------
    input : array (C,), (N, C) or (N, C, d1, ..., dK), one of the four formats
        Logits.
    target, weight, ignore_index, label_smoothing, reduction
        As for the loss; the gradient is that of the sum of its output.

    Returns
    -------
    array of input's shape and format

    Raises
    ------
    LossValueError, LossTypeError, LossIndexError
        For what the loss refuses, and for one sample (C,) with a class index (1,).

    Notes
    -----
    The loss's gradient to log_softmax, then `log_softmax_grad`: in the end
    ``weight[y] * (softmax(z) - one_hot(y))`` over the denominator. An ignored row has gradient 0,
    unless it holds a nan, inf or only -inf: then it is nan, although the loss does not see it.

    References
    ----------
    aten/src/ATen/native/LossNLL.cpp; torch/csrc/autograd/FunctionsManual.cpp

    Examples
    --------
    >>> cross_entropy_grad([[0.0, 0.0]], [0]).tolist()
    [[-0.5, 0.5]]
    """
    checked = check_cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)
    z, y = checked[:2]
    if y.shape != z.shape:
        check_backward_shapes(z, y)
    large = blocked.cross_entropy_grad(*checked, reduction)
    return backward.cross_entropy_grad(*checked, reduction) if large is None else large
