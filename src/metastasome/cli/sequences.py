"""``metastasome sequences``: which metastatic site comes next, and which sites spread on."""

from __future__ import annotations

from pathlib import Path

import click

from .options import Voice, voiced


@click.group("sequences")
def command() -> None:
    """Predict the next metastatic site of a patient.

    A TABLE has a row per event with the columns patient_number, metastasis_nb, event, days_from_previous_event,
    next_event, days_to_next_event, then one column per site, 0 or 1. Events of a patient are numbered 0 (diagnosis of
    the primary) or 1, 2, 3 and so on; days count forward.
    """


@command.command("score")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--train", type=click.Path(path_type=Path), help="Fit on this table, not by cross-validation.")
@click.option("--folds", default=10, show_default=True, type=click.IntRange(2, 1000), help="Folds over patients.")
@click.option("--dated", is_flag=True, help="Score the dated process, not the next site.")
@voiced
def score(table: Path, train: Path | None, folds: int, dated: bool, voice: Voice) -> None:
    """Print held-out bits per site of the next site in TABLE, with 95% limits by bootstrap over patients.

    Beside the model: uniform, marginals, marginals of sites not yet involved, a first-order Markov chain.
    """
    from ..inference.sequences_score import cross_validate, transfer
    from ..study.clinic_tables import read_events

    found = read_events(table)
    for note in found.notes:
        voice.say(note)
    scores = cross_validate(found, folds=folds) if train is None else transfer(found, read_events(train))
    voice.say(f"{len(found.patients)} patients, {len(found.events)} events, {len(scores.patient)} sites scored")
    voice.records(scores.dated_table() if dated else scores.table())


@command.command("spread")
@click.argument("table", type=click.Path(path_type=Path))
@voiced
def spread(table: Path, voice: Voice) -> None:
    """Print by how much each site, once involved, speeds spread to others in TABLE, with 95% limits."""
    from ..inference.sequences import fit_onward
    from ..study.clinic_tables import read_events

    found = read_events(table)
    for note in found.notes:
        voice.say(note)
    made = fit_onward(found.steps)
    voice.records(made.table(found.sites))
