"""Reading counts of metastatic sites for the whole model: which organ, who was looked at when, how many were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.organs import find_organ
from ..observation import Floats
from .base import Given


@dataclass(frozen=True)
class Looks:
    """Rows of counts, each in one group of patients looked at together.

    Attributes:
        organ, group: ``(n,)`` position of each row's organ among the model's, and of its group.
        found: ``(n,)`` counts. patients: ``(n,)`` patients looked at, or None where the table does not say.
        diameter, later: ``(g,)`` of each group: the primary's diameter in cm, days since it was reached.
        seen: ``(o, g)`` chance that a metastasis of an organ is found; 1 where no row says otherwise, 0 at the primary.
        labels: one per row. names: one per group.
    """

    organ: NDArray[np.int64]
    group: NDArray[np.int64]
    found: Floats
    patients: Floats | None
    diameter: Floats
    later: Floats
    seen: Floats
    labels: tuple[str, ...]
    names: tuple[str, ...]


def read_looks(given: Given, organs: tuple[str, ...], primary: str) -> Looks:
    """Return the rows of the table.

    Raises:
        InputError: a site that is no organ of the model or is the primary's own, a site twice in a group, a count
            above its patients, a chance of being seen of 0 or above 1, no diameter.
    """
    table = given.table
    organ = np.array([_organ(given, i, w, organs, primary) for i, w in enumerate(given.words("site"))])
    found = given.counts("metastatic")
    patients = given.counts("patients") if "patients" in table.header else None
    if patients is not None:
        given.refuse(found > patients, "metastatic", found, "no more than the patients looked at")
        given.refuse(patients < 1, "patients", patients, "1 or more")
    seen = given.numbers("seen", low=0, high=1)
    given.refuse(seen == 0, "seen", seen, "above 0: what cannot be found is no row")
    diameter, later = _when(given)
    words = given.words("group") if "group" in table.header else ("",) * len(found)
    keys = list(zip((w.strip() for w in words), diameter.tolist(), later.tolist(), strict=True))
    groups = list(dict.fromkeys(keys))
    group = np.array([groups.index(k) for k in keys])
    chances = np.ones((len(organs), len(groups)))
    chances[organs.index(primary)] = 0.0  # what grows there is no metastasis
    taken: set[tuple[int, int]] = set()
    for i, (o, g) in enumerate(zip(organ.tolist(), group.tolist(), strict=True)):
        if (o, g) in taken:
            expected = "one row per site, diameter and day; a column 'group' keeps cohorts apart"
            raise given.wrong(i, "site", "a site is named twice", organs[o], expected)
        taken.add((o, g))
        chances[o, g] = seen[i]
    names = tuple(" ".join(w for w in (g, f"{d:g} cm", f"day {t:g}" if t else "") if w) for g, d, t in groups)
    labels = tuple(f"{organs[o]} {names[g]}" for o, g in zip(organ, group, strict=True))
    size, days = (np.array([k[j] for k in groups], float) for j in (1, 2))
    return Looks(organ, group, found, patients, size, days, chances, labels, names)


def _organ(given: Given, i: int, word: str, organs: tuple[str, ...], primary: str) -> int:
    name = find_organ(word)
    problem = None if name in organs else "the model has no such organ"
    problem = "the primary's own organ is no metastatic site" if name == primary else problem
    if problem or name is None:
        sites = [o for o in organs if o != primary]
        hint = "further organs are named by the option 'organs'"
        raise given.wrong(i, "site", problem or "", word, f"one of {', '.join(sites)}", hint)
    return organs.index(name)


def _when(given: Given) -> tuple[Any, Any]:
    """Return the diameter in cm and the days since it was reached, of every row."""
    n, header = len(given.table.rows), given.table.header
    later = given.numbers("day", low=0)
    if "diameter" in header:
        return given.numbers("diameter", low=1e-3, high=100), later
    diameter = float(given.options["diameter"])
    if not 1e-3 <= diameter <= 100:
        raise InputError(
            "no diameter of the primary", field=f"{given.name}.diameter", value=diameter,
            expected="a column 'diameter', or the option, in cm", hint="it says how far the disease is when looked at",
        )  # fmt: skip
    return np.full(n, diameter), later
