"""``main.py judge FILE [FILE ...]``: what is to blame for a captured batch, in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.captures.capture import read_capture
from engine.captures.judge import judge
from engine.commands.terminal import BAD_USAGE, Parser, say

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
    files: list[Path] = _parser().parse_args(argv).files
    for path in files:
        try:
            capture = read_capture(path)
            told = judge(capture)
        except (ValueError, MemoryError) as error:
            print(f"logitscope judge: {error or 'there is not enough memory'}", file=sys.stderr)  # noqa: T201
            return BAD_USAGE
        head = f"{path}: " if len(files) > 1 else ""
        say(f"{head}{capture.criterion}, step {capture.step}: {told}")
    return DONE


def _parser() -> Parser:
    parser = Parser(
        prog="logitscope judge",
        description="Whether the loss is to blame for a batch that engine.watch has kept, and what is.",
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a captured batch (.safetensors)")
    return parser
