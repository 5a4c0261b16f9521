"""The tables of a run, as the report shows them and as files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.parameters import parameters_of
from ..core.provenance import Provenance
from . import followed
from .contrast import Days

if TYPE_CHECKING:
    import pandas as pd

    from ..engine import Cohort
    from ..mechanisms import Model
    from .run import Run
    from .runner import Case

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def lesions(cohort: Cohort) -> pd.DataFrame:
    """Return one row per lesion: patient, organ, origin, founded_day, detected_day, cells, death_day, and the shares of
    truncal variants carried, of private variants, and of truncal variants taken up as transferred DNA."""
    from ..readouts.genomics import expected

    return expected(followed.lesions(cohort))


def first_detection(organs: tuple[str, ...], first: Days) -> pd.DataFrame:
    """Return organ, n (patients with a lesion), share, and quantiles over all patients of the first day.

    A quantile is NaN (not reached by the horizon) where fewer patients than that share have a lesion.
    """
    import pandas as pd

    n, rows = len(first), []
    for k, organ in enumerate(organs):  # one column at a time: a cohort may be larger than memory
        seen = np.sort(first[:, k][np.isfinite(first[:, k])].astype(np.float64))
        at = {f"q{round(100 * q):02d}": max(math.ceil(q * n) - 1, 0) for q in _QUANTILES}
        quantiles = {name: seen[i] if i < len(seen) else np.nan for name, i in at.items()}
        rows.append({"organ": organ, "n": len(seen), "share": len(seen) / n, **quantiles})
    return pd.DataFrame(rows)


def trajectories(cohort: Cohort, model: Model) -> pd.DataFrame:
    """Return name, unit, day, q05 to q95; a quantity by organ is called ``"leakiness:liver"``."""
    units = {q.name: q.unit for q in (*model.states, *model.derived)} | {"burden": "cell"}
    made: pd.DataFrame = cohort.trajectories()
    made["unit"] = made["name"].str.partition(":")[0].map(units).fillna("")
    return made


def exposure(case: Case) -> pd.DataFrame:
    """Return organ, cell, EV per cell and day, and the share of all vesicles taken up by that cell class."""
    import pandas as pd

    taken = case.doses * case.uptake.cell_numbers
    total = taken.sum()
    rows = [
        (o, c, case.doses[i, k], taken[i, k] / total if total > 0 else 0.0)
        for i, o in enumerate(case.uptake.organs)
        for k, c in enumerate(case.uptake.cells)
    ]
    return pd.DataFrame(rows, columns=["organ", "cell", "ev_per_cell_day", "share"])


def parameters(model: Model) -> pd.DataFrame:
    """Return every parameter of the mechanisms that are on, assumptions first."""
    import pandas as pd

    rows = [
        {
            "mechanism": m.key, "name": p.name, "value": p.default, "unit": p.unit, "low": p.low, "high": p.high,
            "prior": p.prior.describe(), "spread": p.spread, "source": p.source, "assumption": p.assumed,
            "meaning": p.meaning,
        }
        for m in model.mechanisms
        for p in parameters_of(m)
    ]  # fmt: skip
    return pd.DataFrame(rows).sort_values("assumption", ascending=False, kind="stable", ignore_index=True)


def mechanisms(model: Model) -> pd.DataFrame:
    """Return every mechanism there is and whether it was on."""
    import pandas as pd

    from ..mechanisms import catalogue

    on = {m.key: m for m in model.mechanisms}
    rows = [
        (key, kind.title, key in on, ", ".join(kind.claims), _options(on.get(key))) for key, kind in catalogue().items()
    ]
    return pd.DataFrame(rows, columns=["key", "title", "on", "claims", "note"])


def _options(made: object) -> str:
    return f"setting: {made.setting}" if hasattr(made, "setting") else ""


def sources(case: Case, provenance: Provenance) -> pd.DataFrame:
    """Return data files with their SHA-256, then literature sources of parameters."""
    import pandas as pd

    files = {**dict(provenance.data), **case.cargo.sources, **case.stockroom.sources}
    rows = [{"item": name, "sha256": digest, "doi": "", "note": "data"} for name, digest in files.items()]
    cited = dict.fromkeys(p.source for p in case.model.parameters.values() if not p.assumed)
    for source in cited:
        doi = source.removeprefix("doi:") if source.startswith("doi:") else ""
        rows.append({"item": source, "sha256": "", "doi": doi, "note": "parameters"})
    return pd.DataFrame(rows, columns=["item", "sha256", "doi", "note"])


def write(run: Run, folder: Path) -> None:
    """Write what the report's tables leave out: every lesion row and the effect of vesicles."""
    folder.mkdir(parents=True, exist_ok=True)
    run.lesions.to_parquet(folder / "lesions.parquet", index=False)
    run.vesicle_effect().to_csv(folder / "vesicle_effect.csv", index=False, float_format="%.6g")
    run.survival.to_csv(folder / "survival.csv", index=False, float_format="%.6g")


def store(run: Run, folder: Path) -> None:
    """Write the cohort, with vesicles and without, as a Zarr store readable by xarray."""
    for name, cohort in (("vesicles", run.cohort), ("without", run.without)):
        cohort.to_xarray().to_zarr(folder, group=name, mode="a", consolidated=True, zarr_format=2)
