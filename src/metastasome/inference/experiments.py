"""Experiments that could be done, each as data not yet seen: what every hypothesis expects of it, and what it costs.

All end in counts: so many of n lesions or animals. What a hypothesis expects follows from two shares, drawn from their
priors (or given by the user): `resident`, the share of lesions that grow from the host's own cells, and `fed`, the
share
of lesions that would not exist without vesicles. Cells alone: both 0. TOTr: resident 0, fed free. TOTa: resident
free, and
those lesions are fed by vesicles.

=====================  =====================================  ==========================================================
experiment             unit                                   chance of the event
=====================  =====================================  ==========================================================
``sequence``           one more sequenced lesion              no truncal variant shared: rho + (1 - rho) missed
``barcode``            a lesion of a host with barcoded       lesion carries the host's barcode: rho, read with an error
                       cells
``deplete``            a mouse whose tumour releases few      metastasis: 1 - (1 - p)^(1 - depleted x fed): lesions are
                       vesicles                               Poisson, and that share of them is missing
``resect``             a mouse resected early                 metastasis: as above, vesicles gone after resection; cells
                                                              shed earlier are the same in all hypotheses
``parabiosis``         a partner mouse that shares blood      lesion in the partner from vesicles alone: 1 - (1 - p)^rho
                       through a filter that stops cells
=====================  =====================================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.errors import InputError, nearest
from ..core.parameters import ASSUMPTION, Parameter, Prior
from .explanation import Explanation
from .hypotheses import Hypothesis
from .laws import Binomial
from .observation import Array, Data, Theta

RESIDENT = Parameter(
    "share.resident", 0.2, "1", 0.0, 1.0, Prior("uniform", 0.02, 1.0), ASSUMPTION,
    "share of lesions of the host's own cells, where TOTa acts at all",
)  # fmt: skip
FED = Parameter(
    "share.fed", 0.5, "1", 0.0, 1.0, Prior("uniform", 0.02, 1.0), ASSUMPTION,
    "share of lesions that would not be there without vesicles, where vesicles act at all",
)  # fmt: skip
TAKE = Parameter(
    "share.take", 0.7, "1", 0.0, 1.0, Prior("uniform", 0.5, 0.9), ASSUMPTION, "control mice with any metastasis"
)
MISSED = Parameter(
    "share.missed", 0.02, "1", 1e-4, 0.5, Prior("lognormal", 0.02, 0.8), ASSUMPTION,
    "seeded lesions in which no truncal variant is found",
)  # fmt: skip


@dataclass(frozen=True)
class Experiment:
    """One kind of experiment.

    Attributes:
        key, title, unit: names. fixed, each: cost of setting up, and of one unit (in units of one mouse).
        controls: whether as many control animals are needed.
        strength: share of release that is blocked, or of vesicle time that early resection takes away.
        error: chance of a wrong reading (barcode).
    """

    key: str
    title: str
    unit: str
    fixed: float
    each: float
    controls: bool = False
    strength: float = 1.0
    error: float = 0.0

    def cost(self, n: int) -> float:
        """Return the cost of `n` units, controls included."""
        return self.fixed + self.each * n * (2 if self.controls else 1)

    def explain(self, hypothesis: Hypothesis, n: int, *, belief: float = 1.0) -> Explanation:
        """Return `hypothesis` put to this experiment with `n` units (the counts in it are placeholders)."""
        resident, vesicles = hypothesis.resident, _fed(hypothesis)
        needed = [RESIDENT] if resident else []
        needed += [FED] if vesicles and not resident else []
        needed += [TAKE] if self.key in ("deplete", "resect", "parabiosis") else []
        needed += [MISSED] if self.key == "sequence" else []
        rows = 2 if self.controls else 1
        data = {"k": np.zeros(rows), "n": np.full(rows, float(n)), "treated": np.arange(rows, dtype=float) + (2 - rows)}
        labels = ("control", "treated") if self.controls else ("all",)

        def chance(theta: Theta, data: Data, xp: Any) -> Array:
            rho = theta[RESIDENT.name] if resident else 0.0
            fed = rho if resident else theta[FED.name] if vesicles else 0.0
            return self._chance(theta, rho, fed, data["treated"], xp) + 0.0 * data["n"]

        seen = Binomial(self.key, data, labels, tuple(needed), chance)
        return Explanation(hypothesis.key, hypothesis.title, (seen,), belief=belief)

    def _chance(self, theta: Theta, rho: Array, fed: Array, treated: Array, xp: Any) -> Array:
        if self.key == "sequence":
            return rho + (1 - rho) * theta[MISSED.name]
        if self.key == "barcode":
            return rho * (1 - self.error) + (1 - rho) * self.error
        p = theta[TAKE.name]
        if self.key == "parabiosis":
            return -xp.expm1(rho * xp.log1p(-p)) + self.error
        return -xp.expm1((1 - self.strength * fed * treated) * xp.log1p(-p))


#: Costs are in mice and are rough (assumption); a question may give its own.
EXPERIMENTS: Mapping[str, Experiment] = {
    e.key: e
    for e in (
        Experiment("sequence", "sequence more lesions with their primaries", "lesion", 0.0, 2.0),
        Experiment("barcode", "barcode the host's cells", "lesion", 40.0, 1.0, error=0.01),
        Experiment(
            "deplete", "an arm whose tumours release few vesicles", "mouse", 20.0, 1.0, controls=True, strength=0.9
        ),
        Experiment("resect", "an arm resected earlier", "mouse", 0.0, 1.0, controls=True, strength=0.5),
        Experiment("parabiosis", "partners that share blood without cells", "mouse", 10.0, 4.0, error=0.01),
    )
}


def experiment(key: str, **changes: Any) -> Experiment:
    """Return the experiment called `key` with some settings changed (``each=3.0``, ``strength=0.8`` ...).

    Raises:
        InputError: an unknown experiment or setting, or a value that cannot be.
    """
    if key not in EXPERIMENTS:
        hint = nearest(key, EXPERIMENTS) or f"known: {', '.join(EXPERIMENTS)}"
        raise InputError(f"no experiment '{key}'", field="experiments", hint=hint)
    allowed = {"fixed": (0.0, 1e9), "each": (1e-9, 1e9), "strength": (0.0, 1.0), "error": (0.0, 0.5)}
    for name, value in changes.items():
        if name not in allowed:
            raise InputError("no such setting", field=f"experiments.{key}.{name}", hint=nearest(name, allowed))
        low, high = allowed[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            expected = f"{low:g} to {high:g}"
            raise InputError("not usable", field=f"experiments.{key}.{name}", value=value, expected=expected)
    settings: dict[str, Any] = {k: float(v) for k, v in changes.items()}
    return replace(EXPERIMENTS[key], **settings)


def _fed(hypothesis: Hypothesis) -> bool:
    from .kinds.arms import VESICLES

    return any(hypothesis.on(m) for m in VESICLES) and hypothesis.setting("tota_direct") != "transient"
