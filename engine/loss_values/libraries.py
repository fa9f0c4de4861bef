"""Numbers of other libraries: dated facts, each with where it was seen; nothing of it is computed here."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from engine.floats.formats import FLOAT16, FLOAT32, FLOAT64, Format
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked

LIBRARY = Cause(
    "other_library",
    "{library}: {what}",
    "{library} gives this number for {what}.",
    "Is the loss computed by {library}?",
    repeats=True,
)

CAUSES = (LIBRARY,)

KERAS = "Keras 3.15.1"
SKLEARN = "scikit-learn 1.9.1 log_loss"
TF_KERAS = "TensorFlow-Keras 2.x"
TF_GRAPH = "TensorFlow-Keras 2.x in a graph"
RUN = "run in 2026"
IN_LOGS = "public logs with an accuracy of 0.5000; it is -log((1 + 1e-7) - p) in float32"

FACTS: tuple[tuple[str, str, float, str, Format, bool], ...] = (
    (KERAS, "a binary row that is all wrong, y = 1", 16.118095, RUN, FLOAT32, True),
    (KERAS, "a binary row that is all wrong, y = 0", 15.942385, RUN, FLOAT32, True),
    (KERAS, "binary rows of which half are wrong, y = 1", 8.0590477, RUN, FLOAT32, True),
    (KERAS, "binary rows of which half are wrong, y = 0", 7.9711924, RUN, FLOAT32, True),
    (KERAS, "a binary row that is right", 1.192093e-07, RUN, FLOAT32, True),
    (KERAS, "categorical rows that are all wrong", 16.118095, RUN, FLOAT32, True),
    (KERAS, "a float16 row that is all wrong, y = 0", math.inf, RUN, FLOAT16, True),
    (f"{KERAS} on JAX", "from_logits and |z| = 200, all wrong", 200.0, RUN, FLOAT32, False),
    (SKLEARN, "float32 rows that are all wrong", 15.942385, RUN, FLOAT32, True),
    (SKLEARN, "float64 rows that are all wrong", 36.043653, RUN, FLOAT64, True),
    (SKLEARN, "float32 rows of which half are wrong", 7.9711924, RUN, FLOAT32, True),
    (SKLEARN, "float64 rows of which half are wrong", 18.021827, RUN, FLOAT64, True),
    (
        "scikit-learn up to 1.1 log_loss",
        "rows that are all wrong",
        34.538776,
        "its source, eps=1e-15",
        FLOAT64,
        True,
    ),
    ("XGBoost 3.2.0 logloss, mlogloss", "rows that are all wrong", 36.841362, RUN, FLOAT32, True),
    ("optax 0.2.8 softmax_cross_entropy", "-inf on another class", math.nan, RUN, FLOAT32, True),
    ("optax 0.2.8", "float16 with 128,256 classes, by index", math.inf, RUN, FLOAT16, True),
    ("optax 0.2.8", "float16 with 128,256 classes, one-hot", math.nan, RUN, FLOAT16, True),
    ("ONNX 1.23.2 reference", "log(softmax) at its last step before inf", 103.27893, RUN, FLOAT32, True),
    ("ONNX 1.23.2 reference", "log(softmax) beyond its last step", math.inf, RUN, FLOAT32, True),
    ("ONNX 1.23.2 reference", "targets that are all ignored", math.nan, RUN, FLOAT32, True),
    (TF_KERAS, "a binary row that is all wrong, y = 1", 15.424949, "its source", FLOAT32, True),
    (TF_KERAS, "a binary row that is all wrong, y = 0", 15.333239, "its source", FLOAT32, True),
    (TF_KERAS, "binary rows of which half are wrong, y = 1", 7.7124743, "its source", FLOAT32, True),
    (TF_KERAS, "binary rows of which half are wrong, y = 0", 7.6666193, "its source", FLOAT32, True),
    (TF_GRAPH, "a binary row that is all wrong, y = 0", 15.249238, IN_LOGS, FLOAT32, True),
    (TF_GRAPH, "binary rows of which half are wrong, y = 0", 7.624619, IN_LOGS, FLOAT32, True),
    (
        "PyTorch of 2018 and 2019",
        "BCELoss of a row that is all wrong, with its epsilon of 1e-12",
        27.631021,
        "pytorch/pytorch #4867 (2018), #31453 (2019)",
        FLOAT32,
        True,
    ),
    ("Caffe", "a row that is all wrong: max(p, FLT_MIN)", 87.336548, "its source", FLOAT32, True),
)
"""Library, what, number, where it was seen, format, and whether it may be claimed by its digits alone."""


def candidates(asked: Asked) -> Iterator[Candidate]:
    """The facts."""
    for library, what, number, seen, form, core in FACTS:
        if asked.options.format in {None, form}:
            yield Candidate(
                cause=LIBRARY,
                about=number,
                measure=partial(float, number),
                fields={"library": library, "what": what},
                core=core,
                allowance=1e-7 * abs(number) if math.isfinite(number) else 0.0,
                free=0 if core else 1,
                losses=frozenset({"other"}),
                source=f"{library}: {seen}",
                form=form,
            )
