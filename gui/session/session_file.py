"""The session file: all pages and what is selected, as one JSON object.

The format, schema 2 (resources/session-format.md has it in words)::

    {
      "format": "logitscope-session",
      "schema": 2,
      "page": "binary",                      the page in front
      "binary": {...}, "multiclass": {...},  a problem each, as in problem_file.py, without its page
      "view": {"binary": {"row": 0}, "multiclass": {"row": 2, "moved": 1}, "formulas": {...}},   optional
      "all_four": {"given": "z", "number": 17.0, ...},   optional: the sample of that page
      "file": "/home/..."                    optional; in autosaves, where the session was saved last
    }

Floats are written so that they come back bit for bit: as `repr` writes them, specials as the strings
"inf", "-inf" and "nan", arrays of more than 10,000 numbers packed (packed_array.py). Schema 0 is a bare
problem file. `MIGRATIONS` leads from each schema to the next; a file of a later schema is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import IGNORE_INDEX, BinaryProblem, MulticlassProblem, Problem
from engine.data import check_size
from gui.document.changes import FRONTS, PAGES, Front, Page
from gui.document.sample import Sample
from gui.document.selection import Place
from gui.document.shown_formulas import ShownFormulas
from gui.session import json_checks as checks
from gui.session.json_text import parse_object, quoted, read_text
from gui.session.packed_array import LONGEST_LIST, pack
from gui.session.problem_file import ProblemFile, problem_of
from gui.session.sample_file import sample_fields, sample_of
from gui.session.session_view import formulas_of_view, places_of, view_fields

FORMAT = "logitscope-session"
SCHEMA = 2
FIELDS = ("format", "schema", "page", *PAGES, "all_four", "view", "file")


class SessionFileError(ValueError):
    """A file that holds no session; the message is one line made for people."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a session file says.

    Attributes
    ----------
    page : str
        The page of tables in front, or that comes back after the one with all four losses.
    problems : mapping
        A `ProblemFile` for each page; from a bare problem file only for one.
    places : mapping
        What is selected, for each page of which that is known.
    file : str
        In an autosave, the path where the session was saved last, or nothing.
    formulas : ShownFormulas, optional
        The formulas known and shown, where the file tells.
    sample : Sample, optional
        What goes through all four losses, where the file tells.
    all_four : bool
        Whether that page is in front.
    """

    page: Page
    problems: Mapping[Page, ProblemFile]
    places: Mapping[Page, Place] = field(default_factory=dict)
    file: str = ""
    formulas: ShownFormulas | None = None
    sample: Sample | None = None
    all_four: bool = False

    @property
    def front(self) -> Front:
        """What is in front."""
        return "all-four" if self.all_four else self.page

    @classmethod
    def of(
        cls,
        page: Page,
        problems: Iterable[Problem],
        places: Mapping[Page, Place],
        file: str = "",
        formulas: ShownFormulas | None = None,
    ) -> Session:
        """The session of these problems."""
        return cls(
            page, {each.family: ProblemFile("", "", each) for each in problems}, places, file, formulas
        )

    @property
    def is_whole(self) -> bool:
        """Whether it has both pages and so can stand in place of another session."""
        return all(page in self.problems for page in PAGES)


# -- reading --------------------------------------------------------------------------------------------


def read_session(path: Path) -> Session:
    """Read and check a session file, or a problem file as a session of one page.

    Raises
    ------
    SessionFileError
        If it cannot be read, is of a later schema or is not legal.
    """
    try:
        return parse_session(read_text(path))
    except ValueError as error:
        raise SessionFileError(f"{path}: {error}") from error


def parse_session(text: str) -> Session:
    """The session that a JSON text describes.

    Raises
    ------
    ValueError
        With the place, what was expected and what came; `read_session` adds the file's name.
    """
    fields = migrated(parse_object(text))
    checks.known_fields(fields, FIELDS, "a session")
    front = checks.one_of(fields.get("page"), FRONTS, "page")
    page = next((each for each in PAGES if each == front), PAGES[0])
    if page not in fields:
        raise ValueError(f"expected the field {quoted(page)}, the page in front")
    problems = {each: _problem(fields[each], each) for each in PAGES if each in fields}
    view = fields.get("view")
    file = checks.text(fields.get("file", ""), "file")
    sample = sample_of(fields["all_four"]) if "all_four" in fields else None
    return Session(page, problems, places_of(view), file, formulas_of_view(view), sample, front == "all-four")


def migrated(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as the present schema has them."""
    schema = _schema(fields)
    if schema > SCHEMA:
        raise ValueError(
            f"written by a later Logitscope (schema {schema}; this one reads up to {SCHEMA}); "
            "please update Logitscope"
        )
    for step in MIGRATIONS[schema:]:
        fields = step(fields)
    return fields


def _schema(fields: dict[str, Any]) -> int:
    if "schema" not in fields and "logits" in fields:
        return 0
    if fields.get("format") != FORMAT:
        raise ValueError(f'expected a session ("format": "{FORMAT}") or a problem, got neither')
    schema = fields.get("schema")
    if type(schema) is not int or schema < 1:
        checks.refuse("schema", "a whole number from 1 on", schema)
    return schema


def _from_problem(fields: dict[str, Any]) -> dict[str, Any]:
    """From schema 0, a bare problem, to schema 1."""
    page = checks.one_of(fields.get("page"), PAGES, "page")
    problem = {name: value for name, value in fields.items() if name != "page"}
    return {"format": FORMAT, "schema": 1, "page": page, page: problem}


def _without_sample(fields: dict[str, Any]) -> dict[str, Any]:
    """From schema 1, which knew no sample, to schema 2."""
    if "all_four" in fields:
        raise ValueError('unknown field "all_four"; a session of schema 1 has none')
    checks.one_of(fields.get("page"), PAGES, "page")
    return fields | {"schema": 2}


MIGRATIONS: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (_from_problem, _without_sample)
"""From schema n to n + 1, at place n."""


def _problem(value: object, page: Page) -> ProblemFile:
    fields = checks.fields(value, page)
    if "page" in fields:
        raise ValueError(f"{page}: the field page belongs to the session, not to its problems")
    try:
        return problem_of({"page": page, **fields})
    except ValueError as error:
        raise ValueError(f"{page}: {error}") from error


# -- writing --------------------------------------------------------------------------------------------


def session_pieces(session: Session) -> Iterator[str]:
    """The text of a session's file, piece by piece, so that a large one needs no large string."""
    yield f'{{\n  "format": "{FORMAT}",\n  "schema": {SCHEMA},\n  "page": "{session.front}"'
    for page, file in session.problems.items():
        yield f',\n  "{page}": {{'
        yield from _problem_pieces(file)
        yield "\n  }"
    if session.sample is not None:
        yield f',\n  "all_four": {json.dumps(sample_fields(session.sample))}'
    if view := view_fields(session.places, session.formulas):
        yield f',\n  "view": {json.dumps(view)}'
    if session.file:
        yield f',\n  "file": {json.dumps(session.file)}'
    yield "\n}\n"


def _problem_pieces(file: ProblemFile) -> Iterator[str]:
    problem = file.problem
    check_size(problem.family, problem.rows, problem.logits.size // max(problem.rows, 1))  # it must reopen
    separator = ""
    words = (("title", file.title), ("look_at", file.look_at), ("group", file.group))
    for name, value in (*filter(itemgetter(1), words), *_problem_fields(problem)):
        yield f'{separator}\n    "{name}": '
        separator = ","
        if isinstance(value, np.ndarray):
            yield from _array_pieces(value)
        else:
            yield _number(float(value)) if isinstance(value, float) else json.dumps(value)


def _problem_fields(problem: Problem) -> Iterator[tuple[str, Any]]:
    yield "format", problem.format.name
    yield "reduction", problem.reduction
    if isinstance(problem, BinaryProblem):
        names = None if problem.row_names is None else problem.row_names.tolist()
        yield from _given(weight=problem.weight, pos_weight=problem.pos_weight, row_names=names)
    elif isinstance(problem, MulticlassProblem):
        index = problem.ignore_index
        yield from _given(
            weight=problem.weight,
            ignore_index=None if index == IGNORE_INDEX else int(index),
            label_smoothing=problem.label_smoothing or None,
            class_names=problem.class_names,
            takes_any_label=problem.takes_any_label or None,
        )
    yield "logits", problem.logits
    yield "target", problem.target


def _given(**options: Any) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in options.items() if value is not None)


def _array_pieces(array: NDArray[Any]) -> Iterator[str]:
    if array.size > LONGEST_LIST or not all(array.shape[1:]) or (array.ndim == 2 and not len(array)):
        yield from pack(array)
    elif array.ndim == 2:
        yield ",".join(f"\n      {_list(row)}" for row in array).join("[]")
    else:
        yield _list(array)


def _list(array: NDArray[Any]) -> str:
    return ", ".join(map(_number, array.tolist())).join("[]")


def _number(value: float) -> str:
    text = repr(value)
    return text if text[-1] not in "fn" else f'"{text}"'  # inf, -inf, nan: no literals of JSON
