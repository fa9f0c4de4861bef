"""An explanation's words in the user's language: lines of the list, questions, what is ruled out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import QCoreApplication

from engine import Answer, Explanation
from gui.services.numbers.number_text import format_number

_translate = QCoreApplication.translate

DIGITS = 8
"""Significant digits of what rows give: as many as float32 has."""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line of the list.

    Attributes
    ----------
    number : int
        From 1 on.
    title : str
    about : str
        The rows that give the loss, or where somebody saw it.
    value : str
        What they give.
    fit : str
        How well that is known.
    """

    number: int
    title: str
    about: str
    value: str
    fit: str

    @property
    def text(self) -> str:
        """The line as it is read out."""
        return f"{self.number}. {self.title} · {self.value} · {self.fit}"


def answer_lines(explanation: Explanation) -> tuple[AnswerLine, ...]:
    """Every answer as a line."""
    return tuple(_line(number, answer) for number, answer in enumerate(explanation.answers, start=1))


def _line(number: int, answer: Answer) -> AnswerLine:
    return AnswerLine(
        number=number,
        title=title_of(answer),
        about=answer.source if answer.rows is None else answer.rows.told,
        value=format_number(answer.value, DIGITS),
        fit=_translate("loss_value", "fits") if answer.confident else _translate("loss_value", "possible"),
    )


def title_of(answer: Answer) -> str:
    """What it is, in a few words."""
    return _filled(answer.candidate.cause.title, answer.fields)


def headline(explanation: Explanation) -> str:
    """How many explanations there are, or that none is sure."""
    name = explanation.typed[0].text
    sure = sum(answer.confident for answer in explanation.answers)
    if not sure:
        return _translate("loss_value", "No confident explanation of {loss}").format(loss=name)
    if sure == 1:
        return _translate("loss_value", "{loss} has one explanation").format(loss=name)
    equal = sum(answer.confident for answer in explanation.first)
    if equal == sure:
        words = _translate("loss_value", "{loss} has %n explanations, equally likely", "", sure)
    else:
        words = _translate("loss_value", "{loss} has %n explanations, the likeliest first", "", sure)
    return words.format(loss=name)


def detail_html(answer: Answer, explanation: Explanation, soft: str) -> str:
    """What happens, the rows, where it was seen, and what the number is not; `soft` colours the names."""
    out = "; ".join(_filled(each.sentence, each.fields) for each in explanation.ruled_out)
    parts = (
        (_translate("loss_value", "What"), _filled(answer.candidate.cause.sentence, answer.fields)),
        (_translate("loss_value", "Rows"), "" if answer.rows is None else answer.rows.told),
        (_translate("loss_value", "Seen"), answer.source),
        (_translate("loss_value", "Ruled out"), out),
    )
    rows = "".join(_row(name, text, soft) for name, text in parts if text)
    return f"<b>{escape(title_of(answer))}</b><table cellspacing='0' cellpadding='2'>{rows}</table>"


def questions_html(explanation: Explanation) -> str:
    """What tells the answers apart: to whose question it is a yes, that is it."""
    asked: dict[str, list[str]] = {}
    for place, answer in enumerate(explanation.answers, start=1):
        question = _filled(answer.candidate.cause.question, answer.fields)
        asked.setdefault(question, []).append(str(place))
    title, then = (
        _translate("loss_value", "What tells them apart"),
        _translate("loss_value", "then {answers}"),
    )
    rows = "".join(
        f"<tr><td>{escape(question)}</td><td align='right' style='padding-left:8px'>"
        f"<b>{escape(then.format(answers=', '.join(places)))}</b></td></tr>"
        for question, places in asked.items()
    )
    return f"<b>{escape(title)}</b><table cellspacing='0' cellpadding='2' width='100%'>{rows}</table>"


def _row(name: str, text: str, soft: str) -> str:
    return f'<tr><td style="color:{soft}; padding-right:10px">{escape(name)}</td><td>{escape(text)}</td></tr>'


def _filled(text: str, fields: Mapping[str, Any]) -> str:
    """An engine's text in the user's language; words among its fields are translated, too."""
    told = {
        name: _translate("loss_value", value) if isinstance(value, str) and value else value
        for name, value in fields.items()
    }
    return _translate("loss_value", text).format(**told)
