"""The page with all four losses in front of the window: what makes room for it, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from gui.document.changes import PAGES
from gui.services.look.icons import Icons
from gui.window.bars.format_field import FormatField

if TYPE_CHECKING:
    from gui.all_four.page import AllFourPage
    from gui.window.window import MainWindow


class AllFourFront(QObject):
    """Puts the docks away while the page is in front, and lets sentence and status speak of it."""

    left = Signal()
    """A page of tables is in front again."""

    def __init__(
        self, window: MainWindow, icons: Icons, of_tables: Sequence[QAction], of_picture: Sequence[QAction]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._icons = icons
        self._of_tables = tuple(of_tables)
        """Actions that mean nothing here, beside the window's own."""
        self._of_picture = tuple(of_picture)
        self._begun = False
        document, actions = window.document, window.actions_
        document.front_changed.connect(self._follow)
        document.sample_changed.connect(self._offer_back)
        window.selection.changed.connect(self._offer_two_classes)
        document.changed.connect(self._offer_two_classes)
        document.cover_changed.connect(self._offer_two_classes)
        actions.two_classes.triggered.connect(self.take_row)
        actions.back_to_row.triggered.connect(self.go_back)
        self._offer_back()
        self._follow()

    @cached_property
    def page(self) -> AllFourPage:
        """The page, made when it is first in front."""
        from gui.all_four.page import AllFourPage  # noqa: PLC0415  # few starts show it

        window = self._window
        page = AllFourPage(window.document, window)
        page.message.connect(window.show_message)
        page.said.connect(self._speak)
        window.all_four.fill(page)
        self._icons.give(page.bar.copy, "copy")
        return page

    @cached_property
    def _format(self) -> FormatField:
        return FormatField(self._window.document, self._window)

    @property
    def is_front(self) -> bool:
        """Whether the page is in front."""
        return self._window.document.front == "all-four"

    @property
    def made(self) -> AllFourPage | None:
        """The page, if it has been in front."""
        return self.page if "page" in vars(self) else None

    # -- coming and going ---------------------------------------------------------------------------

    def _follow(self) -> None:
        if self.is_front:
            self._enter()
        elif self._begun:
            self._leave()
        self._offer_two_classes()

    def _enter(self) -> None:
        window = self._window
        self._begun = True
        page = self.page
        window.docks.put_away()
        window.centre.setCurrentWidget(window.all_four)
        window.option_bar.show_fields("all-four", [self._format.pair])
        window.option_bar.show_tools(shown=False)
        window.sentence.show_places(window.actions_.back_to_row)
        self.offer_what_is_of_tables(offered=False)
        page.refresh()

    def _leave(self) -> None:
        self._begun = False
        if self._window.document.front in PAGES:
            self.show_tables()

    def show_tables(self) -> None:
        """Have tables, picture and docks back as they were."""
        window = self._window
        window.centre.setCurrentWidget(window.picture)
        window.option_bar.show_fields(window.document.page, [])
        window.option_bar.show_tools(shown=True)
        window.docks.bring_back()
        window.sentence.show_places(window.actions_.show_reason)
        self.offer_what_is_of_tables(offered=True)
        window.sentence.speak_for(None)
        self.left.emit()

    def offer_what_is_of_tables(self, *, offered: bool) -> None:
        """Let what acts on tables, picture and docks be used, or not while these are away."""
        window = self._window
        actions = window.actions_
        of_tables: list[QAction] = [actions.export, actions.formulas, *window.docks.raising]
        of_tables += [actions.next_finding, actions.previous_finding, actions.rows_menu]
        of_tables.append(window.docks.floating.menuAction())
        for action in (*of_tables, *self._of_tables, window.session.code.numpy):
            action.setEnabled(offered)
        for action in self._of_picture:
            action.setVisible(offered)  # whether it can be used is the picture's own affair

    def _speak(self) -> None:
        if self.is_front and self.page.sentence is not None:
            self._window.sentence.speak_for(self.page.sentence)
            said = self.page.status
            self._window.status.say(said.mark, said.kind, said.text, said.more)

    # -- a row of the binary page -------------------------------------------------------------------

    def _offer_back(self) -> None:
        row = self._window.document.sample.row
        action = self._window.actions_.back_to_row
        if row is None:
            action.setText(self.tr("&Back to the rows"))
        else:
            action.setText(self.tr("&Back to row {row}").format(row=row + 1))
        action.setIconText(action.text().replace("&", ""))

    def _offer_two_classes(self) -> None:
        window = self._window
        problem, row = window.document.binary, window.selection.place("binary").row
        is_row = window.document.front == "binary" and row < problem.rows
        is_row = is_row and not window.document.cover.is_up  # the page would tell what is asked
        window.actions_.two_classes.setEnabled(is_row)
        window.actions_.back_to_row.setEnabled(self.is_front)

    def take_row(self) -> None:
        """Bring the selected binary row here, as one step of the history."""
        window = self._window
        problem, row = window.document.binary, window.selection.place("binary").row
        target = float(problem.target[row])
        if not 0.0 <= target <= 1.0:
            words = self.tr("Row {row} is not brought: two classes need a target from 0 to 1")
            window.show_message(words.format(row=row + 1))
            return
        sample = replace(
            window.document.sample,
            number=float(problem.logits[row]),
            given="z",
            target=target,
            format=problem.format,
            row=row,
        )
        window.document.set_sample(sample, self.tr("Take row {row} as two classes").format(row=row + 1))
        window.document.set_front("all-four")
        if problem.weight is not None or problem.pos_weight is not None:
            window.show_message(self.tr("Weights stay behind: the four losses have none in common"))

    def go_back(self) -> None:
        """Back to the binary page, on the row that was brought here if there was one."""
        window = self._window
        row, rows = window.document.sample.row, window.document.binary.rows
        if row is not None and rows:
            window.selection.select("binary", min(row, rows - 1))
        window.document.set_page("binary")
