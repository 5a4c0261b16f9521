"""The engine's exact leaps on the stochastic cases of the SBML test suite (birth-death and immigration-death).

Run: ``python validation/stochastic_suite.py --suite DIR [--n 10000] [--seed 1]``, DIR being a copy of
github.com/sbmlteam/sbml-test-suite (or set SBML_TEST_SUITE). Writes validation/results/stochastic_suite.csv.

Each of the 50 days is reached from day 0 in one leap, with draws of its own. The mean is judged by the suite's rule,
Z = sqrt(n) (mean - exact) / sd within 3. The suite judges standard deviations by a rule for normal variables, too
strict for skewed ones; here the variance is judged by its exact standard error, from the fourth cumulant of the law:
var(S^2) = k4 / n + 2 sd^4 / (n - 1). A right simulator leaves 0.27% of days outside 3, and exceeds
the last column's limit in any of its 100 tests with chance 1e-3.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metastasome.core.errors import InputError
from metastasome.core.files import atomic_file
from metastasome.engine import pool_at

OUT = Path(__file__).resolve().parent / "results" / "stochastic_suite.csv"
#: Case -> DSMTS number. The suite's other cases of these two laws repeat them in other SBML notation.
CASES = {
    "00001": "001-01", "00003": "001-03", "00004": "001-04", "00005": "001-05",
    "00020": "002-01", "00021": "002-02", "00023": "002-04",
}  # fmt: skip
DAYS = 50


@dataclass(frozen=True)
class Case:
    """Rates per day, cells on day 0, and the suite's exact means and standard deviations of days 1 to 50."""

    birth: float
    death: float
    founding: float
    start: float
    mean: np.ndarray
    sd: np.ndarray


def read(suite: Path, number: str) -> Case:
    """Return a case as the suite describes it."""
    folder = suite / "cases" / "stochastic" / number
    text = _text(folder / f"{number}-model.m")
    rows = list(csv.DictReader(_text(folder / f"{number}-results.csv").splitlines()))[1 : DAYS + 1]
    mean, sd = (np.array([float(r[name]) for r in rows]) for name in ("X-mean", "X-sd"))
    found = dict(re.findall(r"Initial (?:value of parameter|amount of species) (\w+) *\| *\$([\d.]+)\$", text))
    return Case(*(float(found.get(k, 0.0)) for k in ("Lambda", "Mu", "Alpha", "X")), mean, sd)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise InputError("not a copy of the SBML test suite", file=path, expected="cases/stochastic/NNNNN") from error


def fourth_cumulant(case: Case, day: float) -> float:
    """Return the fourth cumulant on `day`: of Poisson cells, or of `start` independent lines (Kendall 1948)."""
    if case.founding:
        return case.founding / case.death * -math.expm1(-case.death * day)
    growth = (case.birth - case.death) * day
    m, q = math.exp(growth), -case.death * day * math.expm1(-growth) / growth
    h = m * (1.0 + q) - 1.0
    e2, e3 = m * (2 * h + 1), m * (6 * h * (h + 1) + 1)
    e4 = m * (24 * h**3 + 36 * h**2 + 14 * h + 1)
    return case.start * (e4 - 4 * m * e3 - 3 * e2 * e2 + 12 * m * m * e2 - 6 * m**4)


def score(case: Case, *, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the standardised errors of means and of variances, day by day."""
    mean, variance = np.empty(DAYS), np.empty(DAYS)
    for k in range(DAYS):
        x = pool_at(
            birth=case.birth, death=case.death, founding=case.founding, start=case.start,
            days=k + 1.0, n=n, seed=seed + k,  # seeds of different cases do not overlap: see main
        )  # fmt: skip
        error = math.sqrt(max(0.0, fourth_cumulant(case, k + 1.0)) / n + 2 * case.sd[k] ** 4 / (n - 1))
        mean[k] = math.sqrt(n) * (x.mean() - case.mean[k]) / case.sd[k]
        variance[k] = (x.var(ddof=1) - case.sd[k] ** 2) / error
    return mean, variance


def main() -> None:
    """Print and write the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--suite", type=Path, default=os.environ.get("SBML_TEST_SUITE"))
    options.add_argument("--n", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    if given.suite is None:
        options.error("say where the suite is: --suite DIR, or SBML_TEST_SUITE")
    limit = 4.42  # two-sided normal quantile of 1e-3 / 100
    rows = []
    for number, name in CASES.items():
        mean, variance = score(read(Path(given.suite), number), n=given.n, seed=1000 * given.seed + DAYS * len(rows))
        worst = max(np.abs(mean).max(), np.abs(variance).max())
        rows.append({
            "case": number, "dsmts": name, "n": given.n,
            "mean_days_within_3": int((np.abs(mean) < 3).sum()), "mean_worst": f"{np.abs(mean).max():.2f}",
            "variance_days_within_3": int((np.abs(variance) < 3).sum()),
            "variance_worst": f"{np.abs(variance).max():.2f}", "within_limit": worst < limit,
        })  # fmt: skip
        print(*(f"{k} {v}" for k, v in rows[-1].items()), sep="  ", flush=True)
    with atomic_file(OUT) as part, part.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        raise SystemExit(str(error)) from None
