"""Files and pasted text as arrays with names: which are logits, which the target, and what is refused.

Its public names are all that other packages know of it; like the engine's own, those that a start does
not need are loaded when one is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.data.entries import DataFile, Entry, Progress, check_size, no_progress
from engine.data.entries.unchanged import Stamp, stamp
from engine.data.faults import DataError, DataFileError, Fault, fault
from engine.data.number_grammar import MINUS, plain_signs, read_number, with_a_point

if TYPE_CHECKING:
    from engine.data.choice import axis_of, chosen_shape, fault_of, shape_text, suggested, suggestion
    from engine.data.choosing.choice import KINDS, ROLES, Choice, Kind, Role
    from engine.data.choosing.own_export import OPTIONS, options_text
    from engine.data.choosing.parts import possible_parts, with_fitting_parts
    from engine.data.choosing.reasons import why
    from engine.data.choosing.suggestion import word_orders
    from engine.data.choosing.units import Candidate
    from engine.data.chosen_problem import format_of_choice, made_problem, no_class_indices, read_problem
    from engine.data.data_file import DATA_SUFFIXES, inspect, is_json, read
    from engine.data.joined_files import JoinedFiles, Looked, inspect_all, joined
    from engine.data.tables.pasted_json import pasted_json
    from engine.data.text.delimited_file import DelimitedFile
    from engine.data.text.encodings import ENCODINGS
    from engine.data.text.paste_error import LONGEST_TEXT, MOST_CELLS, PasteError, Refusal
    from engine.data.text.pasted_file import PastedFile
    from engine.data.text.pasted_text import Block, PastedText, parse_block, parse_text
    from engine.data.text.reading import Reading, ReadingGuesses

__all__ = [
    "DATA_SUFFIXES",
    "ENCODINGS",
    "KINDS",
    "LONGEST_TEXT",
    "MINUS",
    "MOST_CELLS",
    "OPTIONS",
    "ROLES",
    "Block",
    "Candidate",
    "Choice",
    "DataError",
    "DataFile",
    "DataFileError",
    "DelimitedFile",
    "Entry",
    "Fault",
    "JoinedFiles",
    "Kind",
    "Looked",
    "PasteError",
    "PastedFile",
    "PastedText",
    "Progress",
    "Reading",
    "ReadingGuesses",
    "Refusal",
    "Role",
    "Stamp",
    "axis_of",
    "check_size",
    "chosen_shape",
    "fault",
    "fault_of",
    "format_of_choice",
    "inspect",
    "inspect_all",
    "is_json",
    "joined",
    "made_problem",
    "no_class_indices",
    "no_progress",
    "options_text",
    "parse_block",
    "parse_text",
    "pasted_json",
    "plain_signs",
    "possible_parts",
    "read",
    "read_number",
    "read_problem",
    "shape_text",
    "stamp",
    "suggested",
    "suggestion",
    "why",
    "with_a_point",
    "with_fitting_parts",
    "word_orders",
]

_LATER = {
    "choice": (
        "axis_of",
        "chosen_shape",
        "fault_of",
        "shape_text",
        "suggested",
        "suggestion",
    ),
    "choosing.choice": (
        "KINDS",
        "ROLES",
        "Choice",
        "Kind",
        "Role",
    ),
    "choosing.own_export": (
        "OPTIONS",
        "options_text",
    ),
    "choosing.parts": (
        "possible_parts",
        "with_fitting_parts",
    ),
    "choosing.reasons": ("why",),
    "choosing.suggestion": ("word_orders",),
    "choosing.units": ("Candidate",),
    "chosen_problem": (
        "format_of_choice",
        "made_problem",
        "no_class_indices",
        "read_problem",
    ),
    "data_file": (
        "DATA_SUFFIXES",
        "inspect",
        "is_json",
        "read",
    ),
    "joined_files": (
        "JoinedFiles",
        "Looked",
        "inspect_all",
        "joined",
    ),
    "tables.pasted_json": ("pasted_json",),
    "text.delimited_file": ("DelimitedFile",),
    "text.encodings": ("ENCODINGS",),
    "text.paste_error": (
        "LONGEST_TEXT",
        "MOST_CELLS",
        "PasteError",
        "Refusal",
    ),
    "text.pasted_file": ("PastedFile",),
    "text.pasted_text": (
        "Block",
        "PastedText",
        "parse_block",
        "parse_text",
    ),
    "text.reading": (
        "Reading",
        "ReadingGuesses",
    ),
}
"""Modules that a start does not need, by their public names."""


def __getattr__(name: str) -> Any:
    module = next((module for module, names in _LATER.items() if name in names), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
