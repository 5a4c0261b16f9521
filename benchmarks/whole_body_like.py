"""A synthetic stiff model of the size and shape of whole-body vesicle kinetics: 45 states, 14 organs.

Venous and arterial blood and lymph; in each organ vascular, interstitial and endosomal vesicles. Blood flow, two-way
leak, lymph drainage, saturable uptake, degradation and a little recycling. Rates run from 1e4 per day (flow through a
small organ) to 0.01 per day (persistent label): a stiffness of 1e6. Amounts are in units of 1e9 vesicles.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from metastasome.numerics import Layout

ORGANS = 14
SHARES = np.array([1.0, 0.065, 0.03, 0.15, 0.01, 0.19, 0.12, 0.04, 0.05, 0.17, 0.05, 0.05, 0.02, 0.055])
VOLUMES = np.array([0.2, 0.25, 0.06, 0.1, 0.02, 0.1, 0.05, 0.03, 0.1, 0.6, 0.1, 0.1, 0.02, 0.05]) * 1000.0
LUNG, LIVER, SPLEEN, GUT, PANCREAS = 0, 1, 2, 3, 4
STATES = Layout(("venous", "arterial", "lymph", "vascular", "tissue", "endosome"), (1, 1, 1, ORGANS, ORGANS, ORGANS))
PARAMS = Layout(
    ("release", "output", "v_venous", "v_arterial", "flow", "volume", "leak", "back", "drain", "uptake", "capacity",
     "decay", "recycle", "lymph_return"),
    (1, 1, 1, 1, ORGANS, ORGANS, ORGANS, ORGANS, ORGANS, ORGANS, ORGANS, ORGANS, ORGANS, 1),
)  # fmt: skip
OUTPUTS = Layout(("plasma", "total"), (1, 1))


def rates(xp: Any, s: dict[str, Any], p: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return rates of the amounts and two outputs."""
    output, concentration = p["output"], s["vascular"] / p["volume"]
    lung, liver = xp.onehot(LUNG, ORGANS), xp.onehot(LIVER, ORGANS)
    portal = sum(xp.onehot(k, ORGANS) for k in (SPLEEN, GUT, PANCREAS))
    direct = 1.0 - lung
    artery, vein = s["arterial"] / p["v_arterial"], s["venous"] / p["v_venous"]
    leaving = p["flow"] * concentration
    to_liver = xp.sum(portal * leaving)
    through_liver = xp.sum(portal * p["flow"]) * xp.take(concentration, LIVER)
    perfused = direct * (p["flow"] * artery - leaving) + liver * (to_liver - through_liver)
    perfused = perfused + lung * output * (vein - xp.take(concentration, LUNG))
    leak = p["leak"] * s["vascular"] - p["back"] * s["tissue"]
    taken = p["uptake"] * s["tissue"] / (1.0 + s["tissue"] / p["capacity"])
    drained, recycled = p["drain"] * s["tissue"], p["recycle"] * s["endosome"]
    lymph = p["lymph_return"] * s["lymph"]
    systemic = xp.sum((direct - portal) * leaving) + through_liver
    changes = {
        "venous": p["release"] + systemic - output * vein + lymph,
        "arterial": output * xp.take(concentration, LUNG) - artery * xp.sum(direct * p["flow"]),
        "lymph": xp.sum(drained) - lymph,
        "vascular": perfused - leak,
        "tissue": leak - taken - drained + recycled,
        "endosome": taken - (p["decay"] + p["recycle"]) * s["endosome"] * xp.ones(ORGANS),
    }
    total = s["venous"] + s["arterial"] + s["lymph"] + xp.sum(s["vascular"] + s["tissue"] + s["endosome"])
    return changes, {"plasma": vein, "total": total}


def parameter_sets(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return `n` parameter vectors, spread log-normally around plausible human values (rates per day, mL)."""

    def near(value: Any, spread: float = 0.3) -> NDArray[np.float64]:
        size = np.broadcast_to(np.asarray(value, dtype=np.float64), (n, np.size(value)))
        return np.asarray(size * np.exp(spread * rng.standard_normal(size.shape)))

    output = near(8.0e6, 0.1)
    shares = near(SHARES[1:], 0.15)
    flow = np.concatenate([output, output * shares / shares.sum(axis=1, keepdims=True)], axis=1)
    uptake = np.full(ORGANS, 2.0)
    uptake[[LIVER, SPLEEN]] = 60.0, 40.0
    return PARAMS.pack({
        "release": near(50.0), "output": output, "v_venous": near(3500.0, 0.1), "v_arterial": near(1500.0, 0.1),
        "flow": flow, "volume": near(VOLUMES, 0.2), "leak": near(np.linspace(2.0, 60.0, ORGANS)),
        "back": near(np.full(ORGANS, 5.0)), "drain": near(np.full(ORGANS, 1.0)), "uptake": near(uptake),
        "capacity": near(np.full(ORGANS, 20.0), 0.5), "decay": near(np.geomspace(0.01, 2.0, ORGANS)),
        "recycle": near(np.full(ORGANS, 0.05)), "lymph_return": near(2.0),
    })  # fmt: skip


def initial() -> NDArray[np.float64]:
    """Return the state after a bolus of 1e11 vesicles into a body without any."""
    return STATES.pack({"venous": 100.0, **dict.fromkeys(("arterial", "lymph", "vascular", "tissue", "endosome"), 0.0)})
