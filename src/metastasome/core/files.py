"""Files are written whole or not at all, and read with care."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import InputError, StoreError


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

    Raises:
        StoreError: `path` exists and `overwrite` is false.
    """
    target = Path(path)
    if target.exists() and not overwrite:
        raise StoreError("the output folder exists", file=target, hint="choose another --out or pass --overwrite")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    _usual_mode(part, 0o777)
    try:
        yield part
        if target.exists():
            shutil.rmtree(target)
        part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


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
