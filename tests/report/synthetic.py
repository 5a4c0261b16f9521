"""Made-up runs of every shape, to draw; the figures mean nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metastasome.core.organs import NAMES
from metastasome.core.streams import stream
from metastasome.matchmaking.response import CELLS, PROGRAMMES

HOSTILE = "\"'></title></style><script>alert(1)</script><img src=x onerror=alert(2)>&amp;$x^{$ =1+1\x00\ud800"
"""A name that tries to be markup, a formula, mathematics, a NUL and half a character."""

ORIGINS = ("seeded", "emt", "hybrid", "macrophage", "stem_mutation", "tota_direct", "tota_indirect", "genometastasis")


@dataclass(frozen=True)
class MadeUpMatch:
    programme_table: pd.DataFrame
    gene_table: pd.DataFrame
    curves: pd.DataFrame
    links: pd.DataFrame
    said: list[str] = field(default_factory=lambda: ["No programme crosses its threshold at the delivered dose."])

    def programmes(self) -> pd.DataFrame:
        return self.programme_table

    def genes(self) -> pd.DataFrame:
        return self.gene_table

    def dose_curve(self) -> pd.DataFrame:
        return self.curves

    def network(self) -> pd.DataFrame:
        return self.links

    def summary(self) -> list[str]:
        return self.said


@dataclass(frozen=True)
class MadeUpRun:
    """A run with every table; `vesicle_effect` is the contrast."""

    title: str
    question: str
    answer: list[str]
    organs: tuple[str, ...]
    p_detectable: NDArray[np.float64]
    p_detectable_interval: NDArray[np.float64]
    lesions: pd.DataFrame
    first_detection: pd.DataFrame
    metastasis_free: pd.DataFrame
    trajectories: pd.DataFrame
    exposure: pd.DataFrame
    match: MadeUpMatch | None
    parameters: pd.DataFrame
    mechanisms: pd.DataFrame
    sources: pd.DataFrame
    limits: list[str]
    notes: list[str]
    effect: pd.DataFrame
    seed: int = 1
    n_patients: int = 2000
    lesion_patients: int = 2000
    horizon_days: float = 3652.5
    data_note: str = "Embedded reference: no file of yours stood behind this run."
    created: str = "2026-01-01T00:00:00+00:00"
    study_yaml: str = (
        "title: colorectal\npatients: 2000\nseed: 1\nhorizon: 10 years\nmechanisms:\n  totr: on\n  tota: off\n"
    )
    versions: Mapping[str, str] = field(
        default_factory=lambda: {"metastasome": "0.1.0", "numpy": "2.2.0", "python": "3.11.9"}
    )

    def vesicle_effect(self) -> pd.DataFrame:
        return self.effect


def make_run(
    *, n: int = 2000, organs: Sequence[str] = NAMES, mark: str = "", match: bool = True, seed: int = 3
) -> MadeUpRun:
    """A whole run; `mark` is put into every text, to see whether it is escaped."""
    g = stream(seed, "tests/report")
    names = tuple(organs)
    p = np.sort(g.beta(0.6, 3.0, len(names)))[::-1].copy()
    if "liver" in names:
        i = names.index("liver")
        p[0], p[i] = p[i], p[0]
    half = 1.96 * np.sqrt(p * (1 - p) / n)
    lesions = _lesions(g, names, p, n, mark)
    free_day = np.linspace(0, 3652.5, 61)
    fraction = np.exp(-free_day / 2900)
    return MadeUpRun(
        title=f"Colorectal cancer, plasma vesicles{mark}",
        question=f"Where and when do metastases appear when the vesicles train the liver's niche?{mark}",
        answer=[
            f"The liver comes first: 61% of patients carry a detectable lesion there within 10 years.{mark}",
            "The lung follows with 34%, half of those before month 40.",
            "At the dose that kinetics can deliver, no programme of any organ moves beyond its detectability "
            "threshold; the niche's share in these figures rests on assumptions named below.",
        ],
        organs=names,
        p_detectable=p,
        p_detectable_interval=np.stack([np.clip(p - half, 0, 1), np.clip(p + half, 0, 1)], axis=1),
        lesions=lesions,
        first_detection=_first(names, p),
        trajectories=_courses(names, mark),
        metastasis_free=pd.DataFrame(
            {"day": free_day, "fraction": fraction, "low": fraction - 0.02, "high": np.minimum(1, fraction + 0.02)}
        ),
        exposure=pd.DataFrame(
            [(o, c, 10 ** g.uniform(-3, 2), 0.25) for o in names for c in CELLS],
            columns=["organ", "cell", "ev_per_cell_day", "share"],
        ),
        match=make_match(g, names, mark) if match else None,
        parameters=_parameters(mark),
        mechanisms=pd.DataFrame(
            [
                ("primary", "Primary growth", True, "A1", f"Hahnfeldt growth{mark}"),
                ("release", "EV release", True, "A2, A3", ""),
                ("totr", "TOTr: niche training", True, "B7", "stimulus from matchmaking"),
                ("tota_direct", "TOTa, direct", False, "B8", "off unless asked for"),
            ],
            columns=["key", "title", "on", "claims", "note"],
        ),
        sources=pd.DataFrame(
            {
                "item": [f"Copies per vesicle{mark}", "Cardiac output", "colorectal.csv"],
                "doi": ["10.1073/pnas.1408301111", "https://doi.org/10.1007/978-1-4899-5013-0", ""],
                "sha256": ["", "", "ab" * 32],
            }
        ),
        limits=[
            f"Site, size and timing data can be fitted without vesicles: this run does not show that they act.{mark}",
            "Cell classes stand for whole organs; no spatial gradients are computed.",
            "The endothelial column is a proxy from a cell line.",
        ],
        effect=_effect(names, p),
        notes=[f"12 miRNA names were resolved to miRBase v22.{mark}"],
    )


def make_match(g: np.random.Generator, names: Sequence[str], mark: str = "") -> MadeUpMatch:
    rows, curves, genes, links = [], [], [], []
    dose = np.logspace(-2, 6, 17)
    for o in names:
        for c in CELLS:
            for q in PROGRAMMES:
                top, half = g.normal(0, 0.25), 10 ** g.uniform(2, 5)
                delivered = 10 ** g.uniform(-1, 3)
                s = top * delivered / (delivered + half)
                pv = g.uniform() ** 3
                reach = 0.05 / abs(top)
                threshold = half * reach / (1 - reach) if reach < 1 else np.inf
                rows.append(
                    (
                        o,
                        c,
                        q,
                        s,
                        s - 0.3 * abs(s),
                        s + 0.3 * abs(s),
                        pv,
                        min(1, pv * 3),
                        threshold,
                        delivered,
                        f"below threshold{mark}" if delivered < threshold else "reached",
                    )
                )
                y = top * dose / (dose + half)
                curves.append(
                    pd.DataFrame(
                        {
                            "organ": o,
                            "cell": c,
                            "programme": q,
                            "dose": dose,
                            "shift": y,
                            "low": y - 0.3 * abs(y),
                            "high": y + 0.3 * abs(y),
                        }
                    )
                )
        for k in range(40):
            x = g.normal(0, 0.02)
            genes.append(
                (
                    o,
                    "stroma",
                    f"GENE{k}{mark}",
                    x,
                    x - 0.01,
                    x + 0.01,
                    min(1.0, 10 ** (-abs(x) * 60 * g.uniform())),
                    0.5,
                )
            )
    for k in range(30):
        links.append(
            (
                f"hsa-miR-{[21, 92, 19, 122, 10][k % 5]}-{3 + 2 * (k % 2)}p",
                f"GENE{k % 11}{mark}",
                g.uniform(0.05, 1),
                PROGRAMMES[k % 4],
                names[k % min(5, len(names))],
            )
        )
    return MadeUpMatch(
        pd.DataFrame(
            rows,
            columns=[
                "organ",
                "cell",
                "programme",
                "shift",
                "low",
                "high",
                "p",
                "q",
                "threshold_dose",
                "delivered_dose",
                "verdict",
            ],
        ),
        pd.DataFrame(genes, columns=["organ", "cell", "gene", "ln_fc", "low", "high", "p", "q"]),
        pd.concat(curves, ignore_index=True),
        pd.DataFrame(links, columns=["source", "target", "weight", "programme", "organ"]),
        [
            f"No programme crosses its threshold at the dose that kinetics can deliver.{mark}",
            "The nearest is matrix in liver stroma, 40 times short.",
        ],
    )


def with_routes(match: MadeUpMatch) -> MadeUpMatch:
    """The same match with the RNA route told from the protein route, which gives the larger part."""
    table = match.programme_table
    return replace(
        match, programme_table=table.assign(rna_shift=0.1 * table["shift"], protein_shift=0.9 * table["shift"])
    )


def without_events(run: MadeUpRun) -> MadeUpRun:
    """The same run in which nothing happened."""
    o = len(run.organs)
    first = run.first_detection.copy()
    first[["q05", "q25", "q50", "q75", "q95"]] = np.nan
    return replace(
        run,
        p_detectable=np.zeros(o),
        p_detectable_interval=np.zeros((o, 2)),
        lesions=run.lesions.head(0),
        first_detection=first,
        trajectories=run.trajectories.head(0),
        effect=run.effect.head(0),
        exposure=run.exposure.head(0),
        match=None,
        notes=[],
        limits=[],
    )


def _lesions(g: np.random.Generator, names: Sequence[str], p: NDArray[np.float64], n: int, mark: str) -> pd.DataFrame:
    per = [int(n * q * 1.7) for q in p]
    total = sum(per)
    founded = g.uniform(0, 3000, total)
    return pd.DataFrame(
        {
            "patient": g.integers(0, n, total),
            "organ": np.repeat(names, per),
            "origin": g.choice(ORIGINS, total, p=[0.55, 0.12, 0.05, 0.03, 0.05, 0.1, 0.08, 0.02]),
            "founded_day": founded,
            "detected_day": np.where(g.uniform(size=total) < 0.6, founded + 500, np.nan),
            "cells": 10 ** g.uniform(3, 10, total),
            "truncal_share": g.uniform(0.5, 1, total),
        }
    )


def _first(names: Sequence[str], p: NDArray[np.float64]) -> pd.DataFrame:
    quantiles = {
        k: np.where(p >= k / 100, 3652.5 * k / 100 / np.clip(p, 1e-9, None), np.nan) for k in (5, 25, 50, 75, 95)
    }
    return pd.DataFrame({"organ": names, **{f"q{k:02d}": v for k, v in quantiles.items()}})


def _effect(names: Sequence[str], p: NDArray[np.float64]) -> pd.DataFrame:
    without = np.append(p * np.linspace(0.7, 1.0, len(p)), 0.62)
    with_ = np.append(p, 0.71)
    gain = with_ - without
    return pd.DataFrame(
        {
            "organ": [*names, "any"], "with_vesicles": with_, "without_vesicles": without, "difference": gain,
            "low": gain - 0.02, "high": gain + 0.02, "sooner_days": np.where(gain > 0.01, 40.0, np.nan),
        }
    )  # fmt: skip


def _courses(names: Sequence[str], mark: str) -> pd.DataFrame:
    day = np.linspace(0, 3652.5, 60)
    out = []
    for name, unit, y in (
        (f"primary diameter{mark}", "mm", 60 * day / (day + 700)),
        ("EV release", "EV/day", 1e13 * day / (day + 900)),
        ("plasma tumour EVs", "EV/mL", 1e8 * day / (day + 900)),
        ("burden", "cell", 10 ** (day / 400)),
        *(
            (f"{kind}:{o}", "1", 0.4 * day / (day + 300 + 80 * i))
            for kind in ("leakiness", "matrix", "marrow_cells", "suppression", "vegf")
            for i, o in enumerate(names)
        ),
    ):
        out.append(
            pd.DataFrame(
                {
                    "name": name,
                    "unit": unit,
                    "day": day,
                    "q05": 0.5 * y,
                    "q25": 0.8 * y,
                    "q50": y,
                    "q75": 1.2 * y,
                    "q95": 1.6 * y,
                }
            )
        )
    return pd.concat(out, ignore_index=True)


def _parameters(mark: str) -> pd.DataFrame:
    rows = [
        (
            "release",
            f"copies_per_ev{mark}",
            0.00825,
            "1",
            0.0,
            0.1,
            "10.1073/pnas.1408301111",
            False,
            "copies of one miRNA in one vesicle",
        )
    ]
    rows += [
        (
            "totr",
            f"k_{i}",
            0.01 * (i + 1),
            "1/day",
            0.001,
            1.0,
            "assumption" if i % 3 == 0 else "10.1038/nature15756",
            i % 3 == 0,
            "rate of niche build-up",
        )
        for i in range(30)
    ]
    return pd.DataFrame(
        rows, columns=["mechanism", "name", "value", "unit", "low", "high", "source", "assumption", "meaning"]
    )
