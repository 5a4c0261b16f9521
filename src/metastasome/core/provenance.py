"""What was run, with which versions, seed and data: enough to run it again and to notice that something differs."""

from __future__ import annotations

import datetime
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from .errors import StoreError

SCHEMA = "1"
# The libraries whose version can move a result.
LIBRARIES: tuple[str, ...] = (
    "numpy",
    "scipy",
    "numba",
    "pandas",
    "pyarrow",
    "zarr",
    "xarray",
    "sympy",
    "decoupler",
)


@dataclass(frozen=True)
class Provenance:
    """The record kept beside every result as ``provenance.json``.

    Attributes:
        command: the command line, or the call, that made the result.
        seed: the seed used, also where the user named none.
        created: UTC time, ISO 8601.
        versions: package -> version, with ``"python"`` and ``"metastasome"``.
        platform: operating system and machine; floating-point results are repeated bit for bit on the same one.
        data: file or reference -> SHA-256 of what was read.
        data_dir: the data folder given, or None where the embedded reference was used.
        settings: what changed the run beside the study file (patients, workers).
        outputs: file of the results folder -> SHA-256; filled in when the folder is complete.
    """

    command: str
    seed: int
    created: str
    versions: Mapping[str, str]
    platform: str
    data: Mapping[str, str] = field(default_factory=dict)
    data_dir: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    schema: str = SCHEMA

    def to_json(self) -> str:
        """Return the record as JSON text with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def record(
    *,
    seed: int,
    command: Sequence[str] | str | None = None,
    data: Mapping[str, str] | None = None,
    data_dir: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Provenance:
    """Return the provenance of a run that happens now.

    Args:
        seed: the seed used.
        command: command line as words or text; ``sys.argv`` when not given.
        data: file or reference -> SHA-256.
        data_dir: folder the relative files of the study were found in.
        settings: what else shaped the run; JSON values only.
    """
    import shlex

    words = sys.argv if command is None else command
    return Provenance(
        command=words if isinstance(words, str) else shlex.join(words),
        seed=seed,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        versions=versions(),
        platform=f"{platform.system()} {platform.machine()}, {platform.python_implementation()}",
        data=dict(data or {}),
        data_dir=None if data_dir is None else str(Path(data_dir).resolve()),
        settings=dict(settings or {}),
    )


def versions() -> dict[str, str]:
    """Return the versions of Python, of this package and of the libraries a result depends on."""
    found = {"python": platform.python_version()}
    for name in ("metastasome", *LIBRARIES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def read(path: str | Path) -> Provenance:
    """Return the record in the JSON file `path`.

    Raises:
        StoreError: no such file, not JSON, or not a record of a schema this version knows.
    """
    file = Path(path)
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StoreError("no such file", file=file, hint="is this a results folder?") from error
    except (OSError, ValueError) as error:
        raise StoreError("not a readable provenance record", file=file) from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        schema = found.get("schema") if isinstance(found, dict) else None
        raise StoreError("unknown provenance schema", file=file, value=schema, expected=f"schema '{SCHEMA}'")
    try:
        return Provenance(**found)
    except TypeError as error:
        raise StoreError("not a complete provenance record", file=file) from error
