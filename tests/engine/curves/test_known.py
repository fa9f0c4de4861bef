"""Distinct values are `numpy.unique`'s, and asking for them does not import `numpy.ma`."""

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.curves.known import distinct


@given(st.lists(st.integers(-5, 5)))
def test_distinct_values_are_those_of_numpy(values):
    array = np.array(values, dtype=np.int64)
    assert distinct(array).tolist() == np.unique(array).tolist()


def test_a_search_for_bands_imports_no_masked_arrays():
    code = (
        "import sys, engine; engine.sweep(engine.BinaryProblem(logits=[0.0], target=[1.0]), 0,"
        " low=-99.0, high=9.0, points=50); sys.exit('numpy.ma' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
