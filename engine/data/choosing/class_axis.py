"""Along which axis of the logits the classes lie, and how shapes of logits and target fit."""

from __future__ import annotations

from collections.abc import Sequence

Shape = tuple[int | None, ...]


def plain(shape: Shape) -> Shape:
    """A shape without a last side of 1, as ``nn.Linear(d, 1)`` leaves it."""
    return shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape


def without(shape: Shape, axis: int) -> Shape:
    """A shape without one of its sides."""
    return (*shape[:axis], *shape[axis + 1 :])


def agree(one: Shape, other: Shape) -> bool:
    """Whether shapes are the same as far as they are known."""
    return len(one) == len(other) and all(
        left is None or right is None or left == right for left, right in zip(one, other, strict=True)
    )


def class_axes(logits: Shape, target: Shape | None) -> Sequence[int]:
    """The axes that may hold the classes, the likeliest first.

    PyTorch's is axis 1. A target of class indices fits where the logits' other sides are its own; one of
    the logits' shape says nothing.

    Examples
    --------
    >>> class_axes((2, 7, 5), (2, 7))
    [2]
    >>> class_axes((3, 512), (512,))
    [0]
    >>> class_axes((8, 1, 3), (8,))
    [2]
    """
    usual = sorted(range(len(logits)), key=lambda axis: (axis != 1, axis == 0, -axis))
    if len(logits) < 2:
        return []
    if target is None:
        return usual[:1]
    if agree(target, logits):
        return usual
    fits = (target, plain(target))
    found = [axis for axis in usual if any(agree(without(logits, axis), each) for each in fits)]
    return found or [axis for axis in usual if agree(_squeezed(without(logits, axis)), _squeezed(target))]


def _squeezed(shape: Shape) -> Shape:
    """A shape without sides of 1, which hold no more than the others do."""
    return tuple(side for side in shape if side != 1)
