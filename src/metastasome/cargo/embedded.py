"""Cargo of the embedded reference: means and spreads over donors, and documented miRNAs of breast cancer."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from ..core.errors import InputError, nearest
from ..reference import tables
from .cargo import Cargo
from .copies import COPIES_PER_EV, COPIES_SD, Scale, from_moments
from .excess import Moments
from .join import combine
from .literature import documented
from .proteins import ProteinRatios

ABOUT: dict[str, str] = {
    "colorectal": "colorectal cancer, plasma EV",
    "prostate": "prostate cancer, plasma EV",
    "pancreatic": "pancreatic cancer, plasma EV",
    "glioblastoma": "glioblastoma, serum exosomes",
    "breast": "breast cancer: MDA-MB-231 EV proteins against MCF10A, documented EV miRNAs",
}
BREAST = ("hsa-miR-105-5p", "hsa-miR-122-5p", "hsa-miR-181c-5p")
"""EV miRNAs documented for breast cancer: doi:10.1016/j.ccr.2014.03.007, 10.1038/ncb3094, 10.1038/ncomms7716."""
_SOURCE = "10.1016/j.ccr.2014.03.007; 10.1038/ncb3094; 10.1038/ncomms7716"


def embedded(
    name: str, *, copies_per_ev: float = COPIES_PER_EV, copies_sd: float = COPIES_SD, tumour_share: float = 1.0
) -> Cargo:
    """Return the embedded cargo called `name` (:data:`ABOUT` lists them); figures as in :func:`~.copies.from_counts`.

    Only summaries over donors are embedded, so ``Cargo.samples`` is None and labels cannot be permuted.

    Raises:
        InputError: an unknown name, or a figure out of range.
    """
    if name not in ABOUT:
        hint = nearest(name, ABOUT) or f"known: {', '.join(ABOUT)}"
        raise InputError(f"no embedded cargo is called '{name}'", field="cargo", hint=hint)
    scale = Scale(copies_per_ev, copies_sd, tumour_share=tumour_share)
    return _breast(scale) if name == "breast" else _measured(name, scale)


def embedded_proteins() -> ProteinRatios:
    """Return protein ratios MDA-MB-231 : MCF10A vesicles of the proteins that mechanisms may use."""
    file = "cargo_proteins.tsv"
    rows = tables.rows(file)
    bounded = frozenset(r["gene"] for r in rows if r["bound"] == "1")
    note = f"Proteins: {len(rows)} ratios MDA-MB-231 : MCF10A (PRIDE PXD012162), {len(bounded)} of them bounds."
    return ProteinRatios({r["gene"]: float(r["ratio"]) for r in rows}, bounded, (note,), {file: tables.checksum(file)})


@functools.cache
def _classes(name: str) -> tuple[tuple[str, ...], Moments, Moments]:
    rows = tables.rows(f"cargo_{name}.tsv.gz")
    about = tables.manifest()["choices"][f"cargo_{name}"]
    column = {k: np.array([float(r[k]) for r in rows]) for k in ("case_mean", "case_sd", "control_mean", "control_sd")}
    case = Moments(column["case_mean"], column["case_sd"], int(about["cases"]))
    control = Moments(column["control_mean"], column["control_sd"], int(about["controls"]))
    return tuple(r["mirna"] for r in rows), case, control


def _measured(name: str, scale: Scale) -> Cargo:
    mirnas, case, control = _classes(name)
    made = from_moments(ABOUT[name], mirnas, case, control, scale)
    about = tables.manifest()["choices"][f"cargo_{name}"]
    first = f"Embedded reference: means over {case.donors} cases and {control.donors} controls of {about['source'][0]}."
    return _with(made, (first, *about["notes"]), f"cargo_{name}.tsv.gz")


def _breast(scale: Scale) -> Cargo:
    copies = scale.copies_per_ev / scale.tumour_share
    mirnas = documented(BREAST, copies, copies_sd=scale.copies_sd / scale.tumour_share, source=_SOURCE)
    made = combine(mirnas, proteins=embedded_proteins(), name=ABOUT["breast"])
    return _with(made, ("Embedded reference.",), "cargo_proteins.tsv")


def _with(made: Cargo, notes: tuple[str, ...], file: str) -> Cargo:
    return replace(made, notes=notes + made.notes, sources={**made.sources, file: tables.checksum(file)})
