"""``metastasome kinetics``: where vesicles go after a dose or during a release."""

from __future__ import annotations

import click

from .export import export
from .fit import fit
from .plot import plot
from .report import report
from .score import score
from .simulate import simulate


@click.group("kinetics")
def command() -> None:
    """Where vesicles go in the body, and how fast."""


for one in (simulate, plot, report, fit, score, export):
    command.add_command(one)
