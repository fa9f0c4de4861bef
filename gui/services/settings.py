"""What is remembered between runs: window, splitters, theme. Never a session's data."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from gui.services.theme import THEME_NAMES, ThemeName

FILE_NAME = "logitscope.ini"


def user_settings() -> Settings:
    """The user's own settings; the application's name must be set before."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppConfigLocation)
    return Settings(Path(folder) / FILE_NAME)


class Settings:
    """Typed values in one file that the caller names.

    The path is explicit because `QSettings("organisation", "application")` ignores the default format
    and so escapes whatever a test redirects. Every read gives `type=`: after a restart an INI file
    holds only text.
    """

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeName:
        """The theme chosen in the menu; 'system' at first, or if the file says something unknown."""
        chosen = self._store.value("theme", "system", type=str)
        return next((name for name in THEME_NAMES if name == chosen), "system")

    @theme.setter
    def theme(self, name: ThemeName) -> None:
        self._store.setValue("theme", name)

    def layout(self, part: str) -> QByteArray:
        """What Qt saved of a part's geometry or state; empty if nothing."""
        saved = self._store.value(f"layout/{part}", QByteArray(), type=QByteArray)
        return saved if isinstance(saved, QByteArray) else QByteArray()

    def set_layout(self, part: str, state: QByteArray) -> None:
        """Remember a part's geometry or state."""
        self._store.setValue(f"layout/{part}", state)

    def forget_layout(self) -> None:
        """Forget all geometry and states."""
        self._store.remove("layout")

    def sync(self) -> None:
        """Write the file, once its folder exists."""
        Path(self._store.fileName()).parent.mkdir(parents=True, exist_ok=True)
        self._store.sync()
