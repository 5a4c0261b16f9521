"""Detection size and lead time of repeated ctDNA tests, against Avanzini 2020 (doi:10.1126/sciadv.abc4308).

    python validation/detection.py [--tumours 4000] [--table FILE]

Tumours grow from one cell by the exact birth-death law (survivors only); draws start at a random phase. The designs
are those printed with the authors' program (github.com/reiterlab/ctdna): annual screening of lung tumours (birth 0.14,
death 0.136 a day; 2,000 bases with 1 mutation, or 300,000 with 10; 1% false a year; diagnosis without a test at 2.25e10
cells), and relapse tests of 20 mutations (death 0.13; 5% false a year; scans as often as draws, which see 1e9 cells).

FILE with the columns ``design``, ``quantity`` (``median_diameter_cm``, ``median_lead_days``), ``low``, ``high``
replaces the published figures. Results: ``validation/results/detection.csv``.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metastasome.core.streams import stream
from metastasome.readouts.ctdna import CirculatingDNA, informed, screening
from metastasome.readouts.imaging import ball_diameter
from metastasome.readouts.noise import uniforms

F8 = NDArray[np.float64]
RESULTS = Path(__file__).parent / "results"
PUBLISHED = pd.DataFrame(
    [
        ("annual, 2,000 bases", "median_diameter_cm", 2.0, 2.3),
        ("annual, 300,000 bases", "median_diameter_cm", 2.0, 2.3),
        ("monthly relapse", "median_diameter_cm", 0.83, 0.83),
        ("monthly relapse", "median_lead_days", 140.0, 140.0),
    ],
    columns=["design", "quantity", "low", "high"],
)


@dataclasses.dataclass(frozen=True)
class Design:
    """One design: the test, days between draws, growth, and the size found without it."""

    name: str
    test: CirculatingDNA
    every: float
    birth: float
    death: float
    found_at: float
    scans: bool = False


DESIGNS = (
    Design("annual, 2,000 bases", screening(), 365.0, 0.14, 0.136, 2.25e10),
    Design("annual, 300,000 bases", screening(bases=3e5, mutations=10), 365.0, 0.14, 0.136, 2.25e10),
    Design("monthly relapse", informed(tests=365 / 30), 30.0, 0.14, 0.13, 1e9, True),
    Design(
        "monthly relapse, all sequenced", dataclasses.replace(informed(tests=365 / 30), efficiency=1.0), 30.0, 0.14,
        0.13, 1e9, True,
    ),
    Design("quarterly relapse", informed(tests=365 / 91), 91.0, 0.14, 0.13, 1e9, True),
)  # fmt: skip


def simulate(design: Design, n: int, *, seed: int) -> dict[str, float]:
    """Return medians of diameter and lead at the first call (or when found without), of all calls and of true ones.

    The published medians are over all first calls, luck included; a lead of luck is none.

    A surviving birth-death clone is, once large, W exp(r t) with W exponential of mean b/r (Kendall 1948).
    """
    rate = design.birth - design.death
    w = stream(seed, "validation/detection", 0).exponential(design.birth / rate, n)
    limit = np.log(design.found_at / w) / rate  # day on which it is found without a test
    phase = stream(seed, "validation/detection", 1).random(n) * design.every
    if design.scans:  # scans come as often as draws, on days of their own; growth goes on until the next one
        own = stream(seed, "validation/detection", 2).random(n) * design.every
        limit = own + np.ceil((limit - own) / design.every) * design.every
    count = int(np.ceil(limit.max() / design.every)) + 1
    found = np.full(n, np.inf)
    # Draws far below any signal cost time and tell only false alarms, which are counted: all draws are made.
    for k in range(count):
        day = phase + k * design.every
        open_ = np.isinf(found) & (day < limit)
        if not open_.any():
            continue
        cells = np.where(open_, np.maximum(w * np.exp(rate * np.minimum(day, limit)), 1.0), 1.0)
        draw = uniforms(seed, f"validation/{design.name}", n, 3, k)[:, None, :]
        score = design.test.measure({"deaths": (design.death * cells)[:, None]}, draw, draw)[:, 0]
        hit = open_ & design.test.positive(score)
        found = np.where(hit, day, found)
    early = np.isfinite(found)
    day = np.where(early, found, limit)
    size = w * np.exp(rate * day)
    lead = limit - day
    true = size > 1e6  # below it a call is luck: a millimetre sheds nothing that 15 mL of blood would hold
    return {
        "median_diameter_cm": float(np.median(ball_diameter(size))),
        "median_lead_days": float(np.median(lead)),
        "median_diameter_cm_true_calls": float(np.median(ball_diameter(size[true]))),
        "median_lead_days_true_calls": float(np.median(lead[true])),
        "found_by_test": float(early.mean()),
        "called_below_1e6_cells": float((~true).mean()),
    }  # fmt: skip


def main() -> None:
    """Simulate every design and write the results beside the published figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tumours", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=Path, help="other figures to compare with")
    options = parser.parse_args()
    published = PUBLISHED if options.table is None else pd.read_csv(options.table)
    rows = []
    for design in DESIGNS:
        made = simulate(design, options.tumours, seed=options.seed)
        for quantity, value in made.items():
            ref = published[(published["design"] == design.name) & (published["quantity"] == quantity)]
            low, high = (float(ref[c].iloc[0]) if len(ref) else np.nan for c in ("low", "high"))
            off = 1.0 if low <= value <= high else max(value / high, low / value)
            rows.append((design.name, quantity, value, low, high, off if len(ref) else np.nan))
    table = pd.DataFrame(rows, columns=["design", "quantity", "value", "published_low", "published_high", "fold_off"])
    table.to_csv(RESULTS / "detection.csv", index=False, float_format="%.4g")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
