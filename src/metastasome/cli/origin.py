"""``metastasome origin``: what shared truncal variants say of where lesions came from."""

from __future__ import annotations

from pathlib import Path

import click

from .options import Voice, voiced


@click.command("origin")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the table of lesions there (CSV).")
@click.option(
    "--prior",
    multiple=True,
    metavar="ORIGIN=WEIGHT",
    help="Weight of an origin before the data; origins not named get none. May be repeated.",
)
@click.option("--kept", type=float, help="Mean share of truncal variants that a tumour-derived lesion keeps.")
@click.option("--transferred", type=float, help="Mean share that a resident cell takes up with tumour DNA.")
@voiced
def command(
    table: Path, out: Path | None, prior: tuple[str, ...], kept: float | None, transferred: float | None, voice: Voice
) -> None:
    """Which origins fit the variants that lesions share with their primary.

    TABLE has a row per lesion: how many truncal variants of its primary were tested in it (truncal) and how many were
    found (shared), and patient, lesion, depth and purity where known.
    """
    import dataclasses

    from ..core.files import atomic_file
    from ..readouts.genomics import Genomics
    from ..readouts.origin_evidence import origin_evidence

    usual = Genomics()
    assumed = dataclasses.replace(
        usual,
        kept=usual.kept if kept is None else kept,
        transferred=usual.transferred if transferred is None else transferred,
    )
    found = origin_evidence(table, prior=_weights(prior), assumed=assumed)
    if out is not None:
        with atomic_file(out) as part:
            found.lesions.to_csv(part, index=False, float_format="%.6g")
        voice.say(f"wrote {out}")
    told = {
        "summary": found.summary(),
        "resident_share_upper_95": found.upper,
        "resident_share_upper_95_by_patient": found.upper_patients,
        "lesions": found.lesions.to_dict(orient="records"),
    }
    shown = found.lesions[["patient", "lesion", "truncal", "shared", "genome", "p"]]
    text = shown.to_string(index=False, max_rows=40, float_format="{:.3f}".format)
    voice.data(told, "\n".join([*found.summary(), "", text]))


def _weights(prior: tuple[str, ...]) -> dict[str, float] | None:
    from ..core.errors import InputError

    made = {}
    for item in prior:
        name, sign, weight = item.partition("=")
        try:
            made[name.strip()] = float(weight) if sign else float("nan")
        except ValueError:
            made[name.strip()] = float("nan")
        if made[name.strip()] != made[name.strip()]:
            raise InputError("not a weight", field="--prior", value=item, expected="ORIGIN=WEIGHT")
    return made or None
