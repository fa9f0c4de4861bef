"""One dock: its place is there before its content, and the content never asks for another size."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QTabBar, QVBoxLayout, QWidget

LEAST = QSize(240, 72)
"""What a dock asks for, whatever it holds: what does not fit scrolls."""


class Place(QWidget):
    """Holds one widget and asks for the same room with any, so that no content ever moves its neighbours."""

    def __init__(self, least: QSize, parent: QWidget) -> None:
        super().__init__(parent)
        self._least = least
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self.content: QWidget | None = None

    def fill(self, content: QWidget) -> None:
        """Put a widget here."""
        self.content = content
        self._layout.addWidget(content)
        content.show()

    def sizeHint(self) -> QSize:
        return self._least

    def minimumSizeHint(self) -> QSize:
        return self._least


class LoneTab(QWidget):
    """The title of a dock that stands alone: it looks as its tab does beside others, and can be dragged."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._tab = QTabBar(self)
        self._tab.setExpanding(False)
        self._tab.setDrawBase(False)
        self._tab.addTab(text)
        self._tab.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._tab.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the dock is dragged by it
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._tab)
        line.addStretch(1)

    def set_text(self, text: str) -> None:
        """Name the dock."""
        self._tab.setTabText(0, text)
        self._tab.setAccessibleName(text)


class NoTitle(QWidget):
    """No title at all: a tab names the dock, or nothing needs to."""

    def sizeHint(self) -> QSize:
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)


class Dock(QDockWidget):
    """A dock with a title only where no tab names it; Qt's own title bar while it floats."""

    def __init__(
        self, name: str, title: str, window: QMainWindow, least: QSize = LEAST, *, titled: bool = True
    ) -> None:
        super().__init__(title, window)
        self.setObjectName(name)
        self._is_titled = titled
        self._lone: LoneTab | None = None
        self._none = NoTitle(self)
        self.place = Place(least, self)
        self.setWidget(self.place)
        self.setAllowedAreas(~Qt.DockWidgetArea.TopDockWidgetArea)
        self.setTitleBarWidget(self._none)
        self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        """Name the dock, its tab too."""
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        if self._lone is not None:
            self._lone.set_text(title)

    def fill(self, content: QWidget) -> None:
        """Put the content into the place that is kept for it."""
        self.place.fill(content)

    def name_itself(self, *, tabbed: bool) -> None:
        """Choose the title: of Qt where it floats, a tab's look where it stands alone, none beside a tab."""
        if self.isFloating():
            wanted: QWidget | None = None
        elif tabbed or not self._is_titled:
            wanted = self._none
        else:
            wanted = self._lone = self._lone or LoneTab(self.windowTitle(), self)
        if self.titleBarWidget() is not wanted:
            self.setTitleBarWidget(wanted)  # type: ignore[arg-type]  # None is Qt's own
            for own in (self._lone, self._none):
                if own is not None:
                    own.setVisible(own is wanted)
