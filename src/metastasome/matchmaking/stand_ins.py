"""Which column of the stockroom stands for each organ's cell classes, and the response the mechanisms take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..cargo.cargo import Cargo
from ..core.errors import InputError
from ..core.organs import NAMES
from ..stockroom.stockroom import Recipient, Stockroom
from .dose import fit_saturating
from .proteins import HALF_DOSE, protein_top
from .response import CELLS, DoseResponse

F8 = NDArray[np.float64]
_NEXT_BEST: dict[str, tuple[str, ...]] = {"parenchyma": ("epithelium",), "stroma": ("msc",)}


def columns_for(
    recipients: Sequence[Recipient], cells: Sequence[str] = CELLS
) -> tuple[tuple[str, ...], NDArray[np.int64], tuple[str, ...]]:
    """Return organs ``o``, the recipient that stands for each organ and class ``(o, c)``, and notes on loans.

    The organ's own cells come first, then a cell type of no fixed organ, then the organ as a whole.

    Raises:
        InputError: no recipient belongs to an organ.
    """
    present = {r.organ for r in recipients}
    organs = tuple(name for name in NAMES if name in present)
    if not organs:
        raise InputError("no recipient belongs to an organ", field="stockroom", value=[r.name for r in recipients][:3])
    place = {(r.organ, r.cell): i for i, r in reversed(list(enumerate(recipients)))}
    out = np.empty((len(organs), len(cells)), np.int64)
    borrowed: dict[str, set[str]] = {}
    for o, organ in enumerate(organs):
        first = next(i for i, r in enumerate(recipients) if r.organ == organ)
        for c, cell in enumerate(cells):
            kinds = (cell, *_NEXT_BEST.get(cell, ()))
            keys = [(organ, k) for k in kinds] + [(None, k) for k in kinds] + [(organ, "bulk")]
            out[o, c] = next((place[k] for k in keys if k in place), first)
            if recipients[out[o, c]].organ != organ or recipients[out[o, c]].cell not in kinds:
                borrowed.setdefault(f"{cell}: {_kind(recipients[out[o, c]])}", set()).add(organ)
    notes = tuple(
        f"Stand-in for {what} in {', '.join(sorted(where)) if len(where) < 6 else f'{len(where)} organs'}."
        for what, where in sorted(borrowed.items())
    )
    return organs, out, notes


def respond(
    cargo: Cargo, stockroom: Stockroom, programmes: Sequence[str], doses: F8, shift: F8, notes: Sequence[str]
) -> DoseResponse:
    """Return the dose response of every organ and cell class, RNA and protein routes.

    Args:
        cargo, stockroom: what met.
        programmes: ``p`` of them.
        doses: ``(d,)``.
        shift: programme shifts by the RNA route, ``(r, d, p)``.
        notes: sentences to carry.
    """
    organs, column, stand_ins = columns_for(stockroom.recipients)
    fit = fit_saturating(doses, np.moveaxis(shift, 1, 2))
    top, protein_notes = protein_top(cargo, CELLS, programmes, stockroom.genes, stockroom.mrna, column)
    return DoseResponse(
        organs,
        CELLS,
        tuple(programmes),
        fit.top[column],
        fit.half[column],
        top,
        np.full(top.shape, HALF_DOSE),
        fit.error[column],
        (*notes, *stand_ins, *protein_notes),
    )


def _kind(recipient: Recipient) -> str:
    whole = "the organ as a whole" if recipient.organ is not None else recipient.name
    return whole + (f" ({recipient.proxy})" if recipient.proxy else "")
