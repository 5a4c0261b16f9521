"""The fitted size law that comes with the package, and one call for a new cancer."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from importlib import resources

import numpy as np

from ..core.errors import InputError
from .sizes import SizeLaw
from .sizes_fit import SizeModel
from .sizes_score import CurvePrediction, predict_curve
from .sizes_table import ASKED_CM, SizeCurve


@functools.cache
def fitted(*, vesicles: bool = False) -> SizeModel:
    """Return the law fitted to nine cancers of SEER (see ``validation/seer.py``), without or with vesicles."""
    text = resources.files(__package__).joinpath("sizes_fitted.json").read_text(encoding="utf-8")
    found = json.loads(text)["vesicles on" if vesicles else "vesicles off"]
    return SizeModel(law=SizeLaw(**found.pop("law")), **found)


def predict_sizes(
    fraction: float,
    *,
    at_cm: float = 4.0,
    patients: float = 500.0,
    diameters: Sequence[float] = (0.5, 1, 2, 3, 4, 5, 6, 8, 10),
    vesicles: bool = False,
) -> CurvePrediction:
    """Return the chance of metastasis at diagnosis by size, from one figure of that cancer.

    Args:
        fraction: share with distant metastasis among patients whose primary is `at_cm` wide.
        at_cm: that diameter, cm.
        patients: how many it was counted in; also the size of the bins whose limits are given.
        diameters: where to predict, cm.
        vesicles: which of the two fitted laws.

    Raises:
        InputError: a figure that cannot be.
    """
    checks = (("fraction", fraction, 0.0, 1.0), ("at_cm", at_cm, *ASKED_CM), ("patients", patients, 1.0, 1e9))
    for name, value, low, high in (*checks, *(("diameters", d, *ASKED_CM) for d in diameters)):
        if not low <= value <= high:
            raise InputError("not a value that can be", field=name, value=value, expected=f"{low:g} to {high:g}")
    d = np.array(sorted({*map(float, diameters), float(at_cm)}))
    seen = np.where(d == at_cm, fraction, np.nan)
    return predict_curve(
        fitted(vesicles=vesicles), SizeCurve("", d, np.full(len(d), float(patients)), seen), at_cm=at_cm
    )
