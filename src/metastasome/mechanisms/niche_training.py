"""TOTr, tumour-organ-training: vesicles prepare a niche for arriving tumour cells (claims B3, B4, B7; A8).

Four states per organ, each between 0 (healthy) and 1 (fully trained), follow

    dX/dt = build_X stimulus_X (1 - X) - decay_X X

and revert at their own rates when vesicles are withdrawn. Every stimulus comes from matchmaking's dose response: the
shift s(D) of a programme (natural-log units) at the dose D that kinetics delivers to the cells concerned, summed over
the RNA and protein routes, becomes the share of that programme lost or gained, 1 - exp(-|s|).

Steps and cells: leaky vessels (endothelium; Peinado 2012 doi:10.1038/nm.2753, Zhou 2014
doi:10.1016/j.ccr.2014.03.007), fibronectin-rich matrix from stroma told by macrophages (Costa-Silva 2015
doi:10.1038/ncb3169), marrow-derived cells that cluster on that matrix (Kaplan 2005, PMC2945882), immune suppression
(Chalmin 2010, PMC2810085).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import ASSUMPTION, Prior, parameter
from ._response import response_inputs, response_shift, share_of
from .base import Array, Input, Mechanism, Quantities, Quantity, State

#: state -> (cell class whose programme moves, programme, direction that trains the niche)
STIMULI: Mapping[str, tuple[str, str, int]] = {
    "leakiness": ("endothelium", "barrier", -1),
    "matrix": ("stroma", "matrix", 1),
    "marrow_cells": ("macrophage", "inflammation", 1),
    "suppression": ("macrophage", "immune_suppression", 1),
}


@dataclass(frozen=True)
class NicheTraining(Mechanism):
    """TOTr: leakiness, matrix, marrow-derived cells and immune suppression, organ by organ."""

    key = "niche_training"
    rank = 30
    title = "TOTr: training of the pre-metastatic niche"
    claims = ("B3", "B4", "B7", "A8")
    states = (
        State("leakiness", "organ", "1", "vascular leakiness above rest"),
        State("matrix", "organ", "1", "fibronectin-rich matrix"),
        State("marrow_cells", "organ", "1", "marrow-derived cells in the niche"),
        State("suppression", "organ", "1", "local immune suppression"),
    )
    reads = ("dose_endothelium", "dose_stroma", "dose_macrophage")
    reads_if_there = ("marrow_memory", "stroma_call")
    inputs = (
        *(i for cell, programme, _ in STIMULI.values() for i in response_inputs(cell, programme)),
        Input("lever_leak", "body", "1", "what interventions leave of the opening of vessels", "lever", 1.0),
        Input("lever_matrix", "body", "1", "what interventions leave of matrix deposition (fibronectin)", "lever", 1.0),
        Input("lever_marrow", "body", "1", "what interventions leave of recruitment (VEGFR1, MET)", "lever", 1.0),
        Input(
            "lever_suppression", "body", "1", "what interventions leave of suppression (MIF, TGF-beta)", "lever", 1.0
        ),
    )
    derives = tuple(
        Quantity(
            f"stimulus_{name}",
            "organ",
            "1",
            f"share of {programme} {'lost' if sign < 0 else 'gained'} in {cell}",
        )
        for name, (cell, programme, sign) in STIMULI.items()
    )
    modifies = ("extravasation", "death")

    leak_build: float = parameter(
        0.5,
        "1/day",
        low=0.001,
        high=10.0,
        source=ASSUMPTION,
        evidence=("niche_timing_01",),
        meaning="build-up of leakiness at full stimulus; leak is seen within a day of injection",
    )
    leak_decay: float = parameter(
        0.2,
        "1/day",
        low=0.001,
        high=10.0,
        source=ASSUMPTION,
        meaning="closing of vessels after withdrawal; no figure seen",
    )
    matrix_build: float = parameter(
        0.1,
        "1/day",
        low=0.001,
        high=10.0,
        source=ASSUMPTION,
        evidence=("niche_timing_01",),
        meaning="deposition of matrix at full stimulus; the education schedule lasts 28 days",
    )
    matrix_decay: float = parameter(
        0.02,
        "1/day",
        low=0.0001,
        high=1.0,
        source=ASSUMPTION,
        meaning="turnover of matrix after withdrawal; no figure seen",
    )
    marrow_build: float = parameter(
        0.1,
        "1/day",
        low=0.001,
        high=10.0,
        source=ASSUMPTION,
        meaning="recruitment of marrow-derived cells at full stimulus",
    )
    marrow_decay: float = parameter(
        0.05,
        "1/day",
        low=0.0,
        high=1.0,
        source=ASSUMPTION,
        meaning="loss of marrow-derived cells; Peinado calls the education permanent, Lee saw transience",
    )
    suppression_build: float = parameter(
        0.2,
        "1/day",
        low=0.001,
        high=10.0,
        source=ASSUMPTION,
        meaning="build-up of suppression at full stimulus",
    )
    suppression_decay: float = parameter(
        0.1,
        "1/day",
        low=0.001,
        high=10.0,
        source=ASSUMPTION,
        meaning="decay of suppression after withdrawal",
    )
    leak_gain: float = parameter(
        2.0,
        "1",
        low=0.0,
        high=20.0,
        prior=Prior("lognormal", 2.0, 0.7),
        source=ASSUMPTION,
        evidence=("niche_effect_01", "niche_effect_02"),
        meaning="rise of extravasation at full leakiness; education: lung burden 2.2-fold, in replication 1.9 (n.s.)",
    )
    marrow_gain: float = parameter(
        1.0,
        "1",
        low=0.0,
        high=20.0,
        source=ASSUMPTION,
        meaning="relative rise of extravasation at a full niche of marrow cells",
    )
    survival_gain: float = parameter(
        0.02,
        "1",
        low=0.0,
        high=0.5,
        source=ASSUMPTION,
        evidence=("metastasis_establishment_01", "niche_effect_01", "niche_effect_02", "niche_effect_03"),
        meaning="greatest share by which matrix and marrow cells lower the death rate of lesion cells; with all gains, "
        "mouse lung burden rises about 3-fold in 18 days, inside the 1.9 to 3.9 of original and replication",
    )
    suppression_gain: float = parameter(
        0.01,
        "1",
        low=0.0,
        high=0.5,
        source=ASSUMPTION,
        meaning="greatest share by which immune suppression lowers the death rate of lesion cells",
    )

    def derive(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the stimulus of every niche state, between 0 and 1."""
        out = {}
        for name, (cell, programme, sign) in STIMULI.items():
            dose = getattr(q, f"dose_{cell}")
            shift = response_shift(q, dose, cell, programme)
            out[f"stimulus_{name}"] = share_of(xp, shift, sign)
        return out

    def rates(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return the four niche balances; marrow-derived cells settle in proportion to the matrix there."""
        return {
            "leakiness": q.lever_leak * p.leak_build * self._of(q, "leakiness") * (1 - q.leakiness)
            - p.leak_decay * q.leakiness,
            "matrix": q.lever_matrix * p.matrix_build * self._of(q, "matrix") * (1 - q.matrix)
            - p.matrix_decay * q.matrix,
            "marrow_cells": q.lever_marrow * (p.marrow_build * self._called(q) * q.matrix * (1 - q.marrow_cells))
            - p.marrow_decay * q.marrow_cells,
            "suppression": q.lever_suppression * p.suppression_build * self._of(q, "suppression") * (1 - q.suppression)
            - p.suppression_decay * q.suppression,
        }

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Mapping[str, Array]:
        """Return factors on extravasation (at least 1) and on the death rate of lesion cells (at most 1)."""
        ground = 1 - (1 - q.matrix) * (1 - q.marrow_cells)
        return {
            "extravasation": (1 + p.leak_gain * q.leakiness) * (1 + p.marrow_gain * q.marrow_cells),
            "death": (1 - p.survival_gain * ground) * (1 - p.suppression_gain * q.suppression),
        }

    @classmethod
    def _called(cls, q: Quantities) -> Array:
        """Return all that recruits marrow cells: the stimulus here, and other mechanisms' where they are on."""
        return cls._of(q, "marrow_cells") + q.marrow_memory + q.stroma_call

    @staticmethod
    def _of(q: Quantities, state: str) -> Array:
        return getattr(q, f"stimulus_{state}")
