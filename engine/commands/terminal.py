"""What the commands of a terminal have in common: answers, refusals in one line, arguments in own words."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from typing import NoReturn, TypeVar

BAD_USAGE = 2
"""Exit status for what cannot be read."""

T = TypeVar("T")


class Parser(ArgumentParser):
    """Refuses in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with it."""
        self.exit(BAD_USAGE, f"{self.prog}: {message} (try --help)\n")


def argument(reader: Callable[[str], T]) -> Callable[[str], T]:
    """The reader of an argument, with refusals in its own words."""

    def read(text: str) -> T:
        try:
            return reader(text)
        except (TypeError, ValueError) as error:
            words = f"expected a whole number, got {text!r}" if reader is int else str(error)
            raise ArgumentTypeError(words) from error

    return read


def say(text: str) -> None:
    """Print it, whatever the terminal can show and whether anybody still reads."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding), flush=True)  # noqa: T201  # the answer
    except BrokenPipeError:  # whoever reads has seen enough; nothing is left to flush at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
