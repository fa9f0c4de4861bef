"""Plots as charts for screen readers: by themselves they are 'clients' whose scene nobody can make out."""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast, runtime_checkable

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


class ChartInterface(QAccessibleWidget):
    """A widget with the role of a chart; its name and its description are the widget's own."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Chart)

    def childCount(self) -> int:
        """It is told of as one thing: what lies in a plot's scene is no widget."""
        return 0


@runtime_checkable
class Chart(Protocol):
    """What marks a widget as a chart: it keeps its interface, of which Qt holds no Python reference."""

    chart_interface: ChartInterface | None


@cache
def install_charts() -> None:
    """Have Qt ask here first when a screen reader asks for a widget, from the first call on."""
    QAccessible.installFactory(_make)


def _make(_class: str, thing: object) -> QAccessibleInterface | None:
    if not isinstance(thing, Chart):
        return None
    if thing.chart_interface is None:
        thing.chart_interface = ChartInterface(cast("QWidget", thing))
    return thing.chart_interface
