"""Vesicles as a vehicle: engineered ones that carry an siRNA or a microRNA to an organ (A10)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.errors import InputError, nearest
from ..core.parameters import ASSUMPTION, parameter
from .base import Effect, Inputs, Intervention

if TYPE_CHECKING:
    import pandas as pd

#: niche state -> (cell class, programme) whose response it follows
TARGETS = {
    "leakiness": ("endothelium", "barrier"),
    "matrix": ("stroma", "matrix"),
    "marrow_cells": ("macrophage", "inflammation"),
    "suppression": ("macrophage", "immune_suppression"),
}


@dataclass(frozen=True)
class EngineeredVesicles(Intervention):
    """Engineered vesicles silence, in one organ, what a niche step needs: its response there falls by `knockdown`.

    :func:`knockdown_table` says what knock-down a microRNA or siRNA seed would reach, and what else it would hit.

    Attributes:
        organ: where they are delivered.
        target: niche step: leakiness, matrix, marrow_cells or suppression.
    """

    key = "engineered_vesicles"
    title = "engineered vesicles with siRNA or microRNA"
    side_conditions = (
        "Vesicles without steering go to liver and spleen first; the knock-down is what reaches the cells of the "
        "organ, and no figure in patients was found. Off-targets are the table's, not the trial's."
    )
    places = ("organ",)
    words = (("target", tuple(TARGETS)),)
    organ: str = "liver"
    target: str = "matrix"
    knockdown: float = parameter(
        0.5, "1", low=0.0, high=1.0, source=ASSUMPTION, meaning="share of the response silenced in the organ"
    )

    def effects(self, inputs: Inputs) -> tuple[Effect, ...]:
        """Return the factors on the greatest response of the target in the organ, by route."""
        cell, programme = TARGETS[self.target]
        left = 1.0 - self.knockdown
        return tuple(Effect(f"{route}_top_{cell}_{programme}", left, self.organ) for route in ("rna", "protein"))


def knockdown_table(
    guides: Mapping[str, str],
    utrs: Mapping[str, str],
    targets: Sequence[str],
    *,
    expression: Mapping[str, float] | None = None,
    slicing: float = 0.8,
    off_target: float = 0.1,
    free_ago: float | None = None,
) -> pd.DataFrame:
    """Return the knock-down that guide strands reach on their targets, and what else they would hit.

    Seed repression is that of :func:`metastasome.matchmaking.predict.predict_repression`; a transcript that holds the
    full complement of a guide's positions 2 to 19 is cut besides, which lowers it by `slicing` (an assumption).

    Args:
        guides: name -> guide strand, 5' to 3'.
        utrs: gene -> 3'UTR (or transcript).
        targets: genes that are meant.
        expression: TPM of the recipient cell; genes under 1 are left out of the off-targets.
        slicing: share of transcripts cut at a full complement.
        off_target: knock-down from which another gene is listed.
        free_ago: as in `predict_repression`; what a dose leaves free.

    Returns:
        Columns guide, gene, role (``"target"`` or ``"off-target"``), ln_fc, knockdown (share), cut; strongest first.

    Raises:
        InputError: a target without a sequence, a share that is none.

    >>> table = knockdown_table({"si": "UGGAAUGUAAAGAAGUAUGUAU"}, {"A": "ATACATACTTCTTTACATTCCA", "B": "GGGCGC"}, ["A"])
    >>> table[["gene", "role", "cut"]].values.tolist()
    [['A', 'target', True]]
    """
    from ..matchmaking.predict import predict_repression

    missing = [g for g in targets if g not in utrs]
    if missing:
        raise InputError(
            "no sequence of this target", field="targets", value=missing[0], hint=nearest(missing[0], utrs) or None
        )
    for name, share in (("slicing", slicing), ("off_target", off_target)):
        if not 0 <= share <= 1:
            raise InputError("not a share", field=name, value=share, expected="0 to 1")
    found = predict_repression(guides, utrs, expression, free_ago=free_ago)
    expressed = found.attrs.get("detectable") or [True] * len(found)
    return _listed(found, guides, utrs, frozenset(targets), slicing, off_target, expressed)


def _listed(
    found: pd.DataFrame, guides: Mapping[str, str], utrs: Mapping[str, str], targets: frozenset[str], slicing: float,
    off_target: float, expressed: Sequence[bool],
) -> pd.DataFrame:  # fmt: skip
    import pandas as pd

    rows = []
    for guide, sequence in guides.items():
        site = _complement(sequence[1:19])
        for (gene, change), there in zip(found[guide].items(), expressed, strict=True):
            cut = site in utrs[str(gene)].upper().replace("U", "T")
            left = math.exp(float(change)) * (1.0 - slicing if cut else 1.0)
            if gene in targets or (there and 1.0 - left >= off_target):
                role = "target" if gene in targets else "off-target"
                rows.append((guide, str(gene), role, math.log(max(left, 1e-12)), 1.0 - left, cut))
    made = pd.DataFrame(rows, columns=["guide", "gene", "role", "ln_fc", "knockdown", "cut"])
    return made.sort_values(["guide", "role", "knockdown"], ascending=[True, False, False], ignore_index=True)


def _complement(guide: str) -> str:
    """Return the DNA that pairs with `guide`."""
    return guide.upper().replace("U", "T").translate(str.maketrans("ACGT", "TGCA"))[::-1]
