"""JSON that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from metastasome.core.jsons import json_text


def test_what_is_no_finite_number_is_null_and_objects_are_text():
    value = {"a": np.array([1.0, np.nan]), 2.5: (np.float64("inf"), True), "path": Path("x"), "kind": 1j, "none": None}
    told = json.loads(json_text(value), parse_constant=lambda name: 1 / 0)  # NaN and Infinity end here
    assert told == {"a": [1.0, None], "2.5": [None, True], "path": "x", "kind": "1j", "none": None}
