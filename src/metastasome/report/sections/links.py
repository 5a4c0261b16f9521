"""Genes and links: effect against significance, and the way from miRNA through target and programme to organ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.organs import ANY_ORGAN
from ..charts.sankey import sankey
from ..charts.volcano import Point, volcano
from ..markup import el
from ..protocol import MatchView, need
from ..table import Column, table
from ..words import cell_label, number, organ_label, p_value, plain
from .parts import figure
from .shifts import SHIFT, SIGNIFICANT, has_routes, rna_column, row_label, strongest

if TYPE_CHECKING:
    import pandas as pd

WIDTH = "width: natural-log fold change of the target"


def volcano_points(match: MatchView, limit: int = 500) -> tuple[list[Point], str, str]:
    """Return the tests of largest effect (genes where they carry p and q, else programmes), what they are, the axis."""
    programmes, genes = need(match.programmes(), "programmes"), need(match.genes(), "genes")
    by_gene = {"p", "q"} <= set(genes.columns) and len(genes) > 0
    frame, effect = (genes, "ln_fc") if by_gene else (programmes, rna_column(programmes))
    points = []
    for _, r in strongest(frame, limit, effect).iterrows():
        label = f"{r['gene']}, {organ_label(r['organ'])}" if by_gene else row_label(r)
        points.append(Point(label, float(r[effect]), float(r["p"]), bool(r["q"] <= SIGNIFICANT)))
    axis = "ln fold change" if by_gene else f"RNA {SHIFT}" if has_routes(programmes) else SHIFT
    return points, "genes" if by_gene else "programmes", axis


def significance(match: MatchView) -> str:
    """Return the volcano plot."""
    points, what, axis = volcano_points(match)
    kept = sum(p.kept for p in points)
    chart = volcano(
        points,
        title=f"Volcano plot of {what}",
        x_title=axis,
        desc=f"{len(points)} shown, {kept} with q at most {SIGNIFICANT}.",
    )
    return figure(
        chart, f"Effect against significance, {what} ({len(points)} largest effects). Filled: q ≤ {SIGNIFICANT}."
    )


def flows(match: MatchView) -> str:
    """Return the diagram from miRNA to organ."""
    paths = network_paths(match)
    if not paths:
        return el("p", "No miRNA-target link was kept.", class_="none")
    chart = sankey(
        paths,
        ("miRNA", "target", "programme", "organ or cell"),
        title="From miRNA to organ",
        desc="; ".join(" → ".join(p) for p, _ in paths[:5]),
    )
    return figure(chart, f"The strongest links from miRNA through target and programme to organ; {WIDTH}.", scroll=True)


def network_paths(match: MatchView, n: int = 32) -> list[tuple[tuple[str, ...], float]]:
    """Return the `n` strongest links as (miRNA, target, programme, organ) with a positive weight."""
    frame = need(match.network(), "network")
    good = strongest(frame[frame["weight"].abs() > 0], n, "weight")
    return [
        ((str(r["source"]), str(r["target"]), plain(r["programme"]), _where(r)), abs(float(r["weight"])))
        for _, r in good.iterrows()
    ]


def _where(row: pd.Series) -> str:
    """Return the organ of a link, or the cell class where that belongs to none."""
    return cell_label(row["cell"]) if row["organ"] == ANY_ORGAN else organ_label(row["organ"])


def gene_table(genes: pd.DataFrame) -> str:
    """Return the table of genes, those changed most first."""
    columns = [
        Column("organ", "Organ", organ_label),
        Column("cell", "Cell class", cell_label),
        Column("gene", "Gene", str),
    ]
    columns += [
        Column(k, t, number, numeric=True)
        for k, t in (("ln_fc", "ln fold change"), ("low", "95% low"), ("high", "95% high"))
    ]
    columns += [Column(k, k, p_value, numeric=True) for k in ("p", "q") if k in genes.columns]
    if "threshold_dose" in genes.columns:
        columns.append(Column("threshold_dose", "Dose needed", number, numeric=True))
    caption = "Genes changed most."
    if "dose" in genes.columns and len(set(genes["dose"])) == 1:
        caption = f"Genes changed most, at {number(genes['dose'].iloc[0])} vesicles taken up per cell and day."
    return table(strongest(genes, len(genes), "ln_fc"), columns, key="genes", limit=25, tall=True, caption=caption)
