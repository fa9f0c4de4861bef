"""The page: one sample through all four losses, with wrong feedings in fixed places and the curves below."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine import FEEDINGS, ROUTES
from gui.all_four.curves_view import CurvesView
from gui.all_four.feeding_view import FeedingView
from gui.all_four.lane_view import Headings, LaneView
from gui.all_four.lanes import feeding_names, feedings_of, lanes_of
from gui.all_four.reach import reach_of
from gui.all_four.sample_bar import SampleBar
from gui.all_four.state import Shown, code_of, route_bands, shown_of
from gui.all_four.words import Said, sentence_of, stands_words, status_of
from gui.document.document import Document
from gui.document.sample import Sample
from gui.explain.row_sentence import Sentence
from gui.plots.parts.laid_out import dress, laid_out
from gui.services.look.type_sizes import bold
from gui.services.throttle import Throttle

LOW = 700
"""Height of the window, in pixels where a line of text has 14, below which lanes give the curves room."""


class AllFourPage(QScrollArea):
    """Follows the document's sample while it is in sight; scrolls where it has no room."""

    said = Signal()
    """Sentence and status are others."""
    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.shown: Shown | None = None
        self.sentence: Sentence | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("One sample through all four losses"))
        self.content = QWidget(self)
        self.bar = SampleBar(self.content)
        self.headings = Headings(self.content)
        self.lanes = [LaneView(self.content) for _ in ROUTES]
        self.wrong = QLabel(self.tr("Wrong feedings"), self.content)
        self.wrong.setFont(bold(self.font()))
        self.feedings = [FeedingView(self.content) for _ in FEEDINGS]
        self.curves = CurvesView(self.content)
        self._is_moving = False
        """While z is dragged: what is said follows as fast as one can read."""
        self._telling = Throttle(self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.headings)
        for lane in self.lanes:
            column.addWidget(lane)
        self.wrong.setContentsMargins(8, 4, 8, 2)
        column.addWidget(self.wrong)
        grid = QGridLayout()
        grid.setContentsMargins(8, 0, 8, 6)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        for place, feeding in enumerate(self.feedings):
            grid.addWidget(feeding, place // 2, place % 2)
        for at in (0, 1):
            grid.setColumnStretch(at, 1)
        column.addLayout(grid)
        column.addWidget(self.curves, 1)
        self.setWidget(self.content)

    def _connect(self) -> None:
        self._telling.due.connect(self._tell)
        self._document.sample_changed.connect(self._follow)
        self._document.front_changed.connect(self._follow)
        self.bar.number_asked.connect(self._set_number)
        self.bar.z_asked.connect(self._set_z)
        self.bar.given_asked.connect(self._give)
        self.bar.target_asked.connect(self._set_target)
        self.bar.refused.connect(self.message)
        self.bar.copy.clicked.connect(self.copy_code)
        self.curves.z_asked.connect(self._set_z)
        for formula, feeding in zip(FEEDINGS, self.feedings, strict=True):
            feeding.toggled.connect(lambda on, key=formula.key: self._switch(key, on))

    # -- what is asked ------------------------------------------------------------------------------

    def _set_number(self, number: float, gesture: object | None) -> None:
        sample = self._document.sample
        text = self.tr("Set p") if sample.given == "p" else self.tr("Set z")
        try:
            self._move(replace(sample, number=number), text, gesture)
        except ValueError as error:
            self.message.emit(str(error))
            self._follow()

    def _set_z(self, z: float, gesture: object | None) -> None:
        sample = replace(self._document.sample, given="z", number=z)
        self._move(sample, self.tr("Set z"), gesture)

    def _move(self, sample: Sample, text: str, gesture: object | None) -> None:
        self._is_moving = gesture is not None
        try:
            self._document.set_sample(sample, text, gesture)
        finally:
            self._is_moving = False

    def _give(self, given: str) -> None:
        """Another thing is given: the number that stands for the present one, where there is one."""
        shown, sample = self.shown, self._document.sample
        if shown is None or given == sample.given:
            return
        if given == "p":
            p = shown.card(ROUTES[0].key)
            found = self._sigmoid(shown) if p is not None else 0.5
            after = replace(sample, given="p", number=found)
        else:
            after = replace(sample, given="z", number=shown.z if shown.z is not None else 0.0)
        self._document.set_sample(after, self.tr("Give p") if given == "p" else self.tr("Give z"))

    def _sigmoid(self, shown: Shown) -> float:
        found = shown.routes.find(ROUTES[0].key)
        p = 0.5 if found is None else float(found[1].values["p"][0])
        return p if 0.0 <= p <= 1.0 else 0.5

    def _set_target(self, target: float) -> None:
        sample = replace(self._document.sample, target=target)
        self._document.set_sample(sample, self.tr("Set y to {y}").format(y=f"{target:g}"))

    def _switch(self, key: str, on: bool) -> None:
        sample, name = self._document.sample, feeding_names()[key][0]
        feedings = sample.feedings | {key} if on else sample.feedings - {key}
        text = self.tr("Switch on {name}") if on else self.tr("Switch off {name}")
        self._document.set_sample(replace(sample, feedings=feedings), text.format(name=name))

    def code(self) -> str:
        """A PyTorch script that prints the page's numbers."""
        return code_of(self._document.sample)

    def copy_code(self) -> None:
        """Put that script on the clipboard."""
        QGuiApplication.clipboard().setText(self.code())
        self.message.emit(self.tr("Copied: a PyTorch script of all four that prints these numbers"))

    # -- what is shown ------------------------------------------------------------------------------

    def _follow(self) -> None:
        if self._document.front == "all-four":
            self.refresh()

    def refresh(self) -> None:
        """Show the document's sample."""
        sample = self._document.sample
        if self.shown is not None and self.shown.sample is sample:
            self.said.emit()
            return
        shown = self.shown = shown_of(sample)
        reach = reach_of(route_bands(sample), sample.format)
        self.bar.show_sample(shown, reach)
        self._shown_lanes = lanes_of(shown)
        for view, lane in zip(self.lanes, self._shown_lanes, strict=True):
            view.show_lane(lane)
        for place, feeding in zip(self.feedings, feedings_of(shown), strict=True):
            place.show_feeding(feeding, on=feeding.formula.key in sample.feedings)
        self.headings.show_words(stands_words(shown))
        self.curves.show_sample(shown, reach)
        if self._is_moving:
            self._telling.request()
        else:
            self._tell()

    def _tell(self) -> None:
        if self.shown is not None:
            self.sentence = sentence_of(self.shown, self._shown_lanes)
            self._said = status_of(self.shown, self._shown_lanes)
            self.said.emit()

    @property
    def status(self) -> Said:
        """What the status line is to say."""
        return self._said

    def copied(self, size: QSize, panels: tuple[str, ...], *, dark: bool) -> QWidget:
        """Another page of this size with these parts, laid out and never on the screen."""
        copy = AllFourPage(self._document, self.window())
        dress(copy, self.font(), dark=dark)
        for policy in (copy.setHorizontalScrollBarPolicy, copy.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        copy.bar.hide()
        for part in (copy.headings, *copy.lanes):
            part.setVisible("lanes" in panels)
        for place in (copy.wrong, *copy.feedings):
            place.setVisible("feedings" in panels)
        for feeding in copy.feedings:
            feeding.draw_alone()
        copy.curves.setVisible("curves" in panels)
        copy.curves.draw_alone()
        copy.curves.shaded = self.curves.shaded
        laid_out(copy, size)
        copy.refresh()
        laid_out(copy, size.expandedTo(copy.content.minimumSizeHint()))
        copy.curves.settle(self.curves)
        return copy

    # -- Qt -----------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(400, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.set_room(event.size().width())
        low = self.window().height() < LOW * self.fontMetrics().height() / 14
        for lane in self.lanes:
            lane.set_low(low)
        for feeding in self.feedings:
            feeding.set_low(low)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.content.update()
