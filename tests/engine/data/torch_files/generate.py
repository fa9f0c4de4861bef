"""Writes the .pt files of this folder with the real PyTorch, and what torch.load finds in them.

Run with a Python that has torch, NumPy and ml_dtypes: ``python tests/engine/data/torch_files/generate.py``.
Each file comes with the bytes of its arrays in expected.json, by the path under which they are listed.
"""

from __future__ import annotations

import collections
import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent
BASE = torch.arange(-6, 6, dtype=torch.float32).reshape(3, 4) / 8

REAL = ("float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")
WIDE = ("uint16", "uint32", "uint64")
FLOAT8 = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")

Pair = collections.namedtuple("Pair", ["logits", "labels"])


class Output:
    """A class of the producer's own, as transformers' EvalPrediction is."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


class Subclass(torch.Tensor):
    """A tensor's subclass."""


def of_type(name: str) -> torch.Tensor:
    return BASE.abs().mul(8).to(getattr(torch, name))


def with_attribute() -> torch.Tensor:
    tensor = BASE.clone()
    tensor.origin = "here"
    return tensor


def views() -> dict[str, torch.Tensor]:
    return {
        "transposed": BASE.t(),
        "part": BASE[1:, 2:],
        "row": BASE[2],
        "every_second": BASE[:, ::2],
        "expanded": BASE[0].expand(5, 4),
        "empty": BASE[:0],
        "negative": torch.view_as_complex(torch.stack([BASE, BASE + 1], -1)).conj().imag,
    }


def nested() -> dict[str, Any]:
    linear = torch.nn.Linear(2, 3)
    with torch.no_grad():
        linear.weight.copy_(BASE[:, :2])
        linear.bias.copy_(BASE[:, 0])
    loop: dict[str, Any] = {"self": None, "inner": BASE[0]}
    loop["self"] = loop
    return {
        "state_dict": collections.OrderedDict(linear.state_dict()),
        "outputs": [{"logits": BASE}, (BASE.half(), BASE[0])],
        "pair": Pair(BASE, torch.tensor([0, 2, 1])),
        "own": Output(predictions=BASE, label_ids=np.array([1, 0, 2])),
        "default": collections.defaultdict(list, {"kept": BASE}),
        "parameter": torch.nn.Parameter(BASE),
        "attribute": with_attribute(),
        "subclass": BASE.as_subclass(Subclass),
        "loop": loop,
        3: BASE[1],
    }


def arrays() -> dict[str, Any]:
    return {
        "f4": np.arange(6, dtype="f4").reshape(2, 3),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big": np.arange(3, dtype=">i4"),
        "bf": np.arange(3).astype(ml_dtypes.bfloat16),
        "bits": np.array([True, False]),
        "scalars": [np.float32(0.1), np.float64(2.5)],
        "numbers": [[1, 2.5], [3, 4]],
        "labels": [2, 0, 1],
    }


def plain(value: Any) -> Any:
    """What torch.load gives, as NumPy has it; float8 as float32."""
    if isinstance(value, torch.Tensor):
        value = value.detach().resolve_neg().contiguous()
        if str(value.dtype).removeprefix("torch.") in FLOAT8:
            value = value.float()
        if value.dtype == torch.bfloat16:
            return value.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
        return value.numpy()
    array = np.asarray(value)
    return array.astype(array.dtype.newbyteorder("="))


def told(values: dict[str, Any]) -> dict[str, Any]:
    arrays = {path: np.ascontiguousarray(plain(value)) for path, value in values.items()}
    return {
        path: {
            "dtype": array.dtype.name,
            "shape": list(plain(values[path]).shape),
            "bytes": array.tobytes().hex(),
        }
        for path, array in arrays.items()
    }


def paths_of_nested(loaded: dict[Any, Any]) -> dict[str, Any]:
    return {
        "state_dict.weight": loaded["state_dict"]["weight"],
        "state_dict.bias": loaded["state_dict"]["bias"],
        "outputs[0].logits": loaded["outputs"][0]["logits"],
        "outputs[1][0]": loaded["outputs"][1][0],
        "outputs[1][1]": loaded["outputs"][1][1],
        "pair[0]": loaded["pair"].logits,
        "pair[1]": loaded["pair"].labels,
        "own.predictions": loaded["own"].predictions,
        "own.label_ids": loaded["own"].label_ids,
        "default.kept": loaded["default"]["kept"],
        "parameter": loaded["parameter"],
        "attribute": loaded["attribute"],
        "subclass": loaded["subclass"].as_subclass(torch.Tensor),
        "loop.inner": loaded["loop"]["inner"],
        "[3]": loaded[3],
    }


def swapped(path: Path, target: Path) -> None:
    """The file as a machine of the other byte order would have written it; float32 alone."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for info in source.infolist():
            data = source.open(info)
            data._expected_crc = None  # torch writes none
            raw = data.read()
            if "/data/" in info.filename:
                raw = np.frombuffer(raw, "<u4").byteswap().tobytes()
            made.writestr(info.filename, b"big" if info.filename.endswith("/byteorder") else raw)


def old_numpy(path: Path, target: Path) -> None:
    """The file as NumPy 1.26 would have written it."""
    target.write_bytes(path.read_bytes().replace(b"numpy._core", b"numpy.core"))


def main() -> None:
    expected: dict[str, Any] = {}

    def save(name: str, value: Any, paths: Any = None, **options: Any) -> None:
        torch.save(value, HERE / name, **options)
        try:
            loaded = torch.load(HERE / name, weights_only=False)
        except AttributeError:  # of the old layout torch cannot read float8 and uint16 back
            loaded = value
        expected[name] = told(paths(loaded) if paths else loaded)

    types = {name: of_type(name) for name in (*REAL, *WIDE, *FLOAT8)}
    save("types.pt", types)
    save("types_legacy.pt", types, _use_new_zipfile_serialization=False)
    save("views.pt", views())
    save("views_legacy.pt", views(), _use_new_zipfile_serialization=False)
    save("nested.pt", nested(), paths_of_nested)
    save("nested_legacy.pth", nested(), paths_of_nested, _use_new_zipfile_serialization=False)
    save("nested_5.ckpt", nested(), paths_of_nested, pickle_protocol=5)
    save("arrays.pt", arrays())
    save("arrays_5.pt", arrays(), pickle_protocol=5)
    save("tensor.bin", BASE, lambda loaded: {"tensor": loaded})
    swapped(HERE / "tensor.bin", HERE / "big_endian.pt")
    expected["big_endian.pt"] = told({"big_endian": torch.load(HERE / "big_endian.pt")})
    for protocol in (2, 4, 5):
        name = f"arrays_{protocol}.pkl"
        (HERE / name).write_bytes(pickle.dumps(arrays(), protocol))
        expected[name] = told(arrays())
    old_numpy(HERE / "arrays_2.pkl", HERE / "old_numpy.pkl")
    expected["old_numpy.pkl"] = told(arrays())
    refused = {
        "sparse": BASE.to_sparse(),
        "csr": BASE.to_sparse_csr(),
        "quantized": torch.quantize_per_tensor(BASE, 0.1, 0, torch.qint8),
        "meta": torch.empty(3, device="meta"),
        "nested": torch.nested.nested_tensor([BASE[0], BASE[1, :2]]),
        "complex": torch.view_as_complex(torch.stack([BASE, BASE], -1)),
        "one": torch.tensor(1.5),
        "objects": np.array([None, {}], dtype=object),
        "logits": BASE,
    }
    torch.save(refused, HERE / "refused.pt")
    # The types of one byte or more, and two numbers of four bits in each byte.
    four = torch.arange(256, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)
    save_file({**types, "float4": four}, HERE / "types.safetensors")
    halves = np.stack([np.arange(256) & 15, np.arange(256) >> 4], axis=1).astype(np.uint8).reshape(-1)
    widened = halves.view(ml_dtypes.float4_e2m1fn).astype(np.float32)
    expected["types.safetensors"] = {**expected["types.pt"], **told({"float4": widened})}
    module = torch.jit.script(torch.nn.Linear(1, 1))
    stream = io.BytesIO()
    torch.jit.save(module, stream)
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(HERE / "script.pt", "w") as made:
        for info in source.infolist():
            if not info.filename.endswith(".debug_pkl"):  # which has the paths of the machine
                made.writestr(info.filename, source.read(info))
    (HERE / "expected.json").write_text(json.dumps(expected, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
