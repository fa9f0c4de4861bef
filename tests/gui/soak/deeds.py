"""Random actions of every kind on a real window, as an impatient person might do them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QMenu,
    QWidget,
)

from gui.services.resources import PRESETS
from gui.window.window import MainWindow

Deed = Callable[[], None]

KEYS = (
    *map(Qt.Key, (Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Delete)),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_F6, Qt.Key.Key_F8),
    *(Qt.Key.Key_B, Qt.Key.Key_C, Qt.Key.Key_E, Qt.Key.Key_G, Qt.Key.Key_P, Qt.Key.Key_V, Qt.Key.Key_Y),
    *(Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_7, Qt.Key.Key_9),
    *(Qt.Key.Key_Minus, Qt.Key.Key_Period, Qt.Key.Key_A, Qt.Key.Key_Z, Qt.Key.Key_F, Qt.Key.Key_Backspace),
)
MODIFIERS = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
NUMBERS = (0.0, -0.0, 1.0, 17.0, -89.0, 16.635532, 1e-40, 3e38, 1e300, -1e9, math.inf, -math.inf, math.nan)
TEXTS = (
    "1.5\t0\n-2\t1\n17\t0",
    "0.1,0.2,0.7\n1,2,3",
    "tensor([[1.0, -2.0, 3.0]], dtype=torch.float16)",
    "nan\ninf\n-inf",
    "no numbers at all",
    "1,5;0\n-2,5;1",
    "",
    "\x00\ud7ff" * 9,
)
SIZES = ((1100, 640), (1366, 738), (1920, 1050), (640, 400))
LEAVES = frozenset({"quit", "open_recent"})
"""Actions that end the window or leave it."""


class Deeds:
    """Does something at random; the same seed does the same things to the same window."""

    def __init__(self, window: MainWindow, seed: int, folder: Path, turn: Deed) -> None:
        self.window = window
        self._turn = turn
        """To be called where a person's deed of several events lets the event loop turn."""
        self.folder = folder
        self.random = random.Random(seed)
        # A button's menu waits in an event loop of its own until somebody closes it.
        self._closing = QTimer()
        self._closing.setInterval(20)
        self._closing.timeout.connect(close_popups)
        self._closing.start()
        self.kinds: tuple[tuple[Deed, int], ...] = (
            (self.press_a_key, 8),
            (self.click, 10),
            (self.drag, 4),
            (self.turn_the_wheel, 6),
            (self.trigger_an_action, 6),
            (self.edit_a_cell, 6),
            (self.ask_for_a_menu, 2),
            (self.choose_in_a_box, 2),
            (self.undo_or_redo, 3),
            (self.open_a_preset, 1),
            (self.drop_a_file, 1),
            (self.paste, 2),
            (self.resize, 1),
            (self.move_a_dock, 1),
            (self.change_theme_or_page, 2),
            (self.generate_rows, 1),
        )

    def do(self) -> str:
        """Do one thing, let it come to its end, and close what it opened; which kind it was."""
        deeds, weights = zip(*self.kinds, strict=True)
        (deed,) = self.random.choices(deeds, weights)
        deed()
        return deed.__name__

    def tidy(self) -> None:
        """Answer or close what stands over the window, now and then only."""
        close_popups()
        for each in QApplication.topLevelWidgets():
            if isinstance(each, QDialog) and each.isVisible() and self.random.random() < 0.5:
                each.reject()

    def close(self) -> None:
        """Do nothing any more."""
        self._closing.stop()
        close_everything(self.window)

    # -- where --------------------------------------------------------------------------------------

    def _anything(self) -> QWidget:
        """A widget that can be seen, of whatever stands in front."""
        top = QApplication.activeModalWidget() or self.window
        inside = [each for each in top.findChildren(QWidget) if each.isVisible() and not each.isWindow()]
        return self.random.choice(inside or [top])

    def _somewhere(self, widget: QWidget) -> QPoint:
        within = widget.rect()
        return QPoint(
            self.random.randint(0, max(within.width() - 1, 0)),
            self.random.randint(0, max(within.height() - 1, 0)),
        )

    def _scrollable(self) -> QWidget:
        areas = [each for each in self.window.findChildren(QAbstractScrollArea) if each.isVisible()]
        return self.random.choice(areas).viewport() if areas else self.window

    # -- what ---------------------------------------------------------------------------------------

    def press_a_key(self) -> None:
        target = QApplication.focusWidget() or self.window
        key, modifier = self.random.choice(KEYS), self.random.choice(MODIFIERS)
        QTest.keyClick(target, key, modifier)

    def click(self) -> None:
        widget = self._anything()
        place = self._somewhere(widget)
        button = Qt.MouseButton.LeftButton if self.random.random() < 0.9 else Qt.MouseButton.RightButton
        click = QTest.mouseDClick if self.random.random() < 0.2 else QTest.mouseClick
        click(widget, button, self.random.choice(MODIFIERS), place)

    def drag(self) -> None:
        widget = self._scrollable()
        begin, end = self._somewhere(widget), self._somewhere(widget)
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, begin)
        self._turn()
        for step in range(1, 6):
            place = begin + (end - begin) * step / 5
            move = QMouseEvent(
                QEvent.Type.MouseMove,
                QPointF(place),
                QPointF(widget.mapToGlobal(place)),
                Qt.MouseButton.NoButton,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
            QApplication.sendEvent(widget, move)
            QApplication.processEvents()
            self._turn()
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)

    def turn_the_wheel(self) -> None:
        widget = self._scrollable()
        place = QPointF(self._somewhere(widget))
        notches = self.random.choice((-30, -3, -1, 1, 3, 30))
        for _ in range(abs(notches)):
            turn = QWheelEvent(
                place,
                QPointF(widget.mapToGlobal(place.toPoint())),
                QPoint(),
                QPoint(0, 120 if notches > 0 else -120),
                Qt.MouseButton.NoButton,
                self.random.choice(MODIFIERS),
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(widget, turn)

    def trigger_an_action(self) -> None:
        leaving = {self.window.actions_.quit}
        actions = [
            each
            for each in self.window.findChildren(type(self.window.actions_.quit))
            if each.isEnabled() and each.menu() is None and each not in leaving and each.associatedObjects()
        ]
        if QApplication.activeModalWidget() is None:
            self.random.choice(actions).trigger()

    def edit_a_cell(self) -> None:
        document = self.window.document
        problem = document.problem()
        if problem.rows == 0:
            return
        row = self.random.randrange(problem.rows)
        place = (row,) if problem.logits.ndim == 1 else (row, self.random.randrange(problem.logits.shape[1]))
        document.set_cells(document.page, "logits", place, self.random.choice(NUMBERS), "edit")

    def ask_for_a_menu(self) -> None:
        widget = self._anything()
        place = self._somewhere(widget)
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))
        QApplication.postEvent(widget, asked)
        QApplication.processEvents()
        menu = QApplication.activePopupWidget()
        if isinstance(menu, QMenu) and menu.actions():
            chosen = self.random.choice(menu.actions())
            if chosen.isEnabled() and chosen.menu() is None and chosen is not self.window.actions_.quit:
                chosen.trigger()
            close_popups()

    def choose_in_a_box(self) -> None:
        boxes = [
            each for each in self.window.findChildren(QComboBox) if each.isVisible() and each.isEnabled()
        ]
        if boxes and QApplication.activeModalWidget() is None:
            box = self.random.choice(boxes)
            if box.count():
                index = self.random.randrange(box.count())
                box.setCurrentIndex(index)
                box.activated.emit(index)

    def undo_or_redo(self) -> None:
        actions = self.window.actions_
        for _ in range(self.random.randint(1, 4)):
            self.random.choice((actions.undo, actions.redo)).trigger()

    def open_a_preset(self) -> None:
        self.window.document.undo_stack.setClean()
        self.window.files.open_path(self.random.choice(sorted(PRESETS.glob("*.json"))))

    def drop_a_file(self) -> None:
        path = self.folder / "dropped.csv"
        path.write_text(self.random.choice(TEXTS), encoding="utf-8", errors="replace")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        if self.window.files.accepts(data):
            self.window.files.drop(data)

    def paste(self) -> None:
        QApplication.clipboard().setText(self.random.choice(TEXTS))
        if QApplication.activeModalWidget() is None:
            self.random.choice((self.window.files.paste, self.window.actions_.paste.trigger))()

    def resize(self) -> None:
        self.window.resize(*self.random.choice(SIZES))

    def move_a_dock(self) -> None:
        docks = self.window.findChildren(QDockWidget)
        dock = self.random.choice(docks)
        if self.random.random() < 0.3:
            self.window.reset_layout()
        elif dock.features() & QDockWidget.DockWidgetFeature.DockWidgetFloatable:
            dock.setFloating(not dock.isFloating())

    def change_theme_or_page(self) -> None:
        if self.random.random() < 0.3:
            self.window.choose_theme(self.random.choice(("light", "dark")))
        else:
            pages = self.window.actions_.pages.actions()
            self.random.choice(pages).trigger()

    def generate_rows(self) -> None:
        """A table of some hundred rows, so that scrolling, sorting and filtering have something to do."""
        document = self.window.document
        problem = document.problem()
        count = self.random.choice((0, 1, 40, 600))
        logits = [[self.random.gauss(0, 30) for _ in range(3)] for _ in range(count)]
        if problem.logits.ndim == 1:
            new = problem.replace(
                logits=[row[0] for row in logits], target=[0.0] * count, **_without_weight(problem)
            )
        else:
            new = problem.replace(
                logits=logits or [[0.0] * 3],
                target=[0] * max(count, 1),
                class_names=None,
                **_without_weight(problem),
            )
        document.replace_problem(document.page, new, "generate")


def _without_weight(problem: object) -> dict[str, None]:
    return {"weight": None} if getattr(problem, "weight", None) is not None else {}


def close_popups() -> None:
    """Menus, lists and completions, one behind the other."""
    for _ in range(9):
        popup = QApplication.activePopupWidget()
        if popup is None:
            return
        popup.close()


def close_everything(window: MainWindow) -> None:
    """End what a soak left open."""
    close_popups()
    for each in QApplication.topLevelWidgets():
        if isinstance(each, QDialog):
            each.close()
    window.document.undo_stack.setClean()
