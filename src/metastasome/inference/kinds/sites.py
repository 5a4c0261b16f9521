"""Where metastases are: counts of sites per primary, explained by blood, soil and vesicles, seen through a selection.

Of the metastases of primary p that a table lists, the share at site s is

    share_ps = seen_s exp(sum_k w_k x_kps) / (the same summed over the sites the table could have named)

with the columns x of :mod:`metastasome.inference.sites_features` (blood flow, flow behind the filters of lung and liver
with portal routing, readiness of the soil, contact, integrins and RNA of vesicles ...), one weight w per column. Rows
scatter more than counting does: counts are Dirichlet-multinomial, their concentration a parameter.

Biopsied sites are not all sites: with the part ``selection`` in a table of biopsies (or of one clinic), seen_s is how
readily a metastasis at s is biopsied, against the typical site; registries and autopsies are taken to see every site.
Without such a table beside the biopsies only the product of soil and selection can be known; what is then learnt of
each is its prior, and the fit says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.errors import InputError, nearest
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Composition
from ..observation import Array, Data, Theta
from ..sites_counts import COHORTS, Reading, SiteRow, gather_sites
from ..sites_features import MEANING, WIDTHS
from ..sites_fit import MOST, columns, group_of
from ..sites_names import SITE_NAMES
from .base import Given, Kind, lognormal

CONCENTRATION = lognormal(
    "sites.concentration", MOST, 1.0, "1", 0.1, 1e5,
    "counts that one tumour type is worth: the smaller, the more types differ beyond counting",
)  # fmt: skip
PARTS = ("flow", "filters", *(g for g in MEANING if g != "flow"))
_SELECTED = ("biopsy", "clinic")


def build(given: Given) -> Composition:
    """Return the counts of sites under the parts that the options name."""
    parts, reading = _parts(given), _read(given)
    rows = reading.rows
    made = [_columns(r, parts) for r in rows]
    names = tuple(dict.fromkeys(n for m in made for n in m))
    zero = np.zeros(len(SITE_NAMES))
    x = np.stack([np.stack([m.get(n, zero) for n in names] or [zero], axis=1) for m in made])  # (row, site, column)
    listed = np.stack([r.listed for r in rows])
    weights = tuple(_weight(n) for n in names)

    def shares(theta: Theta, data: Data, xp: Any) -> Array:
        w = xp.stack([xp.asarray(theta[p.name], dtype=float) for p in weights]) if weights else np.zeros(1)
        eta = xp.where(listed, xp.asarray(x) @ w, -xp.inf)
        made = xp.exp(eta - xp.max(eta, axis=1, keepdims=True))
        return made / xp.sum(made, axis=1, keepdims=True)

    return Composition(
        given.name, {"counts": np.stack([np.round(r.counts) for r in rows])}, tuple(r.label for r in rows),
        (*weights, CONCENTRATION), shares, given.weight, CONCENTRATION.name, SITE_NAMES,
    )  # fmt: skip


def _parts(given: Given) -> frozenset[str]:
    asked = [w.strip() for w in str(given.options["parts"]).split(",") if w.strip()]
    for part in asked:
        if part not in PARTS:
            raise InputError(
                "no such part", field=f"{given.name}.parts", value=part,
                hint=nearest(part, PARTS) or f"known: {', '.join(PARTS)}",
            )  # fmt: skip
    return frozenset(asked)


def _read(given: Given) -> Reading:
    cohort = str(given.options["cohort"])
    if cohort and cohort not in COHORTS:
        raise InputError(
            "not a kind of cohort", field=f"{given.name}.cohort", value=cohort, expected=", ".join(COHORTS)
        )
    return gather_sites(given.table, cohort=cohort or None)


def _columns(row: SiteRow, parts: frozenset[str]) -> dict[str, Any]:
    """Return the columns of a row that belong to `parts`."""
    if "filters" in parts:
        parts = parts | {"flow"}
    off = [g for g in MEANING if g not in parts or (g == "selection" and row.cohort not in _SELECTED)]
    return columns(row.tumour, row.cohort, [*off, *(["filters"] if "filters" not in parts else [])])


def _weight(column: str) -> Parameter:
    """Return the weight of one column, with the prior width of its group."""
    group = group_of(column)
    name = column.replace(":", "_").replace(" ", "_")
    centre = 1.0 if group == "flow" else 0.0
    return Parameter(
        f"sites.{name}", centre, "1", -20.0, 20.0, Prior("normal", centre, WIDTHS[group]), ASSUMPTION, MEANING[group]
    )


KIND = Kind(
    "sites", "sites of metastases per primary",
    {"primary": "tumour type, or organ of the primary", "site": "organ of the metastasis",
     "n": "metastases (or patients with one) there; published layouts are read as they stand"},
    build,
    {"parts": ("filters, soil, selection", f"what decides, with commas: {', '.join(PARTS)}"),
     "cohort": ("", f"who looked, where the table does not say: {', '.join(COHORTS)}")},
    {"primary": 0.0, "site": 0.0, "n": 0.0},
)  # fmt: skip
