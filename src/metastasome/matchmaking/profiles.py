"""What nulls are asked about, and the scores of single donors' profiles for the recipient null."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..cargo.cargo import Cargo
from ..core.errors import InputError
from ..core.organs import find_organ
from ..core.tables import read_table
from ..reference import resolve
from ..stockroom.build import MIRNA_PER_CELL
from ..stockroom.stockroom import Recipient, Stockroom
from .affinity import Model
from .curves import curves
from .delivery import Delivery
from .finding import find_sites
from .guides import Guides, gather
from .programmes import Programmes
from .rooms import covered
from .sitesource import SiteSource

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class DonorProfiles:
    """A stockroom whose recipients are single profiles, one organ of one donor each.

    Attributes:
        stockroom: profiles as recipients; each names its organ.
        donors: donor of each profile.
    """

    stockroom: Stockroom
    donors: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.donors) != len(self.stockroom.recipients):
            raise InputError(
                "one donor per profile is needed",
                field="donors",
                value=len(self.donors),
                expected=str(len(self.stockroom.recipients)),
            )


@dataclass(frozen=True)
class Question:
    """Everything nulls and intervals need to know of a match in the making."""

    cargo: Cargo
    stockroom: Stockroom
    guides: Guides
    sites: SiteSource
    sets: Programmes
    weights: F8
    delivery: Delivery
    doses: F8
    tested: int
    nulls: int
    draws: int
    seed: int
    workers: int


def read_donor_profiles(path: str | os.PathLike[str], stockroom: Stockroom) -> DonorProfiles:
    """Read a miRNA table whose columns are ``organ__tissue__donor`` (miRNATissueAtlas2) as single profiles.

    Each profile holds the miRNA of one organ of one donor (tissues averaged; repeats such as ``4.1`` count
    with donor 4) and the mRNA of that organ in `stockroom`; organs that `stockroom` lacks are left out.

    Raises:
        InputError: not such a table, or no organ of it is in the stockroom.
    """
    table = read_table(path)
    bulk = {r.organ: i for i, r in reversed(list(enumerate(stockroom.recipients))) if r.cell == "bulk"}
    groups: dict[tuple[str, str], list[int]] = {}
    for j, header in enumerate(table.header[1:], 1):
        parts = header.split("__")
        organ = find_organ(parts[0]) if len(parts) == 3 else None
        if organ in bulk:
            groups.setdefault((str(organ), parts[2].split(".")[0]), []).append(j)
    if not groups:
        raise InputError(
            "no column is an organ of the stockroom",
            file=path,
            field="columns",
            value=list(table.header[1:4]),
            expected="organ__tissue__donor",
        )
    resolved = resolve([row[0].strip() for row in table.rows]).names
    rows = [i for i, row in enumerate(table.rows) if row[0].strip() in resolved]
    counts = table.numbers(range(1, len(table.header)), missing=0.0)
    shares = counts / counts.sum(axis=0) * MIRNA_PER_CELL
    levels = np.array([shares[:, [j - 1 for j in found]].mean(axis=1)[rows] for found in groups.values()]).T
    names = tuple(dict.fromkeys(resolved[table.rows[i][0].strip()] for i in rows))
    place = {n: k for k, n in enumerate(names)}
    mirna = np.zeros((len(names), len(groups)))
    np.add.at(mirna, [place[resolved[table.rows[i][0].strip()]] for i in rows], levels)
    people = tuple(Recipient(f"{organ}#{donor}", organ) for organ, donor in groups)
    room = replace(
        stockroom,
        name=f"donors of {table.path.name}",
        recipients=people,
        mirnas=names,
        mirna=mirna,
        mrna=stockroom.mrna[:, [bulk[organ] for organ, _ in groups]],
    )
    return DonorProfiles(room, tuple(donor for _, donor in groups))


@dataclass(frozen=True)
class ProfileScores:
    """Programme shifts of single profiles at the tested dose, ``(j, p)``, with the organ and donor of each."""

    scores: F8
    organs: tuple[str, ...]
    donors: tuple[str, ...]


def score_profiles(
    question: Question,
    profiles: DonorProfiles,
    sequences: Mapping[str, str],
    model: Model,
    ago_copies: float | None,
) -> ProfileScores:
    """Return the exact shifts of every profile at the tested dose.

    Raises:
        InputError: a profile names no organ.
    """
    room = profiles.stockroom
    organs = tuple(r.organ or "" for r in room.recipients)
    if "" in organs:
        raise InputError("a profile names no organ", field="donors", value=room.recipients[organs.index("")].name)
    room = covered(room)
    guides = gather(question.cargo, room, sequences)
    found = find_sites(room, guides, model=model)
    weights = question.sets.weights(room.genes, room.mrna)
    at = question.doses[[question.tested]]
    exact = curves(found, guides, room.mrna, weights, at, question.delivery, ago_copies, workers=question.workers)
    return ProfileScores(exact.shift[:, 0], organs, profiles.donors)
