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
from pathlib import Path

from metastasome import body, kinetics
from metastasome.kinetics.background import background_release_per_day
from metastasome.kinetics.coefficients import coefficients, theta_of
from metastasome.kinetics.conditions import conditions
from metastasome.kinetics.scoring import scavenged, scavenging_from_plasma
from metastasome.kinetics.steady import steady_state
from metastasome.kinetics.structure import structure
from metastasome.kinetics.table import Measurement, read_table

BAR = 1.6


def red_cell(organ: str, percent: float) -> Measurement:
    """Return a figure of rat red-cell vesicles at 5 min (Willekens 2005, doi:10.1182/blood-2004-04-1578)."""
    return Measurement(0, "rat", "red cell", "iv", 1.0, "51Cr", organ, 5 / 1440, percent, "%ID", "willekens2005")


def score(rows: tuple[Measurement, ...]) -> kinetics.Score:
    """Return the score of `rows`; red-cell vesicles bind as their own "80% cleared in 5 min" says."""
    known = {"red cell": scavenging_from_plasma(red_cell("plasma", 20.0))}
    return kinetics.score(rows, scavenging={k: v for k, v in known.items() if any(r.source == k for r in rows)})


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
        course = kinetics.distribute(
            1.0, body.mouse(), times=[0.0, 1 / 6], vesicle=scavenged("small", factor), label="125I", method="linear"
        )
        told = ", ".join(f"{o} {course.at(o, 1 / 6):.3g}%" for o in ("liver", "lung", "spleen", "bone"))
        print(f"  scavenging {factor:5.2f}: {told}")


def main(paths: list[str]) -> int:
    rows: tuple[Measurement, ...] = ()
    if paths:
        for path in paths:
            rows += read_table(path)
    else:
        rows += (red_cell("liver", 55.0),)
        beside = Path(__file__).resolve().parents[2] / "shared" / "data"
        table = Path(os.environ.get("METASTASOME_DATA", beside)) / "kinetics" / "ev_biodistribution.csv"
        if table.is_file():
            rows += read_table(table)
        else:
            print(f"no table at {table}: tumour vesicles at 4 h not scored")
    found = score(rows)
    print(found.to_frame().drop(columns="row").to_string(index=False, float_format="{:.3g}".format))
    print(found.by_organ().to_string(index=False, float_format="{:.3g}".format))
    met = "met" if found.median <= BAR else "missed"
    print(f"median fold error {found.median:.2f} over {len(rows)} figures; bar {BAR}: {met}")
    plasma_balance()
    one_law()
    return 0 if found.median <= BAR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
