"""The one door to the blocked forms: when it gives a result, what it is refused for, how much it takes."""

from __future__ import annotations

import tracemalloc

import ml_dtypes
import numpy as np
import pytest

import engine
from engine import blocked
from engine.blocked.blocks import SERVED_FROM

SUFFIX = pytest.mark.parametrize("suffix", ["", "_grad"])
FORMATS = [np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16), np.dtype(np.float32), np.dtype(np.float64)]


def _arguments(name, shape, dtype=np.float32):
    """Those of a function of the door, all of them right."""
    rng = np.random.default_rng(0)
    x = rng.random(shape).astype(dtype)
    if name == "binary_cross_entropy":
        return [x, x, None, "mean"]
    if name == "binary_cross_entropy_with_logits":
        return [x, x, None, None, "mean"]
    y = rng.integers(0, x.shape[x.ndim > 1], (*x.shape[:1], *x.shape[2:]) if x.ndim > 1 else ())
    return [x, y, None, -100, "mean"] if name == "nll_loss" else [x, y, None, -100, 0.0, "mean"]


BINARY = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
CLASSES = ("nll_loss", "cross_entropy")


@SUFFIX
@pytest.mark.parametrize("name", [*BINARY, *CLASSES])
@pytest.mark.parametrize("dtype", FORMATS, ids=str)
def test_large_arrays_are_served_and_small_ones_are_not(name, suffix, dtype):
    function = getattr(blocked, name + suffix)
    assert function(*_arguments(name, (SERVED_FROM // 4, 4), dtype)) is not None
    assert function(*_arguments(name, (SERVED_FROM // 4 - 1, 4), dtype)) is None
    assert function(*_arguments(name, (0, 4), dtype)) is None


@SUFFIX
@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("shape", [(SERVED_FROM,), (2, SERVED_FROM, 3), (SERVED_FROM, 1, 1)])
def test_binary_arrays_are_served_in_any_shape_and_layout(name, suffix, shape):
    arguments = _arguments(name, shape)
    function = getattr(blocked, name + suffix)
    assert function(*arguments) is not None
    arguments[0] = arguments[0].T.copy().T
    assert function(*arguments) is not None
    assert function(*_arguments(name, ())) is None


@SUFFIX
@pytest.mark.parametrize("name", CLASSES)
def test_a_single_sample_is_one_row_and_not_served(name, suffix):
    function = getattr(blocked, name + suffix)
    assert function(*_arguments(name, (SERVED_FROM,))) is None
    assert function(*_arguments(name, (1, SERVED_FROM))) is not None
    assert function(*_arguments(name, (1, 2, SERVED_FROM))) is not None


@SUFFIX
@pytest.mark.parametrize("name", [*BINARY, *CLASSES])
def test_the_public_function_goes_through_the_door_and_past_it(monkeypatch, name, suffix):
    calls = []
    served = getattr(blocked, name + suffix)

    def counting(*arguments):
        calls.append(served(*arguments))
        return calls[-1]

    monkeypatch.setattr(blocked, name + suffix, counting)
    large, small = (_arguments(name, (n, 4))[:2] for n in (SERVED_FROM, 5))
    assert getattr(engine, name + suffix)(*large) is calls[0]
    result = getattr(engine, name + suffix)(*small)
    assert calls[1] is None
    assert np.isfinite(np.asarray(result)).all()


@pytest.mark.parametrize("place", [0, SERVED_FROM // 2, SERVED_FROM - 1])
def test_a_large_call_refuses_what_a_small_one_does(place):
    p = np.full(SERVED_FROM, 0.5)
    wrong = p.copy()
    wrong[place] = np.nextafter(1, 2)
    for function in (engine.binary_cross_entropy, engine.binary_cross_entropy_grad):
        with pytest.raises(ValueError, match=rf"input\[{place}\].*between 0 and 1"):
            function(wrong, p)
        with pytest.raises(ValueError, match=rf"target\[{place}\].*between 0 and 1"):
            function(p, wrong)
    z, y = np.zeros((SERVED_FROM, 2)), np.zeros(SERVED_FROM, np.int64)
    y[place] = 2
    for function in (engine.cross_entropy, engine.cross_entropy_grad, engine.nll_loss, engine.nll_loss_grad):
        with pytest.raises(IndexError, match=rf"target\[{place}\].*Target 2 is out of bounds"):
            function(z, y)
    y[:] = -100
    y[place] = -1
    with pytest.raises(IndexError, match="Target -1 is out of bounds"):
        engine.nll_loss_grad(z, y)


def test_negative_zero_is_a_probability():
    p = np.full(SERVED_FROM, -0.0, np.float32)
    assert engine.binary_cross_entropy(p, p, reduction="sum") == 0


@SUFFIX
@pytest.mark.parametrize("name", [*BINARY, *CLASSES])
@pytest.mark.parametrize("dtype", FORMATS, ids=str)
def test_inputs_are_not_written_to(name, suffix, dtype):
    arguments = _arguments(name, (SERVED_FROM, 4), dtype)
    for array in arguments[:2]:
        array.flags.writeable = False
    assert getattr(blocked, name + suffix)(*arguments) is not None


def test_results_that_are_computed_can_be_written_and_begin_at_a_cache_line():
    z, y = np.zeros((SERVED_FROM, 3), np.float32), np.zeros(SERVED_FROM, np.int64)
    results = [
        engine.binary_cross_entropy_with_logits(z, z, reduction="none"),
        engine.binary_cross_entropy_grad(z, z, reduction="none"),
        engine.cross_entropy_grad(z, y, reduction="none"),
    ]
    assert all(result.__array_interface__["data"][0] % 64 == 0 for result in results)
    assert all(result.flags.c_contiguous and result.flags.writeable for result in results)


# ------------------------------------------------------------------ memory


def _peak_beyond_result(call):
    tracemalloc.start()
    try:
        result = call()
        return tracemalloc.get_traced_memory()[1] - np.asarray(result).nbytes
    finally:
        tracemalloc.stop()


ELEMENTS = 4_000_000


@pytest.fixture(scope="module")
def numbers():
    return np.random.default_rng(0).random(ELEMENTS)


@pytest.mark.parametrize("suffix", ["", "_grad"])
@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_binary_calls_take_10_mib_beyond_their_result_and_at_most_the_losses_that_are_added(
    numbers, dtype, reduction, suffix
):
    p = numbers[: ELEMENTS // 2].astype(dtype).reshape(-1, 1000)
    strided, w = np.repeat(p, 2, axis=1)[:, ::2], numbers[:1000]
    for name, arguments in [
        ("binary_cross_entropy", (p, p)),
        ("binary_cross_entropy", (strided, p, w)),
        ("binary_cross_entropy_with_logits", (p, p, w)),
        ("binary_cross_entropy_with_logits", (strided, p)),
    ]:
        is_plain = dtype is np.float64 and arguments[0] is p
        losses = p.nbytes if not (is_plain or suffix or reduction == "none") else 0
        function = getattr(engine, name + suffix)
        peak = _peak_beyond_result(lambda call=function, rest=arguments: call(*rest, reduction=reduction))
        assert peak < 10 * 2**20 + losses


TABLES = {
    "two classes": (2_000_000, 2),
    "many classes": (400, 10_000),
    "positions": (2, 20, 100_000),
}


@pytest.mark.parametrize("suffix", ["", "_grad"])
@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("shape", TABLES.values(), ids=TABLES)
def test_class_calls_on_4e6_elements_take_at_most_64_mib_beyond_their_result(
    numbers, shape, reduction, suffix
):
    z = numbers.reshape(shape)
    y = np.arange(ELEMENTS // shape[1]).reshape(shape[0], *shape[2:]) % (shape[1] + 1)
    y[y == shape[1]] = -100
    w, options = numbers[: shape[1]], {"reduction": reduction}
    nll_loss, cross_entropy = (getattr(engine, f"{name}{suffix}") for name in CLASSES)
    for call in (
        lambda: nll_loss(z, y, w, **options),
        lambda: cross_entropy(z, y, w, **options),
        lambda: cross_entropy(z, y, w, label_smoothing=0.1, **options),
        lambda: cross_entropy(z, z, w, label_smoothing=0.1, **options),
        lambda: cross_entropy(np.asfortranarray(z), y, **options),
    ):
        assert _peak_beyond_result(call) < 64 * 2**20


def test_a_weight_along_a_long_last_axis_needs_no_array_of_all_elements():
    z = np.random.default_rng(0).standard_normal((3, 700_001), dtype=np.float32)
    w = np.linspace(0, 2, 700_001, dtype=np.float32)
    call = engine.binary_cross_entropy_with_logits
    assert _peak_beyond_result(lambda: call(z, z, w, pos_weight=w)) < 2**23
