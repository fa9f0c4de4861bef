"""The sample itself: z or p by typing and by slider, edges, the target, and the code of all four."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from gui.all_four.edges_menu import EdgesMenu
from gui.all_four.reach import logit_at, position_of
from gui.all_four.state import Shown
from gui.document.sample import GIVEN
from gui.services.actions import blank_icon
from gui.services.look.type_sizes import icon_size
from gui.services.numbers.number_text import parse_number, shortest_text

WIDEST_NUMBER = "-16.635532000"
WIDEST_TARGET = "0.000000"
SOFT = 2
"""The third choice of a target."""

P_STEPS = 1000
"""The slider's positions from p = 0 to p = 1."""


class Slider(QSlider):
    """Tells when a held key is released, so that one press of it is one step of the history."""

    released = Signal()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        super().keyReleaseEvent(event)
        if not event.isAutoRepeat():
            self.released.emit()


class SampleBar(QWidget):
    """Shows a sample and asks for others; it changes nothing itself."""

    number_asked = Signal(float, object)
    """Another z or p, and the gesture it belongs to, or None."""
    z_asked = Signal(float, object)
    """Another z whatever is given now: an edge."""
    given_asked = Signal(str)
    target_asked = Signal(float)
    refused = Signal(str)
    """What was typed and cannot be, in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._reach = 40.0
        self._gesture: object | None = None
        self._telling = False
        self.given = QComboBox(self)
        self.given.addItems([self.tr("Logit z"), self.tr("Probability p")])
        self.given.setAccessibleName(self.tr("What is given"))
        self.given.setToolTip(
            self.tr("Type a logit z, or a probability p that BCELoss and NLLLoss get just as it is")
        )
        self.number = QLineEdit(self)
        self.number.setFixedWidth(self.fontMetrics().horizontalAdvance(WIDEST_NUMBER) + 14)
        self.slider = Slider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName(self.tr("z or p"))
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.slider.setMinimumWidth(80)
        self.edges = EdgesMenu(self)
        self.edges.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.targets = QButtonGroup(self)
        words = ("y = 0", "y = 1", self.tr("soft"))
        self.choices = [QRadioButton(text, self) for text in words]
        for index, choice in enumerate(self.choices):
            self.targets.addButton(choice, index)
            choice.setAccessibleName(self.tr("Target {choice}").format(choice=words[index]))
        self.soft = QLineEdit(self)
        self.soft.setFixedWidth(self.fontMetrics().horizontalAdvance(WIDEST_TARGET) + 10)
        self.soft.setAccessibleName(self.tr("Soft target"))
        self.soft.setToolTip(self.tr("y between 0 and 1; as two classes the probabilities (1 − y, y)"))
        self.copy = QToolButton(self)
        self.copy.setText(self.tr("Copy all four as PyTorch"))
        self.copy.setIcon(blank_icon())
        self.copy.setIconSize(icon_size(self.font()))
        self.copy.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.copy.setAutoRaise(True)
        self.copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 3, 8, 3)
        line.setSpacing(8)
        line.addWidget(self.given)
        line.addWidget(self.number)
        line.addWidget(self.slider, 1)
        line.addWidget(self.edges)
        self.target_label = QLabel(self.tr("Target"), self)
        line.addWidget(self.target_label)
        for choice in self.choices:
            line.addWidget(choice)
        line.addWidget(self.soft)
        line.addWidget(self.copy)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        self.given.activated.connect(lambda index: self.given_asked.emit(GIVEN[index]))
        self.number.editingFinished.connect(self._enter_number)
        self.slider.valueChanged.connect(self._slide)
        self.slider.sliderPressed.connect(self._begin)
        self.slider.sliderReleased.connect(self._end)
        self.slider.released.connect(self._end)
        self.edges.chosen.connect(lambda logit: self.z_asked.emit(logit, None))
        self.targets.idClicked.connect(self._choose_target)
        self.soft.editingFinished.connect(self._enter_soft)

    def set_room(self, width: int) -> None:
        """Leave words away in a narrow window."""
        narrow = width < 1300 * self.fontMetrics().height() / 14
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        if self.copy.toolButtonStyle() is not style:
            self.copy.setToolButtonStyle(style)

    # -- what is shown ------------------------------------------------------------------------------

    def show_sample(self, shown: Shown, reach: float) -> None:
        """Show a sample, with a slider that goes so far."""
        sample, self._shown, self._reach = shown.sample, shown, reach
        self._telling = True
        is_p = sample.given == "p"
        self.given.setCurrentIndex(GIVEN.index(sample.given))
        name = self.tr("Probability p") if is_p else self.tr("Logit z")
        if self.number.accessibleName() != name:
            self.number.setAccessibleName(name)
        text = shortest_text(shown.p if shown.p is not None else shown.z or 0.0, sample.format)
        self._write(self.number, text.removesuffix(".0"))
        low, high = (0, P_STEPS) if is_p else (-position_of(reach, reach), position_of(reach, reach))
        if (self.slider.minimum(), self.slider.maximum()) != (low, high):
            self.slider.setRange(low, high)
            self.slider.setPageStep(max(1, (high - low) // 40))
        self.slider.setValue(
            round((shown.p or 0.0) * P_STEPS) if is_p else position_of(shown.z or 0.0, reach)
        )
        index = {0.0: 0, 1.0: 1}.get(sample.target, SOFT)
        self.choices[index].setChecked(True)
        self._write(self.soft, f"{sample.target:g}" if index == SOFT else "")
        self.edges.show_sample(sample)
        self._telling = False

    def _write(self, field: QLineEdit, text: str) -> None:
        if field.text() != text and not (field.hasFocus() and field.isModified()):
            field.setText(text)

    # -- what is asked ------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._gesture = object()

    def _end(self) -> None:
        self._gesture = None

    def _slide(self, position: int) -> None:
        if self._telling or self._shown is None:
            return
        if self._gesture is None:
            self._gesture = object()
        is_p = self._shown.sample.given == "p"
        number = position / P_STEPS if is_p else logit_at(position)
        self.number_asked.emit(number, self._gesture)

    def _enter_number(self) -> None:
        if not self.number.isModified() or self._shown is None:
            return
        self.number.setModified(False)
        try:
            self.number_asked.emit(parse_number(self.number.text()), None)
        except ValueError as error:
            self._refuse(str(error))

    def _choose_target(self, index: int) -> None:
        if index == SOFT:
            self.target_asked.emit(0.5)
            self.soft.setFocus(Qt.FocusReason.OtherFocusReason)
            self.soft.selectAll()
        else:
            self.target_asked.emit(float(index))

    def _enter_soft(self) -> None:
        if not self.soft.isModified():
            return
        self.soft.setModified(False)
        try:
            value = parse_number(self.soft.text())
        except ValueError as error:
            self._refuse(str(error))
            return
        if 0.0 <= value <= 1.0:
            self.target_asked.emit(value)
        else:
            words = self.tr("y: expected a number from 0 to 1, got {value}")
            self._refuse(words.format(value=f"{value:g}"))

    def _refuse(self, words: str) -> None:
        self.refused.emit(words)
        if self._shown is not None:
            self.show_sample(self._shown, self._reach)
