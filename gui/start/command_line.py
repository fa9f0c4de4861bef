"""The command line: what it may say, as a value, and one clear line for what it may not."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import argparse

VERSION = "0.1.0"

THEMES = ("light", "dark", "system")
PAGES = ("binary", "multiclass", "all-four", "scan")

TABLES = (".csv", ".npz")

SMALLEST, LARGEST = 200, 16384
"""Pixels a side of a window: below, nothing is legible; above, a picture takes a gigabyte."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the user asked for; None is 'not said'."""

    files: tuple[Path, ...] = ()
    page: str | None = None
    theme: str | None = None
    size: tuple[int, int] | None = None
    screenshot: Path | None = None
    export: Path | None = None


def parse_arguments(argv: Sequence[str] | None = None) -> Arguments:
    """Read the command line; leaves with status 2 and one line on stderr if it is wrong."""
    said = sys.argv[1:] if argv is None else argv
    if not said:
        return Arguments()
    fields = vars(_parser().parse_args(said))
    return Arguments(**{**fields, "files": tuple(fields["files"])})


def _parser() -> argparse.ArgumentParser:
    from argparse import ArgumentParser  # noqa: PLC0415  # most starts say nothing

    class Parser(ArgumentParser):
        def error(self, message: str) -> NoReturn:
            self.exit(2, f"{self.prog}: {message} (try --help)\n")

    parser = Parser(
        prog="logitscope",
        description="Show PyTorch's four classification losses, and where floating point breaks them.",
        epilog="Without a window, each with a --help of its own: logitscope scan (files of any size), "
        "logitscope explain (what makes a loss of 15.9424), logitscope judge (batches that "
        "engine.watch kept).",
        allow_abbrev=False,
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="a session or problem (.json); or data to import, one file or several that belong together "
        "(logits.npy targets.npy; also .npz, .pt, .pth, .ckpt, .bin, .pkl, .safetensors, .csv, .tsv, .txt, "
        ".json, .jsonl, .parquet, .xlsx; text also as .gz); or - to read standard input as pasted text",
    )
    parser.add_argument("--page", choices=PAGES, help="the page in front")
    parser.add_argument("--theme", choices=THEMES, help="colours, for this run")
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window in pixels")
    parser.add_argument(
        "--screenshot",
        type=Path,
        metavar="PNG",
        help="paint the window, write its picture and leave; needs no display",
    )
    parser.add_argument(
        "--export",
        type=_table,
        metavar="FILE",
        help="write every column of the table as .csv or .npz and leave; needs no display",
    )
    parser.add_argument("--version", action="version", version=f"logitscope {VERSION}")
    return parser


def _table(text: str) -> Path:
    from argparse import ArgumentTypeError  # noqa: PLC0415

    path = Path(text)
    if path.suffix.lower() not in TABLES:
        raise ArgumentTypeError(f"expected a name that ends in {' or '.join(TABLES)}, got {text!r}")
    return path


def _size(text: str) -> tuple[int, int]:
    from argparse import ArgumentTypeError  # noqa: PLC0415

    match = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", text, flags=re.ASCII)
    if match is None:
        raise ArgumentTypeError(f"expected WIDTHxHEIGHT such as 1366x768, got {text!r}")
    width, height = int(match[1]), int(match[2])
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise ArgumentTypeError(f"expected sides of {SMALLEST} to {LARGEST} pixels, got {text!r}")
    return width, height
