"""Source text of the functions that a NumPy snippet may need, by name.

`engine.snippets.script` puts into a script what its formulas mention, and no more. A helper comes after those
that it uses. The scripts must run without this package, so the functions are text and stand apart from
the engine's own; the tests run them and compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_NUMPY = {
    "show": '''
def show(title, loss, gradient=None):
    """The loss, and each row's own gradient where there is code for it."""
    print(f"{title}: {loss.astype(np.float64).tolist()}")
    if gradient is not None:
        print(f"gradient of {title}: {gradient.astype(np.float64).tolist()}")
''',
    "widened": '''
def widened(x):
    """PyTorch computes the half formats in float32."""
    return x.astype(np.float32) if x.dtype.itemsize == 2 else x
''',
    "by_float64": '''
def by_float64(function, x):
    """NumPy's float32 functions are off by up to three units in the last place; these are not."""
    if x.dtype == np.float64:
        return function(x)
    return function(x.astype(np.float64)).astype(np.float32).astype(x.dtype)
''',
    "exp": """
def exp(x):
    return by_float64(np.exp, x)
""",
    "log": """
def log(x):
    return by_float64(np.log, x)
""",
    "log1p": """
def log1p(x):
    return by_float64(np.log1p, x)
""",
    "sigmoid": """
def sigmoid(z):
    x = widened(z)
    return (1 / (1 + exp(-x))).astype(z.dtype)
""",
    "log_sigmoid": """
def log_sigmoid(z):
    x = widened(z)
    log_term = log1p(exp(-np.abs(x))) / 2 * 2  # PyTorch's log1p loses the last bit of a subnormal
    return (np.minimum(x, 0) - log_term).astype(z.dtype)
""",
    "class_sum": '''
def class_sum(terms):
    """Over the last axis; fewer than 16 classes are added one by one, as in PyTorch."""
    if 0 < terms.shape[1] < 16:
        return np.add.accumulate(terms, axis=1)[:, -1:]
    return terms.sum(axis=1, keepdims=True)
''',
    "softmax": """
def softmax(z):
    x = widened(z)
    e = exp(x - x.max(axis=1, keepdims=True))
    return (e / class_sum(e)).astype(z.dtype)
""",
    "log_softmax": """
def log_softmax(z):
    x = widened(z)
    x = x - x.max(axis=1, keepdims=True)
    log_total = log(class_sum(exp(x)).astype(z.dtype))  # rounded to z's format before and after
    return (x - log_total.astype(x.dtype)).astype(z.dtype)
""",
    "reduced": '''
def reduced(rows, weight, reduction, share=None):
    """Weighted rows, their sum, or their sum over the number of rows (or over their shares)."""
    if weight is not None:
        rows = rows * weight
    if reduction == "none":
        return rows
    wide = widened(rows).dtype
    total = rows.sum(dtype=np.float64).astype(wide)
    if reduction == "mean":
        total = total / (wide.type(rows.size) if share is None else share.sum(dtype=np.float64).astype(wide))
    return total.astype(rows.dtype)
''',
    "scalar": '''
def scalar(number, x):
    """In x's format, by way of float32 for the half formats, as PyTorch rounds it."""
    return x.dtype.type(widened(x).dtype.type(number))
''',
    "plus": """
def plus(x, number):
    return x + scalar(number, x)
""",
    "clip": """
def clip(x, low, high=np.inf):
    return np.minimum(np.maximum(x, scalar(low, x)), scalar(high, x))
""",
    "log_weight": """
def log_weight(y, pos_weight):
    return y.dtype.type(1) if pos_weight is None else (pos_weight - 1) * y + 1
""",
    "true_binary_loss": '''
def true_binary_loss(z, y, weight, pos_weight, reduction):
    """Softplus of -z and of z in float64: nothing cancels, and 0 times inf counts as 0."""
    z, y = z.astype(np.float64), y.astype(np.float64)
    weight = np.ones_like(z) if weight is None else weight.astype(np.float64)
    positive, negative = weight * y, weight * (1 - y)
    if pos_weight is not None:
        positive = positive * np.float64(pos_weight)
    known = np.isfinite(positive + negative) & ~np.isnan(z)
    rows = np.where(known, 0, np.nan)
    log_term = np.log1p(np.exp(-np.abs(z)))
    for part, loss in ((positive, np.maximum(-z, 0) + log_term), (negative, np.maximum(z, 0) + log_term)):
        rows = rows + np.where(part == 0, 0, part * loss)
    return reduced(rows, None, reduction)
''',
    "cascade_sum": '''
def cascade_sum(terms, counted):
    """NLLLoss adds in the input's own format: blocks of 16, then of 256, and so on."""
    levels = [terms.dtype.type(0)] * 8
    for row in np.flatnonzero(counted):
        levels[0] = levels[0] + terms[row]
        for level in range(7):
            if row % 16 ** (level + 1):
                break
            levels[level + 1] = levels[level + 1] + levels[level]
            levels[level] = terms.dtype.type(0)
    return sum(levels, terms.dtype.type(0))
''',
    "times": """
def times(x, factor):
    return (widened(x) * factor).astype(x.dtype)
""",
    "nll_loss": '''
def nll_loss(log_p, y, weight, ignore_index, reduction):
    """The mean divides by the target classes' weights, and by counted rows only."""
    counted = y != ignore_index
    y = np.where(counted, y, 0)
    rows = -log_p[np.arange(len(y)), y]
    if weight is not None:
        rows = rows * weight[y]
    rows[~counted] = 0
    if reduction == "none":
        return rows
    total = cascade_sum(rows, counted)
    if reduction == "mean":
        count = np.asarray(np.count_nonzero(counted)).astype(rows.dtype)
        total = total / (count if weight is None else cascade_sum(weight[y], counted))
    return np.asarray(total)
''',
    "smoothing_term": '''
def smoothing_term(log_p, y, weight, ignore_index, reduction):
    """-sum(weight * log_p) over the classes, divided as nll_loss is."""
    counted = y != ignore_index
    wide = widened(log_p).dtype
    terms = log_p if weight is None else log_p * weight
    rows = -terms.sum(axis=1, dtype=wide).astype(log_p.dtype)
    rows[~counted] = 0
    if reduction == "none":
        return rows
    total = rows.sum(dtype=wide).astype(log_p.dtype)
    if reduction == "mean" and weight is None:
        total = (total.astype(wide) / wide.type(np.count_nonzero(counted))).astype(log_p.dtype)
    elif reduction == "mean":
        total = total / weight[y[counted]].sum(dtype=wide).astype(log_p.dtype)
    return total
''',
    "probability_loss": '''
def probability_loss(log_p, y, weight, reduction, label_smoothing):
    """-sum(log_p * y * weight); the mean divides by the number of rows, weighted or not."""
    wide = widened(log_p).dtype
    if label_smoothing:
        y = times(y, 1 - label_smoothing) + scalar(label_smoothing / y.shape[1], y)
    terms = log_p * y if weight is None else log_p * y * weight
    if reduction == "none":
        return -terms.sum(axis=1, dtype=wide).astype(log_p.dtype)
    total = -terms.sum(dtype=wide).astype(log_p.dtype)
    if reduction == "mean":
        total = (total.astype(wide) / wide.type(len(terms))).astype(log_p.dtype)
    return total
''',
    "cross_entropy": """
def cross_entropy(z, y, weight, ignore_index, reduction, label_smoothing):
    log_p = log_softmax(z)
    if y.ndim == 2:
        return probability_loss(log_p, y, weight, reduction, label_smoothing)
    nll = nll_loss(log_p, y, weight, ignore_index, reduction)
    if not label_smoothing:
        return nll
    smooth = smoothing_term(log_p, y, weight, ignore_index, reduction)
    return times(nll, 1 - label_smoothing) + times(smooth, label_smoothing / z.shape[1])
""",
    "target_loss": '''
def target_loss(log_p, y, weight, ignore_index, reduction):
    """-log_p[arange(N), y] with weights and ignored rows; a sum over classes for probabilities."""
    if y.ndim == 2:
        terms = y * log_p if weight is None else y * log_p * weight
        rows = -terms.sum(axis=1, dtype=np.float64).astype(widened(log_p).dtype).astype(log_p.dtype)
        return reduced(rows, None, reduction)
    counted = y != ignore_index
    y = np.where(counted, y, 0)
    share = counted.astype(log_p.dtype)
    rows = -log_p[np.arange(len(y)), y]
    if weight is not None:
        rows, share = rows * weight[y], share * weight[y]
    rows[~counted] = 0
    return reduced(rows, None, reduction, share)
''',
    "true_cross_entropy": '''
def true_cross_entropy(z, y, weight, ignore_index, reduction, label_smoothing):
    """Cross-entropy in float64 from terms that do not cancel; 0 times inf counts as 0."""
    z = z.astype(np.float64)
    largest = z.max(axis=1, keepdims=True)
    at_top = z == largest
    below_top = np.where(at_top, 0, largest - z)
    others = np.exp(-below_top)
    np.put_along_axis(others, z.argmax(axis=1)[:, None], 0, axis=1)
    loss = below_top + np.log1p(others.sum(axis=1, keepdims=True))
    weight = np.ones(z.shape[1]) if weight is None else weight.astype(np.float64)
    counted, share, target = np.ones(len(z), dtype=bool), np.ones(len(z)), y.astype(np.float64)
    if y.ndim == 1:
        counted = y != ignore_index
        y = np.where(counted, y, 0)
        share = np.where(counted, weight[y], 0)
        target = np.arange(z.shape[1]) == y[:, None]
    target = target * (1 - label_smoothing) + label_smoothing / z.shape[1]
    factor = np.where(target == 0, 0, target * weight)
    rows = np.where(factor == 0, 0, factor * loss).sum(axis=1)
    # Several logits at inf, or all at -inf, have no limit.
    no_limit = (np.isinf(z) & at_top).sum(axis=1) > 1
    rows[no_limit | np.isnan(z).any(axis=1) | ~np.isfinite(factor).all(axis=1)] = np.nan
    rows[~counted] = 0
    return reduced(rows, None, reduction, share)
''',
    "true_binary_gradient": '''
def true_binary_gradient(z, y, weight, pos_weight):
    """weight * ((1 - y) * sigmoid(z) - y * pos_weight * sigmoid(-z)) in float64."""
    z, y = z.astype(np.float64), y.astype(np.float64)
    weight = np.ones_like(z) if weight is None else weight.astype(np.float64)
    positive, negative = weight * y, weight * (1 - y)
    if pos_weight is not None:
        positive = positive * np.float64(pos_weight)
    known = np.isfinite(positive + negative) & ~np.isnan(z)
    rows = negative / (1 + np.exp(-z)) - positive / (1 + np.exp(z))
    return np.where(known, rows, np.nan)
''',
    "true_gradient": '''
def true_gradient(z, y, weight, ignore_index, label_smoothing):
    """softmax(z) * sum(factors) - factor of each class, in float64."""
    z = z.astype(np.float64)
    largest = z.max(axis=1, keepdims=True)
    at_top = z == largest
    powers = np.exp(np.where(at_top, 0, z - largest))
    weight = np.ones(z.shape[1]) if weight is None else weight.astype(np.float64)
    counted, target = np.ones(len(z), dtype=bool), y.astype(np.float64)
    if y.ndim == 1:
        counted = y != ignore_index
        target = np.arange(z.shape[1]) == np.where(counted, y, 0)[:, None]
    target = target * (1 - label_smoothing) + label_smoothing / z.shape[1]
    factor = np.where(target == 0, 0, target * weight)
    rows = powers / powers.sum(axis=1, keepdims=True) * factor.sum(axis=1, keepdims=True) - factor
    no_limit = (np.isinf(z) & at_top).sum(axis=1) > 1
    rows[no_limit | np.isnan(z).any(axis=1) | ~np.isfinite(factor).all(axis=1)] = np.nan
    rows[~counted] = 0
    return rows
''',
}

NUMPY_HELPERS: Mapping[str, str] = MappingProxyType(_NUMPY)
