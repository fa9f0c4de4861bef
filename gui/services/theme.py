"""Light and dark: Qt's own where the platform has them, a palette of our own where it has not."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

ThemeName = Literal["system", "light", "dark"]
THEME_NAMES: tuple[ThemeName, ...] = get_args(ThemeName)

SCHEMES: dict[ThemeName, Qt.ColorScheme] = {
    "system": Qt.ColorScheme.Unknown,  # Qt's word for 'follow the system'
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}

Role = QPalette.ColorRole

LIGHT: dict[Role, str] = {
    Role.Window: "#f3f4f6",
    Role.WindowText: "#1b1d21",
    Role.Base: "#ffffff",
    Role.AlternateBase: "#f7f8fa",
    Role.Text: "#1b1d21",
    Role.Button: "#e9ebee",
    Role.ButtonText: "#1b1d21",
    Role.BrightText: "#ffffff",
    Role.PlaceholderText: "#565c66",
    Role.ToolTipBase: "#ffffff",
    Role.ToolTipText: "#1b1d21",
    Role.Highlight: "#00609c",
    Role.HighlightedText: "#ffffff",
    Role.Accent: "#00609c",
    Role.Link: "#00609c",
    Role.LinkVisited: "#6b4a8a",
    Role.Light: "#ffffff",
    Role.Midlight: "#eceef1",
    Role.Mid: "#c3c7ce",
    Role.Dark: "#a2a7af",
    Role.Shadow: "#6d727b",
}

DARK: dict[Role, str] = {
    Role.Window: "#202226",
    Role.WindowText: "#e6e7ea",
    Role.Base: "#17181a",
    Role.AlternateBase: "#1d1f22",
    Role.Text: "#e6e7ea",
    Role.Button: "#2c2f34",
    Role.ButtonText: "#e6e7ea",
    Role.BrightText: "#ffffff",
    Role.PlaceholderText: "#a9aeb7",
    Role.ToolTipBase: "#2c2f34",
    Role.ToolTipText: "#e6e7ea",
    Role.Highlight: "#2a6da0",
    Role.HighlightedText: "#ffffff",
    Role.Accent: "#6fbdf0",
    Role.Link: "#6fbdf0",
    Role.LinkVisited: "#c3a3dd",
    Role.Light: "#3a3e44",
    Role.Midlight: "#33363c",
    Role.Mid: "#3d4148",
    Role.Dark: "#121315",
    Role.Shadow: "#000000",
}

FUSION = "fusion"
"""Qt's style that takes every colour from the palette."""

OUTLINED = ("QCheckBox", "QRadioButton", "QLineEdit", "QAbstractSpinBox", "QTreeView")
"""Widgets whose boxes and frames Fusion outlines with their Window colour, 1.4 times darker."""

DISABLED_TEXT = {False: "#8b9098", True: "#74797f"}
TEXT_ROLES = (Role.WindowText, Role.Text, Role.ButtonText)


def palette(*, dark: bool) -> QPalette:
    """Our own palette, every role set, so that nothing of the platform's shines through."""
    made = QPalette()
    for role, name in (DARK if dark else LIGHT).items():
        made.setColor(role, QColor(name))
    for role in TEXT_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(DISABLED_TEXT[dark]))
    return made


class Theme:
    """Switches the whole application; widgets follow by PaletteChange.

    `QStyleHints.setColorScheme` does nothing where Qt has no platform theme (plain X servers,
    offscreen): there the style, which is Fusion if nobody asked for another, gets a palette of our own.
    It is then light for 'system', too.
    """

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._native_style: str | None = None
        """The platform's own style, once another has taken its place."""
        application.styleHints().colorSchemeChanged.connect(self._mend_outlines)

    def choose(self, name: ThemeName) -> None:
        """Apply a theme at once."""
        hints = self._application.styleHints()
        hints.setColorScheme(SCHEMES[name])
        shown = hints.colorScheme()
        if shown is not Qt.ColorScheme.Unknown and SCHEMES[name] in (shown, Qt.ColorScheme.Unknown):
            self._take_native_style()
            self._application.setPalette(QPalette())
        else:
            if shown is not Qt.ColorScheme.Unknown:
                self._take_fusion()  # the platform's own style would keep the platform's colours
            self._application.setPalette(palette(dark=name == "dark"))
        self._mend_outlines()

    def _mend_outlines(self) -> None:
        """Let outlines be seen on a dark theme, where a darker Window colour is next to black."""
        application = self._application
        shown = application.palette()
        is_dark = shown.color(Role.Base).lightness() < shown.color(Role.Text).lightness()
        is_mended = is_dark and application.style().name() == FUSION
        outline = shown.color(Role.PlaceholderText if is_mended else Role.Window)
        for name in OUTLINED:
            self._set_window_colour(outline, name)
        # The grooves of a view's scroll bars would take over its Window colour.
        self._set_window_colour(shown.color(Role.Window), "QScrollBar")

    def _set_window_colour(self, colour: QColor, class_name: str) -> None:
        """Give a class of widgets a Window colour; every other role is the application's."""
        made = QPalette()
        made.setResolveMask(0)
        made.setColor(Role.Window, colour)
        # PySide6's stub asks for bytes, which PySide6 itself refuses.
        self._application.setPalette(made, class_name)  # type: ignore[arg-type]

    # A style is asked for its name only where it matters: PySide6 takes 9 ms to make QStyle's enums.

    def _take_native_style(self) -> None:
        if self._native_style is not None:
            self._application.setStyle(self._native_style)
            self._native_style = None

    def _take_fusion(self) -> None:
        name = self._application.style().name()
        if name != FUSION:
            self._native_style = name
            self._application.setStyle(FUSION)
