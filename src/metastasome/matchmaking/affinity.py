"""Affinity of a guide for a site: the natural log of the relative K_D, where a site-less 12-mer has 0.

Two models. ``"learned"``: coefficients fitted by this project on the HeLa transfections of McGeary 2019 through the
occupancy model (``matchmaking.train``), from type, flanks, local AU, 3' pairing, composition and position, some of them
multiplied with each other. ``"fixed"``: one constant per site type, the named fallback.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .kmers import UtrIndex, build_index
from .sites import SiteTable

F8 = NDArray[np.float64]
Model = Literal["learned", "fixed"]
FILE = "affinity.json"

FIXED_LN_KD = np.array([-5.00, -3.91, -3.83, -3.03, -1.32, -2.05])
"""Mean ln relative K_D by site type of miR-122 and miR-133 (McGeary 2019 doi:10.1126/science.aav1741, sample features
of the published code), in the order of ``sites.TYPES``."""
FIXED_SD = 1.0
"""Assumption: flanking dinucleotides alone move K_D about 100-fold from end to end (McGeary 2019), an sd near e^1."""
FIXED_FREE_AGO, FIXED_PASSENGER = -6.5, -1.0
"""ln free AGO-guide and the passenger's share of it that go with the fixed constants (McGeary 2019, published code)."""
SCATTER = 0.7
"""Assumption: sd of ln K_D that the terms do not explain, in size the misfit of six types of miR-122 and miR-133."""


_ARRAYS = ("intercepts", "typical", "coefficients", "covariance", "weak")
_SCALARS = ("ln_free_ago", "ln_passenger", "ln_decay", "dilution", "start_gc")


@dataclass(frozen=True)
class LearnedTable:
    """What training left behind (:data:`FILE`).

    Attributes:
        intercepts: ln K_D by site type, ``(6,)``.
        typical: mean of the terms' part over the training sites of each type, ``(6,)``.
        terms: names of the terms.
        coefficients: one per term; negative tightens.
        covariance: of intercepts and coefficients together, jackknife over miRNAs.
        ln_free_ago, ln_passenger, ln_decay: free AGO-guide, passenger's share of it, and b of the repression law, ln.
        dilution: fall of ln free AGO-guide per unit of ln target abundance.
        start_gc: what ln free AGO-passenger loses when the passenger starts with G or C.
        weak: ln K_D of pairings too weak to be sites (``matchmaking.weak``), ``(3,)``.
        provenance: command, data checksums, cross-validated scores.
    """

    intercepts: F8
    typical: F8
    terms: tuple[str, ...]
    coefficients: F8
    covariance: F8
    ln_free_ago: float
    ln_passenger: float
    ln_decay: float
    dilution: float
    start_gc: float
    weak: F8
    provenance: Mapping[str, object]


@lru_cache(maxsize=1)
def learned_table() -> LearnedTable:
    """Return the learned table that ships with the package."""
    text = resources.files(__package__).joinpath("data", FILE).read_text(encoding="utf-8")
    return table_from_json(json.loads(text))


def table_from_json(content: Mapping[str, object]) -> LearnedTable:
    """Return the table of parsed JSON (see ``matchmaking.train``)."""
    d: dict[str, object] = dict(content)
    arrays = {name: np.array(d[name], np.float64) for name in _ARRAYS}
    scalars = {name: float(str(d[name])) for name in _SCALARS}
    names = d["terms"]
    assert isinstance(names, list)
    provenance = d["provenance"]
    assert isinstance(provenance, dict)
    return LearnedTable(**arrays, **scalars, terms=tuple(names), provenance=provenance)  # type: ignore[arg-type]


def site_ln_kd(
    table: SiteTable,
    mirna_sequences: Mapping[str, str] | Sequence[str],
    utrs: Mapping[str, str] | Sequence[str] | UtrIndex,
    *,
    model: Model = "learned",
) -> F8:
    """Return ln K_D of every site, ``(n,)``; more negative is tighter.

    Args:
        table: sites of :func:`~metastasome.matchmaking.sites.scan`.
        mirna_sequences: guides 5' to 3', by name or in the order of ``table.mirnas``.
        utrs: the sequences (or index) that were scanned.
        model: ``"learned"`` or ``"fixed"``.

    Raises:
        InputError: an unknown model, or a miRNA of the table without a sequence.
    """
    known = _with_guides(table, mirna_sequences)
    if _is_fixed(model):
        return FIXED_LN_KD[table.type]
    from .terms import blocks

    learned = learned_table()
    out = learned.intercepts[table.type]
    for rows, terms in blocks(known, build_index(utrs)):
        out[rows] += terms @ learned.coefficients
    return out


def site_ln_kd_sd(
    table: SiteTable,
    mirna_sequences: Mapping[str, str] | Sequence[str],
    utrs: Mapping[str, str] | Sequence[str] | UtrIndex,
    *,
    model: Model = "learned",
) -> F8:
    """Return the standard deviation of ln K_D of every site, ``(n,)``.

    Coefficient uncertainty (jackknife over miRNAs, with covariance) and :data:`SCATTER` in quadrature; the fixed
    constants have :data:`FIXED_SD`. Arguments as in :func:`site_ln_kd`.
    """
    known = _with_guides(table, mirna_sequences)
    if _is_fixed(model):
        return np.full(len(table), FIXED_SD)
    from .terms import blocks

    covariance = learned_table().covariance
    out = np.empty(len(table))
    for rows, terms in blocks(known, build_index(utrs)):
        full = np.concatenate([np.eye(6)[known.type[rows]], terms], axis=1)
        out[rows] = np.sqrt(np.einsum("ij,jk,ik->i", full, covariance, full, optimize=True) + SCATTER**2)
    return out


def type_ln_kd(mirna: str, *, model: Model = "learned") -> F8:
    """Return ln K_D of each site type in an average context, ``(6,)``, in the order of ``sites.TYPES``.

    Args:
        mirna: a guide, or its seed (nucleotides 2-8 or 2-7).
        model: ``"learned"`` or ``"fixed"``.

    >>> type_ln_kd("UGGAAUGUAAAGAAGUAUGUAU", model="fixed").tolist()
    [-5.0, -3.91, -3.83, -3.03, -1.32, -2.05]
    """
    if _is_fixed(model):
        return FIXED_LN_KD.copy()
    from .energy import seed_energies
    from .terms import NAMES, USUAL_ENERGY

    learned = learned_table()
    slope = learned.coefficients[NAMES.index("seed_energy")]
    return np.asarray(learned.intercepts + learned.typical + slope * (seed_energies(mirna) - USUAL_ENERGY) / 1.5)


def type_ln_kd_sd(*, model: Model = "learned") -> F8:
    """Return the standard deviation of ln K_D of one site of each type when only its type is known, ``(6,)``."""
    if _is_fixed(model):
        return np.full(6, FIXED_SD)
    return np.sqrt(np.diag(learned_table().covariance)[:6] + SCATTER**2)


def _is_fixed(model: str) -> bool:
    if model not in ("learned", "fixed"):
        raise InputError("unknown affinity model", field="model", value=model, expected="learned or fixed")
    return model == "fixed"


def _with_guides(table: SiteTable, mirna_sequences: Mapping[str, str] | Sequence[str]) -> SiteTable:
    """Return the table with its guides from `mirna_sequences` (a scan by seed knows no more than the seed)."""
    if isinstance(mirna_sequences, Mapping):
        missing = [name for name in table.mirnas if name not in mirna_sequences]
        if missing:
            raise InputError("miRNA without a sequence", field="mirna_sequences", value=missing[0])
        return replace(table, guides=tuple(mirna_sequences[name] for name in table.mirnas))
    if len(mirna_sequences) != len(table.mirnas):
        expected = f"{len(table.mirnas)} sequences, as scanned"
        raise InputError("sequences do not fit", field="mirna_sequences", value=len(mirna_sequences), expected=expected)
    return replace(table, guides=tuple(mirna_sequences))
