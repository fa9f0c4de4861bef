"""What was chosen of a file's arrays and columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["binary", "multiclass", "multilabel"]
"""What the numbers are: of several labels a sample, each element is a row of the binary page."""

KINDS: tuple[Kind, ...] = ("binary", "multiclass", "multilabel")

Role = Literal["", "logits", "target", "weight", "mask", "left_out", "names", "row_names"]
ROLES: tuple[Role, ...] = ("logits", "target", "weight", "mask", "left_out", "names", "row_names")
"""What an array can be used as; a mask keeps the rows where it is true, `left_out` is its opposite."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user chose of a file.

    Attributes
    ----------
    kind : str
        Of the problem to make.
    logits, target : tuple of int
        Indices of entries. Several of one dimension stand side by side, a class each. Without a target
        every row's is 0.
    parts : int
        How many parts stand one after another: of several entries as many runs, each as it were alone.
    weight : tuple of int
        One a row for the binary losses, one a class for the others.
    mask, left_out : tuple of int
        Rows that count where it is true, or that do not.
    names, row_names : tuple of int
        Words: the classes' names (or the labels'), the rows'.
    class_axis : int, optional
        The logits' axis along which the classes lie; by default it is found.
    ignore_index : int, optional
        By default PyTorch's.
    words : tuple of str
        What each class is called in a target of words, in the order of the classes.
    format : str
        The name of the format in which the logits are to be shown; by default the one they are stored in.
    options : str
        The options of an export of Logitscope's own, as it wrote them.
    """

    kind: Kind
    logits: tuple[int, ...]
    target: tuple[int, ...]
    weight: tuple[int, ...] = ()
    mask: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    names: tuple[int, ...] = ()
    row_names: tuple[int, ...] = ()
    class_axis: int | None = None
    ignore_index: int | None = None
    words: tuple[str, ...] = ()
    format: str = ""
    options: str = ""
    parts: int = 1

    @property
    def family(self) -> Literal["binary", "multiclass"]:
        """The page that shows it."""
        return "multiclass" if self.kind == "multiclass" else "binary"

    @property
    def used(self) -> tuple[int, ...]:
        """The indices of all entries that are used, role after role."""
        return tuple(index for role in ROLES for index in getattr(self, role))

    def runs(self, role: Role) -> list[tuple[int, ...]]:
        """The entries of a role: a run for each part, or one of all where it has no parts."""
        chosen: tuple[int, ...] = getattr(self, role)
        if self.parts == 1 or len(chosen) < self.parts or len(chosen) % self.parts:
            return [chosen] if chosen else []
        width = len(chosen) // self.parts
        return [chosen[at : at + width] for at in range(0, len(chosen), width)]

    def role_of(self, index: int) -> Role:
        """What an entry is used as."""
        return next((role for role in ROLES if index in getattr(self, role)), "")
