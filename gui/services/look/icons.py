"""Icons drawn in the palette's colours: one set of line drawings, whatever the theme and the scale.

The drawings are Lucide's (resources/icons/lucide, with its licence), whose strokes are `currentColor`. Qt
takes that for black, so the colour is put in before the drawing is read.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from gui.services.look.type_sizes import icon_size
from gui.services.resources import RESOURCES

FOLDER = RESOURCES / "icons" / "lucide"
SIDE = 16
"""An icon's width and height in logical pixels, where nothing else is asked for."""


def icon(name: str, palette: QPalette) -> QIcon:
    """An icon in the colours of a palette's text on buttons, as large as the application's font asks for.

    Parameters
    ----------
    name : str
        A drawing's file name without its suffix.

    Raises
    ------
    FileNotFoundError
        If there is no such drawing.
    """
    made, side = QIcon(), icon_size(QGuiApplication.font()).width()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        made.addPixmap(pixmap(name, palette.color(group, QPalette.ColorRole.ButtonText), side), mode)
    return made


def pixmap(name: str, colour: QColor, side: int = SIDE, ratio: float | None = None) -> QPixmap:
    """A drawing in one colour, `side` logical pixels wide and high.

    `ratio` is how many pixels of the device a logical one has, by default the application's largest.
    """
    if ratio is None:
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        ratio = application.devicePixelRatio()
    drawn = QPixmap(QSize(side, side) * ratio)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    draw(painter, name, colour, QRectF(0, 0, side, side))
    painter.end()
    return drawn


def draw(painter: QPainter, name: str, colour: QColor, area: QRectF) -> None:
    """Paint a drawing in one colour over an area."""
    _renderer(name, colour.name()).render(painter, area)


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(text.encode()))


class Icons(QObject):
    """Gives actions and buttons their icons, and gives them anew in another theme's colours."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._given: list[tuple[QAction | QAbstractButton, str]] = []

    def give(self, owner: QAction | QAbstractButton, name: str) -> None:
        """Let an action or a button carry an icon for as long as this object lives."""
        self._given.append((owner, name))
        owner.setIcon(icon(name, QGuiApplication.palette()))

    def recolour(self) -> None:
        """Draw every icon in the application's present colours."""
        for owner, name in self._given:
            owner.setIcon(icon(name, QGuiApplication.palette()))
