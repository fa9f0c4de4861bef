"""The histogram with its title, its legend, and the menus that choose the strips below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QAction, QActionGroup, QPalette, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine import FLOAT32, FORMATS
from gui.plots.parts.plot_theme import PlotTheme
from gui.scan.found import Found
from gui.scan.histogram import Histogram, bar_colours
from gui.scan.shape import Lane, lanes_of, shape_of
from gui.scan.words import names_of
from gui.services.look.menu_button import MenuButton
from gui.services.look.type_sizes import bold, small

SWATCH = 10


class HistogramPanel(QWidget):
    """Strips are of one format; by default the one that decides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Found | None = None
        self._chosen = ""
        """A format's name or a formula's key."""
        self.title = QLabel(self)
        self.title.setFont(bold(self.font()))
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.legend = [(QLabel(self), QLabel(self)) for _ in range(2)]
        self.strips = MenuButton("", self)
        self.strips.setToolTip(self.tr("The format, or the formula, whose failures the strips show"))
        self._choices = QActionGroup(self)
        self._choices.triggered.connect(self._choose)
        self.histogram = Histogram(self)
        line = QHBoxLayout()
        line.setContentsMargins(10, 4, 8, 2)
        line.setSpacing(6)
        line.addWidget(self.title)
        line.addSpacing(10)
        for swatch, name in self.legend:
            name.setFont(small(self.font()))
            line.addWidget(swatch)
            line.addWidget(name)
            line.addSpacing(6)
        line.addStretch(1)
        line.addWidget(self.strips)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.histogram, 1)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._draw()
        self.show_found(None)

    def show_found(self, found: Found | None) -> None:
        """Draw what is known."""
        is_other = found is None or self._found is None or found.request != self._found.request
        self._found = found
        if is_other:
            self._chosen = "" if found is None else found.options.format.name
            self._offer()
        title = self.tr("Logits, counts on a log scale")
        names = (self.tr("y = 0"), self.tr("y = 1"))
        if found is not None:
            if found.options.family == "multiclass":
                names = (self.tr("largest logit"), self.tr("target's logit"))
            title = self.tr("Logits of {rows} rows, log scale").format(rows=f"{found.summary.rows:,}")
        self.title.setText(title)
        for (_, label), name in zip(self.legend, names, strict=True):
            label.setText(name)
        self.histogram.show_shape(None if found is None else shape_of(found))
        self._show_lanes()

    def _offer(self) -> None:
        """List what the strips can show: every formula in one format, or one formula in every format."""
        menu = self.strips.menu()
        for action in self._choices.actions():
            self._choices.removeAction(action)
            menu.removeAction(action)
            action.deleteLater()
        if self._found is None:
            return
        names = names_of(self._found.options.keys)
        choices = [(fmt.name, self.tr("All formulas in {format}").format(format=fmt.name)) for fmt in FORMATS]
        choices += [(key, self.tr("{formula} in all formats").format(formula=names[key])) for key in names]
        for value, text in choices:
            action = QAction(text, self._choices)
            action.setCheckable(True)
            action.setData(value)
            menu.addAction(action)

    def _show_lanes(self) -> None:
        found, chosen = self._found, self._chosen
        lanes: tuple[Lane, ...] = ()
        fmt = FLOAT32
        words = chosen or fmt.name
        if found is not None:
            keys, fmt = found.options.keys, found.options.format
            if chosen in keys:
                lanes, words = lanes_of(found, FORMATS, (chosen,)), names_of(keys)[chosen]
            else:
                fmt = next((each for each in FORMATS if each.name == chosen), fmt)
                lanes = lanes_of(found, (fmt,), keys)
        without = ""
        if found is not None and not lanes:
            without = self.tr("No strips: where formulas of classes break depends on all logits of a row.")
        self.strips.show_words(self.tr("strip: {what}").format(what=words))
        self.strips.setAccessibleName(self.strips.text())
        self.strips.setEnabled(bool(lanes))
        for action in self._choices.actions():
            action.setChecked(action.data() == chosen)
        self.histogram.show_lanes(lanes, fmt, without)

    def _choose(self, action: QAction) -> None:
        self._chosen = str(action.data())
        self._show_lanes()

    def _draw(self) -> None:
        colours, ratio = bar_colours(PlotTheme.of(self.palette())), self.devicePixelRatioF()
        for (swatch, _), colour in zip(self.legend, colours, strict=True):
            drawn = QPixmap(QSize(SWATCH, SWATCH) * ratio)
            drawn.setDevicePixelRatio(ratio)
            drawn.fill(colour)
            swatch.setPixmap(drawn)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "histogram"):
            self._draw()
