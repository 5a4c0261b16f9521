"""A match in the containers other tools read: xarray, AnnData, and a folder of csv and parquet."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..core.files import atomic_folder
from ..core.jsons import json_text
from .tables import people

if TYPE_CHECKING:
    import anndata
    import xarray

    from .results import Match

CSV_GENES = 200
"""Genes of each recipient in ``genes.csv``; ``genes.parquet`` holds them all."""


def to_xarray(match: Match) -> xarray.Dataset:
    """Return the curves as a labelled data set."""
    import xarray as xr

    by_programme = ("recipient", "dose", "programme")
    return xr.Dataset(
        {
            "ln_fc": (("recipient", "dose", "gene"), match.ln_fc),
            "shift": (by_programme, match.shift),
            "shift_low": (by_programme, match.shift_low),
            "shift_high": (by_programme, match.shift_high),
        },
        coords={
            "recipient": list(match.names),
            "dose": match.doses,
            "gene": list(match.gene_names),
            "programme": list(match.programme_sets.names),
        },
        attrs={"dose_unit": "EV taken up per cell and day", "ln_fc_unit": "natural log"},
    )


def to_anndata(match: Match) -> anndata.AnnData:
    """Return recipients x genes with the results under keys that carry the tool's name."""
    import anndata

    obs = people(match, np.arange(len(match.recipients))).set_index("recipient")
    obs["metastasome_delivered"] = match.delivered
    var = pd.DataFrame(index=list(match.gene_names))
    made = anndata.AnnData(match.ln_fc[:, match.tested].copy(), obs=obs, var=var)
    made.layers["metastasome_copies"] = match.mrna.T.copy()
    names = list(match.programme_sets.names)
    made.obsm["metastasome_shift"] = pd.DataFrame(match.shift[:, match.tested], index=obs.index, columns=names)
    made.uns["metastasome"] = {
        "cargo": match.cargo,
        "stockroom": match.stockroom,
        "doses": match.doses,
        "test_dose": match.test_dose,
        "shift": match.shift,
        "programmes": np.array(names, dtype=str),
        "settings": json_text(dict(match.settings), indent=None),
        "notes": np.array(match.notes, dtype=str),
    }
    made.uns["metastasome_significance"] = match.significance()
    return made


def save(match: Match, folder: str | os.PathLike[str], overwrite: bool) -> None:
    """Write the tables, settings and notes into `folder`, whole or not at all."""
    tables = {
        "genes": match.genes(),
        "programmes": match.programmes(),
        "dose_curve": match.dose_curve(),
        "thresholds": match.thresholds(),
        "significance": match.significance(),
        "network": match.network(),
    }
    with atomic_folder(folder, overwrite=overwrite) as part:
        for name, frame in tables.items():
            frame.to_parquet(part / f"{name}.parquet", index=False)
            short = match.genes(top=CSV_GENES) if name == "genes" else frame
            short.to_csv(part / f"{name}.csv", index=False, float_format="%.6g")
        record = {
            "cargo": match.cargo,
            "stockroom": match.stockroom,
            "summary": match.summary(),
            "notes": match.notes,
            "settings": dict(match.settings),
        }
        (part / "match.json").write_text(json_text(record) + "\n", encoding="utf-8")
