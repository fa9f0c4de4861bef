"""Take the plots along: a picture on the clipboard or in a file, the curves as numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.plots.export.curve_table import curve_table
from gui.plots.export.export_dialog import ExportDialog
from gui.plots.export.figure import Figure
from gui.plots.export.figure_caption import caption_of
from gui.plots.panel.plot_panel import PlotPanel
from gui.services.atomic_write import WriteError, write_atomically
from gui.services.colours import is_dark
from gui.services.columns_file import csv_pieces, npz_pieces

PICTURES: Mapping[str, Callable[[Figure], bytes]] = MappingProxyType(
    {".png": Figure.png, ".svg": Figure.svg, ".pdf": Figure.pdf}
)
CURVES: Mapping[str, Callable[..., Iterator[bytes]]] = MappingProxyType(
    {".csv": csv_pieces, ".npz": npz_pieces}
)

MOST_POINTS = 4000
"""Evenly spread logits of an exported curve; the plot itself needs one a pixel."""


class PlotExporter(QObject):
    """Copies and saves what a plot panel shows, as it is on the screen."""

    message = Signal(str)
    """A sentence for people: what was done, or why it could not be."""

    def __init__(self, panel: PlotPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel = panel
        self._window = parent
        self._figure: Figure | None = None

    def figure(self, light: bool = False, captioned: bool = True) -> Figure:
        """The picture of what is shown."""
        subject = self._panel.subject
        if not captioned or subject is None:
            return Figure(self._panel, None, light)
        caption = caption_of(subject, self._panel.shaded, self._panel.stack.span.scale.spacing)
        return Figure(self._panel, caption, light)

    # -- the picture --------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the plots on the clipboard, in the window's own colours."""
        self._copy_figure(self.figure())

    def ask_for_picture(self) -> ExportDialog:
        """Ask how the picture is to look and where it goes."""
        dark = is_dark(self._panel.palette())
        dialog = ExportDialog(self.figure, dark=dark, parent=self._window)
        dialog.copy_asked.connect(self._copy_figure)
        dialog.save_asked.connect(self._ask_where)
        dialog.open()
        return dialog

    def _copy_figure(self, figure: Figure) -> None:
        QGuiApplication.clipboard().setImage(figure.image(), QClipboard.Mode.Clipboard)
        self.message.emit(self.tr("Picture copied."))

    def _ask_where(self, figure: Figure) -> None:
        self._figure = figure
        filters = [self.tr("PNG, twice the size (*.png)"), self.tr("SVG (*.svg)"), self.tr("PDF (*.pdf)")]
        self._ask_path(self.tr("Save picture"), filters, self._picture_chosen)

    def _picture_chosen(self, name: str) -> None:
        if self._figure is not None:
            self.write_picture(Path(name), self._figure)
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
        subject = self._panel.subject
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
