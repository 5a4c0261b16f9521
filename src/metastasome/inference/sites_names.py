"""The vocabulary of tropism: metastatic sites, primaries with their anatomy, and tumour types with their histology.

Two small curated tables lie beside this file. ``sites_origins.tsv`` holds anatomy that any textbook gives: share of
venous blood that goes to the liver, whether the organ bears a serosa open to the peritoneal cavity, which sites touch
it. ``sites_types.tsv`` holds tumour types (MSK-MET's codes, Nguyen 2022 doi:10.1016/j.cell.2022.01.003, and others)
with organ and histology. Neither holds a figure of where metastases are found.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib import resources

from ..core.errors import InputError, nearest
from ..core.organs import normalise

#: Metastatic site -> names other tables use for it.
SITES: dict[str, tuple[str, ...]] = {
    "liver": ("hepatic",),
    "lymph_node": ("lymph", "distant_ln", "distant_lymph_node", "lymph_nodes", "dist_lymph", "regional_lymph"),
    "peritoneum": ("intra_abdominal", "abdominal_cavity", "omentum"),
    "bone": ("bone_marrow", "skeleton"),
    "lung": ("respiratory_system", "lungs"),
    "pleura": ("pleural",),
    "brain": ("cns/brain", "cns_brain", "nervous_system", "cns", "any_central_nervous_system"),
    "gut": ("bowel", "intestine"),
    "ovary": ("ovaries",),
    "skin": (),
    "adrenal": ("adrenal_gland", "adrenals"),
    "female_genital": ("genital_female",),
    "urinary": ("bladder/ut", "bladder", "bladder_or_urinary_tract"),
    "mediastinum": (),
    "head_neck": ("head_and_neck",),
    "biliary": ("biliary_tract",),
    "breast": (),
    "kidney": ("renal",),
    "male_genital": ("genital_male", "testes"),
}
SITE_NAMES: tuple[str, ...] = tuple(SITES)
_TO_SITE = {alias: site for site, aliases in SITES.items() for alias in (site, *aliases)}


@dataclass(frozen=True)
class Origin:
    """Anatomy of a primary: shares of its venous blood to the liver and (from the lung) straight to the left heart.

    Attributes:
        key: name of the organ. region: part of the body. serosal: whether it opens into the peritoneal cavity.
        adjacent: sites that touch it. portal, pulmonary: shares of 1.
    """

    key: str
    portal: float
    pulmonary: float
    region: str
    serosal: bool
    adjacent: frozenset[str]


@dataclass(frozen=True)
class TumourType:
    """A tumour type: code, the organ it comes from, its histology, and whether a sex hormone drives it."""

    key: str
    origin: Origin
    histology: str
    hormone: bool
    name: str


#: A primary of which nothing is known: systemic veins, no neighbours, no histology.
UNKNOWN = TumourType("unknown", Origin("unknown", 0.0, 0.0, "unknown", False, frozenset()), "unknown", False, "unknown")


def find_site(name: str) -> str | None:
    """Return the site called `name` or a synonym, or None; a site is never guessed."""
    return _TO_SITE.get(normalise(name))


def tumour_type(name: str, *, primary_site: str | None = None) -> TumourType:
    """Return the tumour type called `name`: a code, a full name, a synonym, or an organ (its commonest type).

    Args:
        name: what the table calls it.
        primary_site: organ named beside it; used where `name` is unknown.

    Raises:
        InputError: neither is known; names the nearest known one.
    """
    found = known_type(name, primary_site=primary_site)
    if found is not UNKNOWN:
        return found
    known = _types_by_name()
    hint = nearest(normalise(name), known) or "see 'metastasome sites list'"
    raise InputError("this primary is unknown", field="primary", value=name, hint=hint)


def known_type(name: str, *, primary_site: str | None = None) -> TumourType:
    """Return what :func:`tumour_type` would, or :data:`UNKNOWN` where it would refuse."""
    known = _types_by_name()
    for asked in (name, primary_site or ""):
        found = known.get(normalise(asked)) if asked.strip() else None
        if found is not None:
            return found
    return UNKNOWN


@functools.cache
def tumour_types() -> dict[str, TumourType]:
    """Return all tumour types by code, in the order of the table."""
    places = origins()
    return {
        r["type"]: TumourType(r["type"], places[r["origin"]], r["histology"], r["hormone"] == "1", r["name"])
        for r in _rows("sites_types.tsv")
    }


@functools.cache
def origins() -> dict[str, Origin]:
    """Return all organs of origin by name."""
    return {
        r["origin"]: Origin(
            r["origin"], float(r["portal"]), float(r["pulmonary"]), r["region"], r["serosal"] == "1",
            frozenset(_split(r["adjacent"])),
        )
        for r in _rows("sites_origins.tsv")
    }  # fmt: skip


@functools.cache
def _types_by_name() -> dict[str, TumourType]:
    """Return type by every name; the first type listed for an organ is its commonest."""
    made: dict[str, TumourType] = {}
    types = tumour_types()
    for row in _rows("sites_types.tsv"):
        for alias in (row["type"], row["name"], *_split(row["synonyms"])):
            made.setdefault(normalise(alias), types[row["type"]])
    aliases = {r["origin"]: (r["origin"], *_split(r["synonyms"])) for r in _rows("sites_origins.tsv")}
    for row in _rows("sites_types.tsv"):
        for alias in aliases[row["origin"]]:
            made.setdefault(normalise(alias), types[row["type"]])
    return made


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))
