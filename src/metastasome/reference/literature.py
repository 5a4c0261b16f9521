"""Literature parameters and documented EV-miRNA cases, each row with its source."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from ..core.errors import InputError, nearest
from . import tables


@dataclass(frozen=True)
class LiteratureValue:
    """One figure of the literature; `value`, `low` and `high` are None where the source gives none (direction only).

    `seen` is whether the figure stood in a text that was read; others come from memory or were derived, and are no
    basis for a published result before someone reads the paper.
    """

    id: str
    quantity: str
    process: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    species: str
    source: str
    seen: bool


@dataclass(frozen=True)
class DocumentedCase:
    """One EV miRNA, one recipient, one target (empty where none was named). `direction` is the target's change."""

    mirna: str
    tumour: str
    organ: str
    cell: str
    gene: str
    direction: str
    effect: str
    source: str
    seen: bool


@functools.cache
def literature() -> dict[str, LiteratureValue]:
    """Return the literature parameters by id."""
    rows = (_value(row) for row in tables.rows("literature.csv"))
    return {found.id: found for found in rows}


def _value(row: dict[str, str]) -> LiteratureValue:
    value, low, high = (float(row[k]) if row[k] else None for k in ("value", "low", "high"))
    return LiteratureValue(
        row["id"], row["quantity"], row["process"], value, low, high, row["unit"], row["species"], row["source"],
        row["seen"] == "yes",
    )  # fmt: skip


def literature_value(identifier: str) -> LiteratureValue:
    """Return one literature parameter by id; :class:`InputError` names the nearest one otherwise."""
    known = literature()
    if identifier not in known:
        raise InputError(
            "no such literature parameter", field="id", value=identifier, hint=nearest(identifier, known) or None
        )
    return known[identifier]


@functools.cache
def documented_cases() -> tuple[DocumentedCase, ...]:
    """Return the documented EV-miRNA cases; claims of retracted papers are not among them."""
    rows = tables.rows("ev_mirna_cases.csv")
    return tuple(DocumentedCase(**{k: v for k, v in r.items() if k != "seen"}, seen=r["seen"] == "yes") for r in rows)
