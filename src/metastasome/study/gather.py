"""From what a study names to objects: cargo, stockroom, body and the uptake of vesicles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import StudyError
from .files import DataPlan
from .model import Study

if TYPE_CHECKING:
    from ..body import Body
    from ..cargo import Cargo
    from ..kinetics import UptakeLaw
    from ..mechanisms import Model
    from ..stockroom import Stockroom


def cargo(study: Study, plan: DataPlan) -> Cargo:
    """Return the cargo of `study`: measured where files are at hand, else the embedded summary; and the documented."""
    from ..cargo import Cargo, combine, documented, read_proteins

    part = study.cargo
    parts = []
    proteins = None
    if plan.embedded:
        parts += [_embedded_cargo(study)] if part.reference else []
    else:
        parts += [_measured(study, plan)] if part.mirna else []
        if part.proteins:
            proteins = read_proteins(
                plan.files["cargo.proteins.file"], case=part.proteins.case, control=part.proteins.control
            )
    if part.documented:
        parts.append(documented(part.documented, name="documented"))
    if not parts:
        empty = np.zeros(0)
        parts = [Cargo(f"{study.name}, no miRNA named", (), empty, empty)]
    return combine(*parts, proteins=proteins, name=f"{study.name}: {' with '.join(p.name for p in parts)}")


def _measured(study: Study, plan: DataPlan) -> Cargo:
    from ..cargo import from_counts, read_mirna_counts

    part = study.cargo.mirna
    assert part is not None
    table = read_mirna_counts(
        plan.files["cargo.mirna.file"], samples=plan.files.get("cargo.mirna.samples"),
        case=part.case, control=part.control,
    )  # fmt: skip
    return from_counts(table, copies_per_ev=study.cargo.copies_per_ev)


def _embedded_cargo(study: Study) -> Cargo:
    from ..cargo.embedded import embedded

    assert study.cargo.reference is not None
    return embedded(study.cargo.reference, copies_per_ev=study.cargo.copies_per_ev)


def stockroom(study: Study, plan: DataPlan) -> Stockroom:
    """Return what organs hold: from the study's tables where they are at hand, else the embedded panel."""
    part = study.stockroom
    if plan.embedded or part.mrna is None:
        from ..stockroom.embedded import embedded

        return embedded()
    from ..stockroom import build, read_expression, read_gene_map, read_mirna_atlas, read_utrs
    from ..stockroom.build import beside, beside_mirna
    from ..stockroom.recipients import human_sources

    at = {role.removeprefix("stockroom."): path for role, path in plan.files.items() if role.startswith("stockroom.")}
    symbols = read_gene_map(at["gene_map"]) if "gene_map" in at else None
    names = ["mrna", *sorted(k for k in at if k.startswith("cell_types."))]
    mrna = beside(*(read_expression(at[name], symbols=symbols) for name in names))
    atlases = [read_mirna_atlas(at[name]) for name in ("mirna", "mirna_cells") if name in at]
    mirna = beside_mirna(*atlases) if len(atlases) == 2 else next(iter(atlases), None)
    utrs = read_utrs(at["utrs"], symbols=symbols) if "utrs" in at else None
    if utrs is None:
        raise StudyError("no 3'UTRs", field="stockroom.utrs", hint="name a FASTA or TargetScan UTR table")
    columns = mirna.columns if mirna else ()
    return build(mrna=mrna, mirna=mirna, utrs=utrs, recipients=human_sources(mrna.columns, columns), name=study.name)


def body(study: Study) -> Body:
    """Return the body of `study`."""
    from ..body import human, mouse

    make = human if study.body.species == "human" else mouse
    return make() if study.body.weight is None else make(study.body.weight)


def class_laws(model: Model, whose: Body, carried: Cargo) -> dict[str, UptakeLaw]:
    """Return the uptake laws of the further classes of vesicle that `model` tells apart, by name; mostly none."""
    from ..mechanisms.ev_classes import CLASSES

    wanted = {i.name for i in model.inputs}
    return {kind: uptake(whose, carried, vesicle=kind) for kind in CLASSES if f"{kind}_clearance" in wanted}


def uptake(whose: Body, carried: Cargo, *, vesicle: str = "small") -> UptakeLaw:
    """Return the uptake law of `whose` for vesicles of a class, with the integrins of `carried`."""
    from ..kinetics import uptake_law
    from ..matchmaking.proteins import integrin_factor

    return uptake_law(whose, integrins=integrin_factor(carried, whose.organs), vesicle=vesicle)
