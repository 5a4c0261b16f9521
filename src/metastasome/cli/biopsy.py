"""``metastasome biopsy``: what a blood test would see, and whose vesicles a plasma profile holds."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from .options import DATA_DIR, OVERWRITE, PATIENTS, SEED, Voice, voiced

_PANEL = ("ctdna", "ctc", "nta", "marked_ev", "elisa", "caveolin")


@click.group("biopsy")
def command() -> None:
    """What a blood test would see, and whose vesicles a plasma profile holds."""


def _rows(table: Any) -> list[dict[str, Any]]:
    """Return a table as records in which a number that is not known is null, not NaN (which is no JSON)."""
    return [
        {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
        for row in table.to_dict(orient="records")
    ]


@command.command("plan")
@click.argument("study", metavar="STUDY")
@DATA_DIR
@click.option("--assay", "assays", multiple=True, metavar="NAME[:P=V,...]", help="An assay; may be given again.")
@click.option("--every", default="3 months", show_default=True, help="Time between draws of blood.")
@click.option("--imaging", default="6 months", show_default=True, help="Time between scans.")
@click.option("--start", type=click.Choice(["resection", "day 0"]), default="resection", show_default=True)
@click.option("--delay", default="30 days", show_default=True, help="From the start to the first draw.")
@click.option("--rule", type=click.Choice(["any", "all"]), default="any", show_default=True, help="When a panel calls.")
@click.option("--confirm", type=click.IntRange(1, 10), default=1, show_default=True, help="Positive draws in a row.")
@PATIENTS
@SEED
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Tables and figures.")
@OVERWRITE
@voiced
def plan(study: str, voice: Voice, **asked: Any) -> None:
    """Watch the patients of STUDY with a panel of assays, beside imaging.

    STUDY is a study file, a preset, or a results folder (whose patients are drawn again from its own record); of a
    study of more, 400 patients are watched unless --patients says how many. Prints lead time over imaging, sensitivity
    by stage, false alarms in healthy twins, and draws needed.
    """
    from ..core.files import check_target
    from ..core.units import to
    from ..study.biopsy import plan_biopsy

    out, overwrite = asked.pop("out"), asked.pop("overwrite")
    if out is not None:
        check_target(out, overwrite=overwrite)
    days = {name: to(asked.pop(name), "day", field=f"--{name}") for name in ("every", "imaging", "delay")}
    made = plan_biopsy(
        study, assays=asked.pop("assays") or _PANEL, every_days=days["every"], imaging_days=days["imaging"],
        delay_days=days["delay"], n=asked.pop("patients"), progress=voice.progress, **asked,
    )  # fmt: skip
    if out is not None:
        made.save(out, overwrite=overwrite)
        voice.say(f"written: {out}")
    for line in made.summary():
        voice.say(line)
    if voice.json:
        tables = {name: _rows(table) for name, table in made.tables().items()}
        voice.data({"summary": made.summary(), **tables})
    else:
        print(made.watch.lead.to_csv(sep="\t", index=False, float_format="%.4g"), end="")


@command.command("deconvolve")
@click.argument("profile", type=click.Path(path_type=Path))
@click.option("--signatures", type=click.Path(path_type=Path), metavar="FILE", help="A column of levels per tissue.")
@click.option(
    "--method", type=click.Choice(["dirichlet", "nuts", "nnls", "nu-svr"]), default="dirichlet", show_default=True
)
@click.option("--tissue", "tissues", multiple=True, help="Only this source; may be given again.")
@click.option("--samples", type=click.Path(path_type=Path), metavar="FILE", help="Class of each sample.")
@click.option("--case", help="Label or mark of cases.")
@click.option("--control", help="Label or mark of controls; half of them make the background.")
@SEED
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Tables and figure.")
@OVERWRITE
@voiced
def deconvolve(
    profile: Path,
    signatures: Path | None,
    method: Any,
    tissues: tuple[str, ...],
    samples: Path | None,
    case: str | None,
    control: str | None,
    seed: int | None,
    out: Path | None,
    overwrite: bool,
    voice: Voice,
) -> None:
    """Share out a vesicle miRNA PROFILE among tissues and blood cells.

    Prints one row per sample and source with its 90% interval; with cases and controls, one row per source, donors
    permuted. Embedded signatures: miRNATissueAtlas2, red cells, platelets.
    """
    from ..core.files import check_target
    from ..study.biopsy import deconvolve as take_apart

    if out is not None:
        check_target(out, overwrite=overwrite)
    found = take_apart(
        profile, signatures=signatures, method=method, tissues=tissues or None, samples=samples, case=case,
        control=control, seed=1 if seed is None else seed, progress=voice.progress,
    )  # fmt: skip
    if out is not None:
        found.save(out, overwrite=overwrite)
        voice.say(f"written: {out}")
    for line in found.summary():
        voice.say(line)
    table = found.to_frame() if found.groups is None else found.groups
    if voice.json:
        limits = None if found.limits is None else _rows(found.limits)
        voice.data({"summary": found.summary(), "rows": _rows(table), "limits": limits})
    else:
        print(table.to_csv(sep="\t", index=False, float_format="%.4g"), end="")


@command.command("assays")
@click.argument("name", required=False)
@voiced
def assays(name: str | None, voice: Voice) -> None:
    """List the assays, or the parameters of the one called NAME, with ranges and sources."""
    from ..study.biopsy import assay_tables

    voice.records(assay_tables(name))
