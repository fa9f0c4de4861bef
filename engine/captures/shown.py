"""A captured batch as the problem that the window shows, and the script that captures one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.captures.call import Call
from engine.captures.capture import Capture
from engine.curves.logits_of import logits_of
from engine.data.entries import check_size
from engine.floats.formats import Format, format_of
from engine.problem import BinaryProblem, MulticlassProblem, Problem


def captured_problem(capture: Capture) -> Problem:
    """The problem of a captured batch, in the format in which its loss was computed.

    Parameters
    ----------
    capture : Capture

    Returns
    -------
    Problem
        For BCELoss of logits whose sigmoid is the captured probability, as near as a float gets; for
        NLLLoss of the logarithms that came in. A `pos_weight` for each label is taken into the weights
        where every target is 0 or 1, and left out elsewhere.

    Raises
    ------
    DataError
        If it is larger than a table can be.
    """
    call = Call.of(capture)
    fmt = format_of(call.input.dtype.name)
    check_size("input", call.count, 1 if call.is_binary else call.z.shape[1])
    if not call.is_binary:
        return MulticlassProblem(
            logits=call.z,
            target=call.y,
            weight=call.weights(),
            format=fmt,
            reduction=call.reduction,  # type: ignore[arg-type]  # checked by the problem
            ignore_index=call.options.get("ignore_index", -100),
            label_smoothing=call.options.get("label_smoothing", 0.0),
            takes_any_label=True,
        )
    weight, one_for_all = _binary_weights(call)
    return BinaryProblem(
        logits=_logits(call.z, fmt) if call.criterion == "BCELoss" else call.z,
        target=call.y,
        weight=weight,
        pos_weight=one_for_all,
        format=fmt,
        reduction=call.reduction,  # type: ignore[arg-type]  # checked by the problem
    )


def _binary_weights(call: Call) -> tuple[NDArray[np.float64] | None, float | None]:
    """A weight for each row, and one for all positive ones."""
    weight, positive = call.weights(), call.weights("pos_weight")
    if positive is None or not positive.size:
        return weight, None
    if (positive == positive[0]).all():
        return weight, float(positive[0])
    if not np.isin(call.y, (0, 1)).all():
        return weight, None
    own = np.where(call.y == 1, positive, 1.0)
    return (own if weight is None else own * weight), None


def _logits(p: NDArray[np.float64], fmt: Format) -> NDArray[np.float64]:
    """Logits of these probabilities; of 0 and 1 the ones nearest to 0 that the sigmoid takes there."""
    with np.errstate(all="ignore"):
        logits = np.log(p) - np.log1p(-p)
    for end in (0.0, 1.0):
        found: Any = logits_of(end, fmt)
        logits = np.where(p == end, found.nearest, logits)
    return logits


def watch_script() -> str:
    """The source of `watch`, to be pasted into a training script."""
    return Path(__file__).with_name("watch.py").read_text(encoding="utf-8")
