"""Mice at necropsy: the law against integrals written out here, and what hypotheses and groups change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given as supposing
from hypothesis import settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from metastasome.core.streams import stream
from metastasome.inference.compiled import compiled
from metastasome.inference.explanation import Explanation
from metastasome.inference.grid import grid
from metastasome.inference.hypotheses import hypothesis
from metastasome.inference.kinds import kind, necropsy
from metastasome.inference.kinds.base import given

HEADER = "mouse,line,passage,removed,after,volume,metastasis\n"
THETA = {"necropsy.lesions": 0.4, "necropsy.unlike": 0.8, "necropsy.sa_1": 0.5, "necropsy.sa_2": -1.0,
         "sizes.exponent": 0.6, "necropsy.growth": 0.07, "necropsy.delay": 90.0, "sizes.gain": 4.0,
         "necropsy.half": 300.0}  # fmt: skip


def mice(folder: Path, rows: str, rival: str = "cells_only", **options: Any) -> Any:
    path = folder / "mice.csv"
    path.write_text(HEADER + rows)
    k = kind("necropsy")
    return k.build(given(k, name="mice", table=path, hypothesis=hypothesis(rival), options=options))


def chance(made: Any, **theta: float) -> np.ndarray:
    at = {k: np.asarray(v) for k, v in {**THETA, **theta}.items()}
    return np.asarray(made.predict(at, made.data, np))


@pytest.mark.parametrize("rival", ["cells_only", "totr"])
def test_the_chance_is_the_integral_over_days_of_founding(rival, tmp_path):
    made = mice(tmp_path, "a,SA 1,3,120,45,800,y\nb,SA 2,3,30,200,1600,n\n", rival)
    g, a, gain = 0.6, 0.07, 4.0 if rival == "totr" else 0.0
    for i, (removed, after, volume, x) in enumerate([(120, 45, 800, 0.5), (30, 200, 1600, -1.0)]):

        def founding(s: float, after: float = after, volume: float = volume) -> float:
            v = volume * np.exp(-a * s)
            return g * a * (v / 1000) ** g * (1 + gain * v / (v + 300)) * norm.cdf(np.log((after + s) / 90) / 0.3)

        expected = 0.4 * np.exp(0.8 * x) * quad(founding, 0, removed, limit=200)[0]
        assert chance(made)[i] == pytest.approx(1 - np.exp(-expected), rel=1e-4)


def test_with_all_the_time_it_needs_a_primary_of_1_cm3_founds_what_its_parameter_says(tmp_path):
    made = mice(tmp_path, "a,SA 1,3,5000,5000,1000,y\n", groups="none")
    assert chance(made)[0] == pytest.approx(1 - np.exp(-0.4), rel=1e-4)


@settings(max_examples=25, deadline=None)
@supposing(st.floats(10, 3000), st.floats(5, 400), st.floats(0, 500), st.floats(0.05, 3), st.floats(0, 50))
def test_larger_primaries_and_more_time_never_lower_the_chance(tmp_path_factory, volume, removed, after, g, gain):
    more = [(volume, removed, after), (2 * volume, removed, after), (volume, 2 * removed, after),
            (volume, removed, after + 50)]  # fmt: skip
    rows = "".join(f"{k},SA 1,3,{r},{w},{v},y\n" for k, (v, r, w) in enumerate(more))
    made = mice(tmp_path_factory.mktemp("m"), rows, "totr")
    p = chance(made, **{"sizes.exponent": g, "sizes.gain": gain})
    assert (p >= 0).all() and (p < 1).all() and (p[1:] >= p[0] * (1 - 1e-6)).all()


def test_neither_size_nor_time_matters_where_the_group_alone_decides(tmp_path):
    rows = "a,SA 1,3,120,45,800,y\nb,SA 1,4,30,300,1600,n\nc,SA 2,3,120,45,800,n\n"
    p = chance(mice(tmp_path, rows, "totr", law="group"))
    assert p[0] == p[1] != p[2]
    by = mice(tmp_path, rows, law="group", groups="passage")
    assert [q.name for q in by.parameters][2:] == ["necropsy.sa_1_p3", "necropsy.sa_1_p4", "necropsy.sa_2_p3"]


def test_an_unknown_volume_is_the_geometric_mean_of_the_others(tmp_path):
    made = mice(tmp_path, "a,SA 1,3,120,45,400,y\nb,SA 1,4,30,300,,n\nc,SA 2,3,120,45,900,n\n")
    assert made.data["volume"].tolist() == pytest.approx([400, 600, 900])


def test_outcomes_made_by_size_and_time_are_ascribed_to_them_and_others_are_not(tmp_path):
    """100 mice that differ in size and follow-up (seed 4): ln evidence, on grids, of 'founded' over 'group'."""
    rng = stream(4, "tests/necropsy")
    rows = "".join(
        f"{k},SA 1,3,{rng.integers(40, 120)},{rng.integers(5, 200)},{rng.integers(100, 2000)},n\n" for k in range(100)
    )
    fixed = {p.name: p for p in (necropsy.GROWTH, necropsy.EXPONENT)}
    truths = {law: mice(tmp_path, rows, groups="none", law=law) for law in ("founded", "group")}
    theta = {**THETA, "necropsy.lesions": 1.5, "sizes.exponent": 1.0}
    gaps = {}
    for law, truth in truths.items():
        data = (truth.simulate(theta, rng),)
        founded, group = (grid(compiled(_held(truths[k], theta, fixed)), data) for k in ("founded", "group"))
        gaps[law] = founded.log_evidence - group.log_evidence
    assert gaps["founded"] > 5 and gaps["group"] < -3


def _held(made: Any, theta: dict[str, float], fixed: dict[str, Any]) -> Explanation:
    """Return an explanation by `made` in which the parameters of `fixed` are known, so that a grid will do."""
    from dataclasses import replace

    old = made.predict

    def predict(given: Any, data: Any, xp: Any) -> Any:
        return old({**given, **{k: theta[k] for k in fixed}}, data, xp)

    return Explanation("e", "e", (replace(made, predict=predict, parameters=tuple(
        p for p in made.parameters if p.name not in fixed
    )),))  # fmt: skip
