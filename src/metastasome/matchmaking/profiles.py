"""What nulls are asked about, and the scores of single donors' profiles for the recipient null."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..cargo.cargo import Cargo
from ..core.errors import InputError
from ..stockroom.stockroom import Stockroom
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
