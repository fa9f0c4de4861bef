"""The command line's arguments, as a value."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

VERSION = "0.1.0"

THEMES = ("light", "dark", "system")
PAGES = ("binary", "multiclass")


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the user asked for; None is 'not said'."""

    file: Path | None = None
    page: str | None = None
    theme: str | None = None
    size: tuple[int, int] | None = None
    screenshot: Path | None = None


def parse_arguments(argv: Sequence[str] | None = None) -> Arguments:
    """Read the command line; leaves with status 2 and one line on stderr if it is wrong."""
    said = sys.argv[1:] if argv is None else argv
    if not said:
        return Arguments()
    from gui.start.argument_parser import argument_parser  # noqa: PLC0415  # most starts say nothing

    return Arguments(**vars(argument_parser().parse_args(said)))
