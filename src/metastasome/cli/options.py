"""Options that several commands share, and the voice they give a command."""

from __future__ import annotations

import functools
import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

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
            print(json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False))
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


def _plain(value: Any) -> Any:
    """Return `value` in JSON's own types; JSON knows neither NaN nor infinity, so both are null."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "keys"):
        return {_key(key): _plain(value[key]) for key in value.keys()}  # noqa: SIM118
    return [_plain(item) for item in value]


def _key(key: Any) -> Any:
    return key if key is None or isinstance(key, str | bool | int) else str(key)


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
