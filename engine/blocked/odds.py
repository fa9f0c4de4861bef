"""How probable the label and the least of several classes are, in float32: one exponential an element.

Logits as most networks give them need no largest one subtracted; rows with others are done over by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import FloatArray

Floats = NDArray[np.float32]

NUMBERS = 2**17
"""Logits in a part: as many as caches hold."""

FEW = 32
"""Up to so many classes a part is turned, so that what goes class by class runs along memory."""

NEAR = np.float32(2.0**-60)
"""Exponentials from it up to its inverse are divided by one another without losing digits."""


@dataclass(frozen=True, eq=False)
class Odds:
    """What is known of each row, shape (n,).

    Attributes
    ----------
    own, largest : float32 arrays
        The label's logit, and the largest one.
    rest : float32 array
        The sum of exp(z_j - z_y) over the classes that are not the label y.
    least : float32 array
        The probability of the least class; of far rows its logarithm.
    far : int64 array
        Rows with logits further from 0 than about 41, or that are not finite.
    size : float
        Of the largest logit of the other rows, whatever its sign.
    """

    own: Floats
    largest: Floats
    rest: Floats
    least: Floats
    far: NDArray[np.intp]
    size: float


def odds(z: FloatArray, target: NDArray[Any], room: Floats | None = None) -> Odds:
    """The odds of each row; NumPy's floating-point warnings are the caller's to silence.

    Parameters
    ----------
    z : array (n, C), one of the four formats
        Rounded to float32. C is at least 2.
    target : integer array (n,)
        Classes.
    room : float32 array, optional
        Of at least ``max(NUMBERS, C)`` numbers, to work in.

    Returns
    -------
    Odds
        A row's are the same whatever stands beside it.
    """
    n, classes = z.shape
    rows = 1 << max(NUMBERS // classes, 1).bit_length() - 1
    steps = np.arange(min(n, rows))
    work = np.empty(min(n, rows) * classes, dtype=np.float32) if room is None else room
    own, largest, rest, least, first = np.empty((5, n), dtype=np.float32)
    for at in range(0, n, rows):
        part = slice(at, at + rows)
        square, axis, places = _laid_out(z[part], target[part], work, steps)
        flat = square.reshape(-1)
        flat.take(places, out=own[part], mode="clip")
        square.max(axis=axis, out=largest[part])
        np.exp(square, out=square)
        np.exp(own[part], out=first[part])
        square.min(axis=axis, out=least[part])
        flat[places] = 0.0
        square.sum(axis=axis, out=rest[part])
    largest += np.float32(0)  # of 0 and -0 either may be told to be the larger
    whole, far = first + rest, np.zeros(0, dtype=np.intp)
    highest, lowest = largest.max(initial=0.0), least.min(initial=1.0)
    if not (whole.max(initial=1.0) < 1 / NEAR and lowest > NEAR):  # nan compares as false
        near = (whole < 1 / NEAR) & (least > NEAR)
        far = np.flatnonzero(~near)
        highest, lowest = largest.max(initial=0.0, where=near), least.min(initial=1.0, where=near)
    size = max(float(highest), -float(np.log(lowest)))
    rest /= first
    least /= whole
    if far.size:
        rest[far], least[far] = _far_odds(z[far].astype(np.float32), target[far])
    return Odds(own, largest, rest, least, far, size)


def _laid_out(
    z: FloatArray, target: NDArray[Any], work: Floats, steps: NDArray[np.intp]
) -> tuple[Floats, int, NDArray[np.intp]]:
    """A part in float32, the axis of its classes, and where in it the labels' logits stand."""
    (n, classes), places = z.shape, np.empty(len(z), dtype=np.intp)
    if classes <= FEW:
        square, axis = work[: z.size].reshape(classes, n), 0
        np.copyto(square, z.T, casting="same_kind")
        np.multiply(target, n, out=places, casting="same_kind")
        places += steps[:n]
    else:
        square, axis = work[: z.size].reshape(n, classes), 1
        np.copyto(square, z, casting="same_kind")
        np.multiply(steps[:n], classes, out=places)
        places += target
    return square, axis, places


def _far_odds(z: Floats, target: NDArray[Any]) -> tuple[Floats, Floats]:
    """The sums over the other classes and the logarithms of the least probability."""
    rows = np.arange(len(z))
    least, own = z.min(axis=1), z[rows, target]
    z -= own[:, np.newaxis]
    np.exp(z, out=z)
    z[rows, target] = 0.0
    rest: Floats = z.sum(axis=1)
    return rest, least - own - np.log(rest + np.float32(1))
