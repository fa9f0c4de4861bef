"""The four losses and their gradients on large arrays, by blocks: a result, or None where they are small.

Each function takes what its namesake in `engine.pytorch` takes, arguments already checked, and gives what
that gives: in plain float32 and float64 by faster operations that are held to it, else by its own, on one
block after the other. Nothing else of this folder is for use from outside.
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
