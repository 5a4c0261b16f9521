"""Score the transport model on biodistribution and plasma data it was not fitted to.

Run: ``python validation/biodistribution.py [TABLE.csv ...]``. Without tables, the studies below and, where
METASTASOME_DATA or ../shared/data is there, its ``kinetics/ev_biodistribution.csv``. A table has the columns species,
source, route, dose, label, organ, time (or time_h), value, unit. Per donor of vesicles one number may differ, the
relative binding by macrophages (`scavenging`), set from a plasma figure of that donor where one exists, never from an
organ. Prints a row per figure with its fold error, then the median.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metastasome import body, kinetics
from metastasome.kinetics.background import background_release_per_day
from metastasome.kinetics.coefficients import coefficients, theta_of
from metastasome.kinetics.conditions import conditions
from metastasome.kinetics.steady import steady_state
from metastasome.kinetics.structure import structure
from metastasome.kinetics.table import BODIES, Measurement, read_table, read_value

BAR = 1.6


@dataclass(frozen=True)
class Donor:
    """A donor of vesicles: size class, relative binding by macrophages, and where that comes from."""

    vesicle: str
    scavenging: float
    why: str


def scavenging_from_plasma(species: str, left: float, minutes: float, vesicle: str, label: str) -> float:
    """Return the scavenging with which the share `left` is in plasma after `minutes`, by bisection."""
    who = BODIES[species]()

    def remaining(factor: float) -> float:
        kind = kinetics.VESICLES[vesicle]
        made = kinetics.Vesicle(kind.name, kind.diameter_nm, kind.spread, factor, kind.arrest)
        course = kinetics.distribute(1.0, who, times=[0.0, minutes / 1440], vesicle=made, label=label, method="linear")
        return float(course.plasma[-1] * who.plasma_volume)

    low, high = 1e-2, 1e3
    for _ in range(50):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if remaining(middle) > left else (low, middle)
    return float(np.sqrt(low * high))


def red_cell_rows() -> tuple[Measurement, ...]:
    """Rat red-cell vesicles: 80% cleared in 5 min, liver 55% (Willekens 2005, doi:10.1182/blood-2004-04-1578)."""
    row = Measurement(0, "rat", "red cell", "iv", 1.0, "51Cr", "liver", 5 / 1440, 55.0, "%ID", "willekens2005")
    return (row,)


def donors() -> dict[str, Donor]:
    factor = scavenging_from_plasma("rat", 0.20, 5.0, "small", "radiometal")
    return {
        "red cell": Donor("small", factor, "80% cleared in 5 min, same study"),
        "B16BL6 exosome": Donor("small", 1.0, "default"),
    }


def score(rows: tuple[Measurement, ...]) -> list[float]:
    """Print measured and predicted per row; return fold errors."""
    known, folds = donors(), []
    for r in rows:
        donor = known.get(r.source, Donor("small", 1.0, "default"))
        kind = kinetics.VESICLES[donor.vesicle]
        vesicle = kinetics.Vesicle(kind.name, kind.diameter_nm, kind.spread, donor.scavenging, kind.arrest)
        course = kinetics.distribute(
            r.dose, BODIES[r.species](), times=[0.0, r.time], vesicle=vesicle, label=r.label, method="linear"
        )
        predicted = read_value(course, r.organ, r.unit, 1)
        fold = max(predicted / r.value, r.value / predicted)
        folds.append(fold)
        print(
            f"{r.study:15s} {r.species:6s} {r.source:16s} {r.label:6s} {r.organ:8s} {r.time * 24:6.2f} h  measured "
            f"{r.value:8.3g} {r.unit:6s} predicted {predicted:8.3g}  fold {fold:5.2f}  (scavenging "
            f"{donor.scavenging:.3g}: {donor.why})"
        )
    return folds


def plasma_balance() -> None:
    """Print the plasma level that the published secretion gives with the default parameters."""
    who = body.human()
    theta = theta_of(kinetics.KineticParameters())
    level = steady_state(coefficients(conditions(who), theta), structure(who), background_release_per_day(who)).venous
    fold = max(level / 1e10, 1e10 / level)
    print(f"plasma balance: 1.5e12 EV/min keeps {level:.3g} EV/mL; published 1e10 EV/mL; fold {fold:.2f}")


def one_law() -> None:
    """Print organs at 4 h over a range of scavenging: does one law span the donors?"""
    print("share of dose at 4 h in a mouse, 125I, by scavenging (one law, one number per donor)")
    for factor in (0.25, 1.0, 4.0, 16.0):
        vesicle = kinetics.Vesicle("small", 72.0, 1.7, factor)
        course = kinetics.distribute(
            1.0, body.mouse(), times=[0.0, 1 / 6], vesicle=vesicle, label="125I", method="linear"
        )
        told = ", ".join(f"{o} {course.at(o, 1 / 6):.3g}%" for o in ("liver", "lung", "spleen", "bone"))
        print(f"  scavenging {factor:5.2f}: {told}")


def main(paths: list[str]) -> int:
    rows: tuple[Measurement, ...] = ()
    if paths:
        for path in paths:
            rows += read_table(path)
    else:
        rows += red_cell_rows()
        beside = Path(__file__).resolve().parents[2] / "shared" / "data"
        table = Path(os.environ.get("METASTASOME_DATA", beside)) / "kinetics" / "ev_biodistribution.csv"
        if table.is_file():
            rows += read_table(table)
        else:
            print(f"no table at {table}: tumour vesicles at 4 h not scored")
    folds = score(rows)
    for organ in dict.fromkeys(r.organ for r in rows):
        mine = [f for f, r in zip(folds, rows, strict=True) if r.organ == organ]
        print(f"{organ}: median fold error {np.median(mine):.2f} over {len(mine)}")
    median = float(np.median(folds))
    print(
        f"median fold error {median:.2f} over {len(folds)} figures; bar {BAR}: {'met' if median <= BAR else 'missed'}"
    )
    plasma_balance()
    one_law()
    return 0 if median <= BAR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
