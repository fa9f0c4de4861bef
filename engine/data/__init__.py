"""Files and pasted text as arrays with names: which are logits, which the target, and what is refused.

Its public names are all that other packages know of it; like the engine's own, those that a start does
not need are loaded when one is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.data.entries import DataFile, Entry, Progress, check_size, no_progress
from engine.data.faults import DataError, DataFileError, Fault
from engine.data.number_grammar import MINUS, plain_signs, read_number, with_a_point

if TYPE_CHECKING:
    from engine.data.choice import Choice, fault_of, read_problem, shape_text, suggested
    from engine.data.data_file import DATA_SUFFIXES, inspect, is_json, read
    from engine.data.text.delimited_file import DelimitedFile
    from engine.data.text.encodings import ENCODINGS
    from engine.data.text.paste_error import LONGEST_TEXT, MOST_CELLS, PasteError, Refusal
    from engine.data.text.pasted_file import PastedFile
    from engine.data.text.pasted_text import Block, PastedText, parse_block, parse_text
    from engine.data.text.reading import Reading, ReadingGuesses

__all__ = [
    "DATA_SUFFIXES",
    "ENCODINGS",
    "LONGEST_TEXT",
    "MINUS",
    "MOST_CELLS",
    "Block",
    "Choice",
    "DataError",
    "DataFile",
    "DataFileError",
    "DelimitedFile",
    "Entry",
    "Fault",
    "PasteError",
    "PastedFile",
    "PastedText",
    "Progress",
    "Reading",
    "ReadingGuesses",
    "Refusal",
    "check_size",
    "fault_of",
    "inspect",
    "is_json",
    "no_progress",
    "parse_block",
    "parse_text",
    "plain_signs",
    "read",
    "read_number",
    "read_problem",
    "shape_text",
    "suggested",
    "with_a_point",
]

_LATER = {
    "choice": ("Choice", "fault_of", "read_problem", "shape_text", "suggested"),
    "data_file": ("DATA_SUFFIXES", "inspect", "is_json", "read"),
    "text.delimited_file": ("DelimitedFile",),
    "text.paste_error": ("LONGEST_TEXT", "MOST_CELLS", "PasteError", "Refusal"),
    "text.pasted_text": ("Block", "PastedText", "parse_block", "parse_text"),
    "text.pasted_file": ("PastedFile",),
    "text.reading": ("Reading", "ReadingGuesses"),
    "text.encodings": ("ENCODINGS",),
}
"""Modules that a start does not need, by their public names."""


def __getattr__(name: str) -> Any:
    module = next((module for module, names in _LATER.items() if name in names), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
