"""Logitscope as an installed package; the wheel puts this file at `logitscope/__init__.py`.

The application is written to run from its checkout, with `engine` and `gui` as top-level packages. In a
wheel they stand inside `logitscope/_app`, so that site-packages gets no package of such common names.
"""

import sys
from pathlib import Path
from typing import Any


def find_application() -> None:
    """Have `engine` and `gui` found; the workers of a cluster ask for it, too."""
    application = str(Path(__file__).parent / "_app")
    if application not in sys.path:
        sys.path.insert(0, application)


def main() -> int:
    """Run the application and return its exit status."""
    find_application()
    from main import main as run  # noqa: PLC0415  # importable from here on

    return run()


def __getattr__(name: str) -> Any:
    """`watch`, for training runs; loaded when it is asked for, and nothing of the application with it."""
    if name != "watch":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from logitscope._watch import watch  # noqa: PLC0415

    return watch
