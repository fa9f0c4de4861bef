"""Why a row's loss or gradient is no number, or a mean is none though all rows are."""

from __future__ import annotations

import numpy as np

from engine.captures.call import Call


def cause_of_row(call: Call, row: int) -> str:
    """Why the loss of a row is nan or inf."""
    return (_cause_of_options(call, row) or _OF_INPUT[call.criterion](call, row)) or _overflow(call)


def cause_of_reduction(call: Call) -> str:
    """Why the reduced loss is nan or inf though no row's is."""
    if call.count == 0:
        return "0 / 0: the batch has no rows"
    if not call.is_binary and not call.has_probabilities:
        if not call.counted.any():
            return f"0 / 0: every target is ignore_index ({call.options.get('ignore_index', -100)})"
        weight = call.weights()
        if weight is not None and weight[call.classes[call.counted]].sum() == 0:
            return "0 / 0: the weights of the targets add up to 0"
    return f"the sum over {call.count} rows leaves {call.loss.dtype.name}"


def cause_of_gradient(call: Call, row: int) -> str:
    """Why the gradient of a row is nan or inf."""
    if not np.isfinite(call.rows[row]):
        return cause_of_row(call, row)
    if call.criterion == "BCELoss" and call.z[row] in (0.0, 1.0):
        return f"(p - y) / ((1 - p) * p) at p = {call.z[row]:g}: in {call.loss.dtype.name} the divisor is 0"
    if not np.isfinite(call.value):
        return cause_of_reduction(call)
    return f"it leaves {call.loss.dtype.name}"


def _cause_of_options(call: Call, row: int) -> str:
    """What weights or targets that are no numbers do, whatever the logits are."""
    for name in ("weight", "pos_weight"):
        weight = call.weights(name)
        if weight is None:
            continue
        if call.is_binary:
            used = weight[row : row + 1]
        elif call.has_probabilities or call.options.get("label_smoothing"):
            used = weight
        else:
            used = weight[call.classes[row] : call.classes[row] + 1]
        if not np.isfinite(used).all():
            return f"{name} is {used[~np.isfinite(used)][0]:g}"
    if call.y.dtype.kind == "f" and not np.isfinite(call.y[row]).all():
        worst = np.atleast_1d(call.y[row])
        return f"the target is {worst[~np.isfinite(worst)][0]:g}"
    return ""


def _of_bce(call: Call, row: int) -> str:
    return "" if 0 <= call.z[row] <= 1 else f"p = {call.z[row]:g}"


def _of_bce_with_logits(call: Call, row: int) -> str:
    z, loss = call.z[row], call.rows[row]
    if np.isfinite(z):
        return ""
    if np.isinf(loss):
        return f"the logit is {z:g} and the target {call.y[row]:g}"
    if call.y[row] == 1:
        return "0 * inf in (1 - y) * z"
    return "inf - inf in (1 - y) * z - log_sigmoid(z)" if z < 0 else "0 * inf in weight * loss"


def _of_cross_entropy(call: Call, row: int) -> str:
    z = call.z[row]
    if np.isposinf(z).any():
        return "inf - inf in log_softmax"
    masked = np.isneginf(z)
    if masked.all():
        return "inf - inf in log_softmax: every class is at -inf"
    if not masked.any():
        return ""
    if call.has_probabilities:
        return _of_masked_probabilities(call, row, int(np.argmax(masked)))
    return _of_masked_index(call, row, int(np.argmax(masked)))


def _of_masked_index(call: Call, row: int, masked: int) -> str:
    if np.isneginf(call.own[row]):
        product = "0 * inf in weight * loss: " if np.isnan(call.rows[row]) else ""
        return f"{product}the target's class is at -inf"
    smoothed = call.options.get("label_smoothing")
    return f"label smoothing counts class {masked}, which is at -inf" if smoothed else ""


def _of_masked_probabilities(call: Call, row: int, masked: int) -> str:
    counts = call.y[row][masked] != 0 or bool(call.options.get("label_smoothing"))
    at_zero = np.isneginf(call.z[row]) & (call.y[row] == 0)
    if at_zero.any() and not call.options.get("label_smoothing"):
        return f"0 * inf: class {int(np.argmax(at_zero))} is at -inf and its target is 0"
    return f"class {masked} is at -inf and its target counts" if counts else ""


def _of_nll(call: Call, row: int) -> str:
    own = call.own[row]
    if np.isfinite(own):
        return ""
    weight = call.weights()
    if weight is not None and weight[call.classes[row]] == 0:
        return "0 * inf in weight * input: the input of the target's class is infinite"
    return f"the input of the target's class is {own:g}: the logarithm of a probability of 0"


def _overflow(call: Call) -> str:
    """Why a loss is infinite or nan though all that came in is a number."""
    name = call.loss.dtype.name
    weighted = "weight * loss" if call.weights() is not None or call.weights("pos_weight") is not None else ""
    if call.criterion == "CrossEntropyLoss" and not weighted:
        return f"z - max(z) leaves {name} in log_softmax"
    return f"{weighted or 'the loss'} leaves {name}"


_OF_INPUT = {
    "BCELoss": _of_bce,
    "BCEWithLogitsLoss": _of_bce_with_logits,
    "CrossEntropyLoss": _of_cross_entropy,
    "NLLLoss": _of_nll,
}
