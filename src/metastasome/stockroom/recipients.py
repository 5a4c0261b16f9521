"""Which columns of the public tables stand for which recipient: organs as a whole, and cell types by proxy.

Bulk tissue stands for an organ as a whole and for its parenchyma. Endothelium, macrophages, stroma and the cells of no
fixed organ are seen in no bulk column, so cell lines or sorted blood cells stand in for them, the same in every organ
unless a local one is known; every such recipient says so in ``Recipient.proxy``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.organs import NAMES, find_organ, normalise
from .stockroom import Recipient


@dataclass(frozen=True)
class Source:
    """A recipient, the mRNA columns and the miRNA columns whose means stand for it."""

    recipient: Recipient
    mrna: tuple[str, ...]
    mirna: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proxy:
    """Columns that stand for a cell type: of mRNA (HPA) and of endogenous miRNA (Landgraf 2007, miRNATissueAtlas2)."""

    cell: str
    mrna: tuple[str, ...]
    mirna: tuple[str, ...]
    label: str


PROXIES: tuple[Proxy, ...] = (
    Proxy(
        "endothelium", ("HUVEC TERT2", "TIME"), ("artery",),
        "HUVEC TERT2 and TIME endothelial cell lines; miRNA: artery wall",
    ),
    Proxy(
        "macrophage", ("classical_monocyte", "non_classical_monocyte", "THP-1"), ("hsa_Monocytes-CD14",),
        "blood monocytes (classical, non-classical) and THP-1; miRNA: CD14 monocytes",
    ),
    Proxy(
        "stroma", ("BJ", "fHDF/TERT166", "HBF TERT88"), ("hsa_Fibrobl-CMV",),
        "BJ, fHDF and HBF fibroblast lines; miRNA: CMV-infected fibroblasts",
    ),
)  # fmt: skip
LOCAL: dict[tuple[str, str], Proxy] = {
    ("liver", "stroma"): Proxy(
        "stroma", ("HHSteC",), ("hsa_Fibrobl-CMV",), "HHSteC hepatic stellate cells; miRNA: CMV-infected fibroblasts"
    ),
    ("brain", "stroma"): Proxy(
        "stroma", ("HBF TERT88",), ("hsa_Fibrobl-CMV",), "HBF brain fibroblasts; miRNA: CMV-infected fibroblasts"
    ),
}
FREE: tuple[Proxy, ...] = (
    Proxy("epithelium", ("HaCaT", "hTERT-HME1", "HBEC3-KT"), (), "HaCaT, hTERT-HME1 and HBEC3-KT epithelial lines"),
    Proxy(
        "msc", ("ASC TERT1",), ("hsa_USSC",),
        "ASC TERT1 adipose-derived mesenchymal stem cells; miRNA: umbilical-cord USSC",
    ),
    Proxy(
        "t_cell", ("memory_CD4_T_cell", "memory_CD8_T_cell", "naive_CD4_T_cell", "naive_CD8_T_cell"),
        ("hsa_T-cell-CD4-naive", "hsa_T-cell-CD4-memory", "hsa_T-cell-CD8-naive"), "CD4 and CD8 T cells of blood",
    ),
)  # fmt: skip


_ALIASES = {"glandular_breast_tissue": "breast"}  # names of one atlas that are no everyday synonym


def organ_columns(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return organ -> the columns that the organ vocabulary maps to it, in vocabulary order.

    Of GTEx's ``Brain - Cortex`` the part before the dash is looked up where the whole is not known.
    """
    at = {c: _ALIASES.get(normalise(c)) or find_organ(c) or find_organ(c.partition(" - ")[0]) for c in columns}
    found = {o: tuple(c for c in columns if at[c] == o) for o in NAMES}
    return {o: cs for o, cs in found.items() if cs}


def bulk_sources(mrna: Sequence[str], mirna: Sequence[str] = ()) -> tuple[Source, ...]:
    """Return one bulk recipient for every organ that has an mRNA column."""
    levels = organ_columns(mirna)
    return tuple(Source(Recipient(o, o), cs, levels.get(o, ())) for o, cs in organ_columns(mrna).items())


def human_sources(mrna: Sequence[str], mirna: Sequence[str] = ()) -> tuple[Source, ...]:
    """Return bulk, parenchyma (bulk) and cells by proxy of every organ with a column; then cells of no fixed organ."""
    made = []
    for bulk in bulk_sources(mrna, mirna):
        organ = str(bulk.recipient.organ)
        made.append(bulk)
        made.append(
            Source(Recipient(f"{organ}/parenchyma", organ, "parenchyma", "whole tissue"), bulk.mrna, bulk.mirna)
        )
        for proxy in PROXIES:
            chosen = LOCAL.get((organ, proxy.cell), proxy)
            made += _stand_in(f"{organ}/{proxy.cell}", organ, chosen, mrna, mirna)
    for proxy in FREE:
        made += _stand_in(proxy.cell, None, proxy, mrna, mirna)
    return tuple(made)


def _stand_in(name: str, organ: str | None, proxy: Proxy, mrna: Sequence[str], mirna: Sequence[str]) -> list[Source]:
    """Return the recipient behind `proxy` with those of its columns that are there, or nothing where none is."""
    columns, levels = _present(proxy.mrna, mrna), _present(proxy.mirna, mirna)
    return [Source(Recipient(name, organ, proxy.cell, proxy.label), columns, levels)] if columns else []


def _present(wanted: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    spelt = {normalise(c): c for c in there}
    return tuple(spelt[normalise(w)] for w in wanted if normalise(w) in spelt)
