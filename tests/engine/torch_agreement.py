"""How far from PyTorch a result may be: k * eps * S, with the k that was measured for each quantity.

`S` is max(1, |z|) for the binary losses and max(1, range of the row's finite logits) for the
multiclass ones. Where the terms of a sum are known, the bound is also kept to a few eps of the sum
of their magnitudes, which is far less than `S` for small losses. Half formats are compared bit for
bit: PyTorch computes them in float32 and rounds, which leaves nothing to the processor but the
gradient of cross_entropy (see `half_ulp_of_gradient`).

float32 and float64 of PyTorch itself move by as much between AVX2 and AVX-512: a tighter bound would
hold on one machine only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import floats_apart

Floats = NDArray[np.float64]

# k of k * eps * S: measured between PyTorch and NumPy over |z| <= 100 and up to 1000 classes, and doubled.
K_BCE = 4
K_BCE_WITH_LOGITS = 2
K_SIGMOID = 2
K_SOFTMAX = 4
K_LOG_SOFTMAX = 10
K_CROSS_ENTROPY = 10
K_CROSS_ENTROPY_GRAD = 4
K_REDUCTION = 4
# Sums of magnitudes: each of log, log1p, log_sigmoid and sigmoid is within 4 ULP of PyTorch's.
K_TERMS = 4

FLOAT32_EPS = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Bound:
    """The largest allowed distance of each element of a loss and of its gradient, in float64."""

    loss: Floats
    gradient: Floats


def _wide(values: Any) -> Floats:
    return np.asarray(values).astype(np.float64)


def _eps(*arrays: NDArray[Any]) -> float:
    """The coarsest format's eps among these, which decides how the result is rounded."""
    kinds = [array.dtype for array in arrays if array.dtype.kind not in "iub"]
    return max(float(ml_dtypes.finfo(kind).eps) for kind in kinds)


def _log_sigmoid(z: Floats) -> Floats:
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


def _reduced(
    bound: Floats, loss: Floats, gradient: Floats, size: Floats, over: np.float64 | int, eps: float
) -> Bound:
    """Pass per-element bounds through a sum over elements, divided by `over`."""
    total = (bound.sum() + K_REDUCTION * eps * size.sum()) / over
    return Bound(np.asarray(total), (gradient + K_REDUCTION * eps * loss) / over)


def _binary_reduction(
    arguments: dict[str, Any], bounds: tuple[Floats, Floats], sizes: tuple[Floats, Floats]
) -> Bound:
    weight = np.abs(_wide(arguments.get("weight", 1.0)))
    loss, gradient, loss_size, gradient_size = (value * weight for value in (*bounds, *sizes))
    if arguments.get("reduction", "mean") == "none":
        return Bound(loss, gradient)
    eps = _eps(arguments["input"], arguments["target"])
    over = max(arguments["input"].size, 1) if arguments.get("reduction", "mean") == "mean" else 1
    return _reduced(loss, gradient_size, gradient, loss_size, over, eps)


def binary_cross_entropy_bound(arguments: dict[str, Any]) -> Bound:
    """No two terms cancel here, so a few eps of the loss itself; the gradient is PyTorch's bit for bit."""
    p, y = _wide(arguments["input"]), _wide(arguments["target"])
    eps = _eps(arguments["input"])
    size = (1 - y) * np.abs(np.maximum(np.log1p(-p), -100)) + y * np.abs(np.maximum(np.log(p), -100))
    exact = np.zeros_like(p)
    return _binary_reduction(arguments, (K_BCE * eps * size, exact), (size, exact))


def binary_cross_entropy_with_logits_bound(arguments: dict[str, Any]) -> Bound:
    """`(1 - y) * z` and `log_sigmoid(z)` may cancel: at most 2 eps of max(1, |z|)."""
    z, y = _wide(arguments["input"]), _wide(arguments["target"])
    eps = _eps(arguments["input"], arguments["target"])
    pos_weight = _wide(arguments.get("pos_weight", 1.0))
    log_weight = np.abs((pos_weight - 1) * y + 1)
    size = np.abs((1 - y) * z) + np.abs(_log_sigmoid(z)) * log_weight
    scale = np.maximum(np.abs(1 - y) * np.abs(z), 1) + np.maximum(np.abs(z), 1) * np.maximum(log_weight, 1)
    slope = np.exp(_log_sigmoid(z))
    grad_size = np.abs(pos_weight * y + 1 - y) * slope + np.abs(pos_weight * y)
    grad_scale = np.maximum(np.abs(pos_weight * y + 1 - y), np.abs(pos_weight * y))
    loss = eps * np.minimum(K_BCE_WITH_LOGITS * scale, K_TERMS * size)
    grad_eps = max(eps, _eps(arguments["input"]))
    gradient = grad_eps * np.minimum(K_SIGMOID * np.maximum(grad_scale, 1), K_TERMS * grad_size)
    return _binary_reduction(arguments, (loss, gradient), (size, grad_size))


def _class_axis(array: NDArray[Any]) -> int:
    return 0 if array.ndim == 1 else 1


def _counted(arguments: dict[str, Any]) -> NDArray[np.bool_]:
    return np.asarray(arguments["target"].astype(np.int64) != arguments.get("ignore_index", -100))


def class_weights(arguments: dict[str, Any]) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Each class's weight, shaped to the input; each target's, 0 where ignored; and usable targets."""
    x, target = arguments["input"], arguments["target"].astype(np.int64)
    axis = _class_axis(x)
    weight = np.ones(x.shape[axis]) if arguments.get("weight") is None else _wide(arguments["weight"]).ravel()
    counted = _counted(arguments)
    index = np.where(counted, target, 0).astype(np.intp)
    picked = np.where(counted, weight[index], 0.0) if weight.size else np.zeros(target.shape)
    by_class = weight.reshape([-1 if place == axis else 1 for place in range(x.ndim)])
    return by_class, picked, index


def _picked(values: Floats, index: NDArray[np.intp], axis: int) -> Floats:
    if values.shape[axis] == 0 or index.size == 0:
        return np.zeros(index.shape)
    index = index.reshape(np.delete(values.shape, axis))
    return np.take_along_axis(values, np.expand_dims(index, axis), axis).squeeze(axis)


def nll_loss_bound(arguments: dict[str, Any]) -> Bound:
    """Unreduced it is a product and bit for bit PyTorch's; sums in another order are a few eps off."""
    x = arguments["input"]
    exact = np.zeros(x.shape)
    if arguments.get("reduction", "mean") == "none":
        return Bound(np.zeros(arguments["target"].shape), exact)
    _, weight, index = class_weights(arguments)
    eps, axis = _eps(x), _class_axis(x)
    size = np.abs(_picked(_wide(x), index, axis).reshape(weight.shape) * weight)
    size = np.where(weight == 0, 0.0, size)
    over, spread = np.float64(1), np.float64(1)
    if arguments.get("reduction", "mean") == "mean":
        over = np.abs(weight.sum())
        spread = np.abs(weight).sum() / over
    one_hot = np.zeros(x.shape)
    if one_hot.size:
        np.put_along_axis(
            one_hot,
            np.expand_dims(index.reshape(np.delete(x.shape, axis)), axis),
            np.expand_dims(np.abs(weight).reshape(np.delete(x.shape, axis)), axis),
            axis,
        )
    k = K_REDUCTION * eps * spread / over
    return Bound(np.asarray(k * size.sum()), k * one_hot)


def _log_softmax(x: Floats, axis: int) -> tuple[Floats, Floats]:
    """log_softmax, and `S` of each row; an infinite or nan row is nan, as in PyTorch."""
    finite = np.where(np.isfinite(x), x, np.nan)
    with np.errstate(all="ignore"):
        top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
        largest = np.fmax.reduce(finite, axis=axis, keepdims=True, initial=-np.inf)
        spread = largest - np.fmin.reduce(finite, axis=axis, keepdims=True, initial=np.inf)
        log_p = x - top - np.log(np.exp(x - top).sum(axis=axis, keepdims=True))
    return log_p, np.fmax(np.nan_to_num(spread, posinf=np.finfo(float).max), 1.0)


def _class_shares(arguments: dict[str, Any]) -> tuple[Floats, np.float64]:
    """How much each entry of log_softmax counts in each row's loss, and the denominator of the mean."""
    x, target = arguments["input"], arguments["target"]
    axis = _class_axis(x)
    classes = max(x.shape[axis], 1)
    epsilon = max(arguments.get("label_smoothing", 0.0), 0.0)
    if target.shape == x.shape:
        weight = np.ones(x.shape[axis]) if arguments.get("weight") is None else _wide(arguments["weight"])
        by_class = weight.reshape([-1 if place == axis else 1 for place in range(x.ndim)])
        return np.abs((_wide(target) * (1 - epsilon) + epsilon / classes) * by_class), np.float64(
            x.size / classes
        )
    by_class, picked, index = class_weights(arguments)
    rest = tuple(np.delete(x.shape, axis))
    counted = _counted(arguments).reshape(rest)
    shares = np.zeros(x.shape) + np.abs(by_class) * epsilon / classes * np.expand_dims(counted, axis)
    if x.size:
        here = np.expand_dims(index.reshape(rest), axis)
        own = np.take_along_axis(shares, here, axis)
        own = own + (1 - epsilon) * np.expand_dims(np.abs(picked).reshape(rest), axis)
        np.put_along_axis(shares, here, own, axis)
    return shares, np.abs(picked.sum())


def cross_entropy_bound(arguments: dict[str, Any]) -> Bound:
    """10 eps of S for the loss and 4 for the gradient, or of 1 + |log_softmax| where that is less."""
    x = _wide(arguments["input"])
    axis = _class_axis(arguments["input"])
    eps = _eps(arguments["input"], arguments["target"], np.asarray(arguments.get("weight", 0)))
    log_p, scale = _log_softmax(x, axis)
    shares, denominator = _class_shares(arguments)
    depth = np.where(np.isfinite(log_p), np.abs(log_p), 0.0)
    p = np.exp(log_p)
    size = (shares * depth).sum(axis=axis)
    loss = K_CROSS_ENTROPY * eps * (shares * np.minimum(scale, 1 + depth)).sum(axis=axis)
    whole = shares.sum(axis=axis, keepdims=True)
    grad_size = whole * p + shares
    near = whole * p * (1 + depth) + shares
    gradient = eps * np.minimum(
        K_CROSS_ENTROPY_GRAD * scale * np.maximum(whole, shares), K_CROSS_ENTROPY * near
    )
    if arguments.get("reduction", "mean") == "none":
        return Bound(loss, gradient)
    over = denominator if arguments.get("reduction", "mean") == "mean" else np.float64(1)
    spread = np.float64(1)
    if over != 1.0 and arguments.get("weight") is not None and arguments["target"].shape != x.shape:
        spread = np.abs(class_weights(arguments)[1]).sum() / over
    return _reduced(loss, grad_size * spread, gradient, size * spread, over, eps)


BOUNDS = {
    "binary_cross_entropy": binary_cross_entropy_bound,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits_bound,
    "cross_entropy": cross_entropy_bound,
    "nll_loss": nll_loss_bound,
}


def half_ulp_of_gradient(function: str) -> int:
    """1 for cross_entropy, else 0.

    log_softmax's gradient subtracts a sum over the classes, whose order follows the processor's
    vector width: PyTorch itself gives another last bit, or another sign of zero, on another CPU.
    """
    return int(function == "cross_entropy")


def bound_of(function: str, arguments: dict[str, Any]) -> Bound:
    """The allowed distance from PyTorch for one call."""
    with np.errstate(all="ignore"):
        return BOUNDS[function](arguments)


def activation_bound(function: str, logits: NDArray[Any]) -> Floats:
    """The allowed distance of sigmoid, log_sigmoid, softmax (of rows) or log_softmax."""
    z, eps = _wide(logits), _eps(logits)
    with np.errstate(all="ignore"):
        if function == "log_sigmoid":
            return K_TERMS * eps * np.abs(_log_sigmoid(z))
        if function == "sigmoid":
            return eps * np.minimum(K_SIGMOID, K_TERMS * np.exp(_log_sigmoid(z)))
        log_p, scale = _log_softmax(z, axis=1)
        depth = np.minimum(scale, 1 + np.abs(log_p))
        if function == "log_softmax":
            return K_LOG_SOFTMAX * eps * depth
        return eps * np.minimum(K_SOFTMAX, K_LOG_SOFTMAX * np.exp(log_p) * depth)


def _from_sigmoid_bound(arguments: dict[str, Any]) -> Bound:
    """`log(p)` inherits p's relative error and `log(1 - p)` p / (1 - p) times that, which is e^z."""
    z, y = _wide(arguments["input"]), _wide(arguments["target"])
    eps = _eps(arguments["input"])
    size = y * np.abs(_log_sigmoid(z)) + (1 - y) * np.abs(_log_sigmoid(-z))
    steepness = np.where((y < 1) & (z > 0), np.exp(z), 1.0)
    loss = (
        K_BCE * eps * np.minimum(np.maximum(np.abs(z), 1) * steepness, size + y + (1 - y) * (1 + np.exp(z)))
    )
    return Bound(loss, np.full(z.shape, K_BCE * eps))


def _from_softmax_bound(arguments: dict[str, Any]) -> Bound:
    """`log(p)` inherits p's relative error, which is large once p is subnormal."""
    rows = _wide(arguments["input"])
    eps = _eps(arguments["input"])
    tiny = float(ml_dtypes.finfo(arguments["input"].dtype).smallest_subnormal)
    log_p, scale = _log_softmax(rows, axis=1)
    picked = np.take_along_axis(log_p, arguments["target"][:, None], axis=1)[:, 0]
    depth = np.minimum(scale[:, 0], 1 + np.abs(picked))
    # A subnormal p is at most 2 of the smallest subnormals off.
    return Bound(
        K_CROSS_ENTROPY * eps * depth + 2 * tiny / np.exp(picked), K_CROSS_ENTROPY_GRAD * eps * scale
    )


def chain_bound(function: str, arguments: dict[str, Any]) -> Bound:
    """The allowed distance of a whole computation from the logit, unreduced."""
    bound = _from_sigmoid_bound if function in ("sigmoid_bce", "scratch_binary") else _from_softmax_bound
    with np.errstate(all="ignore"):
        return bound(arguments)


def disagreement(
    computed: NDArray[Any], expected: NDArray[Any], allowed: Floats | float, *, half_ulp: int = 0
) -> str | None:
    """Say where two arrays differ by more than allowed, or None.

    dtype, shape, nan, inf with its sign, and the sign of a zero must be the same. In half formats so
    must everything else, the bits, but for `half_ulp` floats, a cancellation in float32 and a zero's
    sign where that is given.
    """
    if not isinstance(computed, np.ndarray | np.generic):
        return f"expected an array, got {type(computed).__name__}"
    if computed.dtype != expected.dtype:
        return f"expected dtype {expected.dtype}, got {computed.dtype}"
    if computed.shape != expected.shape:
        return f"expected shape {expected.shape}, got {computed.shape}"
    a, b = _wide(computed), _wide(expected)
    with np.errstate(invalid="ignore"):
        distance = np.abs(a - b)
    same = (a == b) & (np.signbit(a) == np.signbit(b)) | (np.isnan(a) & np.isnan(b))
    if expected.dtype.itemsize == 2:
        # Computed in float32, where the terms of a gradient may cancel, and then rounded.
        narrow = np.nan_to_num(allowed, nan=0.0) * (FLOAT32_EPS / _eps(expected))
        near = (floats_apart(computed, expected) <= half_ulp) | (distance <= narrow)
        wrong = ~(same | ((half_ulp > 0) & near & np.isfinite(a) & np.isfinite(b)))
    else:
        tiny = 4 * float(ml_dtypes.finfo(expected.dtype).smallest_subnormal)
        with np.errstate(invalid="ignore"):
            close = np.isfinite(a) & np.isfinite(b) & (distance <= np.nan_to_num(allowed, nan=0.0) + tiny)
        zeros = (a == 0) & (b == 0) & (half_ulp == 0)
        wrong = ~(same | (close & ~zeros))
    if not wrong.any():
        return None
    worst = np.unravel_index(
        int(np.argmax(np.where(wrong, np.nan_to_num(distance, nan=np.inf), -1))), a.shape
    )
    limit = np.broadcast_to(allowed, a.shape)[worst]
    return (
        f"{int(wrong.sum())} of {a.size} differ, worst at {tuple(map(int, worst))}: "
        f"expected {expected[worst]!r}, got {computed[worst]!r}, allowed {limit:.3g}"
    )
