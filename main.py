"""Logitscope: arguments -> application -> window."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells give it."""

BAD_USAGE = 2
"""Exit status for whatever ends the start with one line on stderr."""


def scan(arguments: Sequence[str]) -> int:
    """Scan files in the terminal, without Qt, and return the exit status."""
    gc.enable()
    try:
        from engine.commands.scan import main as run_scan  # noqa: PLC0415  # needed for this alone

        return run_scan(arguments)
    except KeyboardInterrupt:
        print("logitscope scan: stopped; nothing was written", file=sys.stderr)  # noqa: T201  # the one line
        return INTERRUPTED


def main(argv: Sequence[str] | None = None) -> int:
    """Run the application and return its exit status."""
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(argv: Sequence[str] | None) -> int:
    # Nothing of a start is garbage, and looking for it takes a tenth of the time. From then on garbage is
    # collected between two events (gui/services/garbage.py).
    gc.disable()
    said = sys.argv[1:] if argv is None else list(argv)
    if said[:1] == ["judge"]:
        from engine.commands.judge import main as judge  # noqa: PLC0415  # without Qt, and for this alone

        return judge(said[1:])
    if said[:1] == ["explain"]:
        from engine.commands.explain import main as explain  # noqa: PLC0415  # without Qt, and for this alone

        return explain(said[1:])
    if said[:1] == ["scan"]:
        return scan(said[1:])
    return _window(said)


def _window(said: list[str]) -> int:
    from gui.start.command_line import parse_arguments  # noqa: PLC0415  # a command needs none of this

    arguments = parse_arguments(said)
    # Qt and NumPy are imported from here on: `--help`, `--version` and wrong arguments need neither.
    from gui.start.pyside_import import import_qt  # noqa: PLC0415
    from gui.start.startup import prepare_environment, runtime_refusal  # noqa: PLC0415

    prepare_environment(picture=bool(arguments.screenshot or arguments.export))
    refusal = runtime_refusal()
    if refusal is None:
        import_qt()
        from gui.app import StartError, run  # noqa: PLC0415

        try:
            return run(arguments)
        except StartError as error:
            refusal = str(error)
    print(f"logitscope: {refusal}", file=sys.stderr)  # noqa: T201  # the one line of a refused start
    return BAD_USAGE


if __name__ == "__main__":
    sys.exit(main())
