"""``kinetics export``: the equations of a dose for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..options import OVERWRITE, Voice, voiced
from .dose import exposure, free_path, given


@click.command("export")
@given
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
    help="An .xml (SBML Level 3) or .omex (COMBINE archive with SED-ML).",
)  # fmt: skip
@OVERWRITE
@voiced
def export(out: Path, overwrite: bool, voice: Voice, **asked: Any) -> None:
    """Write the model behind a DOSE as SBML or as a COMBINE archive.

    Needs the extra: pip install 'metastasome[sbml]'
    """
    from ...kinetics import export_omex, export_sbml

    kind = free_path(out, ("xml", "omex"), overwrite)
    found = exposure(**asked)
    if kind == "xml":
        export_sbml(found, out)
    else:
        export_omex(found, out)
    voice.data({"out": str(out)}, str(out))
