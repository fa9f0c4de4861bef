"""The losses that people read, from the data file beside it, and what an explanation makes of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.floats.formats import format_of
from engine.loss_values.answer import Answer, Explanation
from engine.loss_values.asked import LossOptions, loss_named, read_typed
from engine.loss_values.explain import explain_loss, explain_losses

FILE = Path(__file__).with_name("known_values.tsv")

NOTHING_SURE = "none"
"""The cause of numbers that must not be explained with confidence."""


@dataclass(frozen=True)
class Known:
    """One line of the file.

    `fields` are texts such as ``classes=10`` that the true answer's fields must agree with.
    """

    part: str
    typed: tuple[str, ...]
    options: LossOptions
    said: str
    cause: str
    fields: dict[str, str]
    where: str

    @property
    def name(self) -> str:
        return " ".join((self.part, *self.typed, self.said, self.cause, *self.fields.values()))

    def explained(self) -> Explanation:
        return self._explanation

    @cached_property
    def _explanation(self) -> Explanation:
        if len(self.typed) == 1:
            return explain_loss(self.typed[0], self.options)
        together = explain_losses(self.typed, self.options)
        assert together is not None, f"{self.typed} say nothing together"
        return together

    def is_true(self, answer: Answer) -> bool:
        told = {name: str(value) for name, value in answer.fields.items()}
        return answer.key == self.cause and all(told.get(name) == each for name, each in self.fields.items())


def known_values() -> list[Known]:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [_known(line) for line in lines[1:]]


def _known(line: str) -> Known:
    part, typed, options, cause, fields, where = line.split("\t")
    return Known(part, tuple(typed.split()), _options(options), options, cause, _fields(fields), where)


def _options(text: str) -> LossOptions:
    read = {
        "rows": int,
        "classes": int,
        "format": format_of,
        "loss": loss_named,
        "share": read_typed,
        "mean_label": read_typed,
    }
    pairs = (word.split("=") for word in text.split())
    return LossOptions(**{name: read[name](value) for name, value in pairs})


def _fields(text: str) -> dict[str, str]:
    """``a=1 b=two words``: a name begins at a word with an equals sign."""
    found: dict[str, str] = {}
    name = ""
    for word in text.split(" ") if text else ():
        if "=" in word and word.split("=")[0].isidentifier() and (not found or word[0].islower()):
            name, _, value = word.partition("=")
            found[name] = value
        else:
            found[name] += f" {word}"
    return found
