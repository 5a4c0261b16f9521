"""``kinetics score``: how far the model is from measured biodistribution, nothing fitted to organs."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import Voice, voiced


@click.command("score")
@click.argument("tables", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--vesicle", default="small", show_default=True, help="Class of vesicle.")
@click.option("--parameters", type=click.Path(path_type=Path), metavar="FILE", help="Kinetic parameters in YAML.")
@click.option("--particles-per-ug", type=float, help="Vesicles per microgram, for doses in mass.")
@voiced
def score(
    tables: tuple[Path, ...], vesicle: str, parameters: Path | None, particles_per_ug: float | None, voice: Voice
) -> None:
    """Predict every row of TABLES and print measured, predicted and the fold error.

    A table has the columns species, source, route, dose, label, organ, time, value, unit. Where a donor of vesicles
    (source) has a plasma figure, its earliest one sets that donor's binding by macrophages; organs never do.
    """
    from ...kinetics import read_parameters, read_table
    from ...kinetics import score as scored

    rows = tuple(r for t in tables for r in read_table(t, particles_per_ug=particles_per_ug))
    found = scored(rows, kind=vesicle, parameters=read_parameters(parameters) if parameters else None)
    table, organs = found.to_frame(), found.by_organ()
    voice.say(f"{len(rows)} measurements, median fold error {found.median:.3g}")
    for organ, n, median, worst in organs.itertuples(index=False):
        voice.say(f"  {organ}: {median:.3g} over {n}, at worst {worst:.3g}")
    if voice.json:
        voice.data({
            "median_fold_error": found.median, "organs": organs.to_dict(orient="records"),
            "rows": table.to_dict(orient="records"),
        })  # fmt: skip
    else:
        print(table.to_csv(sep="\t", index=False, float_format="%.4g"), end="")
