"""``main.py judge FILE [FILE ...]``: what is to blame for a captured batch, in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.captures.capture import read_capture
from engine.captures.judge import judge
from engine.commands.terminal import BAD_USAGE

DONE = 0


def main(argv: Sequence[str]) -> int:
    """Judge the files that the arguments name.

    Parameters
    ----------
    argv : sequence of str
        What follows ``judge``.

    Returns
    -------
    int
        The exit status: 0, or 2 with one line on stderr for what cannot be read.
    """
    if not argv or argv[0].startswith("-"):
        print("usage: logitscope judge FILE [FILE ...]", file=sys.stderr)  # noqa: T201
        return BAD_USAGE
    for name in argv:
        try:
            capture = read_capture(Path(name))
            told = judge(capture)
        except (ValueError, MemoryError) as error:
            print(f"logitscope: {error or 'there is not enough memory'}", file=sys.stderr)  # noqa: T201
            return BAD_USAGE
        head = f"{name}: " if len(argv) > 1 else ""
        print(f"{head}{capture.criterion}, step {capture.step}: {told}")  # noqa: T201  # the answer
    return DONE
