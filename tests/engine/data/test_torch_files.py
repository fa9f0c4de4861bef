"""Files that PyTorch, NumPy and pickle wrote, read bit for bit as torch.load and pickle.load read them."""

from __future__ import annotations

import gc
import json
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine import BFLOAT16, FLOAT32, BinaryProblem
from engine.data import Choice, DataFileError, inspect, no_progress, read_problem
from engine.data.pickled.pickled_file import PickledFile

FILES = Path(__file__).parent / "torch_files"
EXPECTED = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))
TYPES = {"bfloat16": BFLOAT16.dtype}


def contents(path: Path) -> dict[str, np.ndarray]:
    file = inspect(path)
    chosen = [index for index, entry in enumerate(file.entries) if entry.fault is None]
    arrays = file.read(chosen, no_progress)
    return {file.entries[index].name: array for index, array in zip(chosen, arrays, strict=True)}


def faults(path: Path) -> dict[str, str]:
    return {entry.name: str(entry.fault) for entry in inspect(path).entries if entry.fault is not None}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_read_bit_for_bit_as_its_producer_reads_it(name):
    found = contents(FILES / name)
    as_bits = {key for key in found if key.endswith(" as bfloat16")}
    assert found.keys() - as_bits == EXPECTED[name].keys()
    for path, told in EXPECTED[name].items():
        dtype = np.dtype(TYPES.get(told["dtype"], told["dtype"]))
        assert found[path].dtype == dtype, path
        assert found[path].shape == tuple(told["shape"]), path
        assert np.ascontiguousarray(found[path]).tobytes() == bytes.fromhex(told["bytes"]), path


def test_what_cannot_be_logits_is_named_and_its_parts_are_not_offered():
    said = faults(FILES / "refused.pt")
    assert said["sparse"] == said["csr"] == "a sparse tensor; save it dense, with to_dense()"
    assert said["quantized"] == "a quantized tensor; save it with dequantize()"
    assert said["meta"] == "a meta tensor, which has no values"
    assert said["nested"] == "a nested tensor; save its parts one by one, with unbind()"
    assert said["complex"] == "no numbers of at most 64 bits"
    assert said["one"] == "a single number"
    assert "pickles" in said["objects"]
    assert list(contents(FILES / "refused.pt")) == ["logits"]


def test_a_torchscript_program_is_refused_by_name():
    with pytest.raises(DataFileError, match="TorchScript program has no logits"):
        inspect(FILES / "script.pt")


def test_an_exported_program_is_refused_by_name(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.pt2", "w") as made:
        made.writestr("a/archive_format", "pt2")
        made.writestr("a/models/model.json", "{}")
    with pytest.raises(DataFileError, match=r"exported program .* has no logits"):
        inspect(tmp_path / "a.pt2")


def test_reading_several_tensors_is_one_progress_and_can_be_stopped():
    file = inspect(FILES / "views.pt")
    calls: list[tuple[int, int]] = []
    file.read((0, 1, 2), lambda done, total: calls.append((done, total)))
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert len({total for _, total in calls}) == 1

    def stop(_done: int, _total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        file.read((0,), stop)


def test_raw_bits_of_bfloat16_are_offered_as_such():
    file = inspect(FILES / "types.pt")
    names = [entry.name for entry in file.entries]
    place = names.index("uint16 as bfloat16")
    assert file.entries[place].type_name == "bfloat16 (uint16)"
    raw, read = file.read((names.index("uint16"), place), no_progress)
    assert read.dtype == BFLOAT16.dtype
    assert read.view(np.uint16).tolist() == raw.tolist()


def test_the_first_values_are_shown():
    entries = {entry.name: entry.sample for entry in inspect(FILES / "views.pt").entries}
    assert entries["transposed"] == "-0.75, -0.25, 0.25"
    assert entries["part"] == "0.0, 0.125, 0.5"
    assert entries["negative"] == "-0.25, -0.375, -0.5"
    assert entries["empty"] == ""


def test_a_tensor_alone_is_called_as_its_file_and_makes_a_problem():
    file = inspect(FILES / "tensor.bin")
    assert [entry.name for entry in file.entries] == ["tensor"]
    problem = read_problem(file, Choice("binary", (0,), ()), FLOAT32, no_progress)
    assert isinstance(problem, BinaryProblem)
    assert problem.logits[:2].tolist() == [-0.75, -0.625]


def test_the_suffix_does_not_matter(tmp_path):
    (tmp_path / "a").write_bytes((FILES / "tensor.bin").read_bytes())
    assert contents(tmp_path / "a")["a"].shape == (3, 4)
    (tmp_path / "a.npy").write_bytes((FILES / "arrays_4.pkl").read_bytes())
    assert "numbers" in contents(tmp_path / "a.npy")


def test_a_file_replaced_or_gone_while_it_is_chosen_from_is_refused_in_one_line(tmp_path):
    path = tmp_path / "a.pt"
    path.write_bytes((FILES / "tensor.bin").read_bytes())
    file = inspect(path)
    path.write_bytes((FILES / "views.pt").read_bytes())
    with pytest.raises(DataFileError, match="has changed since it was listed"):
        file.read((0,), no_progress)
    path.unlink()
    with pytest.raises(DataFileError, match="No such file"):
        file.read((0,), no_progress)


class Stopped(Exception):  # noqa: N818  # as a progress may say
    pass


@pytest.fixture(params=[True, False], ids=["collected", "not collected"])
def collection(request):
    """Whether the caller has garbage collected."""
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_listing_can_be_cancelled_and_collection_is_as_before(tmp_path, collection):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps([float(each) for each in range(100_000)]))
    calls = []

    def stop(done: int, total: int) -> None:
        calls.append((done, total, gc.isenabled()))
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        inspect(tmp_path / "a.pkl", stop)
    assert gc.isenabled() == collection
    assert [enabled for *_, enabled in calls] == [False, False]


def test_of_many_thousands_of_tensors_the_first_are_listed_and_the_others_counted(tmp_path):
    arrays = {f"a{index}": np.zeros(2) for index in range(10_003)}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(arrays))
    entries = inspect(tmp_path / "a.pkl").entries
    assert len(entries) == 10_001
    assert str(entries[-1].fault) == "3 more, not listed"


def test_nothing_of_torch_is_imported():
    assert "torch" not in sys.modules
    PickledFile.inspect(FILES / "nested.pt")
    assert "torch" not in sys.modules
