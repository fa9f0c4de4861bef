"""The picture of the page with all four losses: lanes, wrong feedings and curves."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QWidget

from gui.all_four.page import AllFourPage
from gui.plots.export.figure_caption import SEPARATOR, Caption, versions
from gui.plots.parts.words import float_text, value_text

_translate = QCoreApplication.translate


class AllFourPicture:
    """As `gui.plots.export.pictured.Pictured` asks."""

    kind = "all-four"

    def __init__(self, page: AllFourPage) -> None:
        self._page = page

    def panels(self) -> dict[str, str]:
        """The page's three parts."""
        return {
            "lanes": _translate("pictured", "&Lanes"),
            "feedings": _translate("pictured", "Wrong &feedings"),
            "curves": _translate("pictured", "C&urves"),
        }

    def first_panels(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self.panels())

    def copy(self, size: QSize, panels: tuple[str, ...], dark: bool) -> QWidget:
        """Another page that shows the same."""
        return self._page.copied(size, panels, dark=dark)

    def caption(self) -> Caption | None:
        """The sample, and what made the picture."""
        shown = self._page.shown
        if shown is None:
            return None
        sample = shown.sample
        number = shown.p if shown.p is not None else shown.z
        named = f"{sample.given} = {'' if number is None else float_text(number, sample.format)}"
        words = (named, f"y = {value_text(sample.target)}", sample.format.name)
        stands = self._page.headings.words
        return Caption(SEPARATOR.join(words), stands, versions())
