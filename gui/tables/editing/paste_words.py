"""What is said when a paste is refused: where, what was expected, what came."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.data import LONGEST_TEXT, MOST_CELLS, PasteError, Refusal, with_a_point
from gui.services.numbers.number_text import parse_number, quoted

_translate = QCoreApplication.translate


def refusal_words(error: PasteError) -> str:
    """A refused text in a sentence; rows and columns are counted from 1, a header not."""
    return _WORDS[error.refusal](error)


def place_words(row: int, column: int) -> str:
    """A cell of the pasted rectangle."""
    return _translate("paste", "row {row}, column {column} of the pasted text").format(
        row=row + 1, column=column + 1
    )


def _empty(error: PasteError) -> str:  # noqa: ARG001
    return _translate("paste", "Paste: the clipboard holds no numbers")


def _too_long(error: PasteError) -> str:  # noqa: ARG001
    return _translate(
        "paste", "Paste: expected at most {count} MiB of text and {cells} million cells"
    ).format(count=LONGEST_TEXT >> 20, cells=MOST_CELLS // 1_000_000)


def _not_a_number(error: PasteError) -> str:
    try:
        parse_number(error.text)
        reason = quoted(error.text)
    except ValueError as refusal:
        reason = str(refusal)
    return _translate("paste", "Paste: {place}: {reason}").format(
        place=place_words(error.row or 0, error.column or 0), reason=reason
    )


def _ragged(error: PasteError) -> str:
    return _translate(
        "paste", "Paste: row {row} of the pasted text: expected {expected} columns as above, got {count}"
    ).format(row=(error.row or 0) + 1, expected=error.expected, count=error.text)


def _comma(error: PasteError) -> str:
    suggestion = with_a_point(error.text) or error.text.replace(",", "")
    return _translate(
        "paste",
        "Paste: {text} may be one number or two: write {suggestion} with a point, or put tabs, "
        "semicolons or a header between columns",
    ).format(text=quoted(error.text), suggestion=suggestion)


def _ellipsis(error: PasteError) -> str:  # noqa: ARG001
    return _translate(
        "paste",
        "Paste: the printed value leaves numbers out ('...'): print it whole, with "
        "torch.set_printoptions(profile='full') or numpy.set_printoptions(threshold=sys.maxsize)",
    )


def _dimensions(error: PasteError) -> str:  # noqa: ARG001
    return _translate("paste", "Paste: expected one or two dimensions, got more; take one slice of it")


def _brackets(error: PasteError) -> str:
    return _translate(
        "paste", "Paste: the brackets do not match, or something else than numbers is in them: {text}"
    ).format(text=quoted(error.text))


def _blocks(error: PasteError) -> str:  # noqa: ARG001
    return _translate("paste", "Paste: the values have different lengths: paste one of them at a time")


_WORDS = {
    Refusal.EMPTY: _empty,
    Refusal.TOO_LONG: _too_long,
    Refusal.NOT_A_NUMBER: _not_a_number,
    Refusal.RAGGED: _ragged,
    Refusal.COMMA: _comma,
    Refusal.ELLIPSIS: _ellipsis,
    Refusal.DIMENSIONS: _dimensions,
    Refusal.BRACKETS: _brackets,
    Refusal.BLOCKS: _blocks,
}
