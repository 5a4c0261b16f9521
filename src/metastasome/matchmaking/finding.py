"""Finds the sites a match needs: by a scan of the stockroom's 3'UTRs, or in the embedded counts of sites."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..cargo.cargo import Cargo
from ..core.errors import InputError
from ..stockroom.stockroom import Stockroom
from . import affinity
from .affinity import Model
from .guides import Guides, gather
from .sites import scan
from .sitesource import SiteSource, from_sites


def known_sequences(cargo: Cargo, given: Mapping[str, str] | None) -> dict[str, str]:
    """Return miRNA name -> sequence: the reference's, then what the cargo brought, then what the user gave."""
    from ..reference.names import mirna_names

    known = {name: m.sequence for name, m in mirna_names().items() if m.sequence}
    return {**known, **cargo.sequences, **(given or {})}


def prepare_sites(
    cargo: Cargo,
    stockroom: Stockroom,
    *,
    model: Model = "learned",
    mirna_sequences: Mapping[str, str] | None = None,
) -> SiteSource:
    """Return the sites of every guide of a cargo and a stockroom, to be given to several matches (``sites=``).

    Args:
        cargo, stockroom: as in :func:`~metastasome.matchmaking.match.match`.
        model: affinity model.
        mirna_sequences: miRNA name -> sequence, for names that miRBase v22 lacks.
    """
    return find_sites(stockroom, gather(cargo, stockroom, known_sequences(cargo, mirna_sequences)), model=model)


def find_sites(stockroom: Stockroom, guides: Guides, *, model: Model = "learned") -> SiteSource:
    """Return the sites of `guides` on the genes of `stockroom`.

    Raises:
        InputError: the stockroom has neither 3'UTRs nor site counts, or none of its genes has any.
    """
    if stockroom.utrs:
        return _by_scan(stockroom, guides, model)
    if stockroom.site_counts is not None:
        return _by_counts(stockroom, guides)
    raise InputError(
        "the stockroom has neither 3'UTRs nor site counts",
        field=stockroom.name,
        hint="give 3'UTRs with --utr",
    )


def _by_scan(stockroom: Stockroom, guides: Guides, model: Model) -> SiteSource:
    place = {gene: i for i, gene in enumerate(stockroom.genes)}
    utrs = {gene: utr for gene, utr in stockroom.utrs.items() if gene in place and utr}
    if not utrs:
        raise InputError(
            "no gene of the stockroom has a 3'UTR",
            field="utrs",
            value=list(stockroom.utrs)[:3],
            expected=f"ids like {list(stockroom.genes[:3])}",
        )
    sequences = {name: _full(seq) for name, seq in zip(guides.names, guides.sequences, strict=True)}
    table = scan(utrs, sequences)
    ln_kd = affinity.site_ln_kd(table, sequences, utrs, model=model)
    rows = np.array([place[gene] for gene in table.utrs], np.int64)
    lengths = np.zeros(len(stockroom.genes))
    lengths[rows] = table.utr_lengths
    origin = f"scan of {len(utrs)} 3'UTRs, {model} affinities"
    return from_sites(
        guides.seeds,
        stockroom.genes,
        table.mirna,
        rows[table.utr],
        ln_kd,
        ln_kd_sd=_sd(model),
        lengths=lengths,
        origin=origin,
    )


def _full(sequence: str) -> str:
    """A bare seed was written N + 7 letters; a site scan reads letters 2-8 and takes N for no letter."""
    return sequence


def _sd(model: Model) -> NDArray[np.float64] | float:
    return affinity.FIXED_SD


def _by_counts(stockroom: Stockroom, guides: Guides) -> SiteSource:
    raise NotImplementedError
