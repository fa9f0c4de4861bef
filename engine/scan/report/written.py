"""Reports are written whole or not at all, and several of them together."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from engine.scan.summary import Summary


class NotWrittenError(OSError):
    """A report that could not be written; the message is one line made for people."""


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files beside their places, flush them to the disk, and only then move all of them there.

    Raises
    ------
    NotWrittenError
        If one cannot be written; then every place holds what it held before.
    """
    ready: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            try:
                ready.append((_beside(path, content), path))
            except OSError as error:
                raise NotWrittenError(f"{path}: {error.strerror or error}") from error
        for made, path in ready:
            try:
                made.replace(path)
            except OSError as error:
                raise NotWrittenError(f"{path}: {error.strerror or error}") from error
    finally:
        for made, _ in ready:
            with suppress(OSError):
                made.unlink(missing_ok=True)


def _beside(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _with_usual_rights(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made


def _with_usual_rights(made: Path, path: Path) -> None:
    """The rights of the file that is replaced, or those of any new file."""
    if path.exists():
        made.chmod(path.stat().st_mode & 0o777)
    elif os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        made.chmod(0o666 & ~mask)


def json_bytes(said: Mapping[str, Any]) -> bytes:
    """The JSON report."""
    return (json.dumps(said, indent=1, allow_nan=False) + "\n").encode()


def junit_bytes(said: Mapping[str, Any]) -> bytes:
    """The JUnit report: a test for each finding that is trouble, which fails, or one that passes."""
    trouble = [each for each in said["findings"] if each["severity"] != "good to know"]
    name = quoteattr(f"logitscope scan {said['data']['files'][0]}")
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    count, failures = max(1, len(trouble)), len(trouble)
    counts = f'tests="{count}" failures="{failures}" errors="0" time="{said["seconds"]}"'
    lines.append(f"<testsuites {counts}><testsuite name={name} {counts}>")
    if not trouble:
        lines.append(f'<testcase classname="logitscope.scan" name="healthy" time="{said["seconds"]}"/>')
    for each in trouble:
        lines.append(f'<testcase classname="logitscope.scan" name={quoteattr(each["key"])} time="0">')
        told = f"{each['remedy']} Rows (from 0): {', '.join(str(row['row']) for row in each['rows'])}"
        lines.append(f"<failure message={quoteattr(each['sentence'])}>{escape(told)}</failure></testcase>")
    lines.append("</testsuite></testsuites>")
    return ("\n".join(lines) + "\n").encode()


def rows_bytes(summary: Summary, format_dtype: np.dtype[Any]) -> bytes:
    """The worst rows as a .npz: of a binary problem with the names under which it opens in the window."""
    worst, file = summary.worst, BytesIO()
    logits = worst.logit.astype(format_dtype) if summary.family == "binary" else worst.logit
    name = "logits" if summary.family == "binary" else "logit_of_target"
    arrays = {name: logits, "target": worst.target, "shard": worst.shard, "row": worst.row}
    np.savez_compressed(file, **arrays, margin=worst.margin, severity=worst.severity)  # type: ignore[arg-type]
    return file.getvalue()
