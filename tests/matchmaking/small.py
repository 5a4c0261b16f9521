"""A small tumour and a small body: random 3'UTRs with planted sites, few miRNAs, three organs."""

from __future__ import annotations

import numpy as np

from metastasome.cargo import Cargo
from metastasome.core.streams import stream
from metastasome.matchmaking.programmes import Programmes
from metastasome.stockroom import Recipient, Stockroom

GUIDES = {
    "hsa-miR-122-5p": "UGGAGUGUGACAAUGGUGUUUG",
    "hsa-miR-21-5p": "UAGCUUAUCAGACUGAUGUUGA",
    "hsa-miR-105-5p": "UCAAAUGCUCAGACUCCUGUGGU",
    "hsa-miR-25-3p": "CAUUGCACUUGUCUCGGUCUGA",
    "hsa-miR-92a-3p": "UAUUGCACUUGUCCCGGCCUGU",  # the seed of miR-25-3p
    "hsa-miR-1-3p": "UGGAAUGUAAAGAAGUAUGUAU",
}
SITE_122 = "ACACTCCA"  # 8mer of miR-122-5p


def utrs(n: int = 120, length: int = 900, seed: int = 3) -> dict[str, str]:
    """Random 3'UTRs; the first five genes carry two 8mers of miR-122 each."""
    rng = stream(seed, "test/utrs")
    out = {}
    for i in range(n):
        letters = "".join(rng.choice(list("ACGT"), length))
        out[f"G{i}"] = letters[:200] + SITE_122 + letters[208:500] + SITE_122 + letters[508:] if i < 5 else letters
    return out


def stockroom(n: int = 120, liver_122: float = 1e5) -> Stockroom:
    """Liver (full of miR-122), lung and brain; a generic endothelium."""
    people = (
        Recipient("liver", "liver"),
        Recipient("lung", "lung"),
        Recipient("brain", "brain"),
        Recipient("endothelium", None, "endothelium", "cell line"),
    )
    rng = stream(4, "test/stockroom")
    mrna = rng.lognormal(2.0, 1.0, (n, 1)) * np.exp(0.1 * rng.standard_normal((n, len(people))))
    mirna = rng.lognormal(6.0, 1.0, (len(GUIDES), len(people)))
    mirna[0] = [liver_122, 0.0, 0.0, 0.0]
    genes = tuple(f"G{i}" for i in range(n))
    return Stockroom("small", genes, people, mrna, tuple(GUIDES), mirna, utrs=utrs(n))


def cargo(copies: float = 0.01, **others: float) -> Cargo:
    """A cargo of miR-122, and of `others` by index of :data:`GUIDES` (``m1=0.01``)."""
    amounts = np.zeros(len(GUIDES))
    amounts[0] = copies
    for name, value in others.items():
        amounts[int(name[1:])] = value
    return Cargo("small tumour", tuple(GUIDES), amounts, np.full(len(GUIDES), 0.7), sequences=GUIDES)


def programmes(n: int = 120) -> Programmes:
    """`barrier` holds the five targets of miR-122 and three others; `matrix` twelve genes, half of them lowering it."""
    first = [f"G{i}" for i in (0, 1, 2, 3, 4, 50, 51, 52)]
    second = [f"G{i}" for i in range(60, 72)]
    weight = np.array([1.0] * 8 + [1.0, -1.0] * 6)
    return Programmes(("barrier", "matrix"), np.array([0] * 8 + [1] * 12), (*first, *second), weight)
