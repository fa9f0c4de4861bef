"""The script that catches the batch in a training run, to be copied; loaded when it is asked for."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from engine import watch_script

_translate = QCoreApplication.translate

SIZE = 900, 600
USE = 'criterion = watch(nn.CrossEntropyLoss(), folder="captures", after="raise")'


class CaptureDialog(QDialog):
    """Says how a batch is caught, and holds the script."""

    copied = Signal(str)
    """What the clipboard has now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_translate("Capture", "Catch the batch in your training run"))
        words = QLabel(
            _translate(
                "Capture",
                "Paste the script into your training code or save it beside it (where Logitscope is "
                "installed, “from logitscope import watch” does the same), and wrap the loss as in its last "
                "line. The first batch whose loss is nan or inf is written to a file; open that file here, "
                "and the note says whether the loss is to blame, in which row and why.",
            ),
            self,
        )
        words.setWordWrap(True)
        self.script = QPlainTextEdit(f"{watch_script()}\n\n# {USE}\n", self)
        self.script.setReadOnly(True)
        self.script.setTabChangesFocus(True)
        self.script.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.script.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.script.setAccessibleName(_translate("Capture", "Script"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy = buttons.addButton(
            _translate("Capture", "&Copy the script"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.copy.setDefault(True)
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(words)
        column.addWidget(self.script, 1)
        column.addWidget(buttons)
        self.resize(*SIZE)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.script.toPlainText())
        self.copied.emit(_translate("Capture", "Copied: the script that catches the batch"))
