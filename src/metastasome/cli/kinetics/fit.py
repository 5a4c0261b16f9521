"""``kinetics fit``: learn kinetic parameters from data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..options import SEED, Voice, voiced


@click.command("fit")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--free", multiple=True, help="A parameter to fit; may be given again.")
@click.option(
    "--method", type=click.Choice(["map", "nuts"]), default="map", show_default=True, help="Estimate, or draws."
)
@click.option("--particles-per-ug", type=float, help="Vesicles per microgram, for doses in mass.")
@SEED
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Predictions, verdicts and draws.")
@voiced
def fit(
    table: Path,
    free: tuple[str, ...],
    method: str,
    particles_per_ug: float | None,
    seed: int | None,
    out: Path | None,
    voice: Voice,
) -> None:
    """Fit kinetic parameters to a TABLE of biodistribution or plasma data.

    Prints what each parameter was believed to be, what the data make of it, and whether they informed it. Needs the
    extra: pip install 'metastasome[infer]'
    """
    import numpy as np

    from ...kinetics import fit_table

    options: dict[str, Any] = {"method": method, "seed": 1 if seed is None else seed}
    if free:
        options["free"] = free
    with voice.progress.task("fit"):
        found = fit_table(table, out, particles_per_ug=particles_per_ug, **options)
    verdicts = found.identifiability()
    median = float(np.median(found.fold_errors))
    voice.say(f"{len(found.rows)} measurements, median fold error {median:.3g}")
    if line := found.sampling():
        voice.say(line)
    if voice.json:
        voice.data({"median_fold_error": median, "parameters": verdicts.to_dict(orient="records")})
    else:
        print(verdicts.to_csv(sep="\t", index=False, float_format="%.4g"), end="")
