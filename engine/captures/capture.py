"""A captured batch as it lies in its file: .safetensors with a word of its own among the metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.captures.watch import CAPTURE_SCHEMA, WATCHED_LOSSES
from engine.data.arrays.safetensors_files import MAX_HEADER, SafetensorsFile
from engine.data.entries import no_progress
from engine.data.faults import reading, refusal

MARK = "logitscope_capture"
REASONS = ("loss", "gradient", "jump", "refused")


@dataclass(frozen=True, eq=False)
class Capture:
    """One call of a criterion, and what was seen of it.

    Attributes
    ----------
    criterion : str
        The loss module's name.
    reason : {'loss', 'gradient', 'jump', 'refused'}
        What went wrong.
    observed : float
        The loss (the sum of its rows for 'none'), or the sum of its gradient.
    said : str
        PyTorch's words where it refused.
    step : int
    options : mapping
        `reduction`, and where the criterion has them `ignore_index` and `label_smoothing`.
    arrays : mapping
        `input`, `target`; `weight`, `pos_weight`, `loss` (of each row), `before.input` and
        `before.target` (of the step before) where they were written.
    about : mapping
        All that the file says.
    """

    criterion: str
    reason: str
    observed: float
    said: str
    step: int
    options: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]] = field(repr=False)
    about: Mapping[str, Any] = field(repr=False)


def is_capture(path: Path) -> bool:
    """Whether a file says that it is a captured batch; False also where it cannot be read."""
    try:
        return bool(_words(path))
    except (OSError, ValueError, RecursionError):
        return False


def read_capture(path: Path) -> Capture:
    """Read a captured batch.

    Raises
    ------
    DataFileError
        If it is none, damaged, or of a later version.
    """
    with reading(path):
        words = _words(path)
        if not words:
            raise refusal("no_capture", "no batch that was captured by watch")
        said = json.loads(words)
        if type(said) is not dict or type(said.get(MARK)) is not int:
            raise refusal("capture_words", "what the file says of its batch cannot be")
        if said[MARK] > CAPTURE_SCHEMA:
            raise refusal("capture_version", "captured by a later Logitscope; please update Logitscope")
        known = said.get("criterion") in WATCHED_LOSSES and said.get("reason") in REASONS
        if not known or type(said.get("step")) is not int or type(said.get("observed")) is not str:
            raise refusal("capture_words", "what the file says of its batch cannot be")
        options = {
            name: said[name] for name in ("reduction", "ignore_index", "label_smoothing") if name in said
        }
        file = SafetensorsFile.inspect(path)
        names = [entry.name for entry in file.entries]
        chosen = {name: at for at, name in reversed([*enumerate(names)])}
        arrays = dict(zip(chosen, file.read(list(chosen.values()), no_progress), strict=True))
        if not {"input", "target"} <= arrays.keys():
            raise refusal("capture_words", "what the file says of its batch cannot be")
        return Capture(
            criterion=said["criterion"],
            reason=said["reason"],
            observed=float(said["observed"]),
            said=str(said.get("said", "")),
            step=said["step"],
            options=options,
            arrays=arrays,
            about=said,
        )


def _words(path: Path) -> str:
    """What the file says of its batch, or nothing."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= MAX_HEADER:
            return ""
        header = json.loads(file.read(length))
    metadata = header.get("__metadata__") if type(header) is dict else None
    words = metadata.get(MARK) if type(metadata) is dict else None
    return words if type(words) is str else ""


def float_formats(arrays: Mapping[str, NDArray[Any]], *, widened: bool) -> dict[str, NDArray[Any]]:
    """The arrays with their floats as float32, which is what autocast makes of halves for a loss."""

    def own(array: NDArray[Any]) -> NDArray[Any]:
        is_half = array.dtype.itemsize == 2 and array.dtype.kind not in "iub"
        return array.astype(np.float32) if widened and is_half else array

    return {name: own(array) for name, array in arrays.items()}
