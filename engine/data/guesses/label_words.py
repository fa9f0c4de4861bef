"""Which class a word stands for: by the columns' names, by what it means, or by an order to ask for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.faults import Fault, fault
from engine.data.guesses.guess import Guess

OrderKind = Literal["column_names", "truth", "numbered", "alphabetic", "first_seen"]

NO_CLASS = -100
"""For rows whose word is no class: PyTorch's usual ignore_index."""
MOST_NUMBERED = 1_000
"""Classes of words such as LABEL_7."""

_TRUTHS = (
    ("false", "true"),
    ("f", "t"),
    ("no", "yes"),
    ("n", "y"),
    ("neg", "pos"),
    ("negative", "positive"),
    ("ham", "spam"),
    ("off", "on"),
    ("falsch", "wahr"),
    ("nein", "ja"),
    ("faux", "vrai"),
    ("non", "oui"),
    ("falso", "verdadero"),
    ("no", "sí"),
    ("거짓", "참"),
    ("부정", "긍정"),
    ("아니오", "예"),
    ("아니요", "예"),
    ("偽", "真"),
    ("否", "是"),
)
_UNKNOWN = frozenset(("", "nan", "none", "null", "na", "n/a", "?", "-", "unknown", "other"))
_NUMBERED = re.compile(r"(?:label|class|cls|c)[_\- ]?(\d{1,6})")
"""As transformers names classes without names, and others do."""
_PREFIX = re.compile(r"(?:logit|prob|score|proba|class|output)s?(?:_|\b)[\s\[(]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """Words in the order of their classes.

    Attributes
    ----------
    kind : str
        `column_names`, `truth` (false before true), `numbered` (LABEL_k is k), `alphabetic` (as
        scikit-learn's LabelEncoder has it) or `first_seen` (as pandas.factorize has it).
    words : tuple of str
        The word of each class; other words are no class.
    """

    kind: OrderKind
    words: tuple[str, ...]


def order_of(words: Sequence[str] | NDArray[np.str_], classes: Sequence[str] = ()) -> Guess[Order]:
    """Which order label words have.

    Parameters
    ----------
    words : sequence of str
        The labels as they occur; blank ones are passed over. At least one is not blank.
    classes : sequence of str, optional
        The names of the logits' columns, in their order.

    Returns
    -------
    Guess of Order
        Sure where the words are the columns' names (without case, with or without logit_ in front),
        both of a pair such as no and yes, or LABEL_k. Otherwise both orders are to be asked between.

    Examples
    --------
    >>> order_of(["dog", "Cat", "dog"], ["cat", "dog", "owl"]).value.words
    ('cat', 'dog', 'owl')
    >>> guess = order_of(["dog", "cat", "dog"])
    >>> guess.is_sure, guess.value.words, guess.others[0].words
    (False, ('cat', 'dog'), ('dog', 'cat'))
    """
    seen = tuple(dict.fromkeys(word for each in words if (word := str(each).strip())))
    known = {plain(word): word for word in seen}
    real = {key: word for key, word in known.items() if key not in _UNKNOWN}
    first_seen = Order("first_seen", tuple(real.values()))
    alphabetic = Order("alphabetic", tuple(sorted(real.values())))
    orders = (alphabetic,) if alphabetic.words == first_seen.words else (alphabetic, first_seen)
    reason = fault("words_of_classes", "the words' order is not known")
    if len(real) < len(known):
        reason = fault("unknown_word", "one of the words means that nothing is known")
    elif len(real) == 1:
        reason = fault("one_word", "one word alone does not tell the classes")
    for found in (_by_columns(real, classes), _by_meaning(real), _by_number(real)):
        if found is not None:
            is_sure = len(real) == len(known) and (len(real) > 1 or found.kind == "column_names")
            return Guess(found, is_sure, _because(found) if is_sure else reason, orders)
    return Guess(orders[0], False, reason, orders[1:])


def class_numbers(words: Sequence[str] | NDArray[np.str_], order: Order) -> NDArray[np.int64]:
    """The class of each word, `NO_CLASS` for those that the order does not have.

    Examples
    --------
    >>> class_numbers(["no", "YES", ""], Order("truth", ("no", "yes")))
    array([   0,    1, -100])
    """
    numbers = {plain(word): number for number, word in enumerate(order.words)}
    texts: NDArray[Any] = np.asarray(words, dtype=np.str_)
    if not texts.size:
        return np.empty(0, dtype=np.int64)
    distinct, places = np.unique(texts, return_inverse=True)
    found = [numbers.get(plain(str(word)), NO_CLASS) for word in distinct]
    return np.array(found, dtype=np.int64)[places]


def class_names_of(columns: Sequence[str]) -> tuple[str, ...]:
    """Columns' names without what all of them begin with, such as logit_.

    Examples
    --------
    >>> class_names_of(["logit_cat", "logit_dog"]), class_names_of(["cat", "dog"])
    (('cat', 'dog'), ('cat', 'dog'))
    """
    starts = {found[0].lower() if (found := _PREFIX.match(name)) else "" for name in columns}
    if len(starts) != 1 or starts == {""}:
        return tuple(columns)
    return tuple(_PREFIX.sub("", name, count=1).rstrip(")] ") for name in columns)


def plain(word: str) -> str:
    """A word in composed form, without case and blanks around it: what two equal words share."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).casefold()).strip()


def _by_columns(real: dict[str, str], classes: Sequence[str]) -> Order | None:
    for names in (tuple(classes), class_names_of(classes)):
        keys = [plain(name) for name in names]
        if real and len(set(keys)) == len(keys) and real.keys() <= set(keys):
            return Order("column_names", names)
    return None


def _by_meaning(real: dict[str, str]) -> Order | None:
    pair = next((pair for pair in _TRUTHS if set(pair) == real.keys()), None)
    return None if pair is None else Order("truth", (real[pair[0]], real[pair[1]]))


def _by_number(real: dict[str, str]) -> Order | None:
    """LABEL_k is class k, whether every k occurs or not."""
    numbers: dict[int, str] = {}
    stem = ""
    for key, word in real.items():
        found = _NUMBERED.fullmatch(key)
        if found is None or int(found[1]) >= MOST_NUMBERED or int(found[1]) in numbers:
            return None
        if stem not in ("", key[: found.start(1)]):
            return None
        stem = key[: found.start(1)]
        numbers[int(found[1])] = word
    if not numbers or (min(numbers) > 0 and not stem.startswith("label")):
        return None  # counted from 1, as it seems: the orders by words are right then
    any_word = next(iter(numbers.values()))
    shown = any_word[: len(stem)]
    return Order("numbered", tuple(numbers.get(k, f"{shown}{k}") for k in range(max(numbers) + 1)))


def _because(order: Order) -> Fault:
    if order.kind == "column_names":
        return fault("names_of_columns", "the words are the columns' names")
    if order.kind == "truth":
        return fault("both_truths", "both words of a pair occur")
    return fault("numbered_words", "the words are numbered")
