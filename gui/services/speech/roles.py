"""Roles of what is painted for screen readers: by themselves such widgets are 'clients' without a meaning."""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast, runtime_checkable

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


class RoleInterface(QAccessibleWidget):
    """A widget with a role; its name and its description are the widget's own."""

    def childCount(self) -> int:
        """It is told of as one thing: what is painted in it, or lies in a plot's scene, is no widget."""
        return 0


@runtime_checkable
class Spoken(Protocol):
    """What marks a widget that has a role: it keeps its interface, of which Qt holds no Python reference."""

    spoken_role: QAccessible.Role
    spoken: RoleInterface | None


@cache
def install_roles() -> None:
    """Have Qt ask here first when a screen reader asks for a widget, from the first call on."""
    QAccessible.installFactory(_make)


def _make(_class: str, thing: object) -> QAccessibleInterface | None:
    if not isinstance(thing, Spoken):
        return None
    if thing.spoken is None:
        thing.spoken = RoleInterface(cast("QWidget", thing), thing.spoken_role)
    return thing.spoken
