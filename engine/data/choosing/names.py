"""What names say: which words mean logits, targets, weights and masks in other people's files."""

from __future__ import annotations

import re

from engine.data.guesses.names import OTHER_LANGUAGES

LOGITS = OTHER_LANGUAGES["logits"] | frozenset(
    {
        "logit",
        "logits",
        "score",
        "scores",
        "output",
        "outputs",
        "pred",
        "preds",
        "prediction",
        "predictions",
        "decision",
        "margin",
        "margins",
        "z",
        "x",
    }
)
LETTERS = frozenset({"z", "x"})
"""What logits are called in formulas, and much else elsewhere."""
SHARES = frozenset(
    {"prob", "probs", "proba", "probability", "probabilities", "score", "scores", "logit", "logits"}
)
"""Behind y they name what the model gave for it: y_score, y_proba."""
TARGET = OTHER_LANGUAGES["target"] | frozenset(
    {
        "target",
        "targets",
        "label",
        "labels",
        "truth",
        "gt",
        "actual",
        "actuals",
        "gold",
        "expected",
        "class",
        "category",
        "y",
        "t",
        "true",
        "onehot",
        "hot",
        "outcome",
        "response",
        "lbl",
        "lbls",
    }
)
PREDICTED = OTHER_LANGUAGES["predicted"] | frozenset(
    {"pred", "preds", "predicted", "prediction", "predictions", "hat", "yhat", "argmax", "guess"}
)
"""A class that a model named is not the class that was right."""

WEIGHT = OTHER_LANGUAGES["weight"] | frozenset({"weight", "weights"})
MASK = frozenset({"mask", "masks", "valid"})
LEFT_OUT = frozenset({"ignore", "ignored", "pad", "padding", "padded", "exclude", "excluded", "invalid"})
NAMES = frozenset({"names", "name", "classes", "labels", "categories", "class_names"})

OPTION = re.compile(r"pos_?weight", re.IGNORECASE)
RESULT = re.compile(
    r"(sigmoid|softmax)(\[.*\])?|[a-z][a-z0-9_]*\.(loss|true_loss|absolute_error|relative_error|error_ulp|"
    r"bits_lost|regime|gradient|true_gradient|gradient_regime)(\[.*\])?",
    re.DOTALL,
)
"""Columns of Logitscope's own exports that are computed from the others."""

INDEX = re.compile(r"(unnamed: ?\d+|index|level_\d+|row|sample|id)?", re.IGNORECASE)
"""What index columns are called, by pandas first of all."""

AS_BFLOAT16 = " as bfloat16"
"""What stands behind a name whose bits are read in another way."""

MADE_UP = re.compile(r"column \d+|\[\d+\]")
"""What columns and members of a list are called here that have no names."""

OF_CLASS = re.compile(r"(logits?|target|prob(?:s|ability)?|label)[\[_ ]+(.*?)\]?", re.IGNORECASE | re.DOTALL)
"""The class in a name like ``logits[cat]``."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_NUMBERED = re.compile(r"(.*?)[\[_ .]*(\d+)\]?", re.DOTALL)


def last_part(name: str) -> str:
    """A name without the file's, sheet's or object's in front of it: ``data.index``, ``sheet1!z``."""
    return re.split(r"[.!](?=[^.!]+$)", name)[-1] if name else name


def words_of(name: str) -> frozenset[str]:
    """A name's words in small letters, numbers left out: ``yTrue`` and ``y_true`` alike."""
    return frozenset(word.lower() for word in _WORD.findall(name) if not word.isdigit())


def numbered(name: str) -> tuple[str, int] | None:
    """The stem and the number of a name like ``class_10`` or ``logit[3]``; None for others.

    Examples
    --------
    >>> numbered("logit[3]")
    ('logit', 3)
    """
    match = _NUMBERED.fullmatch(name)
    return None if match is None or len(match[2]) > 6 else (match[1], int(match[2]))
