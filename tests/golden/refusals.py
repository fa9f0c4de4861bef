"""Calls that PyTorch refuses, with the exception it raises and its words."""

from __future__ import annotations

import math

import torch
from recorder import LOSSES

BCE, BCEL, CE, NLL = LOSSES
NAN = math.nan


def array(dtype: str, shape: tuple[int, ...], *values: float) -> dict[str, object]:
    """An array argument: `values` repeated to fill `shape` (zeros where there are none)."""
    size = math.prod(shape)
    filled = [(values or (0,))[place % max(len(values), 1)] for place in range(size)]
    return {
        "dtype": dtype,
        "shape": list(shape),
        "values": [repr(v) if isinstance(v, float) else v for v in filled],
    }


def _argument(value: object) -> object:
    if not isinstance(value, dict):
        return value
    numbers = [float(v) if isinstance(v, str) else v for v in value["values"]]
    wide = torch.float64 if "float" in value["dtype"] or "complex" in value["dtype"] else torch.int64
    return torch.tensor(numbers, dtype=wide).to(getattr(torch, value["dtype"])).reshape(value["shape"])


def f32(*shape: int) -> dict[str, object]:
    return array("float32", shape, 0.25, 0.5, 0.125)


def i64(*shape: int) -> dict[str, object]:
    return array("int64", shape, 0, 1)


# (function, the argument at fault, arguments)
Row = tuple[str, str, dict[str, object]]


def _reductions() -> list[Row]:
    rows: list[Row] = []
    for name in (BCE, BCEL, CE, NLL):
        y = f32(2, 3) if name in (BCE, BCEL) else i64(2)
        rows += [
            (name, "reduction", {"input": f32(2, 3), "target": y, "reduction": value})
            for value in ("Mean", "batchmean", "", None, 1)
        ]
    return rows


def _binary() -> list[Row]:
    x = f32(2, 3)
    sizes = ((3, 2), (2,), (2, 3, 1), (6,), ())
    unfit = ((2,), (4, 2, 3), (1, 2, 3), (3, 1), (0,))
    rows: list[Row] = []
    for name in (BCE, BCEL):
        rows += [(name, "target", {"input": x, "target": f32(*shape)}) for shape in sizes]
        rows += [(name, "target", {"input": f32(3, 1), "target": f32(3)})]
        weights = [f32(*shape) for shape in unfit] + [array("complex64", (3,), 1)]
        rows += [(name, "weight", {"input": x, "target": x, "weight": weight}) for weight in weights]
        wrong = [array(kind, (3,), 0, 1) for kind in ("int64", "int32", "uint8", "bool", "complex64")]
        rows += [(name, "input", {"input": values, "target": f32(3)}) for values in wrong]
        rows += [(name, "target", {"input": f32(3), "target": values}) for values in wrong[:4]]
    others = [array(kind, (3,), 1) for kind in ("float16", "bfloat16", "float64", "complex64")]
    rows += [(BCE, "target", {"input": f32(3), "target": values}) for values in others]
    rows += [(BCE, "input", {"input": i64(3), "target": i64(3)})]
    for bad in (1.0000001192092896, -1e-45, 2.0, NAN, math.inf):
        rows += [
            (BCE, "input", {"input": array("float32", (3,), 0.5, bad, 0.5), "target": f32(3)}),
            (BCE, "target", {"input": f32(3), "target": array("float32", (3,), 0.5, 0.5, bad)}),
        ]
    pos_weights = [f32(*shape) for shape in (*unfit[:3], (2, 2))] + [array("bool", (3,), 1)]
    rows += [(BCEL, "pos_weight", {"input": x, "target": x, "pos_weight": values}) for values in pos_weights]
    return rows


def _class_targets() -> list[Row]:
    x = f32(2, 3)
    rows: list[Row] = []
    for name in (CE, NLL):
        rows += [
            (name, "target", {"input": f32(2, 3, 4), "target": i64(2, 5)}),
            (name, "target", {"input": f32(2, 3, 4, 5), "target": i64(2, 5, 4)}),
            (name, "target", {"input": f32(2, 3, 4, 5), "target": i64(2, 4)}),
            (name, "target", {"input": f32(3), "target": i64(2)}),
            (name, "input", {"input": f32(), "target": i64(1)}),
            (name, "target", {"input": f32(2, 3, 4), "target": array("uint8", (2, 4), 1)}),
            (name, "target", {"input": f32(2, 3, 4), "target": array("int64", (2, 4), 0, 3)}),
            (name, "target", {"input": f32(2, 0), "target": i64(2)}),
            (name, "target", {"input": f32(2, 0, 3), "target": array("int64", (2, 3), -100)}),
            (name, "target", {"input": f32(0, 3, 2), "target": array("uint8", (0, 2)), "reduction": "none"}),
            (name, "input", {"input": array("int64", (2, 3), 1), "target": i64(2)}),
        ]
        targets = [i64(3), i64(), i64(2, 2)]
        kinds = ("int32", "int16", "int8", "bool", "float32", "float16", "complex64")
        targets += [array(kind, (2,), 1) for kind in kinds]
        targets += [array("int64", (2,), 0, bad) for bad in (3, -1, -101, 255)]
        rows += [(name, "target", {"input": x, "target": target}) for target in targets]
    return rows


def _class_options() -> list[Row]:
    x = f32(2, 3)
    rows: list[Row] = []
    for shape in ((1, 3), (), (3, 1)):
        few = f32(2, 1, 4) if not shape else f32(2, 3, 4)
        more = {"weight": f32(*shape), "label_smoothing": 0.1}
        rows += [(CE, "weight", {"input": few, "target": array("int64", (2, 4), 0), **more})]
    for name in (CE, NLL):
        weights = [f32(*shape) for shape in ((2,), (1, 3), (1,), (), (4,))]
        weights += [array(kind, (3,), 1) for kind in ("float64", "float16", "int64")]
        rows += [(name, "weight", {"input": x, "target": i64(2), "weight": weight}) for weight in weights]
        rows += [(name, "weight", {"input": f32(2, 3, 4), "target": i64(2, 4), "weight": f32(2)})]
        wrong = (1.5, None, "0", True)
        rows += [
            (name, "ignore_index", {"input": x, "target": i64(2), "ignore_index": value}) for value in wrong
        ]
    for target in (i64(2), x):
        wrong = (1.1, 2.0, 1.0000001, None, "0.1")
        rows += [
            (CE, "label_smoothing", {"input": x, "target": target, "label_smoothing": value})
            for value in wrong
        ]
    return rows


def _class_probabilities() -> list[Row]:
    x = f32(2, 3)
    return [
        (CE, "target", {"input": x, "target": i64(2, 3)}),
        (CE, "target", {"input": f32(1), "target": i64(1)}),
        (CE, "target", {"input": x, "target": array("bool", (2, 3), 1)}),
        (CE, "ignore_index", {"input": x, "target": x, "ignore_index": 0}),
        (CE, "ignore_index", {"input": x, "target": x, "ignore_index": 255}),
        (CE, "weight", {"input": x, "target": x, "weight": f32(1)}),
        (CE, "weight", {"input": x, "target": x, "weight": f32(2)}),
        (CE, "weight", {"input": x, "target": x, "weight": f32(1, 3)}),
        (CE, "input", {"input": i64(2, 3), "target": x}),
        (CE, "input", {"input": f32(), "target": f32()}),
        (NLL, "target", {"input": x, "target": x}),
    ]


def refusals() -> list[dict[str, object]]:
    """Run every row through PyTorch and keep its exception; a call that passes is an error here."""
    table: list[dict[str, object]] = []
    for function, fault, arguments in [
        *_reductions(),
        *_binary(),
        *_class_targets(),
        *_class_options(),
        *_class_probabilities(),
    ]:
        try:
            LOSSES[function](**{name: _argument(value) for name, value in arguments.items()})
        except Exception as error:  # noqa: BLE001 - whatever it is belongs in the table
            message = str(error).split("\n\nException raised from")[0]
            table.append(
                {
                    "function": function,
                    "fault": fault,
                    "exception": type(error).__name__,
                    "message": message,
                    "arguments": arguments,
                }
            )
        else:
            print(f"accepted after all: {function} {fault} {arguments}")
    return table
