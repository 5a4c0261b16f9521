"""The tables of a trial, as the report shows them and as files."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import InputError
from .contrast import contrast
from .trial_endpoints import ENDPOINTS, check_endpoint
from .trial_survival import Compared, Interval, compared, kaplan_meier, paired_mean

if TYPE_CHECKING:
    import pandas as pd

    from .trial import Trial

POINTS = 121


def endpoints_of(trial: Trial) -> list[str]:
    """Return the endpoints this study can give, the trial's own first."""
    dies = _dies(trial)
    found = [trial.endpoint]
    for name in ENDPOINTS:
        with contextlib.suppress(InputError):
            check_endpoint(name, trial.organs, dies=dies)
            found += [name] if name not in found else []
    return found


def effects(trial: Trial) -> pd.DataFrame:
    """Return one row per arm and endpoint."""
    import pandas as pd

    rows = []
    for endpoint in endpoints_of(trial):
        control = trial.times(trial.control, endpoint)
        for name in trial.others:
            c = trial.compared[name] if endpoint == trial.endpoint else compared(trial.times(name, endpoint), control)
            rows.append({"arm": name, "endpoint": endpoint, **_flat(c)})
    return pd.DataFrame(rows)


def counts(trial: Trial) -> pd.DataFrame:
    """Return one row per arm: mean lesions seen, organs with one, and cells at the end, with paired differences."""
    import pandas as pd

    control = trial.outcomes[trial.control]
    rows = []
    for arm in trial.arms:
        mine = trial.outcomes[arm.name]
        row: dict[str, Any] = {"arm": arm.name}
        for what, name in (("lesions", "lesions"), ("organs", "organs"), ("log10_cells", "burden")):
            of_mine, of_control = (getattr(found, name)() for found in (mine, control))
            d = paired_mean(of_mine - of_control)
            row |= {
                what: float(of_mine.mean()),
                f"{what}_difference": d.value,
                f"{what}_low": d.low,
                f"{what}_high": d.high,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def by_organ(trial: Trial, arm: str) -> pd.DataFrame:
    """Return organ, control, arm, difference, low, high: shares of patients with a lesion seen, any organ first."""
    import pandas as pd

    mine, control = trial.outcomes[arm], trial.outcomes[trial.control]
    found = contrast(trial.organs, mine.first_seen, control.first_seen, trial.horizon_days)
    mine.let_go()
    return pd.DataFrame([
        {"organ": d.organ, "control": d.without_vesicles, "arm": d.with_vesicles, "difference": d.difference,
         "low": d.low, "high": d.high}
        for d in found
    ])  # fmt: skip


def curves(trial: Trial, endpoint: str) -> pd.DataFrame:
    """Return Kaplan-Meier curves of every arm on common days."""
    import pandas as pd

    days = np.linspace(0.0, float(trial.times(trial.control, endpoint).horizon.max()), POINTS)
    parts = []
    for arm in trial.arms:
        part = kaplan_meier(trial.times(arm.name, endpoint), days)
        part.insert(0, "arm", arm.name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def subgroups(trial: Trial) -> pd.DataFrame:
    """Return one row per arm, parameter and half of the patients; `p_interaction` tests whether the halves differ."""
    import pandas as pd
    from scipy.special import ndtr

    rows = []
    values = trial.patient_values() if trial.subgroups else {}
    control = trial.times(trial.control)
    for parameter in trial.subgroups:
        x = values[parameter][control.patients]
        upper = x > np.median(x)
        for name in trial.others:
            arm = trial.times(name)
            halves = [compared(arm.rows(m), control.rows(m)) for m in (~upper, upper)]
            gain = [h.rmst_gain for h in halves]
            error = math.hypot(*((g.high - g.low) / 3.92 for g in gain))
            z = abs(gain[1].value - gain[0].value) / error if error > 0 else 0.0
            for label, c in zip(("lower half", "upper half"), halves, strict=True):
                rows.append({
                    "arm": name, "parameter": parameter, "group": label, **_flat(c),
                    "p_interaction": float(2 * (1 - ndtr(z))),
                })  # fmt: skip
    return pd.DataFrame(rows)


def interventions(trial: Trial) -> pd.DataFrame:
    """Return one row per number of an intervention: arm, what, value, unit, range, source, meaning."""
    import pandas as pd

    from ..core.parameters import parameters_of

    rows = []
    for arm in (*trial.arms, *trial.scan_arms[:1]):
        for one in arm.interventions:
            for p in parameters_of(one):
                rows.append({
                    "arm": arm.name if arm in trial.arms else "schedules", "intervention": one.key, "number": p.name,
                    "value": p.default, "unit": p.unit, "low": p.low, "high": p.high, "source": p.source,
                    "meaning": p.meaning,
                })  # fmt: skip
    columns = ["arm", "intervention", "number", "value", "unit", "low", "high", "source", "meaning"]
    return pd.DataFrame(rows, columns=columns)


def summary(trial: Trial) -> dict[str, Any]:
    """Return the answer as plain values."""
    scan = None if trial.scan is None else json_rows(trial.scan)
    return {
        "study": trial.title,
        "answer": trial.answer,
        "patients": trial.n_patients,
        "seed": trial.seed,
        "endpoint": trial.endpoint,
        "clock": trial.clock,
        "control": trial.control,
        "arms": {a.name: a.describe() for a in trial.arms},
        "remarks": {k: list(v) for k, v in trial.remarks.items() if v},
        "effects": json_rows(trial.effects),
        "counts": json_rows(trial.counts),
        "sample_size": {k: {"n_per_arm": v.n_per_arm, "power": v.wanted} for k, v in trial.sizes.items()},
        "schedules": scan,
    }


def json_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values; what is not finite becomes None."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def named(trial: Trial) -> dict[str, pd.DataFrame]:
    """Return name -> table, for files."""
    made = {
        "effects": trial.effects, "counts": trial.counts, "curves": trial.curves(),
        "interventions": interventions(trial),
    }  # fmt: skip
    made |= {f"organs_{name}": trial.by_organ(name) for name in trial.others}
    if trial.subgroups:
        made["subgroups"] = trial.subgroup_table
    if trial.scan is not None:
        made["schedules"] = trial.scan
    return made


def write(trial: Trial, folder: Path) -> None:
    """Write every table as CSV into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in named(trial).items():
        frame.to_csv(folder / f"{name}.csv", index=False)


def _flat(c: Compared) -> dict[str, float]:
    row: dict[str, float] = {"n": c.n, "risk": c.risk, "risk_control": c.risk_control}
    for name in ("risk_difference", "rmst_gain", "hazard_ratio", "nnt"):
        found: Interval = getattr(c, name)
        row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return row | {"p_logrank": c.p_logrank, "median_day": c.median, "median_day_control": c.median_control}


def _dies(trial: Trial) -> bool:
    return any(m.key == "host_death" for m in trial.case.model.mechanisms)


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
