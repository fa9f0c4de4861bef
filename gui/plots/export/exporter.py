"""Take the plots along: a picture on the clipboard or in a file, the curves as numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.plots.export.curve_table import curve_table
from gui.plots.export.export_dialog import ExportDialog
from gui.plots.export.figure import Figure
from gui.plots.export.figure_caption import caption_of
from gui.plots.export.picture_choice import PictureChoice
from gui.plots.export.pictured import Pictured, PlotPicture
from gui.plots.panel.plot_panel import PlotPanel
from gui.services.atomic_write import WriteError, write_atomically
from gui.services.colours import is_dark
from gui.services.columns_file import csv_pieces, npz_pieces
from gui.services.settings import Settings

PICTURES: Mapping[str, Callable[[Figure], bytes]] = MappingProxyType(
    {".png": Figure.png, ".svg": Figure.svg, ".pdf": Figure.pdf}
)
CURVES: Mapping[str, Callable[..., Iterator[bytes]]] = MappingProxyType(
    {".csv": csv_pieces, ".npz": npz_pieces}
)

REMEMBERED = "picture"
"""Where the settings keep how the last picture was taken."""

MOST_POINTS = 4000
"""Evenly spread logits of an exported curve; the plot itself needs one a pixel."""


class PlotExporter(QObject):
    """Copies and saves a figure by itself: the same picture whatever the window's size."""

    message = Signal(str)
    """A sentence for people: what was done, or why it could not be."""

    def __init__(self, panel: PlotPanel, parent: QWidget, settings: Settings | None = None) -> None:
        super().__init__(parent)
        self._panel = panel
        self._window = parent
        self._settings = settings
        self._figure: Figure | None = None
        self.pictured: Callable[[], Pictured] = partial(PlotPicture, panel)
        """Gives what is in front."""
        self._choice = PictureChoice()
        if settings is not None:
            saved = settings.layout(REMEMBERED).data()
            self._choice = PictureChoice.from_text(bytes(saved).decode(errors="replace"))

    @property
    def choice(self) -> PictureChoice:
        """How the last picture was taken."""
        return self._choice

    def choose(self, choice: PictureChoice) -> None:
        """Take the next pictures so."""
        self._choice = choice
        if self._settings is not None:
            self._settings.set_layout(REMEMBERED, QByteArray(choice.to_text().encode()))

    def figure(self, choice: PictureChoice | None = None) -> Figure:
        """The picture of what is in front, by default as the last one was taken."""
        how, pictured = choice or self._choice, self.pictured()
        dark = is_dark(self._panel.palette()) if how.colours == "window" else how.colours == "dark"
        copy = pictured.copy(how.size, self._panels(how, pictured), dark)
        return Figure(copy, pictured.caption() if how.caption else None, how.resolution)

    def _panels(self, how: PictureChoice, pictured: Pictured) -> tuple[str, ...]:
        chosen = tuple(each for each in how.panels.get(pictured.kind, ()) if each in pictured.panels())
        return chosen or pictured.first_panels()

    # -- the picture --------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the figure on the clipboard, as the last picture was taken."""
        figure = self.figure()
        QGuiApplication.clipboard().setImage(figure.image(), QClipboard.Mode.Clipboard)
        figure.close()
        self.message.emit(self.tr("Picture copied."))

    def ask_for_picture(self) -> ExportDialog:
        """Ask how the picture is to look and where it goes."""
        pictured = self.pictured()
        chosen = self._panels(self._choice, pictured)
        dialog = ExportDialog(
            self.figure, self._choice, pictured.kind, pictured.panels(), chosen, self._window
        )
        dialog.copy_asked.connect(self._copy_by)
        dialog.save_asked.connect(self._ask_where)
        dialog.open()
        return dialog

    def _copy_by(self, choice: PictureChoice) -> None:
        self.choose(choice)
        self.copy()

    def _ask_where(self, choice: PictureChoice) -> None:
        self.choose(choice)
        self._figure = self.figure()
        filters = [self.tr("PNG (*.png)"), self.tr("SVG (*.svg)"), self.tr("PDF (*.pdf)")]
        self._ask_path(self.tr("Save picture"), filters, self._picture_chosen)

    def _picture_chosen(self, name: str) -> None:
        if self._figure is not None:
            self.write_picture(Path(name), self._figure)
            self._figure.close()
            self._figure = None

    def write_picture(self, path: Path, figure: Figure) -> None:
        """Write a picture of the kind that the file's suffix names; PNG where it names none."""
        path = path if path.suffix else path.with_suffix(".png")
        make = PICTURES.get(path.suffix.lower())
        if make is None:
            self._refuse(path, PICTURES)
        else:
            self._write(path, [make(figure)])

    # -- the curves ---------------------------------------------------------------------------------

    def ask_for_curves(self) -> None:
        """Ask where the curves go."""
        filters = [self.tr("CSV (*.csv)"), self.tr("NumPy arrays (*.npz)")]
        self._ask_path(self.tr("Save curves"), filters, self._curves_chosen)

    def _curves_chosen(self, name: str) -> None:
        self.write_curves(Path(name))

    def write_curves(self, path: Path) -> None:
        """Write every curve over the visible logits; CSV where the name has no suffix."""
        path = path if path.suffix else path.with_suffix(".csv")
        make = CURVES.get(path.suffix.lower())
        subject = None if self._panel.subject is None else self._panel.subject.told
        if make is None:
            self._refuse(path, CURVES)
        elif subject is None or not subject.lanes:
            self.message.emit(self.tr("There are no curves to save: the table has no rows."))
        else:
            span = self._panel.stack.span
            points = min(max(2, round(span.width * self._panel.devicePixelRatioF())), MOST_POINTS)
            table = curve_table(
                subject, low=span.low, high=span.high, points=points, spacing=span.scale.spacing
            )
            about = caption_of(subject, spacing=span.scale.spacing).lines
            self._write(path, make(table, about=about))

    # -- files --------------------------------------------------------------------------------------

    def _ask_path(self, title: str, filters: list[str], chosen: Callable[[str], Any]) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters(filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setDefaultSuffix(_suffix_of(filters[0]))
        dialog.filterSelected.connect(self._follow_filter)
        dialog.fileSelected.connect(chosen)
        dialog.open()

    def _follow_filter(self, chosen: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix(_suffix_of(chosen))

    def _refuse(self, path: Path, kinds: Mapping[str, object]) -> None:
        text = self.tr("{0}: expected a name that ends in {1}, got '{2}'")
        self.message.emit(text.format(path.name, ", ".join(kinds), path.suffix))

    def _write(self, path: Path, pieces: Iterable[bytes]) -> None:
        try:
            write_atomically(path, pieces)
        except WriteError as error:
            self.message.emit(str(error))
        else:
            self.message.emit(self.tr("Saved {0}.").format(path.name))


def _suffix_of(name_filter: str) -> str:
    return name_filter.rpartition("*.")[2].rstrip(")")
