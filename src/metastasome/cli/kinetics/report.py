"""``kinetics report``: the course of a dose as a page with a body map that moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..options import OVERWRITE, Voice, voiced
from .dose import exposure, free_path, given


@click.command("report")
@given
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="An .html file.")
@OVERWRITE
@voiced
def report(out: Path, overwrite: bool, voice: Voice, **asked: Any) -> None:
    """Write a page on a DOSE: the body map over time, the plasma curve, every organ."""
    from ...report.kinetics_page import write_kinetics

    free_path(out, ("html",), overwrite)
    found = exposure(**asked)
    voice.say(found.summary())
    write_kinetics(found, out)
    voice.data({"out": str(out)}, str(out))
