"""The true values of the four losses and of their gradients: what every formula is judged by."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    """A true value's function: what evaluates one loss in one way needs none of their tables."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from engine.exact import binary, multiclass  # noqa: PLC0415

    return getattr(binary if "binary" in name else multiclass, name)
