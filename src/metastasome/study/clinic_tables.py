"""Tables of a clinic's own that ``sites``, ``sizes`` and ``sequences`` score: what cannot be is refused in one line.

The readers of :mod:`metastasome.inference` tell layouts apart and check every cell; here stands what takes more than
one cell to see: events out of order in time, a row given twice, millimetres, a cancer with no size left to score.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ..core.errors import InputError
from ..core.tables import Table, read_table

if TYPE_CHECKING:
    from ..inference.sequences_table import Sequences
    from ..inference.sites_counts import Reading
    from ..inference.sizes_table import SizeCurve

_DISEASE = r"(?:cancer|carcinoma|neoplasm|tumou?r)s?"
_AROUND = re.compile(rf"^{_DISEASE} of (?:the )?|\s{_DISEASE}$", re.IGNORECASE)


def read_events(path: str | os.PathLike[str]) -> Sequences:
    """Read dated events, and refuse what the observation ``sequences`` of a question refuses.

    Raises:
        InputError: a column or a mark is not what it should be; a patient has no name; events are doubled, missing, out
            of order, after death, or told with days that are negative, missing or contradict the row before.
    """
    from ..inference.hypotheses import Hypothesis
    from ..inference.kinds.base import Given
    from ..inference.kinds.sequences import KIND
    from ..inference.kinds.sequences_check import check_events
    from ..inference.sequences_table import gather_sequences

    table = read_table(path)
    if set(KIND.columns) <= set(table.header):  # gather_sequences says which one is missing
        _refuse_nameless(table, "patient_number")
        check_events(Given(KIND, "table", table, Hypothesis("", "", (), {}), 1.0, {}))
    return gather_sequences(table)


def read_places(path: str | os.PathLike[str]) -> Reading:
    """Read counts of metastatic sites.

    Raises:
        InputError: no layout fits; a primary has no name, a row is given twice, or a percentage is above 100.
    """
    from ..inference.sites_counts import gather_sites

    table = read_table(path)
    found = gather_sites(table)
    _refuse_nameless(table, "primary" if "primary" in table.header else "subtype")
    first: dict[tuple[str, ...], int] = {}
    for cells, line in zip(table.rows, table.lines, strict=True):
        row = tuple(cell.strip() for cell in cells)
        if row in first:
            problem, hint = "this row is given twice", f"row {first[row]} says the same; keep one"
            raise InputError(problem, file=table.path, row=line, value=", ".join(row), hint=hint)
        first[row] = line
        told = dict(zip(table.header, row, strict=True))
        if told.get("unit") == "percent" and float(told["value"] or 0) > 100:
            wanted = "a percentage of patients, 0 to 100"
            raise InputError(
                "more than all", file=table.path, row=line, field="value", value=told["value"], expected=wanted
            )
    return found


def read_curves(path: str | os.PathLike[str], at_cm: float | None = None) -> tuple[SizeCurve, ...]:
    """Read metastasis by size; `at_cm` is the size that every cancer is to be predicted from.

    Raises:
        InputError: a column or a number is not what it should be; a cancer has no name, a primary is wider than
            30 cm, or a cancer has no size besides those it is predicted from.
    """
    from ..inference.sizes_table import ANCHOR_CM, ASKED_CM, read_sizes

    least, most = ASKED_CM
    if at_cm is not None and not least <= at_cm <= most:
        wanted = f"{least:g} to {most:g} cm"
        raise InputError("not a size that can be", field="at_cm", value=at_cm, expected=wanted)
    curves = read_sizes(path)
    for curve in curves:
        if not curve.cancer:
            raise InputError("a cancer has no name", file=path, field="cancer")
        if curve.diameter.max() > most:
            raise InputError(
                f"'{curve.cancer}' has a primary too wide", file=path, field="diameter_cm",
                value=float(curve.diameter.max()), expected=f"cm, up to {most:g}", hint="are they mm?",
            )  # fmt: skip
        if curve.anchor(at_cm).all():
            low, high = ANCHOR_CM
            where = f"{low:g} to {high:g} cm" if at_cm is None else f"{at_cm:g} cm"
            raise InputError(
                f"'{curve.cancer}' has no size left to score", file=path, field="cancer",
                expected=f"a size besides {where}, which it is predicted from", hint="--at-cm names another",
            )  # fmt: skip
    return curves


def plain_primary(name: str) -> str:
    """Return `name`, or where no tumour type is called so, what is left without the word for the disease.

    >>> plain_primary("breast cancer"), plain_primary("small cell lung cancer")
    ('breast', 'small cell lung cancer')
    """
    from ..inference.sites_names import UNKNOWN, known_type

    bare = _AROUND.sub("", name.strip())
    return bare if known_type(name) is UNKNOWN and bare and known_type(bare) is not UNKNOWN else name


def _refuse_nameless(table: Table, field: str) -> None:
    for cell, line in zip(table.column(field), table.lines, strict=True):
        if not cell:
            raise InputError("no name", file=table.path, row=line, field=field)
