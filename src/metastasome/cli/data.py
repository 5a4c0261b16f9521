"""``metastasome data``: the public files that stand behind the studies."""

from __future__ import annotations

import os
from pathlib import Path

import click

from .options import DATA_DIR, Voice, voiced


@click.group("data")
def command() -> None:
    """List, fetch and verify public data files."""


@command.command("list")
@DATA_DIR
@voiced
def list_(data_dir: Path | None, voice: Voice) -> None:
    """List the files, where they come from, and whether they are there."""
    from ..study.files import data_folder
    from ..study.sources import sources, state

    folder = data_folder(data_dir)
    found = [
        {
            "name": s.name, "what": s.what, "origin": s.origin, "licence": s.licence, "sha256": s.sha256,
            "from": [address for address, _ in s.parts], "state": "unknown" if folder is None else state(s, folder),
        }
        for s in sources()
    ]  # fmt: skip
    lines = [f"{f['name']}\n    {f['what']}\n    {f['origin']}; licence: {f['licence']}" for f in found]
    voice.data(found, "\n".join(lines))
    if folder is None:
        voice.say("no data folder given: metastasome data fetch --data-dir FOLDER brings them")


@command.command("fetch")
@click.argument("names", nargs=-1)
@DATA_DIR
@voiced
def fetch(names: tuple[str, ...], data_dir: Path | None, voice: Voice) -> None:
    """Download the files (or those NAMED), check them, and put them into the data folder."""
    from ..study.sources import choose
    from ..study.sources import fetch as bring

    folder = _target(data_dir)
    wanted = choose(names)
    paths = [bring(s, folder, progress=voice.progress) for s in wanted]
    voice.data([str(p) for p in paths], "\n".join(map(str, paths)))


@command.command("verify")
@click.argument("names", nargs=-1)
@DATA_DIR
@voiced
def verify(names: tuple[str, ...], data_dir: Path | None, voice: Voice) -> int:
    """Check that the files are the expected ones.

    Exit code 1 when one is absent or different.
    """
    from ..study.files import data_folder
    from ..study.sources import choose, state

    folder = data_folder(data_dir)
    if folder is None:
        raise click.UsageError("give --data-dir, or set METASTASOME_DATA")
    found = {s.name: state(s, folder) for s in choose(names)}
    voice.data(found, "\n".join(f"{what:9}  {name}" for name, what in found.items()))
    return 0 if set(found.values()) == {"there"} else 1


def _target(data_dir: Path | None) -> Path:
    from ..study.files import VARIABLE

    given = data_dir or os.environ.get(VARIABLE)
    if not given:
        raise click.UsageError(f"give --data-dir, or set {VARIABLE}")
    return Path(given)
