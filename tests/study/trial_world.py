"""A small trial: four made-up organs, a dose response that matters, one compiled model for every test."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from metastasome.interventions import Intervention, Resection
from metastasome.mechanisms import compose
from metastasome.study import Study, parse_study
from metastasome.study.arms import Arm, as_arms, remarks
from metastasome.study.arms_outcome import Outcome
from metastasome.study.arms_run import run_arms
from metastasome.study.files import data_plan
from metastasome.study.runner import Case
from metastasome.study.trial import Trial

from ..mechanisms.world import ORGANS, body, response, uptake

N, SEED = 160, 5
TEXT = """
extends: colorectal
name: small
cohort: {patients: 160, seed: 5, horizon: 9 years}
mechanisms: {ctc_seeding: {competence: 1.0e-6}}
"""


@functools.cache
def study() -> Study:
    return parse_study(TEXT)


@functools.cache
def case() -> Case:
    from metastasome.mechanisms.provide import inputs

    asked = study()
    model = compose(ORGANS, asked.mechanisms)
    answer = response(top=1.5, half=300.0)
    given = inputs(model, body=body(), uptake=uptake(), response=answer, primary="gut")
    nothing: Any = None
    own = (Resection(at_diameter="diameter_at_resection"),)
    return Case(
        asked, data_plan(asked, None), SEED, nothing, nothing, nothing, uptake(), np.zeros(0), model, given, own
    )


_KNOWN: dict[str, Outcome] = {}


def outcomes(arms: Mapping[str, list[Intervention]]) -> dict[str, Outcome]:
    """Return the outcomes of `arms`, computed once per set of interventions over all tests."""
    made = [Arm("control"), *(Arm(name, tuple(done)) for name, done in arms.items())]
    missing = [a for a in made if repr(a.interventions) not in _KNOWN]
    if missing:
        base = next(a for a in made if a.name == "control")
        found = run_arms(case(), [base, *[a for a in missing if a.name != "control"]], control="control")
        for arm in (base, *missing):
            _KNOWN.setdefault(repr(arm.interventions), found[arm.name])
    return {a.name: _KNOWN[repr(a.interventions)] for a in made}


def trial(
    arms: Mapping[str, list[Intervention]], *, scan: tuple[Arm, ...] = (), clock: str = "start",
    endpoint: str = "metastasis_free", subgroups: tuple[str, ...] = (),
) -> Trial:  # fmt: skip
    from metastasome.core import provenance

    made = as_arms({"control": [], **arms})
    found = outcomes(arms) | {
        a.name: outcomes({a.name: list(a.interventions)})[a.name] for a in scan
    }  # fmt: skip
    said = {a.name: remarks(case(), a) for a in made}
    record = provenance.record(seed=SEED, data={}, data_dir=None, settings={})
    return Trial(case(), made, found, "control", endpoint, clock, scan, subgroups, 0.05, 0.8, said, record)


def free_share(found: Outcome) -> float:
    """Return the share of patients alive without a metastasis at the end."""
    seen = np.nan_to_num(found.first_seen, nan=math.inf).min(axis=1)
    return float(np.mean((seen == math.inf) & (found.death_day == math.inf)))
