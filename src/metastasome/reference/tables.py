"""Opens the embedded tables: small CSV and TSV files beside this module, some of them gzipped."""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import io
import json
from importlib import resources
from typing import Any

from ..core.errors import InputError


def raw(name: str) -> bytes:
    """Return the bytes of the embedded file `name`, gunzipped where its name ends with ``.gz``."""
    found = resources.files(__package__) / name
    if not found.is_file():
        raise InputError("this embedded table is not in the package", file=name, hint="reinstall metastasome")
    data = found.read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of an embedded ``.csv`` or ``.tsv`` table (maybe ``.gz``) as dicts of text."""
    delimiter = "\t" if ".tsv" in name else ","
    return list(csv.DictReader(io.StringIO(raw(name).decode("utf-8")), delimiter=delimiter))


@functools.cache
def manifest() -> dict[str, Any]:
    """Return what the embedded tables were built from: command, source files and their SHA-256, counts, choices."""
    found: dict[str, Any] = json.loads(raw("manifest.json"))
    return found


@functools.cache
def checksum(name: str) -> str:
    """Return the SHA-256 of the embedded file `name` as it lies in the package."""
    return hashlib.sha256((resources.files(__package__) / name).read_bytes()).hexdigest()
