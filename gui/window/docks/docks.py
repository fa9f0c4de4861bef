"""The docks of the window: made empty, arranged, named, raised, remembered."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import pairwise

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QTabBar, QTabWidget, QWidget

from gui.document.changes import Page
from gui.services.actions import make_action
from gui.window.docks.arrangement import DOCKS, arrangement_for, table_widths
from gui.window.docks.dock import Dock

VERSION = 1
"""Of the arrangement that is remembered: another number, and the remembered one is passed over."""

FIGURE_SPACE = "\N{FIGURE SPACE}"
"""As wide as a digit."""

LEAST_TABLE = QSize(320, 160)

LEAST_FLOATING = QSize(680, 240)
"""A dock in a window of its own is at least so large at first."""

Area = Qt.DockWidgetArea


class Docks(QObject):
    """The table's dock on the left, and five that stand in tabs below or under the table."""

    shown = Signal(str)
    """The name of a dock whose content is in sight now."""

    def __init__(self, window: QMainWindow, pages: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._page: Page = "binary"
        self._arrangement = arrangement_for(window.size())
        self._seen: set[str] = set()
        self._widths: dict[Page, int] = dict(self._arrangement.table)
        self._kept: tuple[QByteArray, Page] | None = None
        """While all docks are away, their arrangement and the page they were put away on."""
        window.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        window.setTabPosition(Area.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.table = Dock("table", self.tr("Table"), window, LEAST_TABLE, titled=False)
        self.table.fill(pages)
        features = Dock.DockWidgetFeature
        self.table.setFeatures(features.DockWidgetMovable | features.DockWidgetFloatable)
        titles = (
            self.tr("Row step by step"),
            self.tr("Findings"),
            self.tr("Ledger"),
            self.tr("History"),
            self.tr("Lesson and notes"),
        )
        self._docks = {name: Dock(name, title, window) for name, title in zip(DOCKS, titles, strict=True)}
        self._on_demand: dict[str, Dock] = {}
        self.raising = [self._raising(number, name) for number, name in enumerate(DOCKS, start=1)]
        self._naming = QTimer(self)
        self._naming.setSingleShot(True)
        self._naming.setInterval(0)
        self._naming.timeout.connect(self._look)
        for dock in self.all:
            self._keep_named(dock)

    def _keep_named(self, dock: Dock) -> None:
        dock.topLevelChanged.connect(self._name_soon)
        dock.dockLocationChanged.connect(self._name_soon)
        dock.visibilityChanged.connect(self._name_soon)

    def add_on_demand(self, name: str, title: str) -> Dock:
        """A dock that is in the window once it is brought to the front, beside those along the bottom."""
        dock = self._on_demand[name] = Dock(name, title, self._window)
        dock.hide()
        self._keep_named(dock)
        return dock

    @property
    def all(self) -> list[Dock]:
        """Every dock, the table's first."""
        return [self.table, *self._docks.values(), *self._on_demand.values()]

    def dock(self, name: str) -> Dock:
        """One of the five, or of those on demand."""
        return self._docks[name] if name in self._docks else self._on_demand[name]

    def in_sight(self, name: str) -> bool:
        """Whether a dock's content can be seen, and is not behind another tab."""
        dock = self.dock(name)
        # Qt keeps what is behind a tab visible, outside the window. A region would not tell: what opaque
        # content covers is no part of it.
        within = dock.isFloating() or self._window.rect().intersects(dock.geometry())
        return dock.place.isVisible() and within

    def in_front(self) -> QWidget | None:
        """The place of a dock that can be seen, along the bottom if there is one."""
        seen = [name for name in (*self._on_demand, *DOCKS) if self.in_sight(name)]
        low = [name for name in seen if name not in DOCKS or name in self._arrangement.bottom]
        return self.dock((low or seen)[0]).place if seen else None

    @cached_property
    def floating(self) -> QMenu:
        """A menu that takes docks out of the window and puts them back."""
        menu = QMenu(self.tr("&Own window"), self._window)
        for number, dock in enumerate(self.all):
            action = menu.addAction(f"&{number} {dock.windowTitle()}")
            action.setCheckable(True)
            action.triggered.connect(partial(self._float, dock))
            dock.topLevelChanged.connect(action.setChecked)
        return menu

    def _float(self, dock: Dock, _checked: bool = False) -> None:
        dock.show()
        size = dock.size().expandedTo(LEAST_FLOATING)
        dock.setFloating(not dock.isFloating())
        if dock.isFloating():
            # Behind another tab Qt keeps a dock outside the window: it would float outside the screen, too.
            around = self._window.frameGeometry()
            dock.resize(size.boundedTo(around.size()))
            dock.move(around.center() - dock.rect().center())

    def _raising(self, number: int, name: str) -> QAction:
        return make_action(
            self,
            f"&{number} {self._docks[name].windowTitle()}",
            f"Alt+{number}",
            self.tr("Bring this to the front"),
            slot=partial(self.bring_to_front, name),
        )

    def bring_to_front(self, name: str, _checked: bool = False, *, focus: bool = True) -> None:
        """Show a dock, and give it the keyboard."""
        if self._kept is not None:
            return
        dock = self.dock(name)
        if self._window.dockWidgetArea(dock) is Area.NoDockWidgetArea:
            self._window.tabifyDockWidget(self._docks[self._arrangement.bottom[0]], dock)
        dock.show()
        dock.raise_()
        self._seen.add(name)
        self.shown.emit(name)  # what is in it may be made only now
        if focus:
            target = dock.place.content
            if target is not None:
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
                if not target.hasFocus():
                    target.focusNextChild()

    # -- out of the way -----------------------------------------------------------------------------

    def put_away(self) -> None:
        """Hide all docks, until `bring_back`."""
        if self._kept is None:
            self._kept = self._window.saveState(VERSION), self._page
            self._hide()

    def _hide(self) -> None:
        for dock in self.all:
            dock.hide()

    def bring_back(self) -> None:
        """Have every dock where it was."""
        if self._kept is None:
            return
        (state, page), self._kept = self._kept, None
        self._window.restoreState(state, VERSION)
        self._name_all()
        if page != self._page and not self.table.isFloating():
            widths = [self._widths[self._page]]
            self._window.resizeDocks([self.table], widths, Qt.Orientation.Horizontal)

    # -- arranging ----------------------------------------------------------------------------------

    def arrange(self, size: QSize) -> None:
        """Put everything where a first start in a window of this size has it."""
        window, arrangement = self._window, arrangement_for(size)
        self._arrangement = arrangement
        self._widths = table_widths(arrangement, size.width(), window.fontMetrics().height())
        for dock in self.all:
            dock.setFloating(False)
            window.removeDockWidget(dock)
        window.addDockWidget(Area.LeftDockWidgetArea, self.table)
        above = self.table
        for group in arrangement.under:
            window.splitDockWidget(above, self._docks[group[0]], Qt.Orientation.Vertical)
            above = self._docks[group[0]]
            self._tabbed(group)
        window.addDockWidget(Area.BottomDockWidgetArea, self._docks[arrangement.bottom[0]])
        self._tabbed(arrangement.bottom)
        for dock in (self.table, *self._docks.values()):
            dock.show()
        for group in (*arrangement.under, arrangement.bottom):
            self._docks[group[0]].raise_()
            for name in group:  # a window that is not shown yet does not know which are tabbed
                self._docks[name].name_itself(tabbed=len(group) > 1)
        self.resize(size)
        if self._kept is not None:
            self._kept = window.saveState(VERSION), self._page
            self._hide()

    def _tabbed(self, group: tuple[str, ...]) -> None:
        for before, name in pairwise(group):
            self._window.tabifyDockWidget(self._docks[before], self._docks[name])

    def resize(self, size: QSize) -> None:
        """Give every part the size that it has in a window of this size."""
        arrangement = self._arrangement
        window = self._window
        window.resizeDocks([self.table], [self._widths[self._page]], Qt.Orientation.Horizontal)
        first = self._docks[arrangement.bottom[0]]
        window.resizeDocks([first], [arrangement.bottom_height], Qt.Orientation.Vertical)
        if arrangement.under:
            column = [self.table, *(self._docks[group[0]] for group in arrangement.under)]
            height = size.height() - arrangement.bottom_height
            heights = [share * height // 100 for share in arrangement.shares]
            window.resizeDocks(column, heights, Qt.Orientation.Vertical)

    def show_page(self, page: Page) -> None:
        """Give the table the width that it has on this page."""
        if page == self._page:
            return
        if self.table.isVisible() and not self.table.isFloating():
            self._widths[self._page] = self.table.width()
        self._page = page
        is_arranged = self._window.dockWidgetArea(self.table) is not Area.NoDockWidgetArea
        if is_arranged and not self.table.isFloating():
            self._window.resizeDocks([self.table], [self._widths[page]], Qt.Orientation.Horizontal)

    # -- titles -------------------------------------------------------------------------------------

    def _name_soon(self) -> None:
        self._naming.start()

    def _look(self) -> None:
        self._name_all()
        self._dress_tabs()
        before, self._seen = self._seen, {name for name in DOCKS if self.in_sight(name)}
        for name in self._seen - before:
            self.shown.emit(name)

    def _name_all(self) -> None:
        for dock in self.all:
            dock.name_itself(tabbed=bool(self._window.tabifiedDockWidgets(dock)))

    def _dress_tabs(self) -> None:
        """Give Qt's own tab bars their looks once the window stands: finding them takes time."""
        for tabs in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            tabs.setDocumentMode(False)
            tabs.setExpanding(False)
            tabs.setAccessibleName(self.tr("Docks"))
            tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_count(self, name: str, count: int) -> None:
        """Say in a dock's title how many things it lists; in room for two digits, so that no tab moves."""
        title = self.raising[DOCKS.index(name)].text().partition(" ")[2]
        # Before the count: Qt measures no space at the end of a tab's text.
        self._docks[name].set_title(f"{title}{FIGURE_SPACE * (2 - len(str(count)))} ({count})")

    def set_words(self, name: str, words: str) -> None:
        """Call a dock something else for a while; nothing for its own name."""
        self._docks[name].set_title(words or self.raising[DOCKS.index(name)].text().partition(" ")[2])

    def set_cards(self, name: str, shown: int, count: int) -> None:
        """Say in a dock's title how many of its cards there is room for, if not for all."""
        title = self.raising[DOCKS.index(name)].text().partition(" ")[2]
        words = self.tr("{title} ({shown} of %n cards)", "", count).format(title=title, shown=shown)
        self._docks[name].set_title(words if shown < count else title)

    # -- remembering --------------------------------------------------------------------------------

    def state(self) -> QByteArray:
        """The arrangement, for the next run."""
        return self._window.saveState(VERSION) if self._kept is None else self._kept[0]

    def restore(self, state: QByteArray) -> bool:
        """Take an arrangement that `state` gave; False, and nothing changed, for anything else."""
        restored = not state.isEmpty() and self._window.restoreState(state, VERSION)
        if restored:
            self._widths[self._page] = self.table.width()
            self.table.show()
            self._name_all()
        return restored
