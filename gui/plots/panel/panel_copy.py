"""A picture's own panel: the same subject, look and view at another size, and never on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.plots.content.look import Look
from gui.plots.content.quantities import PlotKind
from gui.plots.panel.plot_stack import PlotStack

if TYPE_CHECKING:
    from gui.plots.panel.plot_ranges import PlotRanges


def copy_view(
    stack: PlotStack, ranges: PlotRanges, look: Look, other: PlotStack, other_ranges: PlotRanges
) -> None:
    """Show the logits and values that another stack shows, where its user has zoomed."""
    if other_ranges.whole:
        return
    span = other.span
    values = {kind: section.plot.value_span for kind, section in other.sections.items()}
    ranges.whole = False
    scales = {kind: look.scale(kind) for kind in PlotKind}
    stack.show_places((span.start, span.stop), values, span.scale, scales)
