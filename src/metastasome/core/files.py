"""Files are written whole or not at all, and read with care."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import InputError, StoreError

PROVENANCE, LISTING = "provenance.json", ".metastasome"
_DROPPED = {".DS_Store", "Thumbs.db", "desktop.ini"}  # left by file managers


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is renamed over `path`, on failure removed."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    part = Path(name)
    _usual_mode(part, 0o666)
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary folder beside `path`; on success it takes the name `path`, on failure it is removed.

    What it holds by then is listed in it, so that it, and nothing of anybody else, may be overwritten later.

    Raises:
        StoreError: as :func:`check_target`.
    """
    target = check_target(path, overwrite=overwrite)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    _usual_mode(part, 0o777)
    try:
        yield part
        _list(part)
        check_target(target, overwrite=overwrite)  # hours may have passed
        if target.exists():
            with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as gone:
                target.replace(Path(gone) / "old")  # a kill between leaves one of the two whole
                part.replace(target)
        else:
            part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_target(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Return `path` if a result may be written there: it is not there yet, empty, or an earlier result to overwrite.

    Raises:
        StoreError: it exists and `overwrite` is false, it is no result, or it holds what no result wrote.
    """
    target = Path(path)
    if not target.exists():
        return target
    entries = [] if target.is_file() else sorted(p.name for p in target.iterdir())
    ours = _listed(target)
    if target.is_file() or (entries and ours is None):
        problem = "will not overwrite what is not a results folder" if overwrite else "exists, and is no results folder"
        raise StoreError(problem, file=target, hint="choose another --out")
    if not overwrite:
        raise StoreError("the output folder exists", file=target, hint="choose another --out or pass --overwrite")
    strange = [name for name in entries if name not in (ours or ()) and name not in _DROPPED]
    if strange:
        raise StoreError(
            "will not overwrite what no result wrote", file=target, value=", ".join(strange[:3]),
            hint="move it out of the folder, or choose another --out",
        )  # fmt: skip
    return target


def _list(folder: Path) -> None:
    """Write the names of what `folder` holds into it; a results folder has them in its provenance."""
    if not (folder / PROVENANCE).is_file():
        names = sorted(p.name for p in folder.iterdir() if p.name != LISTING)
        (folder / LISTING).write_text(json.dumps(names) + "\n", encoding="utf-8")


def _listed(folder: Path) -> set[str] | None:
    """Return the names that a result wrote into `folder`, None where it is no result."""
    for name in (PROVENANCE, LISTING):
        with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
            told = json.loads((folder / name).read_text(encoding="utf-8"))
            files = told if isinstance(told, list) else list(told["outputs"])
            return {str(f).split("/", 1)[0] for f in files} | {name}
    return None


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file as hex digits, read in blocks."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def existing(path: str | os.PathLike[str], *, field: str | None = None) -> Path:
    """Return `path` if it is a readable file, else raise :class:`InputError`."""
    found = Path(path)
    if not found.is_file():
        what = "is a folder, not a file" if found.is_dir() else "no such file"
        raise InputError(what, file=found, field=field, hint="check the path, or --data-dir")
    return found


def _usual_mode(path: Path, mode: int) -> None:
    """Give a temporary file or folder (made private by ``tempfile``) the mode that any new one would have."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(mode & ~mask)
