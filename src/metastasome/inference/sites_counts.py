"""Reading where metastases are: counts of sites per primary, in any of the published layouts, as one kind of row.

Layouts, told by their columns: MSK biopsies (``subtype, primary_site, biopsied_metastatic_site, n``), figures of
abstracts (``primary, subgroup, cohort_type, n_patients, denominator, site, value, unit``), registry categories
(``primary, site_category, n``) and the plain ``primary, site, n``. Autopsy, registry, clinic and biopsy are kept apart:
each sees other sites, and the model has a selection step for each.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.tables import Table, read_table
from .sites_names import SITE_NAMES, UNKNOWN, TumourType, find_site, known_type

COHORTS = ("biopsy", "registry", "autopsy", "clinic")
_UNKNOWN_SIZE = 100.0  # patients assumed where a percentage comes without its n


@dataclass(frozen=True)
class SiteRow:
    """Counts of one primary in one source.

    Attributes:
        label: what the table calls it. tumour: its type. cohort: one of :data:`COHORTS`.
        weight: 1 over the rows that one source gives for one primary (its subgroups share their patients).
        counts: (site,) over :data:`SITE_NAMES`. listed: (site,) which sites the source could have named.
    """

    label: str
    tumour: TumourType
    cohort: str
    counts: NDArray[np.float64]
    listed: NDArray[np.bool_]
    weight: float = 1.0

    @property
    def group(self) -> str:
        """The organ whose rows are left out together; colon and rectum are one."""
        key = self.tumour.origin.key
        return "colon" if key == "rectum" and self.tumour.histology == "adeno" else key


@dataclass(frozen=True)
class Reading:
    """Rows of a table and what was left out of it, one sentence each."""

    rows: tuple[SiteRow, ...]
    notes: tuple[str, ...]


def read_sites(path: str | os.PathLike[str]) -> Reading:
    """Read a table of metastatic sites; the layout is told by its columns.

    Raises:
        InputError: no layout fits, a count is not a number that can be, or no row is left.
    """
    return gather_sites(read_table(path))


def gather_sites(table: Table, *, cohort: str | None = None) -> Reading:
    """Return the rows of a table that has been read; `cohort` stands in where a plain table does not say who looked.

    Raises:
        InputError: as :func:`read_sites`.
    """
    columns = set(table.header)
    if {"subtype", "biopsied_metastatic_site", "n"} <= columns:
        return _gather(table, _biopsy, complete=True)
    if {"primary", "site", "value", "unit"} <= columns:
        return _gather(table, _printed, complete=False)
    if {"primary", "site_category", "n"} <= columns:
        return _gather(table, _category, complete=False)
    if {"primary", "site", "n"} <= columns:
        return _gather(table, functools.partial(_plain, cohort=cohort), complete=False)
    raise InputError(
        "not a table of metastatic sites", file=table.path, row=1, value=", ".join(table.header)[:80],
        expected="columns subtype, biopsied_metastatic_site, n; or primary, site, value, unit; or primary, site, n",
    )  # fmt: skip


@dataclass(frozen=True)
class _Cell:
    """One figure: the source it belongs to, and what is told of it; `skip` says why it is not used."""

    key: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    label: str = ""
    primary: str = ""
    beside: str = ""
    cohort: str = "clinic"
    site: str = ""
    n: float = 0.0
    skip: str | None = None


def _gather(table: Table, read: Callable[[dict[str, str], Path, int], _Cell], *, complete: bool) -> Reading:
    made: dict[tuple[str, ...], list[_Cell]] = {}
    skipped: dict[str, int] = {}
    for cells, line in zip(table.rows, table.lines, strict=True):
        cell = read(dict(zip(table.header, (c.strip() for c in cells), strict=True)), table.path, line)
        if cell.skip:
            skipped[cell.skip] = skipped.get(cell.skip, 0) + 1
        else:
            made.setdefault(cell.key, []).append(cell)
    unknown: list[str] = []
    rows = [_row(cells, complete, _of_source(made, cells), unknown) for cells in made.values()]
    kept = tuple(r for r in rows if r.listed.sum() >= 2 and r.counts.sum() > 0)
    if not kept:
        raise InputError("no primary with two sites or more", file=table.path, hint="see 'metastasome sites --help'")
    notes = [f"{n} figures left out: {why}" for why, n in skipped.items()]
    if len(kept) < len(rows):
        notes.append(f"{len(rows) - len(kept)} sources left out: fewer than two sites")
    if unknown:
        notes.append(f"primaries unknown, taken without anatomy or histology: {', '.join(sorted(set(unknown)))}")
    return Reading(kept, tuple(notes))


def _of_source(made: Mapping[tuple[str, ...], list[_Cell]], mine: list[_Cell]) -> float:
    """Return 1 over the rows of the same source and primary."""
    source = mine[0].source
    return 1.0 / sum(cells[0].source == source for cells in made.values()) if source else 1.0


def _row(cells: list[_Cell], complete: bool, weight: float, unknown: list[str]) -> SiteRow:
    first = cells[0]
    largest: dict[str, float] = {}
    for c in cells:
        largest[c.beside] = largest.get(c.beside, 0.0) + c.n
    kind = known_type(first.primary, primary_site=max(largest, key=lambda k: largest[k]))
    if kind is UNKNOWN:
        unknown.append(first.primary)
    counts, listed = np.zeros(len(SITE_NAMES)), np.full(len(SITE_NAMES), complete)
    for c in cells:
        at = SITE_NAMES.index(str(find_site(c.site)))
        counts[at] += c.n
        listed[at] = True
    return SiteRow(first.label, kind, first.cohort, counts, listed, weight)


def _biopsy(row: dict[str, str], path: Path, line: int) -> _Cell:
    site = row["biopsied_metastatic_site"]
    if find_site(site) is None:
        return _Cell(skip=f"site '{site}'")
    n = _count(row["n"], path, line, "n")
    return _Cell((row["subtype"],), (), row["subtype"], row["subtype"], row.get("primary_site", ""), "biopsy", site, n)


def _plain(row: dict[str, str], path: Path, line: int, *, cohort: str | None = None) -> _Cell:
    if find_site(row["site"]) is None:
        return _Cell(skip=f"site '{row['site']}'")
    who, n = row["primary"], _count(row["n"], path, line, "n")
    told = row.get("cohort_type", "")
    seen_by = cohort if cohort and not told else _cohort(told)
    return _Cell((who,), (), who, who, "", seen_by, row["site"], n)


def _category(row: dict[str, str], path: Path, line: int) -> _Cell:
    if find_site(row["site_category"]) is None:
        return _Cell(skip=f"category '{row['site_category']}'")
    who, kind = row["primary"], row.get("subtype", "")
    label = f"{who} {kind}".strip()
    n = _count(row["n"], path, line, "n")
    return _Cell((label,), (who,), label, kind or who, who, "registry", row["site_category"], n)


def _printed(row: dict[str, str], path: Path, line: int) -> _Cell:
    """Return a figure of an abstract; percentages of patients become counts of their n."""
    unit, note = row["unit"], row.get("note", "")
    if unit not in ("percent", "count"):
        return _Cell(skip=f"unit '{unit}'")
    if "BACKWARD" in note or "percent of this cancer" in note:
        return _Cell(skip="share of a site's patients, not of a primary's")
    if row["primary"].lower().startswith("all") or "(all" in row["primary"]:
        return _Cell(skip="many primaries together")
    if "only one of" in note:
        return _Cell(skip="patients chosen by site")
    if find_site(row["site"]) is None:
        return _Cell(skip="not one site of the vocabulary")
    value = _number(row["value"], path, line, "value")
    size = _number(row["n_patients"], path, line, "n_patients") if row.get("n_patients") else _UNKNOWN_SIZE
    who, group = row["primary"], row.get("subgroup", "")
    key = (*(row.get(k, "") for k in ("source_id", "primary", "subgroup", "denominator")), unit)
    label = " ".join(x for x in (row.get("source_id", ""), who, group, "%" if unit == "percent" else "") if x)
    n = value * size / 100 if unit == "percent" else value
    return _Cell(key, key[:2], label, group or who, who, _cohort(row.get("cohort_type", "")), row["site"], n)


def _cohort(text: str) -> str:
    words = text.lower()
    named = {"autopsy": "autopsy", "registry": "registry", "population": "registry", "biops": "biopsy"}
    return next((v for k, v in named.items() if k in words), "clinic")


def _count(text: str, path: Path, line: int, field: str) -> float:
    value = _number(text, path, line, field)
    if not value.is_integer():
        raise InputError("not a count", file=path, row=line, field=field, value=text, expected="a whole number")
    return value


def _number(text: str, path: Path, line: int, field: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e12:
        raise InputError("not a count", file=path, row=line, field=field, value=text, expected="a number from 0 on")
    return value
