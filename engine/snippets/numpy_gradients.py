"""Source text of the gradients that a NumPy snippet may need, by name; as `engine.snippets.numpy_helpers`.

Each is what autograd's backward formula gives, an operation at a time and rounded where PyTorch rounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_GRADIENTS = {
    "sigmoid_grad": '''
def sigmoid_grad(p, upstream):
    """The gradient to z from that to p = sigmoid(z); PyTorch computes float16's in float16."""
    x, g = (p, upstream) if p.dtype == np.float16 else (widened(p), widened(upstream))
    return ((g * (1 - x)) * x).astype(p.dtype)
''',
    "softmax_grad": '''
def softmax_grad(p, upstream):
    """The gradient to z from that to p = softmax(z)."""
    x, g = widened(p), widened(upstream)
    return ((g - class_sum(g * x)) * x).astype(p.dtype)
''',
    "log_softmax_grad": '''
def log_softmax_grad(log_p, upstream):
    """The gradient to z from that to log_softmax(z), product and difference rounded once."""
    x, g = widened(log_p), widened(upstream)
    total = class_sum(g).astype(np.float64)
    return (g - exp(x) * total).astype(x.dtype).astype(log_p.dtype)
''',
    "weighted": """
def weighted(rows, weight):
    return rows if weight is None else rows * weight
""",
    "where": '''
def where(condition, x):
    """x, and 0 elsewhere: a clip sends nothing back through what it replaced."""
    return np.where(condition, x, scalar(0, x))
''',
    "bce_grad": '''
def bce_grad(p, y, weight):
    """BCELoss's gradient to p: the denominator never leaves its epsilon."""
    return weighted((p - y) / np.maximum((1 - p) * p, scalar(np.float32(1e-12), p)), weight)
''',
    "bce_with_logits_grad": """
def bce_with_logits_grad(z, y, weight, pos_weight):
    p = sigmoid(z)
    if pos_weight is None:
        return weighted(p - y, weight)
    t = pos_weight * y
    return weighted(((t + 1) - y) * p - t, weight)
""",
    "textbook_grad": '''
def textbook_grad(q, r, y, weight, clipped_at=-np.inf):
    """The gradient to p of -(y * log(q) + (1 - y) * log(r)), where q moves with p and r against it."""
    of_log_q, of_log_r = weighted(-y, weight), weighted(-(1 - y), weight)
    if clipped_at > -np.inf:
        of_log_q = where(log(q) >= scalar(clipped_at, q), of_log_q)
        of_log_r = where(log(r) >= scalar(clipped_at, r), of_log_r)
    return of_log_q / q - of_log_r / r
''',
    "target_grad": '''
def target_grad(z, y, weight, ignore_index):
    """The gradient to the logarithms: -weight at each row's own class, or -y * weight of every class."""
    if y.ndim == 2:
        return -weighted(y, weight)
    grad = np.zeros_like(z)
    rows = np.flatnonzero(y != ignore_index)
    grad[rows, y[rows]] = -1 if weight is None else -weight[y[rows]]
    return grad
''',
    "cross_entropy_grad": '''
def cross_entropy_grad(z, y, weight, ignore_index, label_smoothing):
    """The gradient to the logarithms of both its parts, then log_softmax's own."""
    if y.ndim == 2:
        if label_smoothing:
            y = times(y, 1 - label_smoothing) + scalar(label_smoothing / y.shape[1], y)
        of_log = -weighted(y, weight)
    else:
        of_log = target_grad(z, y, weight, ignore_index)
        if label_smoothing:
            of_log = of_log * scalar(1 - label_smoothing, z)
            share = weighted(np.full_like(z, -label_smoothing / z.shape[1]), weight)
            of_log = of_log + where((y != ignore_index)[:, None], share)
    return log_softmax_grad(log_softmax(z), of_log)
''',
}

NUMPY_GRADIENTS: Mapping[str, str] = MappingProxyType(_GRADIENTS)
