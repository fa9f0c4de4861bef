"""Writes pandas' tables as the pickles that the tests read: run once with each pandas.

python generate.py           # appends to pickles.zip in this folder
"""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

LOGITS = np.array([[0.5, -0.25, 2.0], [1.5, 0.0, -3.0], [-1.0, 4.0, 0.125]])
FRAME = pd.DataFrame(LOGITS, columns=["cat", "dog", "owl"])
FRAME.insert(0, "label", [2, 0, 1])
LEVELS = pd.DataFrame(LOGITS, columns=pd.MultiIndex.from_product([["logits"], ["cat", "dog", "owl"]]))
LEVELS[("label", "")] = [2, 0, 1]

TABLES: dict[str, Any] = {
    "numbers": FRAME,
    "words": FRAME.assign(label=["owl", "cat", "dog"]),
    "missing_words": FRAME.assign(label=["owl", None, "dog"]),
    "categories": FRAME.assign(label=pd.Categorical(["owl", "cat", "dog"])),
    "nullable": FRAME.assign(label=pd.array([2, 0, None], dtype="Int64")),
    "lists": pd.DataFrame({"logits": list(LOGITS), "label": [2, 0, 1]}),
    "dates": FRAME.assign(when=pd.Timestamp("2026-01-01")),
    "levels": LEVELS,
    "indexed": FRAME.set_index(pd.Index(["a", "b", "c"], name="name")),
    "series": {"logits": LOGITS, "labels": FRAME["label"]},
    "filtered": FRAME[FRAME.label > 0],
    "float32": FRAME.astype(dict.fromkeys(("cat", "dog", "owl"), np.float32)),
}

if __name__ == "__main__":
    with zipfile.ZipFile(Path(__file__).parent / "pickles.zip", "a", zipfile.ZIP_DEFLATED) as archive:
        for name, table in TABLES.items():
            for protocol in (2, 5):
                version = pd.__version__.split(".")[0]
                archive.writestr(f"pandas{version}-{name}-{protocol}.pkl", pickle.dumps(table, protocol))
