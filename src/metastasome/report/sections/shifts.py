"""Reading the table of programme shifts: routes, ranks, labels and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..words import cell_label, organ_label, plain

if TYPE_CHECKING:
    import pandas as pd

SIGNIFICANT = 0.05
SHIFT = "shift, natural-log units"
DOSE = "vesicles taken up per cell and day"


def has_routes(programmes: pd.DataFrame) -> bool:
    """Return whether the table tells the RNA route from the protein route."""
    return {"rna_shift", "protein_shift"} <= set(programmes.columns)


def rna_column(programmes: pd.DataFrame) -> str:
    """Return the column that p, q, thresholds and dose curves speak of: the RNA route's shift where it stands apart."""
    return "rna_shift" if has_routes(programmes) else "shift"


def by_route(programmes: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the shifts as they are under "", and those by RNA alone under its words where the routes stand apart."""
    if not has_routes(programmes):
        return [("", programmes)]
    by_protein = programmes["protein_shift"]
    alone = programmes.assign(
        shift=programmes["rna_shift"], low=programmes["low"] - by_protein, high=programmes["high"] - by_protein
    )
    return [("", programmes), ("RNA alone", alone.drop(columns=["rna_shift", "protein_shift"]))]


def moving(programmes: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return :func:`by_route` without a route by which nothing moves."""
    return [(route, frame) for route, frame in by_route(programmes) if float(frame["shift"].abs().max()) > 0]


def strongest(programmes: pd.DataFrame, n: int, by: str = "shift") -> pd.DataFrame:
    """Return the `n` rows of largest absolute `by`."""
    good = programmes[programmes[by].notna()]
    return good.loc[good[by].abs().sort_values(ascending=False, kind="stable").index].head(n)


def row_label(row: pd.Series) -> str:
    """Return ``liver, stroma: matrix``."""
    return f"{organ_label(row['organ'])}, {cell_label(row['cell'])}: {plain(row['programme'])}"


def route_of(row: pd.Series) -> str:
    """Return which route gives the larger part of a row's shift, or nothing where the table does not tell."""
    if "rna_shift" not in row.index or "protein_shift" not in row.index:
        return ""
    return "by protein" if abs(float(row["protein_shift"])) > abs(float(row["rna_shift"])) else "by RNA"


def mark_of(row: pd.Series) -> str:
    """Return which mark a cell carries: dot for significance, ring for a delivered dose at or above the threshold."""
    dot = float(row["q"]) <= SIGNIFICANT
    ring = float(row["delivered_dose"]) >= float(row["threshold_dose"])
    return "both" if dot and ring else "dot" if dot else "ring" if ring else ""


def cells_by_reach(programmes: pd.DataFrame) -> list[str]:
    """Return the cell classes, the one with the largest shift first."""
    reach = programmes["shift"].abs().groupby(programmes["cell"].astype(str), sort=False).max()
    return [str(c) for c in reach.sort_values(ascending=False, kind="stable").index]
