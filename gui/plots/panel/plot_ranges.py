"""Which logits and values the plots show: the whole story until the user looks closer."""

from __future__ import annotations

from dataclasses import replace

from gui.plots.content.look import Look
from gui.plots.content.marks import Curve
from gui.plots.content.quantities import PlotKind
from gui.plots.content.subject import Subject
from gui.plots.content.sweeper import Sweeper
from gui.plots.panel.plot_contents import fitted_values
from gui.plots.panel.plot_stack import PlotStack
from gui.plots.scales.logit_scale import LogitScale, floats_around
from gui.plots.scales.logit_span import EDGE_FLOATS, LogitSpan, workable

PIXELS_A_POINT = 2.0
"""Device pixels between two sampled logits: the finest that antialiased lines can show."""


LIVE_PIXELS_A_POINT = 5.0
"""Pixels between them while another logit of the row is dragged; the rest follows when it pauses."""


MOST_SWEPT = 40_000
"""Logits of a lane's sweep: a row of hundreds of classes is sampled at fewer places."""

FEWEST_POINTS = 40
"""A curve still shows where it bends; the edges of its failures are sampled besides."""


class PlotRanges:
    """Fits linked plots to a subject, and sweeps its curves where they look."""

    def __init__(self, stack: PlotStack) -> None:
        self.whole = True
        """Whether the ranges follow the subject; False once the user has zoomed."""
        self._stack = stack
        self._sweeper = Sweeper()
        self._fitted: object = None
        self._asked: object = None
        self._near: object = None
        """The single floats to which the values were fitted."""
        self._before: dict[PlotKind, tuple[float, float]] | None = None
        """The values shown before single floats came into view."""

    # -- what is shown ------------------------------------------------------------------------------

    def fit(self, subject: Subject | None, look: Look) -> None:
        """Set the ranges so that the whole story is in view."""
        if subject is None or not subject.lanes:
            return
        scale = LogitScale(look.spacing, subject.problem.format)
        ends = subject.whole() if scale.spacing == "linear" else (-scale.limit, scale.limit)
        self._before = None
        self._show_fitted(subject, look, ends, scale)
        self._fitted = self._shown()

    def holds(self, subject: Subject) -> bool:
        """Whether every row that belongs into the whole picture is in view."""
        span, (low, high) = self._stack.span, subject.whole()
        near = subject.logits[(subject.logits >= low) & (subject.logits <= high)]
        return not near.size or bool(span.low <= near.min() and near.max() <= span.high)

    def refit(self, subject: Subject | None, look: Look) -> None:
        """Fit the values to another look, and the logits unless the user has zoomed."""
        if self.whole:
            self.fit(subject, look)
        elif subject is not None:
            span = self._stack.span
            self._show_fitted(subject, look, (span.start, span.stop), span.scale)

    def show_stretch(self, subject: Subject | None, look: Look, ends: tuple[float, float] | None) -> None:
        """Show these logits, and all values that the curves have there; None for the whole story."""
        self.whole = ends is None
        if ends is None:
            self.fit(subject, look)
        elif subject is not None and subject.lanes:
            scale = LogitScale(look.spacing, subject.problem.format)
            self._show_fitted(subject, look, (scale.place(ends[0]), scale.place(ends[1])), scale)

    def show_edge(self, subject: Subject | None, look: Look, edge: float) -> None:
        """Show the single floats on both sides of a band's edge."""
        if subject is None:
            return
        fmt = subject.problem.format
        low, high = floats_around(edge, EDGE_FLOATS, fmt)
        scale = LogitScale(look.spacing, fmt, edge)
        self.whole = False
        self._keep_values()
        self._show_fitted(subject, look, (scale.place(low), scale.place(high)), scale)

    def _show_fitted(
        self, subject: Subject, look: Look, places: tuple[float, float], scale: LogitScale
    ) -> None:
        """Show these logits, and all values that the curves have there."""
        span = replace(self._stack.span, start=places[0], stop=places[1], scale=scale)
        self.sweep(subject, span)
        sections = self._stack.sections.items()
        curves = {kind: self.curves(kind, look) for kind, _ in sections}
        asked = (places, scale, curves, look, [section.plot.headroom for _, section in sections])
        self._near = (*places, scale) if span.steps else None
        if asked == self._asked:  # what most edits ask for: the curves are the same objects
            return
        self._asked = asked
        values = {
            kind: fitted_values(curves[kind], look, kind, section.plot.headroom, near=span.steps)
            for kind, section in sections
        }
        self._stack.show_places(places, values, scale, {kind: look.scale(kind) for kind, _ in sections})

    # -- following the user -------------------------------------------------------------------------

    def _shown(self) -> object:
        span = self._stack.span
        spans = (section.plot.value_span for section in self._stack.sections.values())
        return (span.start, span.stop, *spans)

    def note_view(self) -> None:
        """Take note of a zoom; a resize leaves the range alone."""
        self._asked = None
        if self._fitted is not None and self._shown() != self._fitted:
            self.whole = False

    def follow(self, subject: Subject | None, look: Look) -> None:
        """Fit anew after a resize, or hold a zoom within what can be drawn."""
        if self.whole:
            self.fit(subject, look)
        elif subject is not None:
            span = workable(self._stack.span, subject.problem.format)
            self._stack.show_places((span.start, span.stop), {}, span.scale)
            self._follow_values(subject, look, span)

    def _follow_values(self, subject: Subject, look: Look, span: LogitSpan) -> None:
        """Among single floats the values follow the logits, and come back when those leave."""
        if span.steps:
            self._keep_values()
            if self._near != (span.start, span.stop, span.scale):  # and not values that were zoomed alone
                self._show_fitted(subject, look, (span.start, span.stop), span.scale)
        elif self._before is not None:
            values, self._before, self._near = self._before, None, None
            self._stack.show_places((span.start, span.stop), values, span.scale)

    def _keep_values(self) -> None:
        """Remember what is shown, for when single floats are left."""
        if self._before is None:
            sections = self._stack.sections.items()
            self._before = {kind: section.plot.value_span for kind, section in sections}

    # -- curves -------------------------------------------------------------------------------------

    def sweep(self, subject: Subject, span: LogitSpan) -> None:
        """Sweep the subject's lanes over these logits."""
        self._sweeper.sweep(subject, span, self._points(subject))

    def curves(self, kind: PlotKind, look: Look) -> tuple[Curve, ...]:
        """Every formula's curve of one kind, as last swept."""
        return self._sweeper.curves(kind, look.measure, look.dark)

    def _points(self, subject: Subject) -> int:
        """How many logits to sample across the view: fewer while every step of a drag bends the curves."""
        live = not subject.settled
        pixels = self._stack.span.width * (1.0 if live else self._stack.devicePixelRatioF())
        points = max(2, round(pixels / (LIVE_PIXELS_A_POINT if live else PIXELS_A_POINT)))
        across = subject.problem.logits.size // max(1, subject.problem.rows)
        return min(points, max(FEWEST_POINTS, MOST_SWEPT // max(1, across)))
