"""Joins parts of a cargo that were measured apart: miRNAs from one study, proteins from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from numbers import Real

import numpy as np

from ..core.errors import InputError
from .cargo import Cargo
from .proteins import ProteinRatios


def combine(
    *parts: Cargo,
    proteins: ProteinRatios | Mapping[str, float] | None = None,
    dna_copies: float | None = None,
    name: str | None = None,
) -> Cargo:
    """Return one cargo from several: later parts win where two hold the same miRNA or protein.

    Donors (``samples``) are kept from the only part that has any, and dropped, with a note, where two have.

    Raises:
        InputError: nothing was given to combine.
    """
    if not parts and proteins is None:
        raise InputError("nothing to combine", field="parts", expected="a Cargo, or protein ratios")
    for part in parts:
        if not isinstance(part, Cargo):
            hint = "metastasome.cargo.embedded or documented makes one"
            raise InputError("not a cargo", field="parts", value=part, expected="a Cargo", hint=hint)
    levels: dict[str, tuple[float, float]] = {}
    for part in parts:
        levels.update({m: (c, s) for m, c, s in zip(part.mirnas, part.copies, part.copies_log_sd, strict=True)})
    made = Cargo(
        name=name or " + ".join(p.name for p in parts) or "proteins",
        mirnas=tuple(levels),
        copies=np.array([c for c, _ in levels.values()]),
        copies_log_sd=np.array([s for _, s in levels.values()]),
        sequences={k: v for p in parts for k, v in p.sequences.items()},
        notes=tuple(n for p in parts for n in p.notes),
        sources={k: v for p in parts for k, v in p.sources.items()},
        proteins={k: v for p in parts for k, v in p.proteins.items()},
        dna_copies=dna_copies if dna_copies is not None else next((p.dna_copies for p in parts if p.dna_copies), None),
    )
    return _with_proteins(_with_donors(made, parts), proteins)


def _with_donors(made: Cargo, parts: tuple[Cargo, ...]) -> Cargo:
    donors = [p for p in parts if p.samples is not None]
    if len(donors) > 1:
        return replace(
            made,
            notes=(
                *made.notes,
                "Several parts have donors; their samples cannot be joined and were dropped.",
            ),
        )
    if not donors or donors[0].samples is None:
        return made
    place = {m: j for j, m in enumerate(made.mirnas)}
    samples = np.zeros((len(donors[0].labels), len(made.mirnas)))
    samples[:, [place[m] for m in donors[0].mirnas]] = donors[0].samples
    return replace(made, samples=samples, labels=donors[0].labels)


def _with_proteins(made: Cargo, proteins: ProteinRatios | Mapping[str, float] | None) -> Cargo:
    if proteins is None:
        return made
    found = proteins if isinstance(proteins, ProteinRatios) else ProteinRatios(dict(proteins))
    if bad := [g for g, r in found.ratios.items() if not (isinstance(r, Real) and np.isfinite(r) and r > 0)]:
        raise InputError("a protein ratio must be positive", field=bad[0], value=found.ratios[bad[0]])
    return replace(
        made,
        proteins={**made.proteins, **found.ratios},
        notes=made.notes + found.notes,
        sources={**made.sources, **found.sources},
    )
