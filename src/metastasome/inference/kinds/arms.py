"""Arms of an experiment or trial that end in yes or no (response, tumour take, metastasis): does blocking vesicles
matter?

``P(event) = base`` without treatment; with it the odds are multiplied by exp(effect x dose). Under a hypothesis in
which
vesicles matter (any of TOTr and TOTa) the effect is free; under cells alone blocking vesicles does nothing.
"""

from __future__ import annotations

from typing import Any

from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Binomial
from ..observation import Array, Data, Theta
from .base import Given, Kind

VESICLES = (
    "niche_training", "tota_direct", "tota_indirect", "growth_bonus", "marrow_education", "oncogene_transfer",
    "immune_escape",
)  # fmt: skip
BASE = Parameter("arms.base", 0.5, "1", 0.0, 1.0, Prior("uniform", 0.0, 1.0), ASSUMPTION, "chance without treatment")
EFFECT = Parameter(
    "arms.effect", 0.0, "1", -10.0, 10.0, Prior("normal", 0.0, 1.0), ASSUMPTION,
    "ln odds ratio of treatment (dose 1); 95% of the prior lies between 1/7 and 7",
)  # fmt: skip


def build(given: Given) -> Binomial:
    """Return the counts of events under the hypothesis."""
    acts = any(given.hypothesis.on(m) for m in VESICLES)
    data = {"k": given.counts("events"), "n": given.counts("n"), "dose": given.numbers("dose", low=0)}

    def chance(theta: Theta, data: Data, xp: Any) -> Array:
        base = theta[BASE.name] + 0.0 * data["n"]
        if not acts:
            return base
        lifted = base * xp.exp(theta[EFFECT.name] * data["dose"])
        return lifted / (1 - base + lifted)

    needed = (BASE, EFFECT) if acts else (BASE,)
    return Binomial(given.name, data, given.words("arm"), needed, chance, given.weight)


KIND = Kind(
    "arms", "arms that end in yes or no",
    {"arm": "name of the arm", "dose": "1 where vesicles are blocked, 0 where not", "n": "animals or patients",
     "events": "how many had the event"},
    build, {}, {},
)  # fmt: skip
