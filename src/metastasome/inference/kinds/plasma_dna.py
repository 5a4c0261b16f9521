"""Genometastasis: plasmas of resected patients with and without tumour DNA, which transform cells, who relapses.

Each row is a group with a number of patients and of events: ``positive`` (tumour DNA in plasma), ``transforms`` (plasma
transforms NIH-3T3), ``relapse`` (later metastases), and whether its patients' plasma transforms.
García-Olmo 2012, doi:10.1517/14712598.2012.685151: DNA in 4 of 8, 3 of those 4 transform, metastases later in 2 of
the 3
and in 2 of the 4 without DNA.

Cells alone: one chance of relapse for all, whatever the plasma does; plasmas of patients transform in vitro with some
chance.
Genometastasis: transforming plasma adds its own chance on top, 1 - (1 - base)(1 - added).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Binomial
from ..observation import Array, Data, Theta
from .base import Given, Kind

QUESTIONS = ("positive", "transforms", "relapse")
_UNIFORM = Prior("uniform", 0.0, 1.0)
POSITIVE = Parameter("plasma.positive", 0.5, "1", 0.0, 1.0, _UNIFORM, ASSUMPTION, "chance of tumour DNA in plasma")
TRANSFORMS = Parameter(
    "plasma.transforms", 0.5, "1", 0.0, 1.0, _UNIFORM, ASSUMPTION, "chance that plasma with tumour DNA transforms"
)
BASE = Parameter("plasma.relapse", 0.5, "1", 0.0, 1.0, _UNIFORM, ASSUMPTION, "chance of later metastases without it")
ADDED = Parameter(
    "plasma.added", 0.5, "1", 0.0, 1.0, _UNIFORM, ASSUMPTION, "chance of metastases that transforming plasma adds"
)


def build(given: Given) -> Binomial:
    """Return the counts under the hypothesis."""
    asks = np.array([_question(given, i, q) for i, q in enumerate(given.words("question"))], float)
    data = {
        "k": given.counts("k"), "n": given.counts("n"), "question": asks,
        "transforming": given.numbers("transforming", low=0, high=1),
    }  # fmt: skip
    acts = given.hypothesis.on("genometastasis")

    def chance(theta: Theta, data: Data, xp: Any) -> Array:
        relapse = theta[BASE.name] + 0.0 * data["n"]
        if acts:
            relapse = 1 - (1 - relapse) * (1 - theta[ADDED.name] * data["transforming"])
        by_question = xp.where(data["question"] == 1, theta[TRANSFORMS.name], relapse)
        return xp.where(data["question"] == 0, theta[POSITIVE.name], by_question)

    needed = (POSITIVE, TRANSFORMS, BASE, ADDED) if acts else (POSITIVE, TRANSFORMS, BASE)
    return Binomial(given.name, data, given.words("group"), needed, chance, given.weight)


def _question(given: Given, i: int, word: str) -> int:
    if word not in QUESTIONS:
        row = given.table.lines[i]
        raise InputError("not a question", file=given.table.path, row=row, field="question", value=word,
                         expected=" or ".join(QUESTIONS))  # fmt: skip
    return QUESTIONS.index(word)


KIND = Kind(
    "plasma_dna", "tumour DNA in plasma, its transforming power, and later metastases",
    {"group": "which patients", "question": "positive, transforms or relapse", "k": "patients with it", "n": "patients",
     "transforming": "1 where the group's plasma transforms"},
    build, {}, {"transforming": 0.0},
)  # fmt: skip
