"""The examples in the engine's docstrings, run as they are printed."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import engine

FOLDER = Path(engine.__file__).parent
MODULES = [
    ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(FOLDER.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


def examples_in(module: ModuleType) -> list[doctest.DocTest]:
    """Those of every docstring, with the module's own names, and NumPy under its usual one."""
    names = {**vars(module), "np": np}
    return [test for test in doctest.DocTestFinder().find(module, globs=names) if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_a_docstring_shows_what_its_example_gives(name: str) -> None:
    module = import_module(name)
    assert module.__file__ is not None
    tests = examples_in(module)
    written = Path(module.__file__).read_text(encoding="utf-8").count(">>> ")
    assert sum(len(test.examples) for test in tests) == written, "an example stands where none is looked for"
    said: list[str] = []
    for test in tests:
        doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not said, "".join(said)


def test_every_loss_and_gradient_has_an_example() -> None:
    losses = ("binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "nll_loss")
    for name in (*losses, *(f"{loss}_grad" for loss in losses)):
        assert ">>> " in (getattr(engine, name).__doc__ or ""), name
