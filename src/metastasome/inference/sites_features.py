"""What may decide where a tumour spreads, as named columns over sites: one group of columns per mechanism.

The log rate of a metastasis of a tumour at a site, as seen by a kind of cohort, is the sum of

    flow       ln of cells caught there by filter and flow with portal routing (its coefficient has the prior mean 1)
    soil       readiness of the site, the same for every tumour
    portal     liver, by the share of the primary's veins that reach it directly
    drainage   every site, by portal, systemic or pulmonary veins
    serosa     peritoneum, and the organs inside it, where the primary opens into the cavity (transcoelomic spread)
    neighbour  sites that touch the primary, and the primary's own organ
    lymph      nodes, for mesenchymal tumours (which rarely use lymph)
    hormone    bone, for tumours that a sex hormone drives
    histology  every site, by kind of cell and by family of kinds
    integrins, rna   vesicle cargo, where the tumour's is known
    selection  what kind of cohort saw it: biopsied sites are not all sites

Coefficients of a group share one prior width, learnt from the data; with no data all but flow is zero.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .sites_flow import filter_flow, flow_shares
from .sites_names import SITE_NAMES, Origin, TumourType, _rows

Floats = NDArray[np.float64]
#: Group -> prior width before any data (natural-log units; assumptions, adapted by :func:`.sites_fit.adapt`).
WIDTHS: Mapping[str, float] = {
    "flow": 0.5,
    "soil": 1.2,
    "portal": 1.0,
    "drainage": 0.5,
    "serosa": 2.0,
    "neighbour": 1.0,
    "lymph": 1.0,
    "hormone": 1.5,
    "histology": 0.7,
    "integrins": 0.5,
    "rna": 0.5,
    "selection": 0.5,
}
#: Group -> what it stands for, for tables.
MEANING: Mapping[str, str] = {
    "flow": "blood flow with lung and liver as filters",
    "soil": "readiness of the site, the same for all tumours (the pan-cancer part)",
    "portal": "liver first for portal drainage",
    "drainage": "kind of venous drainage",
    "serosa": "spread through the peritoneal cavity",
    "neighbour": "contact with the primary",
    "lymph": "mesenchymal tumours spare the nodes",
    "hormone": "hormone-driven tumours and bone",
    "histology": "kind of tumour cell",
    "integrins": "integrins of the vesicles",
    "rna": "RNA of the vesicles against the organ's stockroom",
    "selection": "kind of cohort (biopsy, registry, autopsy, clinic)",
}
_FAMILY = {
    "neuroendocrine": "neuro", "small_cell": "neuro", "sarcoma": "mesenchymal", "gist": "mesenchymal",
    "adeno": "gland", "lobular": "gland", "mucinous": "gland", "salivary": "gland", "squamous": "flat",
    "urothelial": "flat", "basal_cell": "flat", "serous": "muellerian", "gyn_other": "muellerian",
}  # fmt: skip
_OWN = {
    "lung": "lung", "pleura": "pleura", "mediastinum": "mediastinum", "breast": "breast", "stomach": "gut",
    "liver": "liver", "bile_duct": "biliary", "gallbladder": "biliary", "small_bowel": "gut", "appendix": "gut",
    "colon": "gut", "rectum": "gut", "kidney": "kidney", "adrenal": "adrenal", "bladder": "urinary",
    "upper_tract": "urinary", "prostate": "male_genital", "testis": "male_genital", "penis": "male_genital",
    "ovary": "ovary", "uterus": "female_genital", "cervix": "female_genital", "vagina": "female_genital",
    "head_neck": "head_neck", "salivary_gland": "head_neck", "thyroid": "head_neck", "eye": "head_neck",
    "brain": "brain", "skin": "skin", "bone": "bone", "peritoneum": "peritoneum",
}  # fmt: skip
_INSIDE = ("ovary", "gut", "female_genital")


def features(tumour: TumourType, cohort: str) -> dict[str, Floats]:
    """Return ``group:name`` -> column over :data:`SITE_NAMES`, ``(site,)``, of the columns that are not zero."""
    made = {"flow:filter": np.log(filter_flow(tumour.origin))}
    made.update({f"soil:{s}": one(s) for s in SITE_NAMES})
    made.update(_anatomy(tumour.origin))
    made.update(_cells(tumour))
    made.update({f"selection:{cohort}:{s}": one(s) for s in SITE_NAMES})
    made.update(_cargo().get(tumour.key, {}))
    return made


def one(*sites: str) -> Floats:
    """Return 1 at `sites` and 0 elsewhere, ``(site,)``."""
    return np.array([float(s in sites) for s in SITE_NAMES])


def plain_flow() -> Floats:
    """Return the column that stands in for ``flow:filter`` when filters are switched off: ln of blood flow."""
    return np.log(flow_shares())


def _anatomy(origin: Origin) -> dict[str, Floats]:
    kind = "portal" if origin.portal >= 0.5 else "pulmonary" if origin.pulmonary > 0 else "systemic"
    made = {f"drainage:{kind}:{s}": one(s) for s in SITE_NAMES}
    if origin.portal:
        made["portal:liver"] = origin.portal * one("liver")
    if origin.serosal:
        made["serosa:peritoneum"], made["serosa:inside"] = one("peritoneum"), one(*_INSIDE)
    if origin.adjacent:
        made["neighbour:touches"] = one(*origin.adjacent)
    if origin.key in _OWN:
        made["neighbour:own"] = one(_OWN[origin.key])
    return made


def _cells(tumour: TumourType) -> dict[str, Floats]:
    family = _FAMILY.get(tumour.histology, tumour.histology)
    made = {f"histology:{tumour.histology}:{s}": one(s) for s in SITE_NAMES}
    if family != tumour.histology:
        made.update({f"histology:family {family}:{s}": one(s) for s in SITE_NAMES})
    if family == "mesenchymal":
        made["lymph:mesenchymal"] = one("lymph_node")
    if tumour.hormone:
        made["hormone:bone"] = one("bone")
    return made


@functools.cache
def _cargo() -> dict[str, dict[str, Floats]]:
    """Return tumour type -> its cargo columns; see ``validation/sites.py`` for how the table is made."""
    made: dict[str, dict[str, Floats]] = {}
    for row in _rows("sites_cargo.tsv"):
        for group in ("integrins", "rna"):
            column = made.setdefault(row["type"], {}).setdefault(f"{group}:cargo", np.zeros(len(SITE_NAMES)))
            column[SITE_NAMES.index(row["site"])] = float(row[group])
    return made
