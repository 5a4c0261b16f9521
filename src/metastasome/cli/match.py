"""``metastasome match``: what these vesicles would change, without any patient."""

from __future__ import annotations

from pathlib import Path

import click

from .options import DATA_DIR, OVERWRITE, SEED, Voice, voiced

TABLES = ("programmes", "genes", "dose", "significance", "network")


@click.command("match")
@click.argument("study", metavar="STUDY")
@DATA_DIR
@click.option(
    "--table", type=click.Choice(TABLES), default="programmes", show_default=True, help="Which table to print."
)
@click.option(
    "--nulls", type=click.IntRange(0, 1_000_000), help="Random cargoes to compare with; 0 leaves p-values out."
)
@SEED
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Also keep every table here.")
@OVERWRITE
@voiced
def command(
    study: str,
    data_dir: Path | None,
    table: str,
    nulls: int | None,
    seed: int | None,
    out: Path | None,
    overwrite: bool,
    voice: Voice,
) -> None:
    """Match vesicle cargo with what every organ holds.

    Prints one table (tab separated) for the STUDY's tumour: by organ and cell class the shift of each programme at the
    delivered dose, the dose it would need, and the p-value against random cargoes of the same size.
    """
    from ..core.errors import StoreError
    from ..study.api import match
    from ..study.match_view import MatchView

    if out is not None and out.exists() and not overwrite:
        raise StoreError("the output folder exists", file=out, hint="choose another --out or pass --overwrite")
    found = match(study, seed=seed, nulls=nulls, data_dir=data_dir, progress=voice.progress)
    view = MatchView(found)
    made = {
        "programmes": view.programmes, "genes": view.genes, "dose": view.dose_curve, "network": view.network,
        "significance": found.significance,
    }[table]()  # fmt: skip
    if out is not None:
        found.save(out, overwrite=overwrite)
    for line in view.summary():
        voice.say(line)
    if voice.json:
        voice.data({"summary": view.summary(), "table": table, "rows": made.to_dict(orient="records")})
    else:
        print(made.to_csv(sep="\t", index=False, float_format="%.4g"), end="")
