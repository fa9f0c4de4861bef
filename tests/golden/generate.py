"""Write the golden data: what real PyTorch 2.13.0 gives. See README.md here for how to run it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from binary_cases import record_binary, record_binary_chains
from corner_cases import record_corners
from multiclass_cases import record_multiclass, record_multiclass_chains
from recorder import FORMATS, LOSSES, REDUCTIONS, Recorder, tensor
from refusals import refusals

HERE = Path(__file__).resolve().parent
PRESETS = HERE.parents[1] / "resources" / "presets"
SEED = 20260213
BINARY_TARGET = [0, 1, 1, 0, 1]
MULTICLASS_TARGET = [0, 1, 0, 2, 1]

LOOK_AT = {
    "binary": (
        "On ordinary logits every formula gives the same loss to the last digit or two. "
        "Set a logit with target 0 to 17: the scratch form is inf, BCELoss is clamped at 100, "
        "and only BCEWithLogitsLoss still gives 17."
    ),
    "multiclass": (
        "CrossEntropyLoss is NLLLoss after log_softmax, so the two agree in every digit. "
        "Lower the logit of a row's target class to -110: log(softmax) is -inf and its gradient nan, "
        "while log_softmax stays finite."
    ),
}


def tutorial_logits() -> tuple[list[float], list[list[float]]]:
    """Five binary logits and a 5x3 table, normal draws rounded to 4 decimals."""
    rng = np.random.default_rng(SEED)
    return rng.normal(size=5).round(4).tolist(), rng.normal(size=(5, 3)).round(4).tolist()


def record_tutorial(outs: dict[str, Recorder]) -> None:
    """Record the two tutorial settings for each loss, and for the whole chains from the logits."""
    binary, table = tutorial_logits()
    for dtype in FORMATS.values():
        z, y = tensor(binary, dtype), tensor(BINARY_TARGET, dtype)
        rows, classes = tensor(table, dtype), torch.tensor(MULTICLASS_TARGET)
        p, log_p = torch.sigmoid(z), torch.log_softmax(rows, 1)
        inputs = {
            "binary_cross_entropy": (p, y),
            "binary_cross_entropy_with_logits": (z, y),
            "cross_entropy": (rows, classes),
            "nll_loss": (log_p, classes),
            "sigmoid_bce": (z, y),
            "scratch_binary": (z, y),
            "log_softmax_nll": (rows, classes),
            "softmax_log_nll": (rows, classes),
            "scratch_multiclass": (rows, classes),
        }
        for function, (x, target) in inputs.items():
            out = outs.get(function, outs["chains"])
            for reduction in REDUCTIONS if function in outs else ("none",):
                out.record(function, "tutorial", x, target, reduction=reduction)


def write_presets() -> None:
    """Write the tutorial's two settings where the application finds its presets."""
    binary, table = tutorial_logits()
    PRESETS.mkdir(parents=True, exist_ok=True)
    settings = (("00", "binary", binary, BINARY_TARGET), ("01", "multiclass", table, MULTICLASS_TARGET))
    for order, page, logits, target in settings:
        preset = {
            "title": f"Tutorial, {page}",
            "group": "Tutorial",
            "look_at": LOOK_AT[page],
            "page": page,
            "logits": logits,
            "target": target,
            "format": "float32",
            "reduction": "mean",
        }
        text = json.dumps(preset, indent=2)
        (PRESETS / f"{order}-tutorial-{page}.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Write every file."""
    if torch.__version__.split("+")[0] != "2.13.0":
        raise SystemExit(f"expected torch 2.13.0, got {torch.__version__}")
    torch.set_num_threads(1)
    outs = {name: Recorder() for name in (*LOSSES, "chains", "corners")}
    # One generator a file, so that a case added to one leaves the others' numbers alone.
    seeds = {name: np.random.default_rng([SEED, place]) for place, name in enumerate(outs)}
    record_tutorial(outs)
    for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits"):
        record_binary(outs[name], name, seeds[name])
    for name in ("cross_entropy", "nll_loss"):
        record_multiclass(outs[name], name, seeds[name])
    record_binary_chains(outs["chains"], seeds["chains"])
    record_multiclass_chains(outs["chains"], seeds["chains"])
    record_corners(outs["corners"], seeds["corners"])
    for name, out in outs.items():
        path = HERE / f"{name}.npz"
        out.write(path)
        print(f"{name}: {len(out.index)} cases, {path.stat().st_size:,} bytes")
    table = refusals()
    rows = ",\n".join(json.dumps(row) for row in table)
    (HERE / "refusals.json").write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    print(f"refusals: {len(table)}")
    write_presets()


if __name__ == "__main__":
    main()
