"""What Python keeps of Qt's objects: only what Python made."""

from __future__ import annotations

from collections.abc import Iterator

import shiboken6
from PySide6.QtCore import QObject


def kept(owner: QObject) -> Iterator[tuple[str, QObject]]:
    """The objects that an owner has as attributes, alone or in a collection."""
    for name, value in vars(owner).items():
        values = value.values() if isinstance(value, dict) else value
        several = isinstance(value, tuple | list | set | dict)
        for each in values if several else [value]:
            if isinstance(each, QObject) and shiboken6.isValid(each):
                yield name, each


def test_no_object_that_qt_made_is_kept(window):
    """PySide may declare such a wrapper dead while its object lives; whoever needs one asks Qt anew."""
    owners = [window, *window.findChildren(QObject)]
    found = {
        f"{type(owner).__name__}.{name}: {type(each).__name__}"
        for owner in owners
        if hasattr(owner, "__dict__") and shiboken6.createdByPython(owner)
        for name, each in kept(owner)
        if not shiboken6.createdByPython(each)
    }
    assert found == set()


def test_undo_and_redo_say_what_they_would_do(window):
    undo, redo = window.actions_.undo, window.actions_.redo
    assert (undo.text(), undo.isEnabled(), redo.isEnabled()) == ("&Undo", False, False)
    window.document.set_reduction("sum", "Reduce to the sum")
    said = "Reduce to the sum"
    assert (undo.text(), undo.isEnabled()) == (f"&Undo {said}", True)
    undo.trigger()
    assert (undo.text(), undo.isEnabled()) == ("&Undo", False)
    assert (redo.text(), redo.isEnabled()) == (f"&Redo {said}", True)
