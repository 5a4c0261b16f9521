"""Records which files were read and written, with checksums, and writes equal content as equal bytes."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from metastasome.core.files import atomic_file, sha256

COMMAND = "python tools/build_reference.py --data-dir ../shared/data"
BUDGET = 640_000  # bytes; the rest of 700 kB is for the physiology tables, kept by hand


class Record:
    """The sources read and the tables written by one build."""

    def __init__(self, data: Path, out: Path) -> None:
        self.data, self.out = data, out
        self.sources: dict[str, str] = {}
        self.tables: dict[str, dict[str, object]] = {}
        self.choices: dict[str, object] = {}

    def source(self, name: str) -> Path:
        """Return the path of the source file `name` and record its checksum."""
        path = self.data / name
        self.sources[name] = sha256(path)
        return path

    def table(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a ``.csv`` or ``.tsv`` table, gzipped where the name says so."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter="\t" if ".tsv" in name else ",", lineterminator="\n")
        writer.writerow(header)
        body = [tuple(r) for r in rows]
        writer.writerows(body)
        self.file(name, buffer.getvalue().encode(), rows=len(body))

    def file(self, name: str, data: bytes, *, rows: int) -> None:
        """Write `data` as the embedded file `name` and record size, rows and checksum."""
        if name.endswith(".gz"):
            data = gzip.compress(data, 9, mtime=0)
        with atomic_file(self.out / name) as part:
            part.write_bytes(data)
            part.chmod(0o644)
        self.tables[name] = {"bytes": len(data), "rows": rows, "sha256": sha256(self.out / name)}

    def write(self) -> None:
        """Write ``manifest.json``; refuses a reference larger than its budget."""
        total = sum(int(str(t["bytes"])) for t in self.tables.values())
        if total > BUDGET:
            raise SystemExit(f"the tables take {total} bytes, more than {BUDGET}")
        found = {
            "command": COMMAND,
            "sources": dict(sorted(self.sources.items())),
            "tables": dict(sorted(self.tables.items())),
            "choices": self.choices,
        }
        with atomic_file(self.out / "manifest.json") as part:
            part.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            part.chmod(0o644)

    def summary(self) -> str:
        """Return what was written, one line a table."""
        lines = [f"{t['bytes']:>8} {t['rows']:>6}  {name}" for name, t in sorted(self.tables.items())]
        return "\n".join([*lines, f"{sum(int(str(t['bytes'])) for t in self.tables.values()):>8} bytes in all"])
