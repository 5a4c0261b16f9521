"""``metastasome sizes``: from the diameter of the primary to the chance of metastasis at diagnosis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import Voice, voiced

if TYPE_CHECKING:
    from ..inference.sizes_score import CurvePrediction

VESICLES = click.option("--vesicles/--no-vesicles", default=False, show_default=True, help="Which fitted law to use.")


@click.group("sizes")
def command() -> None:
    """Predict metastasis from the primary's size."""


@command.command("predict")
@click.argument("fraction", type=float)
@click.option("--at-cm", default=4.0, show_default=True, help="Diameter the fraction was counted at.")
@click.option("-n", "--patients", default=500.0, show_default=True, help="Patients it was counted in.")
@VESICLES
@voiced
def predict(fraction: float, at_cm: float, patients: float, vesicles: bool, voice: Voice) -> None:
    """Print the chance of metastasis at diagnosis by size, from the FRACTION seen at one size."""
    from ..inference.sizes_predict import predict_sizes

    found = predict_sizes(fraction, at_cm=at_cm, patients=patients, vesicles=vesicles)
    voice.records([
        {"diameter_cm": float(d), "fraction": float(p), "low": float(lo), "high": float(hi)}
        for d, p, lo, hi in zip(found.curve.diameter, found.mean, found.low, found.high, strict=True)
    ])  # fmt: skip


@command.command("score")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--at-cm", type=float, help="Anchor at the bin nearest to this, not at the class of 3 to 5 cm.")
@click.option("--bins", is_flag=True, help="Print every bin, not one row per cancer.")
@VESICLES
@voiced
def score(table: Path, at_cm: float | None, bins: bool, vesicles: bool, voice: Voice) -> None:
    """Predict every cancer of TABLE from the share with metastasis among primaries of 3 to 5 cm; score the other bins.

    TABLE has the columns cancer, primary_diameter_cm_bin (or diameter_cm), N (or n) and
    fraction_with_distant_metastasis_at_diagnosis (or fraction). A cancer that the law was fitted on is left out and
    the law fitted again. Errors weigh bins by their patients.
    """
    from ..inference.sizes_fit import Setting
    from ..inference.sizes_predict import fitted
    from ..inference.sizes_score import baselines, leave_one_out, rmse
    from ..inference.sizes_table import training_curves
    from ..study.clinic_tables import read_curves

    curves, train = read_curves(table, at_cm), training_curves()
    with voice.progress.task("fit"):
        full = fitted(vesicles=vesicles)
        found = leave_one_out(curves, train, setting=Setting(vesicles), full=full, at_cm=at_cm)
    if bins:
        voice.records([r for p in found for r in each_bin(p)])
        return
    rows: list[dict[str, Any]] = []
    for p in found:
        simple = baselines([t for t in train if t.cancer != p.curve.cancer])
        rows.append({
            "cancer": p.curve.cancer, "anchor_share": p.curve.pooled(p.anchor)[1], "rmse": p.rmse,
            "rmse_plain": p.rmse_plain, "counting_alone": p.counting_noise, "coverage": p.coverage,
            **{name: rmse(p.curve, way(p.curve, p.anchor), p.others) for name, way in simple.items()},
        })  # fmt: skip
    voice.records(rows)


def each_bin(p: CurvePrediction) -> list[dict[str, Any]]:
    """Return one record per bin of a cancer."""
    c = p.curve
    return [
        {"cancer": c.cancer, "diameter_cm": float(c.diameter[i]), "n": float(c.n[i]), "seen": float(c.fraction[i]),
         "predicted": float(p.mean[i]), "low": float(p.low[i]), "high": float(p.high[i]), "anchor": int(p.anchor[i])}
        for i in range(len(c.n))
    ]  # fmt: skip
