"""``kinetics simulate``: the course of a dose as a table."""

from __future__ import annotations

from typing import Any

import click

from ..options import Voice, voiced
from .dose import exposure, given


@click.command("simulate")
@given
@click.option("--nca", is_flag=True, help="Also say the non-compartmental analysis of the plasma curve.")
@voiced
def simulate(nca: bool, voice: Voice, **asked: Any) -> None:
    """Print the course of vesicles after a DOSE as a table.

    DOSE is a bolus ("1e10 EV", "5 ug") or a release into blood ("1e9 EV/min").
    """
    import dataclasses

    found = exposure(**asked)
    voice.say(found.summary())
    analysis = dataclasses.asdict(found.analysis()) if nca else None
    if analysis is not None and not voice.json:
        voice.say("plasma (days, mL): " + ", ".join(f"{k} {v:.4g}" for k, v in analysis.items()))
    table = found.to_frame()
    if voice.json:
        said = {"summary": found.summary(), "rows": table.to_dict(orient="records")}
        voice.data(said if analysis is None else {**said, "nca": analysis})
    else:
        print(table.to_csv(sep="\t", index=False, float_format="%.6g"), end="")
