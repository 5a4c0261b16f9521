"""``kinetics plot``: the course of a dose as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..options import OVERWRITE, Voice, voiced
from .dose import exposure, free_path, given

if TYPE_CHECKING:
    from ...kinetics import Exposure


@click.command("plot")
@given
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="An .svg or .png.")
@OVERWRITE
@voiced
def plot(out: Path, overwrite: bool, voice: Voice, **asked: Any) -> None:
    """Draw the course of vesicles after a DOSE into a file."""
    from ...core.files import atomic_file

    kind = free_path(out, ("svg", "png"), overwrite)
    figure = drawn(exposure(**asked))
    with atomic_file(out) as part:
        figure.savefig(part, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    voice.data({"out": str(out)}, str(out))


def drawn(found: Exposure) -> Any:
    """Return a figure: plasma on the left, the six fullest organs on the right."""
    import matplotlib as mpl
    import numpy as np
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "metastasome"  # the same picture has the same bytes
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    hours = found.times * 24
    left.plot(hours, np.maximum(found.plasma, 1e-300))
    left.set(xlabel="hours", ylabel="EV/mL plasma", yscale="log", ylim=(max(found.plasma.max(), 1e-9) * 1e-6, None))
    for k in np.argsort(-found.percent_id.max(axis=0))[:6]:
        right.plot(hours, found.percent_id[:, k], label=found.organs[k])
    right.set(xlabel="hours", ylabel="% of dose")
    right.legend(frameon=False)
    return figure
