"""The true values of the four losses and of their gradients: what every formula is judged by."""

from engine.exact.binary import exact_binary_loss, exact_binary_loss_grad, exact_binary_loss_then_grad
from engine.exact.multiclass import (
    exact_multiclass_loss,
    exact_multiclass_loss_grad,
    exact_multiclass_loss_then_grad,
)

__all__ = [
    "exact_binary_loss",
    "exact_binary_loss_grad",
    "exact_binary_loss_then_grad",
    "exact_multiclass_loss",
    "exact_multiclass_loss_grad",
    "exact_multiclass_loss_then_grad",
]
