"""Text files read with care: compressed or not, any line ends, never without a limit.

A file is decompressed block by block. A line longer than `max_line` or a text longer than `max_bytes` stops the reading
with one sentence, so that a 2 GB line or a decompression bomb costs no more than one block of memory over the limit.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from .errors import InputError
from .files import existing

MAX_LINE = 16 * 2**20
MAX_BYTES = 128 * 2**20
_BLOCK = 2**20
_DAMAGED = "the gzip file is truncated or damaged"
_BREAK = re.compile(rb"[\r\n]")
# First bytes of files that people hand over by mistake, and what to do instead.
_BINARY = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "save the sheet as CSV, or unpack the archive"),
    (b"\x89HDF", "an HDF5 file", "give it the ending .h5ad if it is AnnData"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV"),
    (b"BZh", "a bzip2 file", "unpack it first, or use gzip"),
    (b"\xfd7zXZ", "an xz file", "unpack it first, or use gzip"),
    (b"(\xb5/\xfd", "a zstandard file", "unpack it first, or use gzip"),
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
)


@dataclass(frozen=True)
class Text:
    """The whole text of a file, with line ends made ``\\n``.

    Attributes:
        path: the file.
        text: its text.
        sha256: checksum of the file as it lies on the disk.
        notes: what had to be said about it (bare CR line ends).
    """

    path: Path
    text: str
    sha256: str
    notes: tuple[str, ...] = ()


def read_text(path: str | os.PathLike[str], *, max_line: int = MAX_LINE, max_bytes: int = MAX_BYTES) -> Text:
    """Return the text of `path`, gunzipped where it is gzip by its first bytes (not by its name).

    Raises:
        InputError: no such file; empty; not UTF-8 text; a truncated or damaged gzip; a line longer than `max_line`
            bytes or more than `max_bytes` in all.
    """
    found = existing(path)
    digest = hashlib.sha256()
    with found.open("rb") as raw:
        magic = raw.read(8)
        raw.seek(0)
        _refuse_binary(magic, found)
        opened = _opened(raw, magic)
        data = _read_blocks(opened, found, max_line, max_bytes)
        raw.seek(0)
        while block := raw.read(_BLOCK):
            digest.update(block)
    _refuse_binary(data[:8], found)
    return _decode(data, found, digest.hexdigest())


def iter_lines(path: str | os.PathLike[str], *, max_line: int = MAX_LINE) -> Iterator[str]:
    """Yield the lines of `path` one by one, without their ends, for files too large to hold; same refusals.

    Raises:
        InputError: as :func:`read_text`, but for the total size, which has no limit here.
    """
    found = existing(path)
    with found.open("rb") as raw:
        magic = raw.read(8)
        raw.seek(0)
        _refuse_binary(magic, found)
        opened = _opened(raw, magic)
        rest = b""
        if magic.startswith(b"\xef\xbb\xbf"):
            raw.seek(3)
        try:
            while block := opened.read(_BLOCK):
                if b"\0" in block:
                    raise InputError("this is binary data, not text", file=found)
                *whole, rest = _BREAK.split((rest + block).replace(b"\r\n", b"\n"))
                if len(rest) > max_line or any(len(x) > max_line for x in whole):
                    raise InputError(
                        f"a line is longer than {max_line} bytes", file=found, hint="is it the right file?"
                    )
                yield from (line.decode("utf-8") for line in whole)
            if rest:
                yield rest.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("not UTF-8 text", file=found, hint="save it as UTF-8") from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InputError(_DAMAGED, file=found, hint="fetch or compress it again") from error


def _opened(raw: BinaryIO, magic: bytes) -> IO[bytes]:
    return cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if magic[:2] == b"\x1f\x8b" else raw


def _refuse_binary(magic: bytes, path: Path) -> None:
    for start, what, hint in _BINARY:
        if magic.startswith(start):
            raise InputError(f"this is {what}, not a text table", file=path, hint=hint)


def _read_blocks(opened: IO[bytes], path: Path, max_line: int, max_bytes: int) -> bytes:
    out = bytearray()
    line = 0  # bytes since the last line break
    try:
        while block := opened.read(_BLOCK):
            out += block
            if len(out) > max_bytes:
                raise InputError(
                    f"more than {max_bytes >> 20} MiB of text",
                    file=path,
                    hint="keep only the columns needed, or use h5ad",
                )
            line, longest = _running_line(block, line, max_line)
            if longest > max_line:
                raise InputError(
                    f"a line is longer than {max_line} bytes", file=path, expected="a table with line ends",
                    hint="is it the right file?",
                )  # fmt: skip
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(_DAMAGED, file=path, hint="fetch or compress it again") from error
    return bytes(out)


def _running_line(block: bytes, line: int, max_line: int) -> tuple[int, int]:
    """Return (bytes since the last line break, a length over `max_line` if some line is, else 0)."""
    last = max(block.rfind(b"\n"), block.rfind(b"\r"))
    after = line + len(block) if last < 0 else len(block) - last - 1
    if line + len(block) <= max_line:
        return after, 0
    ends = [-1 - line, *(m.start() for m in _BREAK.finditer(block)), len(block)]
    return after, max(b - a - 1 for a, b in itertools.pairwise(ends))


def _decode(data: bytes, path: Path, checksum: str) -> Text:
    if not data.strip():
        raise InputError("the file is empty", file=path)
    if b"\0" in data:
        raise InputError("this is binary data, not a text table", file=path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise InputError("not UTF-8 text", file=path, row=row, hint="save it as UTF-8") from error
    notes: tuple[str, ...] = ()
    if "\r" in text:
        if "\n" not in text:
            notes = (f"{path.name}: line ends are bare CR (old Macintosh); read as line ends.",)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Text(path, text, checksum, notes)
