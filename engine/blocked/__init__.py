"""The four losses and their gradients on large arrays, by blocks: a result, or None where they are small.

Each function takes what its namesake in `engine.pytorch` takes, arguments already checked, and gives what
that gives: in plain float32 and float64 by faster operations that are held to it, else by its own, on one
block after the other. Nothing else of this folder is for use from outside.

How fast that is hangs on the processor. With AVX-512, and in float32 with AVX2, a large call takes about as
long as PyTorch's or less. Two things do not come near it: float64 with AVX2, for which NumPy has no vector
code of exp and log, and BCEWithLogitsLoss from 1e4 to 1e5 elements, where Python's share still counts
(tests/benchmarks/speed_against_pytorch.py has the figures).
"""

from engine.blocked.binary import (
    binary_cross_entropy,
    binary_cross_entropy_grad,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
)
from engine.blocked.classes import cross_entropy, cross_entropy_grad, nll_loss, nll_loss_grad

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "cross_entropy",
    "cross_entropy_grad",
    "nll_loss",
    "nll_loss_grad",
]
