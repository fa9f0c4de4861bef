"""What an export says beside its numbers, so that it opens again as the problem it was.

An NPZ file has it as the text array ``problem``, a CSV file in the first row of its last column, which is
called ``problem``: a JSON object with the problem's options. Other programs pass over it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.floats.formats import FORMATS
from engine.problem import BinaryProblem, MulticlassProblem, Problem

OPTIONS = "problem"
MARK = "logitscope"
LONGEST = 2**20
"""Characters of the options, class names included, that are read."""


_BROKEN = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    csv.Error,
)
"""What reading a damaged file may raise."""


def options_text(problem: Problem) -> str:
    """A problem's options as an export writes them."""
    fields: dict[str, Any] = {
        MARK: 1,
        "page": problem.family,
        "format": problem.format.name,
        "reduction": problem.reduction,
    }
    if isinstance(problem, BinaryProblem):
        fields["pos_weight"] = problem.pos_weight
    elif isinstance(problem, MulticlassProblem):
        fields |= {
            "weight": None if problem.weight is None else problem.weight.tolist(),
            "ignore_index": int(problem.ignore_index),
            "label_smoothing": problem.label_smoothing,
            "class_names": problem.class_names,
        }
    return json.dumps(fields, ensure_ascii=False)


def options_of(text: str) -> dict[str, Any]:
    """The options that an export's text holds, by the problem's own names; nothing where it is not one."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(fields, Mapping) or fields.get(MARK) != 1:
        return {}
    found = {name: value for name, value in fields.items() if name not in (MARK, "page")}
    found["format"] = next((each for each in FORMATS if each.name == fields.get("format")), None)
    if isinstance(found.get("class_names"), list):
        found["class_names"] = tuple(map(str, found["class_names"]))
    return {name: value for name, value in found.items() if value is not None}


def page_of(text: str) -> str:
    """The page of an export; nothing where the text is not one's."""
    return str(json.loads(text)["page"]) if options_of(text) else ""


def options_in(path: Path) -> str:
    """The options in a file, if it is an export; nothing where it is another file, or damaged."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
        text = _in_npz(path) if start == b"PK" else _in_csv(path)
    except _BROKEN:
        return ""
    return text if options_of(text) else ""


def _in_npz(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(f"{OPTIONS}.npy")
        if info.file_size > 4 * LONGEST or info.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            return ""
        with archive.open(info) as member:
            raw = member.read(4 * LONGEST)
    buffer = io.BytesIO(raw)
    if np.lib.format.read_magic(buffer) != (1, 0):
        return ""
    shape, _, dtype = np.lib.format.read_array_header_1_0(buffer, max_header_size=10_000)
    body = buffer.read()
    if shape != () or dtype.kind != "U" or dtype.itemsize != len(body):
        return ""
    return str(np.frombuffer(body, dtype)[0])


def _in_csv(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        head = file.read(LONGEST)
    rows = csv.reader(io.StringIO(head, newline=""))
    header = next(rows, [""])
    return next(rows, [""])[-1] if header[-1:] == [OPTIONS] else ""
