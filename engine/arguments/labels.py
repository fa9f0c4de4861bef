"""Class labels that count from 1 where PyTorch's count from 0."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FEWEST_CLASSES = 3
"""Of two classes a batch may well lack one."""

PROVEN = 0.01
"""With a label that is no class there is a mistake already: a batch without class 0 by one chance in 100
settles which."""

SUSPECTED = 1e-6
"""Where every label is a class, the missing one alone has to speak."""


def starts_at_one(labels: NDArray[np.int64], classes: int, *, proven: bool) -> float | None:
    """How unlikely a batch without class 0 is, if its labels look like 1, 2, ... for 0, 1, ...

    Parameters
    ----------
    labels : int64 array, shape (N,)
        Those that count.
    classes : int
        The number of logits, C.
    proven : bool
        Whether to judge a batch in which label C itself occurs, which PyTorch refuses; else one in which
        every class but 0 occurs.

    Returns
    -------
    float or None
        The chance of N labels without class 0 where classes are equally frequent; None where the batch
        is too small for it to say anything, or has other labels.

    Examples
    --------
    >>> starts_at_one(np.array([1, 2, 3] * 8), 3, proven=True) < 0.01
    True
    """
    if len(labels) == 0 or classes < (2 if proven else FEWEST_CLASSES):
        return None
    lowest, highest = int(labels.min()), int(labels.max())
    if lowest != 1 or highest != (classes if proven else classes - 1):
        return None
    chance = math.exp(len(labels) * math.log1p(-1 / classes))
    if chance > (PROVEN if proven else SUSPECTED):
        return None
    if not proven and len(np.unique(labels)) < classes - 1:
        return None
    return max(chance, np.finfo(float).tiny)
