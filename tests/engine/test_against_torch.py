"""Random calls give what real PyTorch gives: shapes, arguments, formats and values from the whole range."""

from __future__ import annotations

import os
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch_agreement import bound_of, disagreement, half_ulp_of_gradient

from engine.gradients import (
    binary_cross_entropy_grad,
    binary_cross_entropy_with_logits_grad,
    cross_entropy_grad,
    nll_loss_grad,
)
from engine.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed; tests/golden stands in for it")

DTYPES = {
    "float16": np.dtype(np.float16),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "float32": np.dtype(np.float32),
    "float64": np.dtype(np.float64),
}
LOSSES = {
    "binary_cross_entropy": (binary_cross_entropy, binary_cross_entropy_grad),
    "binary_cross_entropy_with_logits": (
        binary_cross_entropy_with_logits,
        binary_cross_entropy_with_logits_grad,
    ),
    "cross_entropy": (cross_entropy, cross_entropy_grad),
    "nll_loss": (nll_loss, nll_loss_grad),
}
# More examples on demand: TORCH_EXAMPLES=5000.
bounded = settings(
    max_examples=int(os.environ.get("TORCH_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
dtypes = st.sampled_from(sorted(DTYPES)).map(DTYPES.__getitem__)
reductions = st.sampled_from(["none", "mean", "sum"])
edges = st.sampled_from([0.0, -0.0, 6.25, 8.3203125, 16.63553237915039, 36.73680056967711, 88.72283935546875])
logits = st.one_of(
    st.floats(-20, 20, width=32),
    st.floats(-800, 800),
    edges,
    edges.map(lambda edge: -edge),
    st.floats(),
)
usual_logits = st.floats(-30, 30, width=16)
unit = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1), st.floats(0, 1, width=16))
# Exact in every format, so that weights of both signs cancel to 0 alike in any order of summation.
weights = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 5.0, -1.0])


def _array(
    draw: Any, shape: tuple[int, ...], dtype: np.dtype[Any], values: st.SearchStrategy[float]
) -> NDArray[Any]:
    size = int(np.prod(shape))
    drawn = draw(st.lists(values, min_size=size, max_size=size))
    with np.errstate(over="ignore", under="ignore"):
        return np.array(drawn, dtype=np.float64).astype(dtype).reshape(shape)


def _tensor(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype == DTYPES["bfloat16"]:
        return torch.from_numpy(value.view(np.uint16).copy()).view(torch.bfloat16)
    return torch.from_numpy(value.copy())


def _numpy(tensor: Any) -> NDArray[Any]:
    tensor = tensor.detach()
    if tensor.dtype == torch.bfloat16:
        return tensor.contiguous().view(torch.uint16).numpy().view(DTYPES["bfloat16"])
    return tensor.numpy()


def _pytorch(function: str, arguments: dict[str, Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    tensors = {name: _tensor(value) for name, value in arguments.items()}
    leaf = tensors.pop("input").requires_grad_()
    loss = getattr(torch.nn.functional, function)(leaf, **tensors)
    loss.sum().backward()
    return _numpy(loss), _numpy(leaf.grad)


def _agree(function: str, arguments: dict[str, Any]) -> None:
    note(f"{function} {arguments}")
    compute, compute_grad = LOSSES[function]
    loss, gradient = _pytorch(function, arguments)
    allowed = bound_of(function, arguments)
    assert not (wrong := disagreement(compute(**arguments), loss, allowed.loss)), f"loss: {wrong}"
    slack = half_ulp_of_gradient(function)
    wrong = disagreement(compute_grad(**arguments), gradient, allowed.gradient, half_ulp=slack)
    assert not wrong, f"gradient: {wrong}"


@st.composite
def shrunk_shape(draw: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts against `shape` without enlarging it."""
    kept = shape[draw(st.integers(0, len(shape))) :]
    return tuple(1 if draw(st.booleans()) else size for size in kept)


binary_shapes = st.one_of(
    st.just(()),
    st.tuples(st.integers(0, 20)),
    st.tuples(st.integers(0, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(0, 3), st.integers(1, 2)),
)


@st.composite
def binary_calls(draw: Any, function: str) -> dict[str, Any]:
    shape, dtype = draw(binary_shapes), draw(dtypes)
    values = unit if function == "binary_cross_entropy" else logits
    arguments = {
        "input": _array(draw, shape, dtype, values),
        "target": _array(draw, shape, dtype, unit),
        "reduction": draw(reductions),
    }
    for name in ("weight", "pos_weight")[: 1 if function == "binary_cross_entropy" else 2]:
        if draw(st.booleans()):
            arguments[name] = _array(draw, draw(shrunk_shape(shape)), dtype, weights)
    return arguments


class_shapes = st.one_of(
    st.tuples(st.integers(1, 6)),
    st.tuples(st.integers(0, 6), st.integers(1, 6)),
    st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(0, 3)),
    st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 2), st.integers(1, 3)),
    st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), st.integers(1, 2)),
)


@st.composite
def class_calls(draw: Any, function: str, values: st.SearchStrategy[float]) -> dict[str, Any]:
    shape, dtype = draw(class_shapes), draw(dtypes)
    classes = shape[0] if len(shape) == 1 else shape[1]
    target_shape = () if len(shape) == 1 else (shape[0], *shape[2:])
    ignore_index = draw(st.sampled_from([-100, 0, classes - 1, 255, -1]))
    size = int(np.prod(target_shape))
    drawn = draw(
        st.lists(
            st.one_of(st.integers(0, classes - 1), st.just(ignore_index)),
            min_size=size,
            max_size=size,
        )
    )
    arguments = {
        "input": _array(draw, shape, dtype, values),
        "target": np.array(drawn, dtype=np.int64).reshape(target_shape),
        "ignore_index": ignore_index,
        "reduction": draw(reductions),
    }
    if draw(st.booleans()):
        arguments["weight"] = _array(draw, (classes,), dtype, weights)
    if function == "cross_entropy" and draw(st.booleans()):
        arguments["label_smoothing"] = draw(st.sampled_from([0.1, 0.25, 0.5, 1.0]))
    return arguments


@st.composite
def probability_calls(draw: Any) -> dict[str, Any]:
    shape, dtype = draw(class_shapes), draw(dtypes)
    classes = shape[0] if len(shape) == 1 else shape[1]
    arguments = {
        "input": _array(draw, shape, dtype, usual_logits),
        "target": _array(draw, shape, dtype, unit),
        "reduction": draw(reductions),
    }
    if draw(st.booleans()):
        arguments["weight"] = _array(draw, (classes,), dtype, weights)
    if draw(st.booleans()):
        arguments["label_smoothing"] = draw(st.sampled_from([0.1, 0.25, 0.5, 1.0]))
    return arguments


def _forward(compute: Any, arguments: dict[str, Any], errors: tuple[type[Exception], ...]) -> Any:
    try:
        return compute(**arguments)
    except errors as error:
        return error


any_shapes = st.lists(st.integers(0, 3), max_size=4).map(tuple)
any_dtypes = st.sampled_from([*DTYPES.values(), *map(np.dtype, ("int64", "int32", "uint8", "bool"))])


@st.composite
def any_calls(draw: Any, function: str) -> dict[str, Any]:
    """A call that may be wrong in shapes, dtypes or values, though each argument fits half of the time."""
    shape, dtype = draw(any_shapes), draw(dtypes)
    is_index = function in ("cross_entropy", "nll_loss") and draw(st.booleans())
    fitting = (*shape[:1], *shape[2:]) if len(shape) > 1 else ()
    fitting, kind = (fitting, np.dtype(np.int64)) if is_index else (shape, dtype)
    options = {"input": (shape, dtype), "target": (fitting, kind), "weight": (shape[1:2], dtype)}
    if function == "binary_cross_entropy_with_logits":
        options["pos_weight"] = (shape[-1:], dtype)
    arguments = {}
    for name, (usual_shape, usual_dtype) in options.items():
        if name in ("input", "target") or draw(st.booleans()):
            wanted = draw(st.one_of(st.just(usual_shape), any_shapes))
            value = draw(st.sampled_from([0, 1, 2]))
            arguments[name] = np.full(wanted, value).astype(draw(st.one_of(st.just(usual_dtype), any_dtypes)))
    arguments["reduction"] = draw(reductions)
    if function == "cross_entropy":
        arguments["label_smoothing"] = draw(st.sampled_from([0.0, 0.25, 1.5]))
    return arguments


@pytest.mark.parametrize("function", LOSSES)
@bounded
@given(st.data())
def test_what_is_refused_is_what_pytorch_refuses(function: str, data: st.DataObject) -> None:
    arguments = data.draw(any_calls(function))
    # PyTorch looks at an empty input's dtype in some calls and not in others.
    assume(arguments["input"].size or arguments["input"].dtype in DTYPES.values())
    tensors = {name: _tensor(value) for name, value in arguments.items()}
    call = getattr(torch.nn.functional, function)
    theirs = _forward(call, tensors, (ValueError, TypeError, IndexError, RuntimeError))
    ours = _forward(LOSSES[function][0], arguments, (ValueError, TypeError, IndexError))
    note(f"PyTorch: {theirs!r}\nengine: {ours!r}")
    assert isinstance(ours, Exception) == isinstance(theirs, Exception)
    if not isinstance(theirs, Exception):
        assert (ours.shape, ours.dtype) == (_numpy(theirs).shape, _numpy(theirs).dtype)


@bounded
@given(binary_calls("binary_cross_entropy"))
def test_binary_cross_entropy_agrees_with_pytorch(arguments: dict[str, Any]) -> None:
    _agree("binary_cross_entropy", arguments)


@bounded
@given(binary_calls("binary_cross_entropy_with_logits"))
def test_binary_cross_entropy_with_logits_agrees_with_pytorch(arguments: dict[str, Any]) -> None:
    _agree("binary_cross_entropy_with_logits", arguments)


@bounded
@given(binary_calls("binary_cross_entropy_with_logits"), dtypes)
def test_logits_and_targets_of_two_formats_agree_with_pytorch(
    arguments: dict[str, Any], target_dtype: np.dtype[Any]
) -> None:
    target = arguments["target"].astype(target_dtype)
    _agree("binary_cross_entropy_with_logits", arguments | {"target": target})


@bounded
@given(class_calls("nll_loss", logits))
def test_nll_loss_agrees_with_pytorch(arguments: dict[str, Any]) -> None:
    _agree("nll_loss", arguments)


@bounded
@given(class_calls("cross_entropy", usual_logits))
def test_cross_entropy_of_class_indices_agrees_with_pytorch(arguments: dict[str, Any]) -> None:
    _agree("cross_entropy", arguments)


@bounded
@given(class_calls("cross_entropy", logits))
def test_cross_entropy_of_extreme_logits_agrees_with_pytorch(arguments: dict[str, Any]) -> None:
    _agree("cross_entropy", arguments)


@bounded
@given(probability_calls())
def test_cross_entropy_of_class_probabilities_agrees_with_pytorch(arguments: dict[str, Any]) -> None:
    _agree("cross_entropy", arguments)
