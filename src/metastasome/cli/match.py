"""``metastasome match``: what these vesicles would change, without any patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import DATA_DIR, OVERWRITE, SEED, Voice, voiced

if TYPE_CHECKING:
    import pandas as pd

    from ..matchmaking.results import Match
    from ..study.match_view import MatchView
    from ..study.model import Study

FILE = click.Path(path_type=Path)
TUMOUR = "colorectal"
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".h5ad")
TABLES = ("programmes", "genes", "dose", "significance", "network")


@click.command("match")
@click.argument("what", metavar="STUDY|CARGO")
@click.option("--case", metavar="TEXT", help="CARGO: class of the tumour's samples, or how their names begin.")
@click.option("--control", metavar="TEXT", help="CARGO: the same of the healthy samples.")
@click.option("--samples", type=FILE, metavar="FILE", help="CARGO: table of sample and class.")
@click.option("--tumour", metavar="PRESET", help=f"CARGO: whose doses organs are delivered.  [default: {TUMOUR}]")
@click.option("--stockroom", type=FILE, metavar="FILE", help="CARGO: mRNA of recipients, genes by organs (TPM).")
@click.option("--mirna", type=FILE, metavar="FILE", help="CARGO: miRNA of recipients.")
@click.option("--utr", type=FILE, metavar="FILE", help="CARGO: 3'UTRs, FASTA or TargetScan table.")
@click.option("--gene-map", type=FILE, metavar="FILE", help="CARGO: ids to symbols (TargetScan Gene_info).")
@click.option("--organs", metavar="A,B", help="Print these organs only.")
@DATA_DIR
@click.option(
    "--table", type=click.Choice(TABLES), default="programmes", show_default=True, help="Which table to print."
)
@click.option(
    "--nulls", type=click.IntRange(0, 1_000_000), help="Random cargoes to compare with; 0 leaves p-values out."
)
@SEED
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Tables, figures, report.html.")
@OVERWRITE
@voiced
def command(
    what: str,
    case: str | None,
    control: str | None,
    samples: Path | None,
    tumour: str | None,
    stockroom: Path | None,
    mirna: Path | None,
    utr: Path | None,
    gene_map: Path | None,
    organs: str | None,
    data_dir: Path | None,
    table: str,
    nulls: int | None,
    seed: int | None,
    out: Path | None,
    overwrite: bool,
    voice: Voice,
) -> None:
    """Match vesicle cargo with what every organ holds.

    Prints one table (tab separated): by organ and cell class the shift of each programme at the delivered dose, the
    dose it would need, and the p-value against random cargoes of the same size. STUDY is a preset or a study file;
    CARGO is a miRNA count matrix (csv, tsv or h5ad), matched with the embedded panel, the public tables of the data
    folder, or a stockroom of yours.
    """
    from ..core.errors import InputError
    from ..core.files import check_target, existing
    from ..study.api import match
    from ..study.match_view import MatchView
    from ..study.of_cargo import is_cargo, study_of_cargo

    if out is not None:
        check_target(out, overwrite=overwrite)
    wanted = None if organs is None else _organs(organs)
    asked: str | Study = what
    own = {"case": case, "control": control, "samples": samples, "tumour": tumour, "stockroom": stockroom}
    own |= {"mirna": mirna, "utr": utr, "gene-map": gene_map}
    if Path(what).suffix.lower() in TABLE_ENDINGS:
        existing(Path(what), field="CARGO")
    if is_cargo(what):
        asked = study_of_cargo(
            what, tumour=tumour or TUMOUR, case=case, control=control, samples=samples, mrna=stockroom, mirna=mirna,
            utrs=utr, gene_map=gene_map, data_dir=data_dir,
        )  # fmt: skip
        voice.say(f"Doses are those of the preset '{tumour or TUMOUR}' at resection; --tumour names another.")
    elif any(own.values()):
        field = next(name for name, value in own.items() if value)
        raise InputError("a study brings its own", field=field, hint="give a count matrix, or change the study")
    found = match(asked, seed=seed, nulls=nulls, data_dir=data_dir, progress=voice.progress)
    view = MatchView(found)
    if is_cargo(what):  # of tables that nobody has read before; of a study report.html tells it
        for note in (n for n in found.notes if "left out" in n):
            voice.say(note)
    made = {
        "programmes": view.shifts, "genes": view.genes, "dose": view.dose_curve, "network": view.network,
        "significance": found.significance,
    }[table]()  # fmt: skip
    made = made if wanted is None else _of(made, wanted)
    if out is not None:
        doses = f"; doses of the preset '{tumour or TUMOUR}' at resection" if is_cargo(what) else ""
        _keep(found, view, out, overwrite, Path(what).name, f"{found.cargo}{doses}.")
        voice.say(f"written: {out}; open {out / 'report.html'}")
    for line in view.summary():
        voice.say(line)
    if voice.json:
        voice.data({"summary": view.summary(), "table": table, "rows": made.to_dict(orient="records")})
    else:
        print(made.to_csv(sep="\t", index=False, float_format="%.4g"), end="")


def _keep(found: Match, view: MatchView, out: Path, overwrite: bool, name: str, data: str) -> None:
    """Write the match's own tables and, at the delivered doses, page, tables and figures; whole or not at all."""
    from .. import __version__
    from ..core.files import atomic_folder
    from ..report import write_match

    asked = found.settings
    with atomic_folder(out, overwrite=overwrite) as part:
        found.save(part, overwrite=True)
        write_match(
            view,
            part,
            title=f"Match of {name}",
            data_note=data,
            foot=f"Made by metastasome {__version__}, seed {asked['seed']}, {asked['nulls']} draws of each null.",
            notes=found.notes,
        )


def _organs(given: str) -> list[str]:
    """Return the organs named, separated by commas, by the vocabulary's names; refused before anything is computed."""
    from ..core.organs import check_organs

    return list(check_organs(name for name in given.split(",")))


def _of(made: pd.DataFrame, wanted: list[str]) -> pd.DataFrame:
    """Return the rows of the organs `wanted`."""
    from ..core.errors import InputError

    if "organ" not in made.columns:
        raise InputError("this table has no organs", field="organs", hint="print another with --table")
    known = {str(o) for o in made["organ"].dropna()}
    for organ in wanted:
        if organ not in known:
            there = f"one of {', '.join(sorted(known - {''}))}"
            raise InputError("not an organ of this table", field="organs", value=organ, expected=there)
    return made[made["organ"].astype(str).isin(wanted)]
