"""What a name says of an array or a column: logits, target, or something beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Role = Literal["logits", "target", "predicted", "probabilities", "weight", "mask", "index", "computed"]
"""`predicted` are the classes that a model chose, `computed` losses and gradients."""

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[^\W\d_A-Za-z]+")

_COMPUTED = frozenset(
    (
        "loss",
        "losses",
        "grad",
        "grads",
        "gradient",
        "gradients",
        "nll",
        "bce",
        "error",
        "errors",
        "ulp",
        "bits",
        "regime",
    )
)
_WEIGHT = frozenset(("weight", "weights", "w"))
_MASK = frozenset(("mask", "masks", "masked", "padding", "valid", "ignore", "ignored"))
_LOGITS = frozenset(
    ("logit", "logits", "score", "scores", "output", "outputs", "out", "raw", "margin", "margins", "decision")
)
_LETTERS = frozenset(("z", "x", "input", "inputs", "log"))
_PROBABILITIES = frozenset(
    ("prob", "probs", "proba", "probability", "probabilities", "softmax", "sigmoid", "p", "confidence")
)
_PREDICTED = frozenset(
    ("pred", "preds", "predicted", "prediction", "predictions", "hat", "yhat", "argmax", "chosen", "guess")
)
_TARGET = frozenset(
    (
        "target",
        "targets",
        "label",
        "labels",
        "truth",
        "true",
        "gt",
        "groundtruth",
        "actual",
        "actuals",
        "expected",
        "gold",
        "answer",
        "answers",
        "class",
        "classes",
        "cls",
        "category",
        "categories",
        "y",
        "t",
        "ytrue",
        "ytest",
        "ytrain",
        "onehot",
        "outcome",
        "response",
    )
)
OTHER_LANGUAGES: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        "target": frozenset(
            (
                *("klasse", "ziel", "zielwert", "zielklasse", "wahrheit", "classe", "cible", "clase"),
                *("objetivo", "etiqueta", "정답", "라벨", "레이블", "타깃", "타겟", "목표", "클래스", "실제"),
                *("실제값", "참값", "正解", "ラベル", "目标", "标签", "真值"),
            )
        ),
        "logits": frozenset(("ausgabe", "로짓", "로짓값", "점수", "출력", "スコア", "得分")),
        "probabilities": frozenset(("wahrscheinlichkeit", "확률", "確率", "概率")),
        "predicted": frozenset(("vorhersage", "prognose", "예측", "예측값", "予測", "预测")),
        "weight": frozenset(("gewicht", "gewichte", "가중치", "重み", "权重")),
        "index": frozenset(("번호", "순번", "zeile", "lfd", "番号", "序号")),
    }
)
"""What columns are called by those who do not name them in English."""
_INDEX = frozenset(("index", "idx", "id", "ids", "row", "rows", "sample", "level", "unnamed"))


def role_of(name: str) -> Role | None:
    """What a name says, numbers and signs in it left aside; None where it says nothing.

    Examples
    --------
    >>> [role_of(name) for name in ("logit_3", "y_true", "predicted_label", "pred_logits", "cat")]
    ['logits', 'target', 'predicted', 'logits', None]
    """
    words = {word.lower() for word in _WORDS.findall(name)}
    for role, others in OTHER_LANGUAGES.items():
        if words & others:
            return role
    if words & _COMPUTED:
        return "computed"
    if words & _WEIGHT:
        return "weight"
    if words & _MASK:
        return "mask"
    if words & _PREDICTED and not words & (_LOGITS | _PROBABILITIES):
        return "predicted"
    return _of_numbers(words)


def _of_numbers(words: set[str]) -> Role | None:
    if words & _LOGITS or (words and words <= _LETTERS) or words == {"log", "probs"}:
        return "predicted" if words & {"class", "label"} and words & {"output", "out"} else "logits"
    if words & _PROBABILITIES:
        return "probabilities"
    if words & _TARGET:
        return "target"
    return "index" if words and words <= _INDEX else None
