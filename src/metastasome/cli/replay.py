"""``metastasome replay``: the same numbers again, or which ones are not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from .options import DATA_DIR, Voice, voiced


@click.command("replay")
@click.argument("results", type=click.Path(path_type=Path), metavar="RESULTS")
@DATA_DIR
@voiced
@click.pass_context
def command(ctx: click.Context, results: Path, data_dir: Path | None, voice: Voice) -> int:
    """Repeat a result from its own record and compare.

    Runs the study kept in the RESULTS folder with its seed and data, and compares every file. Exit code 1 when a number
    differs.
    """
    from ..study.replay import replay

    found = replay(results, data_dir=data_dir, progress=voice.progress)
    voice.data({**dataclasses.asdict(found), "exact": found.exact}, str(found))
    return 0 if found.exact else 1
