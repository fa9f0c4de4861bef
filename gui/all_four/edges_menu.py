"""The edges of the four losses in the format: a menu that puts z on one of them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine import ROUTES
from gui.all_four.lanes import loss_name
from gui.all_four.state import route_bands
from gui.document.sample import Sample
from gui.plots.parts.joined import joined
from gui.plots.parts.words import float_text
from gui.services.colours import regime_name
from gui.services.look.menu_button import MenuButton


@dataclass(frozen=True, slots=True)
class EdgeChoice:
    """An edge in words, and the outermost float that fails there."""

    words: str
    logit: float


def edges_of(sample: Sample, below: str, above: str) -> list[EdgeChoice]:
    """Every edge of the four losses, from the left; `below` and `above` are the words for the two sides."""
    form = sample.format
    found: dict[tuple[float, str, int], EdgeChoice] = {}
    for key in (formula.key for formula in ROUTES):
        for band in joined(band for band in route_bands(sample) if band.formula == key):
            for edge, words in ((band.start, above), (band.stop, below)):
                if abs(edge) < form.max:
                    text = words.format(
                        formula=loss_name(key), what=regime_name(band.regime), z=float_text(edge, form)
                    )
                    found[edge, key, words is above] = EdgeChoice(text, edge)
    return [found[each] for each in sorted(found, key=lambda each: (each[0], each[1]))]


class EdgesMenu(MenuButton):
    """Filled when it is opened, for the target and format of that moment."""

    chosen = Signal(float)
    """The logit of an edge."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.show_words(self.tr("Edges"))
        self.setToolTip(self.tr("Where the four losses begin and end to fail, to the last float"))
        self.setAccessibleName(self.tr("Edges"))
        self._sample = Sample()
        self.menu().aboutToShow.connect(self._fill)

    def show_sample(self, sample: Sample) -> None:
        """Offer the edges of this sample's target and format."""
        self._sample = sample

    def choices(self) -> list[EdgeChoice]:
        """What the menu offers."""
        return edges_of(
            self._sample,
            self.tr("z = {z}: {formula} is {what} up to here"),
            self.tr("z = {z}: {formula} is {what} from here on"),
        )

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        for choice in self.choices():
            action = menu.addAction(choice.words)
            action.triggered.connect(lambda _=False, logit=choice.logit: self.chosen.emit(logit))
