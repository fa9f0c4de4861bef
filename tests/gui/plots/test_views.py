"""No view, however far or close, makes an exception or a warning, and none leaves the format's range."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from plots_bench import PlotBench
from pyqtgraph import Point
from PySide6.QtCore import QPoint, Qt

from engine import FLOAT16, FLOAT32, FORMATS, SPACINGS
from gui.plots.content.panel_state import PanelState
from gui.plots.content.quantities import PlotKind
from gui.plots.scales.axes import LogitAxis
from gui.plots.scales.logit_scale import LogitScale, floats_between
from gui.plots.scales.logit_span import FEWEST_FLOATS, LogitSpan, workable
from gui.plots.scales.logit_view_box import NARROWEST

CTRL = Qt.KeyboardModifier.ControlModifier
GRIDS = [(fmt, spacing) for fmt in FORMATS for spacing in SPACINGS]


class Bench(PlotBench):
    """A small panel whose pointer does not wait for the view to follow: as a wheel that is spun."""

    SIZE = (420, 520)
    spun = False

    def settle(self) -> None:
        if not self.spun:
            super().settle()

    def spin(self, notches: int, share: float, keys=Qt.KeyboardModifier.NoModifier) -> None:
        """Turn the wheel at a share of the width without a pause, away from the user to zoom in; paint."""
        area, step = self.plot.area, 120 if notches > 0 else -120
        where = QPoint(round(area.left() + share * area.width()), round(area.center().y()))
        self.spun = True
        for _ in range(abs(notches)):
            self.wheel(where, step, keys)
        self.spun = False
        self.settle()
        self.panel.grab()


@pytest.fixture
def bench(qtbot) -> Bench:
    return Bench(qtbot)


def ends_of(fmt, spacing):
    return LogitScale(spacing, fmt).ends


@pytest.mark.parametrize(("fmt", "spacing"), GRIDS, ids=str)
def test_a_spun_wheel_leads_to_no_view_that_cannot_be_drawn(bench, fmt, spacing) -> None:
    bench.document.set_format(fmt, "format")
    loss_scale = "linear" if spacing == "linear" else "log"
    bench.panel.set_up(PanelState(spacing=spacing, loss_scale=loss_scale, open=tuple(PlotKind)))
    bench.interaction.actions.pin_baseline.trigger()
    bench.settle()
    for notches, share in ((-30, 0.5), (30, 1 / 3), (-30, 1 / 3), (30, 1 / 3), (-60, 0.5), (60, 1 / 3)):
        bench.spin(notches, share)
        span = bench.plot.span
        assert span.start < span.stop
        assert -fmt.max <= span.low <= span.high <= fmt.max
    bench.spin(20, 0.6, CTRL)
    bench.spin(-60, 0.4, CTRL)


@pytest.mark.parametrize("seed", range(2))
def test_no_walk_through_views_formats_and_scales_fails(bench, seed) -> None:
    draw = random.Random(seed)
    bench.interaction.actions.pin_baseline.trigger()
    for _ in range(12):
        if draw.random() < 0.3:
            bench.document.set_format(draw.choice(FORMATS), "format")
        if draw.random() < 0.3:
            state = bench.panel.setup
            bench.panel.set_up(
                state._replace(
                    spacing=draw.choice(SPACINGS),
                    loss_scale=draw.choice(["linear", "log", "symlog"]),
                )
            )
        box = bench.plot_of(draw.choice(bench.panel.stack.open)).box
        (left, right), (bottom, top) = box.viewRange()
        at = Point(left + draw.random() * (right - left), bottom + draw.random() * (top - bottom))
        for _ in range(draw.choice([1, 8])):
            box.scaleBy((10.0 ** draw.uniform(-4, 4), 10.0 ** draw.uniform(-4, 4)), at)
        box.translateBy(x=draw.uniform(-1, 1) * (right - left), y=draw.uniform(-1, 1) * (top - bottom))
        bench.settle()
        bench.panel.grab()
        assert all(map(math.isfinite, (bench.plot.span.start, bench.plot.span.stop, *bench.plot.value_span)))


def test_a_zoom_beyond_a_narrower_format_comes_back_into_it(bench) -> None:
    bench.document.set_format(FLOAT32, "format")
    bench.plot.show_range((1e6, 2e6), bench.plot.value_span)
    bench.settle()
    bench.document.set_format(FLOAT16, "format")
    bench.settle()
    bench.panel.grab()
    assert -FLOAT16.max <= bench.plot.span.low < bench.plot.span.high <= FLOAT16.max


@st.composite
def spans(draw):
    """A view inside the ends of a scale, as the plots keep them."""
    fmt, spacing = draw(st.sampled_from(GRIDS))
    limit = fmt.max if spacing == "linear" else ends_of(fmt, spacing)[1]
    whole = LogitScale(spacing, fmt)
    origin = draw(st.floats(-limit, limit)) if draw(st.booleans()) else 0.0
    scale = LogitScale(spacing, fmt, float(fmt.round(whole.logit(max(-1e30, min(origin, 1e30))))))
    low, high = scale.ends
    places = st.floats(low, high)
    start, stop = sorted((draw(places), draw(places)))
    if draw(st.booleans()):  # a close view, which two places drawn at random never make
        stop = start + (high - start) * 10.0 ** draw(st.floats(-40.0, 0.0))
    stop = max(stop, start + NARROWEST, math.nextafter(start, math.inf))
    return LogitSpan(start, stop, 66.0, draw(st.floats(1.0, 3000.0)), scale)


@given(spans())
def test_every_view_can_be_made_one_to_work_with(span) -> None:
    fmt = span.scale.format
    found = workable(span, fmt)
    assert math.isfinite(found.start)
    assert found.start < found.stop
    assert abs(found.scale.origin) <= fmt.max
    assert floats_between(found.low, found.high, fmt) >= FEWEST_FLOATS


@given(spans())
@example(LogitSpan(0.0, 1e-300, 66.0, 9.0, LogitScale("ordinal", FLOAT32, 677587865042944.0)))
@pytest.mark.usefixtures("qapp")
def test_every_view_has_numbers_below_its_axis(span) -> None:
    axis = LogitAxis()
    axis.set_scale(span.scale)
    for spacing, places in axis.tickValues(span.start, span.stop, span.width):
        assert len(axis.tickStrings(places, 1.0, spacing)) == len(places)
    axis.offset_text(span.start, span.stop, span.width)


@given(spans(), st.floats(0.0, 1.0))
def test_every_pixel_of_a_view_has_a_logit_in_the_format(span, share) -> None:
    logit = span.to_logit(span.left + share * span.width)
    assert abs(logit) <= span.scale.format.max * (1.0 + 1e-9)
    assert span.left <= span.to_pixel(logit) <= span.left + span.width
