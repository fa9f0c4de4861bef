"""Reads the lessons, which are data files, in the order of their numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui.document.covering import Cover
from gui.learn.lesson import Asks, Choice, Done, Lesson
from gui.services.resources import RESOURCES
from gui.session.problem_file import problem_of

LESSONS = RESOURCES / "lessons"

_translate = QCoreApplication.translate


def said(text: str) -> str:
    """A text of a lesson in the language of the window."""
    return _translate("lessons", text)


@cache
def lessons() -> Mapping[str, Lesson]:
    """Every lesson by its key, the first one first."""
    made = (read_lesson(path) for path in sorted(LESSONS.glob("*.json")))
    return {lesson.key: lesson for lesson in made}


def lesson_titles() -> dict[str, str]:
    """Every lesson by its key, as a link names it; of the files' names alone nothing is read twice."""
    words = _translate("lessons", "Lesson {number}: {title}")
    return {
        key: words.format(number=lesson.number, title=said(lesson.title)) for key, lesson in lessons().items()
    }


def read_lesson(path: Path) -> Lesson:
    """Read one lesson: a file ``03-clamp.json`` is the third, with the key ``clamp``."""
    number, _, key = path.stem.partition("-")
    fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    cover = fields["cover"]
    rows = cover["rows"]
    return Lesson(
        key=key,
        number=int(number),
        title=fields["title"],
        file=problem_of(fields["problem"], default_title=fields["title"]),
        cover=Cover(
            frozenset(cover["formulas"]),
            None if rows is None else frozenset(rows),
            bool(cover.get("means", False)),
            frozenset(cover.get("failures", ())),
        ),
        tells=tuple(fields["tells"]),
        hint=fields["hint"],
        question=fields["question"],
        asks=Asks(**fields["asks"]),
        choices=tuple(Choice(each["text"], _number(each["value"])) for each in fields["choices"]),
        explains=tuple(fields["explains"]),
        task=fields["task"],
        done=_done(fields["done"]),
        words=tuple(fields["words"]),
    )


def _number(value: float | str | None) -> float | None:
    """JSON has no literals for inf and nan."""
    return None if value is None else float(value)


def _done(fields: dict[str, Any]) -> Done:
    value = fields.get("value")
    return Done(**{**fields, "value": float(value) if value in ("inf", "nan") else value})
