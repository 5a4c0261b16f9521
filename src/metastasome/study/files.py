"""Where the data files of a study are, or that the embedded reference stands in for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import InputError, StudyError
from ..core.files import existing, sha256
from .model import Study

VARIABLE = "METASTASOME_DATA"


@dataclass(frozen=True)
class DataPlan:
    """The data a run will read.

    Attributes:
        folder: data folder, or None where none was given.
        files: role (``"cargo.mirna.file"``, ``"stockroom.mrna"``) -> file; empty where the reference stands in.
        note: one sentence for the report: which data stood behind the run.
    """

    folder: Path | None
    files: Mapping[str, Path] = field(default_factory=dict)
    note: str = ""

    @property
    def embedded(self) -> bool:
        """True where nothing but the embedded reference is read."""
        return not self.files

    def checksums(self) -> dict[str, str]:
        """Return file (relative to the folder where it lies in it) -> SHA-256."""
        return {self._name(p): sha256(p) for p in self.files.values()}

    def _name(self, path: Path) -> str:
        inside = self.folder is not None and path.is_relative_to(self.folder)
        return path.relative_to(self.folder).as_posix() if inside and self.folder else str(path)


def named_files(study: Study) -> dict[str, str]:
    """Return role -> file as the study names it."""
    cargo, stock = study.cargo, study.stockroom
    found = {
        "cargo.mirna.file": cargo.mirna.file if cargo.mirna else None,
        "cargo.mirna.samples": cargo.mirna.samples if cargo.mirna else None,
        "cargo.proteins.file": cargo.proteins.file if cargo.proteins else None,
        **{f"stockroom.{name}": getattr(stock, name) for name in _STOCK},
        **{f"stockroom.cell_types.{k}": name for k, name in enumerate(stock.cell_types)},
    }
    return {role: name for role, name in found.items() if name is not None}


_STOCK = ("mrna", "mirna", "utrs", "gene_map", "mirna_families", "mirna_cells")


def data_plan(study: Study, data_dir: str | Path | None = None) -> DataPlan:
    """Return where the files of `study` are.

    Relative names resolve against `data_dir`, or the environment variable METASTASOME_DATA. With neither, the embedded
    reference stands in for all of them, where the study allows it by ``cargo.reference`` and ``stockroom.reference``.

    Raises:
        InputError: a file is not there.
        StudyError: no data folder was given and the study names no reference to stand in.
    """
    names = named_files(study)
    if not names:
        return DataPlan(
            data_folder(data_dir) if data_dir else None, {}, "The embedded reference: no data file is named."
        )
    folder = data_folder(data_dir)
    relative = [n for n in names.values() if not Path(n).is_absolute()]
    if folder is None and relative:
        _refuse_without_reference(study)
        note = (
            "The embedded reference stood in for the data files of the study: no data folder was given. "
            "Its panel holds a few hundred genes, not the transcriptome."
        )
        return DataPlan(None, {}, note)
    base = folder or Path()
    files = {role: existing(base / name, field=role) for role, name in names.items()}
    named = ", ".join(p.name for p in files.values())
    return DataPlan(folder, files, f"Public data files: {named}.")


def data_folder(data_dir: str | Path | None = None) -> Path | None:
    """Return the data folder given, or named by METASTASOME_DATA, or None; :class:`InputError` if it is not there."""
    given = data_dir if data_dir is not None else os.environ.get(VARIABLE) or None
    if given is None:
        return None
    folder = Path(given)
    if not folder.is_dir():
        option = "--data-dir" if data_dir is not None else VARIABLE
        raise InputError("no such data folder", file=folder, field=option, hint="leave it out to use the reference")
    return folder


def _refuse_without_reference(study: Study) -> None:
    hint = f"give --data-dir (or {VARIABLE}), or name a reference in the study"
    if study.cargo.reference is None and (study.cargo.mirna or study.cargo.proteins):
        raise StudyError("the cargo's files need a data folder", field="cargo", hint=hint)
    if not study.stockroom.reference:
        raise StudyError("the stockroom's files need a data folder", field="stockroom", hint=hint)
