"""Public data files the studies use: where they come from, fetching them, and checking that they are the same ones.

A checksum is of the text, unpacked, so that it does not depend on who compressed it.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..core.errors import InputError, ModelError, nearest
from ..core.files import atomic_file
from ..core.progress import SILENT, Progress

State = Literal["there", "absent", "different"]
_TABLE = Path(__file__).with_name("sources.json")


@dataclass(frozen=True)
class Source:
    """A public data file.

    Attributes:
        name: path in the data folder, as studies name it.
        what: what it holds.
        origin: publication or database.
        licence: of the repository that serves it.
        sha256: of its text, unpacked.
        made: ``"copy"``, or the name of the step that makes it from its parts.
        parts: (address, SHA-256) of every download.
    """

    name: str
    what: str
    origin: str
    licence: str
    sha256: str
    made: str
    parts: tuple[tuple[str, str], ...]


@functools.cache
def sources() -> tuple[Source, ...]:
    """Return every source, in the order of the table."""
    rows = json.loads(_TABLE.read_text(encoding="utf-8"))
    return tuple(Source(**{**r, "parts": tuple((p["url"], p["sha256"]) for p in r["parts"])}) for r in rows)


def choose(names: Iterable[str]) -> tuple[Source, ...]:
    """Return the sources called `names` (full, or the file's own name), or all when none is named."""
    known = {s.name: s for s in sources()} | {Path(s.name).name: s for s in sources()}
    asked = tuple(names)
    for name in asked:
        if name not in known:
            hint = nearest(name, known) or "see: metastasome data list"
            raise InputError(f"data file '{name}' is not in the list", hint=hint)
    return tuple(dict.fromkeys(known[n] for n in asked)) if asked else sources()


def state(source: Source, folder: str | Path) -> State:
    """Return whether the file of `source` in `folder` is there, absent, or a different one."""
    path = Path(folder) / source.name
    if not path.is_file():
        return "absent"
    try:
        return "there" if hashlib.sha256(_unpacked(path.read_bytes())).hexdigest() == source.sha256 else "different"
    except (OSError, EOFError):
        return "different"


def fetch(source: Source, folder: str | Path, *, progress: Progress = SILENT) -> Path:
    """Download `source` into `folder`, check it, and return its path; a file that is there already is kept.

    Raises:
        ModelError: it could not be downloaded, or what came is not what was expected; nothing is written then.
    """
    path = Path(folder) / source.name
    if state(source, folder) == "there":
        return path
    with progress.task(f"fetching {path.name}", len(source.parts)) as tick:
        parts = []
        for address, digest in source.parts:
            parts.append(_unpacked(_download(address, digest)))
            tick(1)
    text = _MAKERS[source.made](parts)
    if hashlib.sha256(text).hexdigest() != source.sha256:
        raise ModelError(f"{source.name}: what was made from the downloads is not the expected file")
    with atomic_file(path) as part:
        part.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    path.chmod(0o644)
    return path


def _download(address: str, digest: str) -> bytes:
    import logging
    import tempfile

    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="metastasome-data-") as scratch:
        try:
            got = pooch.retrieve(address, known_hash=f"sha256:{digest}", path=scratch)
        except ValueError as error:
            raise ModelError(f"{address}: what came is not the expected file (SHA-256 differs)") from error
        except OSError as error:
            raise ModelError(
                f"{address}: could not be downloaded ({type(error).__name__}); is there a network?"
            ) from error
        return Path(got).read_bytes()


def _unpacked(raw: bytes) -> bytes:
    return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw


def _copy(parts: list[bytes]) -> bytes:
    return parts[0]


def _utr_tables(parts: list[bytes]) -> bytes:
    """Return each gene's 3'UTR once, as FASTA of 80 columns, from tables with a row per miRNA and gene."""
    utr: dict[str, str] = {}
    for part in parts:
        for line in part.decode().splitlines()[1:]:
            _, _, gene, sequence, *_ = line.split("\t")
            utr[gene] = sequence
    lines = [t for g, s in sorted(utr.items()) for t in (f">{g}", *re.findall(".{1,80}", s))]
    return ("\n".join(lines) + "\n").encode()


_CLASSES = (
    (r"Sample_[1-4]S\d+", "Colorectal Cancer"),
    (r"Sample_PC\d+", "Prostate Cancer"),
    (r"Sample_Pan\d+", "Pancreatic Cancer"),
    (r"Sample_N\d+", "Healthy Control"),
)


def _sample_classes(parts: list[bytes]) -> bytes:
    """Return the class of every sample of the count matrix, by the prefix of its id."""
    rows = ["sample_id,label"]
    for line in parts[0].decode().splitlines()[1:]:
        sample = line.split(",", 1)[0].strip('"')
        rows.append(f"{sample},{next(label for pattern, label in _CLASSES if re.fullmatch(pattern, sample))}")
    return ("\n".join(rows) + "\n").encode()


_MAKERS: dict[str, Callable[[list[bytes]], bytes]] = {
    "copy": _copy,
    "utr_tables": _utr_tables,
    "sample_classes": _sample_classes,
}
