"""What the vesicles would change: programmes, doses, genes, and the way from miRNA to organ."""

from __future__ import annotations

from ..markup import el, paragraphs
from ..protocol import MatchView, need
from . import links, programmes
from .parts import grid, section
from .shifts import has_routes

ROUTES = (
    "Two routes add up to a shift: RNA and protein. Dose needed, verdict, p, q and dose curves speak of the RNA route; "
    "the protein route only moves shift and interval."
)


def matched(match: MatchView | None, *, said: bool = True) -> str:
    """Return the section; its sentences are left out where `said` is false (they stand elsewhere)."""
    title = "What the vesicles would change"
    if match is None:
        return section(
            "match", title, el("p", "This run had no matchmaking: programme shifts were not computed.", class_="none")
        )
    shifts = need(match.programmes(), "programmes")
    genes = need(match.genes(), "genes")
    return section(
        "match",
        title,
        paragraphs(match.summary() if said else (), "say"),
        el("p", ROUTES, class_="hint") if has_routes(shifts) else "",
        grid(programmes.heatmaps(shifts), programmes.ranked(shifts)),
        el("h3", "How much would be needed, how much arrives"),
        programmes.curves(match, shifts),
        grid(links.significance(match), links.flows(match), class_="panels wide"),
        programmes.programme_table(shifts),
        links.gene_table(genes),
    )
