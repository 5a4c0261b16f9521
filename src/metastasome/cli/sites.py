"""``metastasome sites``: where a primary metastasises, and how well that is predicted."""

from __future__ import annotations

from pathlib import Path

import click

from .options import Voice, voiced


@click.group("sites")
def command() -> None:
    """Predict where a primary metastasises.

    A TABLE holds counts of metastatic sites per primary: columns subtype, biopsied_metastatic_site, n; or primary,
    site, value, unit; or primary, site_category, n; or primary, site, n.
    """


@command.command("list")
@voiced
def listing(voice: Voice) -> None:
    """List the tumour types that are known, with their anatomy."""
    from ..inference.sites_names import tumour_types

    rows = [
        {"type": t.key, "name": t.name, "organ": t.origin.key, "histology": t.histology, "portal": t.origin.portal}
        for t in tumour_types().values()
    ]
    voice.records(rows)


@command.command("predict")
@click.argument("primary")
@click.option("--cohort", default="biopsy", show_default=True, help="biopsy, registry, autopsy, clinic or all.")
@click.option("--as-new", is_flag=True, help="Use no row of this organ, as for a primary never seen.")
@voiced
def predict(primary: str, cohort: str, as_new: bool, voice: Voice) -> None:
    """Print the expected share of each metastatic site of PRIMARY, with 95% limits."""
    from ..inference.sites_predict import predict_sites
    from ..study.clinic_tables import plain_primary

    found = predict_sites(plain_primary(primary), cohort=cohort.strip().lower(), own=not as_new)
    used = f"{found.own:.0f} of its own" if found.own else "none of its own"
    voice.say(f"{found.tumour.name} ({found.tumour.key}), as {found.cohort} sees it; counts used: {used}")
    voice.records(found.table())


@command.command("score")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--factors", is_flag=True, help="Also score with each mechanism switched off and refitted.")
@click.option("--rows", "each", is_flag=True, help="Print every row of the table, not the means.")
@voiced
def score(table: Path, factors: bool, each: bool, voice: Voice) -> None:
    """Score predictions of the sites in TABLE: bits per site and Jensen-Shannon divergence, with nulls beside.

    Every primary is predicted without any row of its organ. Means give every organ one vote; limits are 95% by
    bootstrap over organs.
    """
    from ..inference.sites_factors import score_table
    from ..study.clinic_tables import read_places

    found = read_places(table)
    for note in found.notes:
        voice.say(note)
    with voice.progress.task("fit"):
        scores = score_table(found.rows, factors=factors)
    if each:
        voice.records([
            {"row": r.label, "type": r.tumour.key, "cohort": r.cohort, "n": r.counts.sum(), "prediction": way,
             "bits": scores.bits[way][i], "js": scores.divergence[way][i]}
            for i, r in enumerate(scores.rows) for way in scores.bits
        ])  # fmt: skip
        return
    voice.records(scores.table())
