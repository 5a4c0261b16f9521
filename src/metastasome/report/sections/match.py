"""What the vesicles would change: programmes, doses, genes, and the way from miRNA to organ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..charts.bars import Bar, bars
from ..charts.heatmap import heatmap
from ..charts.lines import Line, Marker, lines
from ..charts.sankey import sankey
from ..charts.volcano import Point, volcano
from ..markup import el, paragraphs
from ..palette import nice_top
from ..protocol import MatchView, need
from ..table import Column, table
from ..words import number, organ_label, p_value, plain, span
from .parts import choose, figure, grid, section

if TYPE_CHECKING:
    import pandas as pd

SIGNIFICANT = 0.05
SHIFT = "shift, natural-log units"
DOSE = "vesicles taken up per cell and day"


def matched(match: MatchView | None, *, said: bool = True) -> str:
    """Return the section; its sentences are left out where `said` is false (they stand elsewhere)."""
    title = "What the vesicles would change"
    if match is None:
        return section(
            "match", title, el("p", "This run had no matchmaking: programme shifts were not computed.", class_="none")
        )
    programmes = need(match.programmes(), "programmes")
    genes = need(match.genes(), "genes")
    return section(
        "match",
        title,
        paragraphs(match.summary() if said else (), "say"),
        grid(_heatmaps(programmes), _ranked(programmes)),
        el("h3", "How much would be needed, how much arrives"),
        _curves(match, programmes),
        grid(_volcano(match), _flows(match), class_="panels wide"),
        _programme_table(programmes),
        _gene_table(genes),
    )


def strongest(programmes: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the `n` rows of largest absolute shift."""
    good = programmes[programmes["shift"].notna()]
    return good.loc[good["shift"].abs().sort_values(ascending=False, kind="stable").index].head(n)


def row_label(row: pd.Series) -> str:
    """Return ``liver, stroma: matrix``."""
    return f"{organ_label(row['organ'])}, {plain(row['cell'])}: {plain(row['programme'])}"


def mark_of(row: pd.Series) -> str:
    """Return which mark a cell carries: dot for significance, ring for a delivered dose at or above the threshold."""
    dot = float(row["q"]) <= SIGNIFICANT
    ring = float(row["delivered_dose"]) >= float(row["threshold_dose"])
    return "both" if dot and ring else "dot" if dot else "ring" if ring else ""


def _heatmaps(programmes: pd.DataFrame) -> str:
    top = nice_top(float(programmes["shift"].abs().max()) if len(programmes) else 0.0)
    cells = list(dict.fromkeys(programmes["cell"].astype(str)))
    figures = []
    for c in cells:
        mine = programmes[programmes["cell"].astype(str) == c]
        figures.append(
            figure(
                _heatmap(mine, c, top),
                f"Programme shifts in {plain(c)} at the delivered dose. Dot: q ≤ {SIGNIFICANT}. "
                "Ring: the delivered dose reaches the threshold. Grey: not computed.",
                choice=plain(c),
            )
        )
    return choose("Cell class", figures)


def _heatmap(mine: pd.DataFrame, cell: str, top: float) -> str:
    organs = [(o, organ_label(o)) for o in dict.fromkeys(mine["organ"].astype(str))]
    names = [(p, plain(p)) for p in dict.fromkeys(mine["programme"].astype(str))]
    values, marks, tips = {}, {}, {}
    for _, row in mine.iterrows():
        at = (str(row["organ"]), str(row["programme"]))
        values[at], marks[at] = float(row["shift"]), mark_of(row)
        tips[at] = (
            f"{row_label(row)}: {number(row['shift'])} ({span(row['low'], row['high'])}), "
            f"q {p_value(row['q'])}, {row['verdict']}"
        )
    lead = strongest(mine, 1)
    desc = f"Largest: {row_label(lead.iloc[0])} {number(lead.iloc[0]['shift'])}." if len(lead) else "Empty."
    return heatmap(
        organs,
        names,
        values,
        top=top,
        marks=marks,
        tips=tips,
        unit=SHIFT,
        desc=desc,
        title=f"Programme shifts by organ, {plain(cell)}",
    )


def _ranked(programmes: pd.DataFrame) -> str:
    rows = [
        Bar(
            plain(r["programme"]),
            float(r["shift"]),
            float(r["low"]),
            float(r["high"]),
            "up" if r["shift"] > 0 else "down",
            f"q {p_value(r['q'])}",
            f"{organ_label(r['organ'])}, {plain(r['cell'])}",
        )
        for _, r in strongest(programmes, 14).iterrows()
    ]
    chart = bars(
        rows,
        title="Largest programme shifts",
        x_title=SHIFT,
        label_width=168,
        desc="; ".join(f"{r.sub}, {r.label} {number(r.value)}" for r in rows[:5]),
    )
    return figure(chart, "The largest shifts at the delivered dose, with their 95% intervals.")


def _curves(match: MatchView, programmes: pd.DataFrame) -> str:
    curves = need(match.dose_curve(), "dose_curve")
    made = []
    for _, row in strongest(programmes, 6).iterrows():
        mine = curves[
            (curves["organ"] == row["organ"])
            & (curves["cell"] == row["cell"])
            & (curves["programme"] == row["programme"])
        ]
        if len(mine):
            made.append(_curve(mine.sort_values("dose"), row))
    if not made:
        return el("p", "No dose curve was kept.", class_="none")
    return grid(*made, class_="panels three")


def _curve(mine: pd.DataFrame, row: pd.Series) -> str:
    delivered, threshold = float(row["delivered_dose"]), float(row["threshold_dose"])
    marks = [Marker(delivered, "delivered", "mark delivered"), Marker(threshold, "threshold", "mark threshold")]
    marks = [m for m in marks if math.isfinite(m.x) and m.x > 0]
    line = Line(
        mine["dose"].tolist(), mine["shift"].tolist(), [(mine["low"].tolist(), mine["high"].tolist(), "narrow")]
    )
    says = f"delivered {number(delivered)}, " + (
        f"threshold {number(threshold)} per cell and day"
        if math.isfinite(threshold)
        else "no dose reaches the threshold"
    )
    chart = lines(
        [line],
        title=f"Dose response of {row_label(row)}",
        desc=says,
        x_title=DOSE,
        y_title=f"{row_label(row)} (shift)",
        log_x=True,
        markers=marks,
        size=(400, 270),
    )
    return figure(chart, f"{says[0].upper()}{says[1:]}.")


def volcano_points(match: MatchView, limit: int = 500) -> tuple[list[Point], str, str]:
    """Return the tests of largest effect (genes where they carry p and q, else programmes), what they are, the axis."""
    programmes, genes = need(match.programmes(), "programmes"), need(match.genes(), "genes")
    by_gene = {"p", "q"} <= set(genes.columns) and len(genes) > 0
    frame, effect = (genes, "ln_fc") if by_gene else (programmes, "shift")
    frame = frame.loc[frame[effect].abs().sort_values(ascending=False, kind="stable").index].head(limit)
    points = []
    for _, r in frame.iterrows():
        label = f"{r['gene']}, {organ_label(r['organ'])}" if by_gene else row_label(r)
        points.append(Point(label, float(r[effect]), float(r["p"]), bool(r["q"] <= SIGNIFICANT)))
    return points, "genes" if by_gene else "programmes", "ln fold change" if by_gene else SHIFT


def _volcano(match: MatchView) -> str:
    points, what, effect = volcano_points(match)
    kept = sum(p.kept for p in points)
    chart = volcano(
        points,
        title=f"Volcano plot of {what}",
        x_title=effect,
        desc=f"{len(points)} shown, {kept} with q at most {SIGNIFICANT}.",
    )
    return figure(
        chart, f"Effect against significance, {what} ({len(points)} largest effects). Filled: q ≤ {SIGNIFICANT}."
    )


def _flows(match: MatchView) -> str:
    paths = network_paths(match)
    if not paths:
        return el("p", "No miRNA-target link was kept.", class_="none")
    chart = sankey(
        paths,
        ("miRNA", "target", "programme", "organ"),
        title="From miRNA to organ",
        desc="; ".join(" → ".join(p) for p, _ in paths[:5]),
    )
    return figure(
        chart, "The strongest links from miRNA through target and programme to organ; width is weight.", scroll=True
    )


def network_paths(match: MatchView, n: int = 32) -> list[tuple[tuple[str, ...], float]]:
    """Return the `n` strongest links as (miRNA, target, programme, organ) with a positive weight."""
    frame = need(match.network(), "network")
    good = frame[frame["weight"].abs() > 0]
    good = good.loc[good["weight"].abs().sort_values(ascending=False, kind="stable").index].head(n)
    return [
        ((str(r["source"]), str(r["target"]), plain(r["programme"]), organ_label(r["organ"])), abs(float(r["weight"])))
        for _, r in good.iterrows()
    ]


def _programme_table(programmes: pd.DataFrame) -> str:
    return table(
        strongest(programmes, len(programmes)),
        key="programmes",
        limit=40,
        tall=True,
        caption="Programme shifts, largest first; doses are vesicles taken up per cell and day.",
        columns=[
            Column("organ", "Organ", organ_label),
            Column("cell", "Cell class", plain),
            Column("programme", "Programme", plain),
            Column("verdict", "Verdict", str),
            *(
                Column(k, t, number, numeric=True)
                for k, t in (("shift", "Shift"), ("low", "95% low"), ("high", "95% high"))
            ),
            Column("p", "p", p_value, numeric=True),
            Column("q", "q", p_value, numeric=True),
            Column("threshold_dose", "Dose needed", number, numeric=True),
            Column("delivered_dose", "Dose arriving", number, numeric=True),
        ],
    )


def _gene_table(genes: pd.DataFrame) -> str:
    ordered = genes.loc[genes["ln_fc"].abs().sort_values(ascending=False, kind="stable").index]
    columns = [Column("organ", "Organ", organ_label), Column("cell", "Cell class", plain), Column("gene", "Gene", str)]
    columns += [
        Column(k, t, number, numeric=True)
        for k, t in (("ln_fc", "ln fold change"), ("low", "95% low"), ("high", "95% high"))
    ]
    columns += [Column(k, k, p_value, numeric=True) for k in ("p", "q") if k in genes.columns]
    return table(ordered, columns, key="genes", limit=25, tall=True, caption="Genes changed most.")
