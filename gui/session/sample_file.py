"""The sample of the page with all four losses, as a session file has it."""

from __future__ import annotations

import math
from typing import Any

from engine import FORMATS, format_of
from gui.document.sample import FEEDING_KEYS, GIVEN, Sample
from gui.session import json_checks as checks

FIELDS = ("given", "number", "target", "format", "feedings", "row")
PLACE = "all_four"


def sample_of(value: object) -> Sample:
    """The sample that a parsed object describes.

    Raises
    ------
    ValueError
        With the place, what was expected and what came.
    """
    fields = checks.fields(value, PLACE)
    try:
        return _checked(fields)
    except ValueError as error:
        raise ValueError(f"{PLACE}: {error}") from error


def _checked(fields: dict[str, Any]) -> Sample:
    checks.known_fields(fields, FIELDS, "a sample")
    first = Sample()
    names = tuple(fmt.name for fmt in FORMATS)
    row = fields.get("row")
    return Sample(
        number=checks.number(fields.get("number", first.number), "number"),
        given=checks.one_of(fields.get("given", first.given), GIVEN, "given"),
        target=checks.number(fields.get("target", first.target), "target"),
        format=format_of(checks.one_of(fields.get("format", first.format.name), names, "format")),
        feedings=frozenset(checks.list_of(fields.get("feedings", []), _feeding, "feedings", "item")),
        row=None if row is None else max(0, checks.integer(row, "row")),
    )


def _feeding(value: object, place: str) -> str:
    return checks.one_of(value, FEEDING_KEYS, place)


def sample_fields(sample: Sample) -> dict[str, Any]:
    """What `sample_of` reads."""
    number: float | str = sample.number if math.isfinite(sample.number) else repr(float(sample.number))
    fields: dict[str, Any] = {
        "given": sample.given,
        "number": number,
        "target": sample.target,
        "format": sample.format.name,
        "feedings": [key for key in FEEDING_KEYS if key in sample.feedings],
    }
    return fields if sample.row is None else fields | {"row": sample.row}
