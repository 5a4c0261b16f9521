"""Finds the sites a match needs: by a scan of the stockroom's 3'UTRs, or in the embedded counts of sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..cargo.cargo import Cargo
from ..core.errors import InputError
from ..stockroom.stockroom import Stockroom
from . import affinity
from .affinity import Model
from .guides import Guides, gather
from .kmers import build_index, named
from .predict_input import check_guide
from .rooms import choose, covered, distinct, site_counts_of
from .sites import scan
from .sitesource import SiteSource, from_sites


def known_sequences(cargo: Cargo, given: Mapping[str, str] | None) -> dict[str, str]:
    """Return miRNA name -> sequence: the reference's, then what the cargo brought, then what the user gave.

    Raises:
        InputError: what the user gave is no mature sequence.
    """
    from ..reference import mirna_names

    known = {name: m.sequence for name, m in mirna_names().items() if m.sequence}
    own: dict[str, str] = {}
    if given is not None:
        own = dict(zip(*named(given, what="mirna_sequences"), strict=True))
        for name, sequence in own.items():
            check_guide(name, sequence, "mirna_sequences")
    return {**known, **cargo.sequences, **own}


def prepare_sites(
    cargo: Cargo,
    stockroom: Stockroom,
    *,
    organs: Sequence[str] | None = None,
    model: Model = "learned",
    mirna_sequences: Mapping[str, str] | None = None,
) -> SiteSource:
    """Return the sites of every guide of a cargo and a stockroom, to be given to several matches (``sites=``).

    Args:
        cargo, stockroom, organs: as in :func:`~metastasome.matchmaking.match.match`.
        model: affinity model.
        mirna_sequences: miRNA name -> sequence, for names that miRBase v22 lacks.
    """
    room, _ = distinct(covered(choose(stockroom, organs)))
    guides = gather(cargo, room, known_sequences(cargo, mirna_sequences))
    return find_sites(room, guides, model=model)


def find_sites(stockroom: Stockroom, guides: Guides, *, model: Model = "learned") -> SiteSource:
    """Return the sites of `guides` on the genes of `stockroom`.

    Raises:
        InputError: the stockroom has neither 3'UTRs nor site counts, or none of its genes has any.
    """
    if stockroom.utrs:
        return _by_scan(stockroom, guides, model)
    if stockroom.site_counts is not None:
        return _by_counts(stockroom, guides, model)
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
    sequences = dict(zip(guides.names, guides.sequences, strict=True))
    index = build_index(utrs)
    table = scan(index, sequences)
    ln_kd = affinity.site_ln_kd(table, sequences, index, model=model)
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
        ln_kd_sd=_ln_kd_sd(model),
        lengths=lengths,
        origin=origin,
    )


def _by_counts(stockroom: Stockroom, guides: Guides, model: Model) -> SiteSource:
    """Return the sites of a table of counts by seed, gene and type; a seed that was not counted has none."""
    counts = site_counts_of(stockroom)
    place = {gene: i for i, gene in enumerate(stockroom.genes)}
    row = np.array([place.get(gene, -1) for gene in counts.genes], np.int64)
    home = {seed: i for i, seed in enumerate(guides.seeds)}
    own = np.array([home.get(seed, -1) for seed in counts.seeds], np.int64)
    keep = np.flatnonzero((own[counts.seed_index] >= 0) & (row[counts.gene_index] >= 0))
    seed, gene = own[counts.seed_index[keep]], row[counts.gene_index[keep]]
    entry, kind = np.nonzero(counts.counts[keep])
    ln_kd = _type_ln_kd(guides, model)
    lengths = np.full(len(stockroom.genes), np.nan)
    lengths[row[row >= 0]] = counts.lengths[row >= 0]
    missing = [i for i, s in enumerate(guides.seeds) if s not in counts]
    share = guides.delivered[missing].sum() / max(guides.delivered.sum(), 1e-300)
    origin = f"embedded counts by type, {model} affinities"
    origin += f"; {len(missing)} seeds ({share:.1%} of the delivered copies) were not counted" if missing else ""
    return from_sites(
        guides.seeds,
        stockroom.genes,
        seed[entry],
        gene[entry],
        ln_kd[seed[entry], kind],
        count=counts.counts[keep][entry, kind].astype(np.float64),
        ln_kd_sd=_ln_kd_sd(model),
        lengths=lengths if np.isfinite(lengths).any() else None,
        origin=origin,
    )


def _type_ln_kd(guides: Guides, model: Model) -> NDArray[np.float64]:
    """Return ln K_D of 8mer, 7mer-m8, 7mer-A1 and 6mer of each seed in an average context, ``(s, 4)``."""
    return np.array([affinity.type_ln_kd(seed, model=model)[:4] for seed in guides.seeds])


def _ln_kd_sd(model: Model) -> float:
    """Return one standard deviation of ln K_D for a guide: that of its canonical sites, taken as shared by them."""
    return float(affinity.type_ln_kd_sd(model=model)[:4].mean())
