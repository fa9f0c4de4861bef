"""The page for very many rows in front of the window: its way in, and what comes of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from engine import Problem
from gui.document.changes import PAGES
from gui.learn.asking import call
from gui.services.look.icons import Icons
from gui.window.all_four_front import AllFourFront
from gui.window.docks.dock import Place
from gui.window.docks.history_view import leave_drops_to_the_window

if TYPE_CHECKING:
    from gui.scan.page import ScanPage
    from gui.window.window import MainWindow


class ScanFront(QObject):
    """Makes the page when it is first in front; no start loads it."""

    def __init__(
        self, window: MainWindow, icons: Icons, all_four: AllFourFront, of_picture: Sequence[QAction]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._icons = icons
        self._all_four = all_four
        """Puts tables, picture and docks away and back, for this page, too."""
        self._of_picture = tuple(of_picture)
        self._begun = False
        actions = window.actions_
        actions.scan_files.triggered.connect(self._ask)
        actions.open_worst.triggered.connect(self._open_worst)
        actions.save_report.triggered.connect(self._save_report)
        actions.next_finding.triggered.connect(self._next)
        actions.previous_finding.triggered.connect(self._previous)
        window.status.more_asked.connect(self._next)
        window.status.worst_asked.connect(self._show_finding)
        window.document.front_changed.connect(self._follow)
        self._offer()
        self._follow()

    @cached_property
    def page(self) -> ScanPage:
        """The page, made when it is first in front."""
        from gui.scan.page import ScanPage  # noqa: PLC0415  # not needed to start

        window = self._window
        page = ScanPage(window)
        self._place.fill(page)
        page.message.connect(window.show_message)
        page.said.connect(self._speak)
        page.opened.connect(self._open)
        for button, name in (
            (page.bar.files, "folder-open"),
            (page.bar.shards, "plus"),
            (page.bar.again, "search"),
            (page.bar.copy, "copy"),
        ):
            self._icons.give(button, name)
        self._icons.give(window.actions_.open_worst, "arrow-right")
        self._icons.give(window.actions_.save_report, "external-link")
        window.sentence.add_button(window.actions_.open_worst)
        window.sentence.add_button(window.actions_.save_report)
        leave_drops_to_the_window(page)
        return page

    @cached_property
    def _place(self) -> Place:
        window = self._window
        place = Place(window.picture.minimumSizeHint(), window)
        window.centre.addWidget(place)
        call(place, "scan")
        return place

    @property
    def is_front(self) -> bool:
        """Whether the page is in front."""
        return self._window.document.front == "scan"

    @property
    def made(self) -> ScanPage | None:
        """The page, if it has been in front."""
        return self.page if "page" in vars(self) else None

    @property
    def is_busy(self) -> bool:
        """Whether rows are being counted."""
        return self.made is not None and self.page.scanner.busy

    @property
    def fields(self) -> list[QWidget]:
        """What the bar of options holds of it, in the order of the Tab key."""
        return [] if self.made is None else [field for _, field in self.page.bar.fields]

    @property
    def places(self) -> list[QWidget]:
        """The page as a part of the window, if it has been in front."""
        return [] if self.made is None else [self._place]

    # -- coming and going ---------------------------------------------------------------------------

    def _follow(self) -> None:
        if self.is_front:
            self._enter()
        elif self._begun:
            self._leave()

    def _enter(self) -> None:
        window, actions = self._window, self._window.actions_
        self._begun = True
        page = self.page
        window.docks.put_away()
        window.centre.setCurrentWidget(self._place)
        window.option_bar.show_fields("scan", page.bar.fields)
        window.option_bar.show_tools(shown=False)
        window.sentence.show_places(actions.open_worst, actions.save_report)
        window.sentence.fit(window.width())
        self._all_four.offer_what_is_of_tables(offered=False)
        self._offer_what_is_of_pictures(offered=False)
        self._speak()

    def _leave(self) -> None:
        self._begun = False
        self._offer_what_is_of_pictures(offered=True)
        if self._window.document.front in PAGES:
            self._all_four.show_tables()
        self._offer()

    def _offer_what_is_of_pictures(self, *, offered: bool) -> None:
        for action in (*self._of_picture, self._window.session.code.torch):
            action.setEnabled(offered)

    def _offer(self) -> None:
        """Let what acts on the scan be used while there is one."""
        actions, page = self._window.actions_, self.made
        found = page.found if self.is_front and page is not None else None
        actions.open_worst.setEnabled(found is not None and len(found.listed) > 0)
        actions.save_report.setEnabled(found is not None and not self.is_busy)
        if self.is_front and page is not None:
            for action in (actions.next_finding, actions.previous_finding):
                action.setEnabled(page.findings > 0)

    def _speak(self) -> None:
        self._offer()
        if not self.is_front:
            return
        window, page = self._window, self.page
        window.sentence.speak_for(page.sentence)
        line = page.line
        if line is None:
            window.status.say("none", "", "", "")
        else:
            window.status.say(line.mark, line.kind, line.text, page.place)
            window.status.more.setEnabled(bool(page.place))

    # -- what is asked ------------------------------------------------------------------------------

    def scan_files(self, paths: Sequence[Path]) -> None:
        """Bring the page to the front and scan these files."""
        self._window.document.set_front("scan")
        self.page.scan_files(paths)

    def _ask(self) -> None:
        self._window.document.set_front("scan")
        self.page.ask_for_files()

    def _open_worst(self) -> None:
        if self.is_front:
            self.page.open_worst()

    def _save_report(self) -> None:
        if self.is_front:
            self.page.ask_for_report()

    def _show_finding(self) -> None:
        if self.is_front:
            self.page.show_finding()

    def _next(self) -> None:
        if self.is_front:
            self.page.next_finding()

    def _previous(self) -> None:
        if self.is_front:
            self.page.next_finding(-1)

    def _open(self, problem: Problem, text: str) -> None:
        self._window.files.take_in(problem, text)
