"""Source text of the functions that a PyTorch snippet may need, by name.

`engine.snippets.script` puts into a script what its formulas mention, and no more. A helper comes after those
that it uses. The scripts must run without this package, so the functions are text and stand apart from
the engine's own; the tests run them and compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_TORCH = {
    "show": '''
def show(title, loss, gradient=None):
    """The loss, and each row's own gradient: autograd's, or the one that is given."""
    x = z.clone().requires_grad_()
    print(f"{title}: {loss(z, reduction).double().tolist()}")
    if gradient is None:
        (gradient,) = torch.autograd.grad(loss(x, "none").sum(), x)
    print(f"gradient of {title}: {gradient.double().tolist()}")
''',
    "reduced": '''
def reduced(rows, weight, reduction, share=None):
    """Weighted rows, their sum, or their sum over the number of rows (or over their shares)."""
    if weight is not None:
        rows = rows * weight
    if reduction == "none":
        return rows
    wide = torch.promote_types(rows.dtype, torch.float32)
    total = rows.sum(dtype=wide)
    if reduction == "mean":
        total = total / (rows.numel() if share is None else share.sum(dtype=wide))
    return total.to(rows.dtype)
''',
    "true_binary_loss": '''
def true_binary_loss(z, y, weight, pos_weight, reduction):
    """Softplus of -z and of z in float64: nothing cancels, and 0 times inf counts as 0."""
    z, y = z.double(), y.double()
    weight = torch.ones_like(z) if weight is None else weight.double()
    positive, negative = weight * y, weight * (1 - y)
    if pos_weight is not None:
        positive = positive * pos_weight
    known = torch.isfinite(positive + negative) & ~torch.isnan(z)
    rows = torch.where(known, 0.0, torch.full_like(z, torch.nan))
    for part, loss in ((positive, -F.logsigmoid(z)), (negative, -F.logsigmoid(-z))):
        rows = rows + torch.where(part == 0, 0.0, part * loss)
    return reduced(rows, None, reduction)
''',
    "target_loss": '''
def target_loss(log_p, y, weight, ignore_index, reduction):
    """-log_p[arange(N), y] with weights and ignored rows; a sum over classes for probabilities."""
    if y.dim() == 2:
        terms = y * log_p if weight is None else y * log_p * weight
        return reduced(-terms.sum(dim=1), None, reduction)
    counted = y != ignore_index
    y = torch.where(counted, y, 0)
    share = counted.to(log_p.dtype) if weight is None else weight[y] * counted
    rows = -log_p[torch.arange(len(y)), y]
    if weight is not None:
        rows = rows * weight[y]
    return reduced(rows.masked_fill(~counted, 0), None, reduction, share)
''',
    "true_cross_entropy": '''
def true_cross_entropy(z, y, weight, ignore_index, reduction, label_smoothing):
    """Cross-entropy in float64 from terms that do not cancel; 0 times inf counts as 0."""
    z = z.double()
    largest, at = z.max(dim=1, keepdim=True)
    at_top = z == largest
    below_top = torch.where(at_top, 0.0, largest - z)
    others = torch.exp(-below_top).scatter(1, at, 0.0)
    loss = below_top + torch.log1p(others.sum(dim=1, keepdim=True))
    weight = torch.ones(z.shape[1]).double() if weight is None else weight.double()
    counted, share, target = torch.ones(len(z)).bool(), torch.ones(len(z)).double(), y.double()
    if y.dim() == 1:
        counted = y != ignore_index
        y = torch.where(counted, y, 0)
        share = torch.where(counted, weight[y], 0.0)
        target = F.one_hot(y, z.shape[1]).double()
    target = target * (1 - label_smoothing) + label_smoothing / z.shape[1]
    factor = torch.where(target == 0, 0.0, target * weight)
    rows = torch.where(factor == 0, 0.0, factor * loss).sum(dim=1)
    # Several logits at inf, or all at -inf, have no limit.
    no_limit = (torch.isinf(z) & at_top).sum(dim=1) > 1
    unknown = no_limit | torch.isnan(z).any(dim=1) | ~torch.isfinite(factor).all(dim=1)
    rows = rows.masked_fill(unknown, torch.nan).masked_fill(~counted, 0.0)
    return reduced(rows, None, reduction, share)
''',
    "true_binary_gradient": '''
def true_binary_gradient(z, y, weight, pos_weight):
    """weight * ((1 - y) * sigmoid(z) - y * pos_weight * sigmoid(-z)) in float64."""
    z, y = z.double(), y.double()
    weight = torch.ones_like(z) if weight is None else weight.double()
    positive, negative = weight * y, weight * (1 - y)
    if pos_weight is not None:
        positive = positive * pos_weight
    known = torch.isfinite(positive + negative) & ~torch.isnan(z)
    rows = negative * torch.sigmoid(z) - positive * torch.sigmoid(-z)
    return torch.where(known, rows, torch.nan)
''',
    "true_gradient": '''
def true_gradient(z, y, weight, ignore_index, label_smoothing):
    """softmax(z) * sum(factors) - factor of each class, in float64."""
    z = z.double()
    largest = z.max(dim=1, keepdim=True).values
    at_top = z == largest
    powers = torch.exp(torch.where(at_top, 0.0, z - largest))
    weight = torch.ones(z.shape[1]).double() if weight is None else weight.double()
    counted, target = torch.ones(len(z)).bool(), y.double()
    if y.dim() == 1:
        counted = y != ignore_index
        target = F.one_hot(torch.where(counted, y, 0), z.shape[1]).double()
    target = target * (1 - label_smoothing) + label_smoothing / z.shape[1]
    factor = torch.where(target == 0, 0.0, target * weight)
    rows = powers / powers.sum(dim=1, keepdim=True) * factor.sum(dim=1, keepdim=True) - factor
    no_limit = (torch.isinf(z) & at_top).sum(dim=1) > 1
    unknown = no_limit | torch.isnan(z).any(dim=1) | ~torch.isfinite(factor).all(dim=1)
    return rows.masked_fill(unknown[:, None], torch.nan).masked_fill(~counted[:, None], 0.0)
''',
}

TORCH_HELPERS: Mapping[str, str] = MappingProxyType(_TORCH)
