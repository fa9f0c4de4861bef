"""What is remembered between runs: window, splitters, theme, digits, files. Never a session's data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from gui.services.numbers.number_display import NumberDisplay
from gui.services.theme import THEME_NAMES, ThemeName

FILE_NAME = "logitscope.ini"

MOST_RECENT = 10
"""Files that File > Open Recent lists."""


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

    @property
    def number_display(self) -> NumberDisplay:
        """How tables show numbers; the first choice if the file says something unknown."""
        return NumberDisplay.from_text(str(self._store.value("number_display", "", type=str)))

    @number_display.setter
    def number_display(self, display: NumberDisplay) -> None:
        self._store.setValue("number_display", display.to_text())

    @property
    def recent_files(self) -> tuple[Path, ...]:
        """The files opened or saved last, the newest first."""
        saved = self._store.value("recent_files", [], type=list)
        names = saved if isinstance(saved, list) else []
        return tuple(Path(name) for name in names if isinstance(name, str))[:MOST_RECENT]

    @recent_files.setter
    def recent_files(self, files: Sequence[Path]) -> None:
        self._store.setValue("recent_files", [str(each) for each in files][:MOST_RECENT])

    @property
    def lessons_done(self) -> frozenset[str]:
        """Keys of the lessons that were done to their end."""
        saved = self._store.value("lessons_done", [], type=list)
        return frozenset(key for key in (saved if isinstance(saved, list) else []) if isinstance(key, str))

    @lessons_done.setter
    def lessons_done(self, keys: frozenset[str]) -> None:
        self._store.setValue("lessons_done", sorted(keys))

    def layout(self, part: str) -> QByteArray:
        """What Qt saved of a part's geometry or state; empty if nothing."""
        saved = self._store.value(f"layout/{part}", QByteArray(), type=QByteArray)
        return saved if isinstance(saved, QByteArray) else QByteArray()

    def set_layout(self, part: str, state: QByteArray) -> None:
        """Remember a part's geometry or state."""
        self._store.setValue(f"layout/{part}", state)

    def sync(self) -> None:
        """Write the file, once its folder exists."""
        Path(self._store.fileName()).parent.mkdir(parents=True, exist_ok=True)
        self._store.sync()
