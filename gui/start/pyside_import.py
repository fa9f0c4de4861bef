"""How PySide6 is imported: with Python's own import statement kept, and its signature modules left for later.

Two thirds of the time of `import PySide6.QtCore` go to what an application never asks for; without it the
window stands a tenth sooner.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from importlib.abc import Loader

SUPPORT = "shibokensupport"
LATE = frozenset(
    f"{SUPPORT}.signature.{name}"
    for name in ("errorhandler", "layout", "parser", "lib.enum_sig", "lib.pyi_generator", "lib.tool")
)
"""What words the message of a wrong call, renders docstrings and writes stubs. The package's other modules
are read by libshiboken itself, straight from their dictionaries, and must be whole."""


def import_qt() -> None:
    """Import PySide6.QtCore as `fast_imports` has it."""
    with fast_imports():
        import PySide6.QtCore  # noqa: F401, PLC0415


@contextmanager
def fast_imports() -> Iterator[None]:
    """Within this context PySide6 is imported without what its users here never need, and after NumPy.

    PySide6 has a hand in every docstring that is set from then on, and NumPy's import sets hundreds.

    PySide6 puts an import statement in the place of Python's that honours ``from __feature__ import
    snake_case``, for which it reads and searches the source of every module imported from then on, NumPy's
    and pyqtgraph's included. Python's own is back at the end.

    At every start PySide6 also compiles, from text in its library, the modules of its signature package,
    which build three regular expressions of 6,000 characters. They are executed when first looked into, as
    by a call with wrong arguments.
    """
    import numpy as np  # noqa: F401, PLC0415

    late = _LateModules()
    pythons_own = builtins.__import__

    def import_statement(name: str, *rest: Any, **named: Any) -> ModuleType:
        module: ModuleType = pythons_own(name, *rest, **named)
        # PySide6 has put a finder of its own first, and begins with this package.
        if name == SUPPORT and late not in sys.meta_path:
            sys.meta_path.insert(0, late)
        return module

    builtins.__import__ = import_statement
    try:
        yield
    finally:
        builtins.__import__ = pythons_own
        if late in sys.meta_path:
            sys.meta_path.remove(late)


class _LateModules:
    """Finds the modules of LATE as the other finders do, and has them executed when first looked into.

    ``importlib.util.LazyLoader`` would not do: PySide6 reads each module's ``__spec__`` at once.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in LATE:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                late = cast("Loader", _LateLoader(spec.loader, fullname))  # importlib.abc costs 3 ms
                return ModuleSpec(fullname, late, origin=spec.origin)
        return None


class _LateLoader:
    def __init__(self, loader: Loader, name: str) -> None:
        self._loader = loader
        self._name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module empty, but for a ``__getattr__`` (PEP 562) that fills it."""

        def fill_and_get(attribute: str) -> Any:
            if attribute.startswith("__") and attribute != "__all__":
                raise AttributeError(attribute)  # what the import system looks for fills nothing
            namespace = vars(module)
            if namespace.pop("__getattr__", None) is not None:
                self._fill(module)
            try:
                return namespace[attribute]
            except KeyError:
                raise AttributeError(
                    f"module {self._name!r} has no attribute {attribute!r}", name=attribute, obj=module
                ) from None

        vars(module)["__getattr__"] = fill_and_get

    def _fill(self, module: ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None
        published = spec.name  # PySide6 renames its modules, but its loader knows them by their first name
        spec.name = self._name
        try:
            self._loader.exec_module(module)
        finally:
            spec.name = published
