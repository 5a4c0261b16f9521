"""Read the embedded physiology tables (``reference/physiology_*.csv``) into plain mappings."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

SPECIES: tuple[str, ...] = ("human", "mouse", "rat")


@dataclass(frozen=True)
class Figure:
    """One figure of the reference: `value` in `unit`, and the `source` it was read in, or ``"assumption"``."""

    value: float
    unit: str
    source: str


@functools.cache
def whole_body(species: str) -> dict[str, Figure]:
    """Return the whole-body figures of `species`: weight, plasma, hematocrit, cardiac_output, gfr, lymph."""
    rows = _rows("physiology_species.csv")
    return {r["quantity"]: _figure(r) for r in rows if r["species"] == species}


@functools.cache
def organ_figures(species: str) -> dict[tuple[str, str], Figure]:
    """Return ``(organ, quantity) -> figure`` of `species`, figures shared by all species included."""
    wanted = ("all", "human" if species == "human" else "rodent", species)
    rows = _rows("physiology_organs.csv")
    return {(r["organ"], r["quantity"]): _figure(r) for r in rows if r["species"] in wanted}


def organ_names(species: str) -> tuple[str, ...]:
    """Return the organs of the table in order, ``"rest"`` last."""
    return tuple(dict.fromkeys(o for o, q in organ_figures(species) if q == "volume"))


def _figure(row: dict[str, str]) -> Figure:
    return Figure(float(row["value"]), row["unit"], row["source"])


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("metastasome").joinpath("reference", name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
