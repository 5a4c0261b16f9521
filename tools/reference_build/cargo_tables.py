"""``cargo_<name>.tsv.gz`` and ``cargo_proteins.tsv``: summaries of real vesicle cargo, by class over donors.

Written: mean, standard deviation (over donors, in counts per million) and number of donors of cases and controls, for
every miRNA with at least one count per million in either class. Donors themselves are not embedded.
"""

from __future__ import annotations

import numpy as np

from metastasome.cargo.classes import CASE
from metastasome.cargo.copies import MIN_CPM, cpm
from metastasome.cargo.counts import CountTable, read_mirna_counts
from metastasome.cargo.excess import moments
from metastasome.cargo.names import mirna_names
from metastasome.cargo.proteins import read_proteins

from .manifest import Record

PLASMA = "rna/ev_plasma_crc_pc_pan_healthy_mir_counts.csv.gz"
CLASSES = "rna/ev_plasma_sample_classes.csv"
SERUM = "rna/ev_serum_gbm_mirna_normalized.txt.gz"
PROTEOME = "rna/ev_proteome_mcf10a_vs_mda231_protein_groups.csv.gz"
CANCERS = {"colorectal": "Colorectal Cancer", "prostate": "Prostate Cancer", "pancreatic": "Pancreatic Cancer"}
# Proteins of vesicles that a mechanism or the integrin code of Hoshino 2015 may use, where the proteome has them.
PROTEINS = [
    "ITGA1", "ITGA2", "ITGA3", "ITGA4", "ITGA5", "ITGA6", "ITGAV", "ITGAL", "ITGAM", "ITGB1", "ITGB2", "ITGB3",
    "ITGB4", "ITGB5", "ITGB6", "ITGB7", "ITGB8", "CD9", "CD63", "CD81", "CD47", "CD44", "CD274", "MIF", "MET",
    "TGFB1", "TGFB2", "FN1", "TNC", "LAMA5", "LAMB1", "LAMC1", "COL6A1", "COL6A3", "VEGFA", "ANXA1", "ANXA2",
    "ANXA5", "ANXA6", "EGFR", "ERBB2", "KRAS", "HRAS", "NRAS", "RAC1", "SRC", "MMP14", "ADAM10", "ADAM17",
    "LOXL2", "LOXL4", "SERPINE1", "PLAU", "PLAUR", "HSPA1A", "HSPA1B", "HSPA8", "HSP90AA1", "HSP90AB1",
    "S100A4", "S100A6", "S100A8", "S100A9", "S100A10", "S100A11", "S100P", "PKM", "LDHA", "GAPDH", "ENO1",
    "ALDOA", "PGK1", "CAV1", "CDH1", "CDH2", "EPCAM", "NT5E", "ENTPD1", "TGM2", "GPC1", "AGO2", "NCL", "YBX1",
    "ATP6V0A1", "ATP6V1A", "SLC2A1", "SLC3A2", "SLC16A1", "SLC16A3", "BSG", "CD55", "CD59", "CD151", "TSPAN8",
    "TSPAN14", "RAB27A", "RAB7A",
]  # fmt: skip


def build(record: Record) -> None:
    """Write the cargo tables."""
    plasma, classes, serum = record.source(PLASMA), record.source(CLASSES), record.source(SERUM)
    for name, label in CANCERS.items():
        counts = read_mirna_counts(plasma, samples=classes, case=label, control="Healthy Control")
        _write(record, name, counts)
    _write(record, "glioblastoma", read_mirna_counts(serum, case="GBM", control="HC"))
    found = read_proteins(record.source(PROTEOME), case="MDA", control="MCF10")
    rows = [(g, f"{found.ratios[g]:.4g}", int(g in found.bounded)) for g in sorted(PROTEINS) if g in found.ratios]
    record.table("cargo_proteins.tsv", ("gene", "ratio", "bound"), rows)


def _write(record: Record, name: str, counts: CountTable) -> None:
    shares = cpm(counts)
    is_case = np.array([x == CASE for x in counts.labels])
    case, control = moments(shares[is_case]), moments(shares[~is_case])
    level = np.maximum(case.mean, control.mean)
    known = mirna_names()
    keep = [j for j in np.argsort(-level, kind="stable") if level[j] >= MIN_CPM and known[counts.mirnas[j]].sequence]
    rows = [(counts.mirnas[j], *(f"{x[j]:.5g}" for x in (case.mean, control.mean, case.sd, control.sd))) for j in keep]
    record.table(f"cargo_{name}.tsv.gz", ("mirna", "case_mean", "control_mean", "case_sd", "control_sd"), rows)
    record.choices[f"cargo_{name}"] = {
        "cases": case.donors,
        "controls": control.donors,
        "source": sorted(counts.sources),
        "notes": list(counts.notes),
    }
