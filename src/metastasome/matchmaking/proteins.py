"""The protein route: EV ligands that act through receptors of the recipient, and the integrin code of uptake.

An axis (ligand, receptor, cell class, programme, weight) moves a programme of a recipient by

    top = TOP * weight * f(rho) * t / (t + RECEPTOR_HALF),    f(rho) = 2 (rho - 1) / (rho + 1) for rho > 1, else 0
    s(D) = top * D / (D + HALF_DOSE)

with rho the ligand's level relative to normal vesicles and t the receptor's mRNA copies per cell. A tumour vesicle that
carries no more of a ligand than normal ones, which outnumber it a thousandfold in blood, adds nothing. Where a ligand
was not measured, f = 1 (rho = 3) stands for the vesicles of the education experiments, an assumption the notes name.

Size of the effect, an assumption derived from the education experiments (niche_dose_01 to _05, niche_effect_01 to _05
of the literature table): 12 injections of 5 ug (4.4e9 particles) in 28 days are 1.9e9 vesicles a day for a mouse. With
some 5 to 20 % of them in the lung and 1e8 lung cells the lung's cells meet 1 to 4 a day, its macrophages (5 % of cells,
about half of the uptake) 10 to 40. The lung burden rose 2.2- to 3.9-fold in the original (ln 0.8 to 1.4) and 1.9- to
2.4-fold, not significant, in the replication (ln 0.6 to 0.9). So half of one natural-log unit at about 10 vesicles per
cell and day.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from ..cargo.cargo import Cargo

TOP = 1.0
"""Programme shift of one saturated axis, natural-log units. Assumption; 0.3 to 1.5 fits the experiments above."""
HALF_DOSE = 10.0
"""Vesicles per cell and day at half effect. Assumption; 1 to 100 fits the experiments above."""
TOP_RANGE = (0.3, 1.5)
HALF_DOSE_RANGE = (1.0, 100.0)
UNMEASURED = 1.0
"""f(rho) of a ligand that was not measured. Assumption; 0 to 2 is possible."""
RECEPTOR_HALF = 10.0
"""Receptor mRNA copies per cell at half effect. Assumption; 1 to 100 is plausible."""
INTEGRINS: dict[str, tuple[tuple[str, str], ...]] = {
    "lung": (("ITGA6", "ITGB4"), ("ITGA6", "ITGB1")),
    "liver": (("ITGAV", "ITGB5"),),
    "brain": (("ITGB3", "ITGB3"),),
}
"""Organ -> integrin pairs that raise uptake there (Hoshino 2015, doi:10.1038/nature15756)."""
FACTOR_RANGE = (0.25, 2.0)


@dataclass(frozen=True)
class Axis:
    """One ligand-receptor axis; `weight` carries the sign."""

    ligand: str
    receptor: str
    cell: str
    programme: str
    weight: float
    evidence: str
    source: str


@functools.cache
def axes() -> tuple[Axis, ...]:
    """Return the axes of ``data/protein_axes.csv``."""
    text = (resources.files(__package__) / "data" / "protein_axes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(
        Axis(
            r["ligand"],
            r["receptor"],
            r["cell"],
            r["programme"],
            float(r["weight"]),
            r["evidence"],
            r["source"],
        )
        for r in rows
    )


def excess_factor(ratio: float | None) -> float:
    """Return f(rho): 0 up to the level of normal vesicles, 1 at three times it or where not measured, at most 2."""
    if ratio is None:
        return UNMEASURED
    return 2.0 if np.isinf(ratio) else max(2.0 * (ratio - 1.0) / (ratio + 1.0), 0.0)


def ligand_factor(ratio: float) -> float:
    """Return ``2 rho / (1 + rho)``: 0 without the protein, 1 at the level of normal vesicles, at most 2."""
    return 2.0 if np.isinf(ratio) else 2.0 * ratio / (1.0 + ratio)


def protein_top(
    cargo: Cargo,
    cells: Sequence[str],
    programmes: Sequence[str],
    genes: Sequence[str],
    mrna: NDArray[np.float64],
    column: NDArray[np.int64],
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the protein route's tops and the notes that go with them.

    Args:
        cargo: whose `proteins` are read.
        cells: cell classes, ``c`` of them.
        programmes: ``p`` of them.
        genes: rows of `mrna`.
        mrna: copies per cell, ``(g, r)``; a receptor not measured in a recipient counts as absent there, one that is
            not among `genes` at all as present at half effect.
        column: column of `mrna` that stands for each organ and cell class, ``(o, c)``.

    Returns:
        tops ``(o, c, p)``, and one sentence for what was assumed.
    """
    place = {symbol: i for i, symbol in enumerate(genes)}
    out = np.zeros((column.shape[0], len(cells), len(programmes)))
    unknown, absent = set(), set()
    for axis in axes():
        if axis.cell not in cells or axis.programme not in programmes:
            continue
        if axis.ligand not in cargo.proteins:
            unknown.add(axis.ligand)
        if axis.receptor not in place:
            absent.add(axis.receptor)
            copies = np.full(column.shape[0], RECEPTOR_HALF)
        else:
            copies = np.nan_to_num(mrna[place[axis.receptor]][column[:, cells.index(axis.cell)]], nan=0.0)
        size = TOP * axis.weight * excess_factor(cargo.proteins.get(axis.ligand))
        out[:, cells.index(axis.cell), programmes.index(axis.programme)] += size * copies / (copies + RECEPTOR_HALF)
    return out, _notes(unknown, absent)


def integrin_factor(cargo: Cargo, organs: Sequence[str]) -> NDArray[np.float64]:
    """Return the uptake factor of each organ from the vesicles' integrins, shape ``(o,)``.

    Alpha-6 beta-4 and alpha-6 beta-1 raise uptake in lung, alpha-v beta-5 in liver, beta-3 in brain. A pair counts by
    the geometric mean of its ratios to normal vesicles, the best pair of an organ speaks, ``2 rho / (1 + rho)`` bounds
    it; 1 where a partner was not measured.

    >>> from metastasome.cargo import Cargo
    >>> empty = Cargo("none", (), np.zeros(0), np.zeros(0))
    >>> integrin_factor(empty, ("lung", "liver")).tolist()
    [1.0, 1.0]
    """
    out = np.ones(len(organs))
    for i, organ in enumerate(organs):
        pairs = [p for p in INTEGRINS.get(organ, ()) if all(gene in cargo.proteins for gene in p)]
        if pairs:
            best = max(float(np.sqrt(cargo.proteins[a] * cargo.proteins[b])) for a, b in pairs)
            out[i] = np.clip(ligand_factor(best), *FACTOR_RANGE)
    return out


def _notes(unknown: set[str], absent: set[str]) -> tuple[str, ...]:
    notes = [
        f"Protein route: an assumption of size (top {TOP:g}, range {TOP_RANGE[0]:g} to {TOP_RANGE[1]:g}; half dose "
        f"{HALF_DOSE:g}, range {HALF_DOSE_RANGE[0]:g} to {HALF_DOSE_RANGE[1]:g} EV per cell and day) derived from "
        "mouse education experiments; their replication was not significant."
    ]
    if unknown:
        notes.append(
            "Not measured in the vesicles, taken as in those of the education experiments (assumption): "
            f"{', '.join(sorted(unknown))}."
        )
    if absent:
        notes.append(
            "Receptors not in the stockroom, taken at half effect everywhere (assumption): "
            f"{', '.join(sorted(absent))}."
        )
    return tuple(notes)
