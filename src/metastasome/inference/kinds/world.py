"""Dose responses for likelihoods that need a whole model but no particular tumour's vesicles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...core.errors import InputError, nearest
from ...core.organs import find_organ
from ...core.tables import Table, read_table

if TYPE_CHECKING:
    from ...matchmaking import DoseResponse
    from .base import Given


def nothing(organs: tuple[str, ...]) -> DoseResponse:
    """Return a dose response in which vesicles move no programme."""
    return uniform(organs, 0.0, 1.0)


def uniform(organs: tuple[str, ...], top: float, half: float) -> DoseResponse:
    """Return a response alike in every organ: each programme moves by up to `top` to the tumour's advantage.

    Half of it at `half` vesicles per cell and day. It stands in where no cargo was measured; what differs between
    organs is then flow and uptake alone.
    """
    from ...matchmaking import CELLS, PROGRAMMES, DoseResponse

    shape = (len(organs), len(CELLS), len(PROGRAMMES))
    sign = np.array([-1.0 if p in ("barrier", "tumour_suppression") else 1.0 for p in PROGRAMMES])
    zero = np.zeros(shape)
    return DoseResponse(
        organs,
        CELLS,
        PROGRAMMES,
        np.broadcast_to(top * sign, shape).copy(),
        np.full(shape, half),
        zero,
        np.ones(shape),
        zero,
    )


def read_response(table: Table) -> DoseResponse:
    """Return the dose response written in a table, as of a study's match.

    Columns: ``organ``, ``programme``, ``top`` (greatest shift, natural log), ``half`` (EV per cell and day of half of
    it), and ``cell`` (class of cells; all of them where there is no such column). What is not named does not move.

    Raises:
        InputError: an organ, programme or class of cells is unknown or named twice, or `half` is not above 0.
    """
    from ...matchmaking import CELLS, PROGRAMMES, DoseResponse

    path = table.path
    top_half = table.numbers([table.index("top"), table.index("half")])
    organs = [find_organ(w) or w for w in table.column("organ")]
    places = tuple(dict.fromkeys(organs))
    shape = (len(places), len(CELLS), len(PROGRAMMES))
    top, half = np.zeros(shape), np.ones(shape)
    named = np.zeros(shape, np.bool_)
    cells = table.column("cell") if "cell" in table.header else ("",) * len(organs)
    rows = zip(organs, cells, table.column("programme"), top_half, table.lines, strict=True)
    for organ, cell, programme, (most, dose), line in rows:
        for field, word, known in (("organ", organ, None), ("programme", programme, PROGRAMMES),
                                   ("cell", cell or CELLS[0], CELLS)):  # fmt: skip
            if (find_organ(word) is None) if known is None else (word.strip() not in known):
                hint = nearest(word, known or ()) or (f"known: {', '.join(known)}" if known else None)
                raise InputError("not known", file=path, row=line, field=field, value=word, hint=hint)
        if dose <= 0:
            raise InputError("outside the support", file=path, row=line, field="half", value=dose, expected="above 0")
        which = [CELLS.index(cell.strip())] if cell else list(range(len(CELLS)))
        at = np.ix_([places.index(organ)], which, [PROGRAMMES.index(programme.strip())])
        if named[at].any():
            raise InputError("named twice", file=path, row=line, field="programme", value=f"{organ} {programme}")
        top[at], half[at], named[at] = most, dose, True
    zero = np.zeros(shape)
    return DoseResponse(places, CELLS, PROGRAMMES, top, half, zero, np.ones(shape), zero)


def response_beside(given: Given) -> tuple[str, DoseResponse | None]:
    """Return the table that the option `response` names, looked for beside the observation's, with its checksum.

    Nothing where the option is empty.

    Raises:
        InputError: there is no such table; see also :func:`read_response`.
    """
    name = str(given.options["response"]).strip()
    if not name:
        return "", None
    path = given.table.path.parent / name
    if not path.is_file():
        raise InputError("no such table beside the observation's", field=f"{given.name}.response", value=str(path))
    table = read_table(path)
    return table.sha256, read_response(table)
