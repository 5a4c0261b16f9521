"""A study of measured vesicles alone: a count matrix stands in for the cargo of a preset tumour."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import InputError
from ..core.files import existing
from ..stockroom.build import FILES
from .files import data_folder
from .load import read_study
from .model import CargoPart, MirnaCounts, StockroomPart, Study

STUDY_ENDINGS = (".yaml", ".yml")


def is_cargo(source: str) -> bool:
    """Return whether `source` names a table of counts, not a study: a file that does not end as YAML does."""
    return Path(source).is_file() and not source.lower().endswith(STUDY_ENDINGS)


def study_of_cargo(
    counts: str | Path,
    *,
    tumour: str,
    case: str | None = None,
    control: str | None = None,
    samples: str | Path | None = None,
    mrna: str | Path | None = None,
    mirna: str | Path | None = None,
    utrs: str | Path | None = None,
    gene_map: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> Study:
    """Return the study that matches the vesicles of a count matrix with a stockroom.

    Args:
        counts: miRNA by sample, csv, tsv or h5ad, either orientation.
        case, control: class of the tumour's and of the healthy samples; prefixes of their names without `samples`.
        samples: table of sample and class.
        tumour: preset whose body, site and release deliver the vesicles.
        mrna, mirna, utrs, gene_map: the recipients' stockroom; `mrna` and `utrs` come together. Without them the public
            tables of the data folder, and without one the embedded panel.
        data_dir: data folder.

    Raises:
        InputError: a file is not there, a class is not named, or half a stockroom is given.
    """
    for name, value in (("case", case), ("control", control)):
        if not value:
            hint = "the class of its samples, or how their names begin; --samples names a table of classes"
            raise InputError("which samples are they?", field=name, expected=f"--{name} TEXT", hint=hint)
    given = {"mrna": mrna, "utrs": utrs, "mirna": mirna, "gene_map": gene_map}
    if any(given.values()) and not (mrna and utrs):
        field = "utr" if mrna else "stockroom"
        raise InputError("half a stockroom", field=field, expected="--stockroom and --utr together")
    base = read_study(tumour)
    measured = MirnaCounts(
        file=_whole(counts, "cargo"), case=str(case), control=str(control),
        samples=None if samples is None else _whole(samples, "samples"),
    )  # fmt: skip
    if mrna:
        held = StockroomPart.model_validate({"reference": False} | {k: _whole(v, k) for k, v in given.items() if v})
    else:
        held = _public() if data_folder(data_dir) else StockroomPart()
    return base.model_copy(
        update={"name": Path(counts).name.split(".")[0], "cargo": CargoPart(mirna=measured), "stockroom": held}
    )


def _whole(path: str | Path, field: str) -> str:
    return str(existing(Path(path), field=field).resolve())


def _public() -> StockroomPart:
    return StockroomPart(
        mrna=FILES["tissue"], cell_types=(FILES["blood"],), mirna=FILES["mirna"], mirna_cells=FILES["cells"],
        utrs=FILES["utrs"], gene_map=FILES["genes"],
    )  # fmt: skip
