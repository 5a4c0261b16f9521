"""Options that several commands share, and the voice they give a command."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from ..core.jsons import json_text
from ..core.progress import SILENT, Bars, Lines, Progress

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Voice:
    """How a command talks: data on stdout as text or JSON, talk and progress on stderr unless quiet."""

    json: bool = False
    quiet: bool = False

    @property
    def progress(self) -> Progress:
        """Where progress goes: nowhere, JSON lines or bars."""
        if self.quiet:
            return SILENT
        return Lines() if self.json else Bars()

    def say(self, line: str) -> None:
        """Write talk to stderr."""
        if not self.quiet:
            print(line, file=sys.stderr)

    def data(self, value: Any, text: str | None = None) -> None:
        """Write the answer to stdout: `value` as JSON (what is no finite number as null), or `text` for people."""
        if self.json or text is None:
            print(json_text(value, indent=2))
        else:
            print(text)

    def records(self, rows: list[dict[str, Any]]) -> None:
        """Write records to stdout: as JSON, or as tab-separated text with a heading for people."""
        if self.json:
            self.data(rows)
            return
        if rows:
            print("\t".join(rows[0]))
        for row in rows:
            print("\t".join(f"{v:.4g}" if isinstance(v, float) else str(v) for v in row.values()))


def voiced(function: F) -> F:
    """Give a command ``--json``, ``--quiet`` and ``--debug``, and its function a `voice`."""

    @click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON; progress as JSON lines.")
    @click.option("-q", "--quiet", is_flag=True, help="Print no talk and no progress.")
    @click.option("--debug", is_flag=True, expose_value=False, help="Show the trace of an error.")
    @functools.wraps(function)
    def command(*args: Any, as_json: bool, quiet: bool, **options: Any) -> Any:
        return function(*args, voice=Voice(as_json, quiet), **options)

    return command  # type: ignore[return-value]


SEED = click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of every random number.")
DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Folder of the study's data files; METASTASOME_DATA when not given, else the embedded reference.",
)
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace an earlier result.")
WORKERS = click.option(
    "--workers",
    type=click.IntRange(1, 4096),
    default=1,
    show_default=True,
    help="Patients solved side by side on this machine.",
)
SCHEDULER = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="A Dask scheduler (tcp://host:8786), or 'processes' for worker processes here; needs the extra cluster.",
)
PATIENTS = click.option("-n", "--patients", type=click.IntRange(1, 10_000_000), help="How many virtual patients.")
