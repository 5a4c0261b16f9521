"""Direction of published intervention effects against the model's: a row each, negative ones included.

Run: ``python validation/interventions.py [--write]``. No cohort is drawn: the typical patient of the colorectal preset
(embedded reference; acidity, hypoxia and immune killing on) is followed for 1500 days, about when it is found, with the
lever of each intervention pulled from day 0, and the endpoint is read from the model's own quantities.

``how`` says what an agreement is worth: ``lever`` the intervention is defined as that effect, so agreement is no
evidence; ``rule`` an interplay rule was written for it; ``emerges`` nothing was set for this endpoint; ``cannot`` the
model has no such thing. ``--write`` renews ``validation/results/interventions.csv``.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from metastasome.interventions import (
    AntiTetraspanin,
    BlockMIF,
    BlockRelease,
    Buffer,
    CheckpointInhibitor,
    Chemotherapy,
    DimethylAmiloride,
    Heparin,
    HifInhibition,
    Intervention,
    NSMase2Inhibitor,
    ProtonPumpInhibitor,
    Rab27Loss,
    ScavengerBlock,
    StripSurface,
    together,
)
from metastasome.study import parse_study
from metastasome.study.runner import Case, prepare

RESULTS = Path(__file__).parent / "results" / "interventions.csv"
STUDY = """
extends: colorectal
name: directions
mechanisms: {acidity: true, hypoxia: true, immune_killing: true}
match: {nulls: 0}
"""
NONE = 0.005  # a change of less than half a percent is called none
DAYS, POINTS = 1500.0, 61


class Namespace:
    """The functions mechanisms use, on the last axis."""

    exp, log, power, maximum, minimum = np.exp, np.log, np.power, np.maximum, np.minimum

    @staticmethod
    def sum(x: Any) -> Any:
        return np.sum(x, axis=-1, keepdims=True)


@dataclass(frozen=True)
class World:
    """The typical patient: the model, its values, and quantities over time under some interventions."""

    case: Case

    def course(self, *done: Intervention, changed: Mapping[str, float] | None = None) -> dict[str, Any]:
        """Return name -> array over time (``(t, o or 1)``) of states, derived quantities and founders."""
        from scipy.integrate import solve_ivp

        model, given = self.case.model, self._values(done, changed or {})
        names, sizes = [s.name for s in model.states], [model.size(s) for s in model.states]
        cuts = np.cumsum(sizes)[:-1]

        def at(y: Any) -> Any:
            return model.evaluate(Namespace(), dict(zip(names, np.split(y, cuts), strict=True)), given)

        def rhs(_t: float, y: Any) -> Any:
            rates = at(y).rates
            return np.concatenate([np.broadcast_to(rates[n], (k,)) for n, k in zip(names, sizes, strict=True)])

        days = np.linspace(0.0, DAYS, POINTS)
        found = solve_ivp(rhs, (0.0, DAYS), self._start(), method="LSODA", t_eval=days, rtol=1e-7, atol=1e-9).y.T
        made: dict[str, list[Any]] = {}
        for y in found:
            e = at(y)
            state = dict(zip(names, np.split(y, cuts), strict=True))
            founders = {f"founders_{k}": v for k, v in e.intensity.items()}
            for name, value in {**state, **e.derived, **founders}.items():
                made.setdefault(name, []).append(np.atleast_1d(value))
        return {name: np.array(v) for name, v in made.items()} | {"day": days}

    def _values(self, done: tuple[Intervention, ...], changed: Mapping[str, float]) -> dict[str, Any]:
        inputs = {k: v.copy() for k, v in self.case.inputs.items()}
        for one in together(done)[0]:
            for a in one.actions(self.case.inputs):
                if a.input in inputs:
                    at = slice(None) if a.organ is None else self.case.model.organs.index(a.organ)
                    inputs[a.input][at] *= a.factor
        for name, factor in changed.items():
            inputs[name] = inputs[name] * factor
        return {**inputs, **{n: np.array([p.default]) for n, p in self.case.model.parameters.items()}}

    def _start(self) -> Any:
        made = []
        for s in self.case.model.states:
            owner = next(m for m in self.case.model.mechanisms if s in m.states)
            value = getattr(owner, s.initial) if isinstance(s.initial, str) else s.initial
            made.append(np.full(self.case.model.size(s), float(value)))
        return np.concatenate(made)

    def organ(self, name: str) -> int:
        return self.case.model.organs.index(name)


Course = dict[str, Any]
Read = Callable[[World, Course], float]


def lasting(_: World, c: Course) -> float:
    """Expected founders whose line lasts: founders x (1 - death / birth), all organs, to the end."""
    chance = np.maximum(1.0 - c["death"] / c["birth"], 0.0)
    founders = sum(v for k, v in c.items() if k.startswith("founders_"))
    return float(np.trapezoid((founders * chance).sum(axis=1), c["day"]))


def last(name: str, organ: str | None = None) -> Read:
    def read(world: World, c: Course) -> float:
        value = c[name][-1]
        return float(value.sum() if organ is None else value[world.organ(organ)])

    return read


def share_of_uptake(organ: str) -> Read:
    def read(world: World, c: Course) -> float:
        dose = c["dose_macrophage"][-1]
        return float(dose[world.organ(organ)] / dose.sum())

    return read


def lesion_growth(_: World, c: Course) -> float:
    """Deaths less births per lesion cell: higher is better."""
    return float((c["death"][-1] - c["birth"][-1]).mean() + 1.0)


def size(_: World, c: Course) -> float:
    return float(np.exp(c["log_volume"][-1, 0]))


@dataclass(frozen=True)
class Row:
    """One published effect, the intervention that stands for it, and how the endpoint is read."""

    source: str
    intervention: str
    system: str
    endpoint: str
    reported: str
    arm: tuple[Intervention, ...] | None
    read: Read | None
    how: str
    note: str = ""
    control: tuple[Intervention, ...] = ()
    changed: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Verdict:
    source: str
    intervention: str
    system: str
    endpoint: str
    reported: str
    predicted: str
    factor: str
    verdict: str
    how: str
    note: str


PEINADO, PPI_ICI, BUFFER = "10.1038/nm.2753", "PMC8907621", "PMC2834485"
ALONE = (("primary_present", 0.0),)  # an experiment without a primary: cells are injected
RAB27 = (Rab27Loss(),)
ROWS = (
    Row(PEINADO, "Rab27a RNAi", "melanoma, mouse", "exosome release", "down", RAB27, last("release_per_cell"), "lever"),
    Row(PEINADO, "Rab27a RNAi", "melanoma, mouse", "marrow education", "down", RAB27, last("marrow_cells"), "emerges"),
    Row(PEINADO, "Rab27a RNAi", "melanoma, mouse", "primary growth", "down", RAB27, size, "emerges",
        "vesicles do not feed the primary in the default model"),
    Row(PEINADO, "Rab27a RNAi", "melanoma, mouse", "metastasis", "down", RAB27, lasting, "emerges"),
    Row("PMC9806673", "Rab27b knock-down", "58As9 gastric, mouse", "peritoneal metastasis", "down", RAB27,
        last("founders_seeded", "peritoneum"), "emerges",
        "seeding by blood only; spread across the cavity is not there"),
    Row("10.1038/s41467-019-09387-4", "sulfisoxazole", "breast, mouse", "metastasis", "down", (BlockRelease(0.5),),
        lasting, "emerges", "as a release block of assumed strength"),
    Row("stored abstract", "phosphatidylserine liposome first", "B16BL6 exosome, mouse", "liver uptake", "down",
        (ScavengerBlock(),), last("dose_macrophage", "liver"), "lever"),
    Row("stored abstract", "phosphatidylserine liposome first", "B16BL6 exosome, mouse", "blood clearance", "down",
        (ScavengerBlock(),), lambda w, c: 1.0 / last("plasma_ev")(w, c), "emerges"),
    Row("Imai 2015", "macrophage depletion", "B16BL6 exosome, mouse", "blood clearance", "down", (ScavengerBlock(),),
        lambda w, c: 1.0 / last("plasma_ev")(w, c), "emerges"),
    Row("PalmGRET study", "surface proteins removed", "tumour EV, mouse", "lung organotropism", "down",
        (StripSurface(organ="lung"),), share_of_uptake("lung"), "lever"),
    Row("Bobrie 2012 (abstract)", "Rab27a loss", "4T1, mouse", "metastasis", "down", RAB27, lasting, "emerges"),
    Row("Bobrie 2012 (abstract)", "Rab27a loss", "TS/A, mouse", "metastasis", "none", (Rab27Loss(line="TS/A"),),
        lasting, "lever", "the object holds that nothing happens in this line; the model has no reason for it"),
    Row("Kosaka 2013 (PMC3624465)", "nSMase2 loss", "breast, mouse", "metastasis", "down", (NSMase2Inhibitor(),),
        lasting, "emerges"),
    Row("PMC8818607", "omeprazole 5 mg/kg/day", "LLC, mouse", "EV release", "down", (ProtonPumpInhibitor(),),
        last("release_per_cell"), "lever"),
    Row("PMC8818607", "omeprazole 5 mg/kg/day", "LLC, mouse", "tumour growth", "none", (ProtonPumpInhibitor(),), size,
        "emerges"),
    Row("PMC8818607", "omeprazole 5 mg/kg/day", "LLC, mouse", "survival", "up", None, None, "cannot",
        "survival rose by 23.3% through less wasting (EV-Hsp); the model has no wasting"),
    Row("10.1186/s13046-015-0194-x", "chemotherapy with esomeprazole", "breast, patients", "time to progression", "up",
        (ProtonPumpInhibitor(), Chemotherapy()), lesion_growth, "rule", "8.7 to 9.7 months", (Chemotherapy(),)),
    Row(PPI_ICI, "checkpoint inhibitor with PPI", "17 studies, patients", "killing of lesions", "down",
        (ProtonPumpInhibitor(), CheckpointInhibitor()), last("killing"), "rule", "deaths up, hazard ratio 1.29",
        (CheckpointInhibitor(),)),
    Row(PPI_ICI, "checkpoint inhibitor with PPI", "melanoma, patients", "killing of lesions", "up",
        (ProtonPumpInhibitor(), CheckpointInhibitor()), last("killing"), "rule",
        "progression down, hazard ratio 0.48: the other way round, and the rule cannot give both",
        (CheckpointInhibitor(),)),
    Row(BUFFER, "bicarbonate", "breast, mouse", "organ metastases", "down", (Buffer(),), lasting, "emerges"),
    Row(BUFFER, "bicarbonate", "breast, mouse", "circulating tumour cells", "none", (Buffer(),), last("ctc_per_ml"),
        "emerges"),
    Row(BUFFER, "bicarbonate", "B16, injected cells", "lung colonies", "none", (Buffer(),),
        lambda w, c: float(1.0 - c["death"][-1, w.organ("lung")] / c["birth"][-1, w.organ("lung")]), "emerges",
        "no primary, so no vesicles and no acidity to buffer", changed=ALONE),
    Row(BUFFER, "bicarbonate", "PC3M, injected cells", "lung colonies", "down", (Buffer(),),
        lambda w, c: float(1.0 - c["death"][-1, w.organ("lung")] / c["birth"][-1, w.organ("lung")]), "emerges",
        "acidity of the lesions themselves is not in the model", changed=ALONE),
    Row("PMC2810085", "dimethyl amiloride", "three mouse models", "immune suppression", "down", (DimethylAmiloride(),),
        last("suppression"), "emerges"),
    Row("PMC2810085", "cyclophosphamide with amiloride", "three mouse models", "effect on tumours", "up",
        (DimethylAmiloride(), Chemotherapy()), lesion_growth, "rule", "", (Chemotherapy(),)),
    Row("10.1186/1471-2407-12-421", "HIF-1A siRNA", "three breast lines", "release in hypoxia", "down",
        (HifInhibition(),), last("release_per_primary_cell"), "emerges"),
    Row("10.1038/ncb3169", "MIF blockade", "pancreas, mouse", "liver niche (marrow cells)", "down", (BlockMIF(),),
        last("marrow_cells", "liver"), "lever"),
    Row("10.1038/ncb3169", "MIF blockade", "pancreas, mouse", "metastasis", "down", (BlockMIF(),), lasting, "emerges"),
    Row("10.1007/s11060-013-1235-y", "heparin", "glioma cells", "uptake of vesicles", "down", (Heparin(),),
        last("dose_stroma"), "emerges",
        "in cells in a dish; in a body uptake by all organs is what clears blood, so doses fall much less than uptake"),
    Row("10.1016/j.ymthe.2016.10.009", "anti-CD9 or anti-CD63", "breast, mouse", "metastasis", "down",
        (AntiTetraspanin(),), lasting, "emerges"),
    Row("10.3390/cancers11030429", "resection", "oral cancer, patients", "CD63+ plasma vesicles at day 7", "down", (),
        last("plasma_ev"), "emerges", "751 to 542 units, p = 0.09", changed=ALONE),
    Row("10.3390/cancers11030429", "resection", "oral cancer, patients", "caveolin-1+ plasma vesicles at day 7", "up",
        (), last("plasma_ev"), "emerges", "507 to 1120 units, p = 0.24: a source other than the tumour is needed",
        changed=ALONE),
)  # fmt: skip


def judge(world: World, row: Row, known: dict[Any, Course]) -> Verdict:
    """Return what the model says of one row."""
    head = (row.source, row.intervention, row.system, row.endpoint, row.reported)
    if row.arm is None or row.read is None:
        return Verdict(*head, "-", "-", "cannot say", row.how, row.note)

    def of(done: tuple[Intervention, ...], changed: tuple[tuple[str, float], ...]) -> float:
        key = (done, changed)
        if key not in known:
            known[key] = world.course(*done, changed=dict(changed))
        return row.read(world, known[key])  # type: ignore[misc]

    resected = not row.arm and row.changed
    control = of(row.control, () if resected else row.changed)
    arm = of(row.arm, row.changed)
    factor = arm / control if control else float("nan")
    predicted = "none" if not abs(factor - 1) > NONE else "up" if factor > 1 else "down"
    verdict = "agrees" if predicted == row.reported else "disagrees"
    return Verdict(*head, predicted, f"{factor:.3g}", verdict, row.how, row.note)


def main(words: list[str]) -> int:
    case = prepare(parse_study(STUDY), seed=1)
    world, known = World(case), {}
    found = [judge(world, row, known) for row in ROWS]
    for v in found:
        told = f"{v.verdict:10s} {v.reported:5s} {v.predicted:5s} {v.factor:>8s} {v.how:8s}"
        print(f"{told} {v.intervention}: {v.endpoint} ({v.system})")
    for how in ("emerges", "lever", "rule", "cannot"):
        mine = [v for v in found if v.how == how]
        print(f"{how}: {sum(v.verdict == 'agrees' for v in mine)} of {len(mine)} agree")
    if "--write" in words:
        RESULTS.parent.mkdir(exist_ok=True)
        with RESULTS.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([f.name for f in fields(Verdict)])
            writer.writerows([getattr(v, f.name) for f in fields(Verdict)] for v in found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
