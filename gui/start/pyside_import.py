"""How PySide6 is imported: after NumPy, and with Python's own import statement kept.

PySide6 has a hand in every docstring that is set once it is there, and NumPy's import sets hundreds. It also
puts an import statement in the place of Python's that honours ``from __feature__ import snake_case``, for
which it reads and searches the source of every module imported from then on.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager


def import_qt() -> None:
    """Import PySide6.QtCore in the context of `own_import_statement`."""
    with own_import_statement():
        import PySide6.QtCore  # noqa: F401, PLC0415


@contextmanager
def own_import_statement() -> Iterator[None]:
    """Put Python's own import statement back at the end, whatever was imported within."""
    import numpy as np  # noqa: F401, PLC0415

    pythons_own = builtins.__import__
    try:
        yield
    finally:
        builtins.__import__ = pythons_own
