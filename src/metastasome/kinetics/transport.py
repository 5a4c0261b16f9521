"""The equations of whole-body transport, written once, as array expressions over organs.

States are amounts (EV). Blood flows from the veins through the lung to the arteries and every organ, with portal
organs draining to the liver; vesicles cross to the interstitium by exchange and drag and come back by lymph through
the nodes; each class of cells binds them, lets go of some, takes in the rest, gives back a few and processes them. A
label may leave a vesicle or outlive it (:mod:`.label`). Nothing vanishes: what leaves is in `urine` or `gone`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..numerics.layout import Layout
from .conditions import CELLS
from .structure import Structure

ORGAN_STATES = (
    "plasma",
    "tissue",
    *(f"bound_{c}" for c in CELLS),
    *(f"inside_{c}" for c in CELLS),
    "residue",
)
BODY_STATES = ("venous", "arterial", "label_blood", "urine", "gone")
ORGAN_PARAMS = (
    "flow",
    "lymph",
    "vascular",
    "interstitial",
    "exchange",
    "drag",
    "bind_endothelium",
    "bind_macrophage",
    "bind_resident",
    "bind_stroma",
    "bind_parenchyma",
    "faces_blood",
    "per_capacity",
    "occupied",
    "release_tissue",
)
BODY_PARAMS = (
    "venous_volume",
    "arterial_volume",
    "unbinding",
    "internalisation",
    "recycling",
    "processing",
    "plasma_decay",
    "urine_flow",
    "label_loss",
    "label_detached",
    "label_kept",
    "residue_out",
    "free_out",
    "release_venous",
)
VESICLES = ("plasma", "tissue", *(f"bound_{c}" for c in CELLS), *(f"inside_{c}" for c in CELLS))
Blocks = Mapping[str, Any]


def layouts(organs: int) -> tuple[Layout, Layout, Layout]:
    """Return the layouts of states, parameters and outputs for so many organs."""

    def made(per_organ: tuple[str, ...], whole: tuple[str, ...]) -> Layout:
        return Layout((*per_organ, *whole), (organs,) * len(per_organ) + (1,) * len(whole))

    return (
        made(ORGAN_STATES, BODY_STATES),
        made(ORGAN_PARAMS, BODY_PARAMS),
        made(("organ_total",), ("venous_concentration", "total")),
    )


def rates(where: Structure) -> Callable[[Any, Blocks, Blocks], tuple[dict[str, Any], dict[str, Any]]]:
    """Return the rate function ``(xp, state, param) -> (rates, outputs)`` for the circuit `where`."""

    def equations(xp: Any, y: Blocks, c: Blocks) -> tuple[dict[str, Any], dict[str, Any]]:
        plasma, tissue = y["plasma"] / c["vascular"], y["tissue"] / c["interstitial"]
        taken = _binding(y, c, plasma, tissue)
        back = {k: c["unbinding"] * y[f"bound_{k}"] + c["recycling"] * y[f"inside_{k}"] for k in CELLS}
        crossing = c["exchange"] * (plasma - tissue) + c["drag"] * plasma
        flows = _circulation(xp, where, y, c, plasma, tissue)
        urine = c["urine_flow"] * xp.take(plasma, where.kidney)
        blood_share = c["faces_blood"] * back["macrophage"]
        flows["plasma"] = (
            flows["plasma"] - crossing - taken["blood"] - taken["endothelium"]
            + back["endothelium"] + blood_share - where.mask("kidney") * urine
        )  # fmt: skip
        flows["tissue"] = (
            flows["tissue"] + crossing - taken["resident"] - taken["stroma"] - taken["parenchyma"]
            + back["stroma"] + back["parenchyma"] + (back["macrophage"] - blood_share)
        )  # fmt: skip
        for k in CELLS:
            bound = taken["blood"] + taken["resident"] if k == "macrophage" else taken[k]
            flows[f"bound_{k}"] = bound - (c["unbinding"] + c["internalisation"]) * y[f"bound_{k}"]
            flows[f"inside_{k}"] = (
                c["internalisation"] * y[f"bound_{k}"] - (c["recycling"] + c["processing"]) * y[f"inside_{k}"]
            )
        return _label(xp, y, c, flows, urine), _outputs(xp, y, c)

    return equations


def _binding(y: Blocks, c: Blocks, plasma: Any, tissue: Any) -> dict[str, Any]:
    """Vesicles bound per day; macrophages bind in proportion to the capacity that is still free."""
    held = y["bound_macrophage"] + y["inside_macrophage"]
    free = 1.0 - c["occupied"] - held * c["per_capacity"]
    return {
        "endothelium": c["bind_endothelium"] * plasma,
        "blood": free * c["bind_macrophage"] * plasma,
        "resident": free * c["bind_resident"] * tissue,
        "stroma": c["bind_stroma"] * tissue,
        "parenchyma": c["bind_parenchyma"] * tissue,
    }


def _circulation(xp: Any, where: Structure, y: Blocks, c: Blocks, plasma: Any, tissue: Any) -> dict[str, Any]:
    """Blood and lymph flow, release, and decay in plasma."""
    venous, arterial = y["venous"] / c["venous_volume"], y["arterial"] / c["arterial_volume"]
    outflow, drained = where.plasma_flows(c["flow"], c["lymph"], xp)
    pulmonary = where.pulmonary(c["flow"], c["lymph"], xp)
    leaving, lymph = outflow * plasma, drained * tissue
    nodes, others = where.mask("nodes"), 1.0 - where.mask("nodes")
    decay = c["plasma_decay"]
    return {
        "plasma": c["flow"] * arterial + where.mask("lung") * (pulmonary * venous)
        + where.mask("liver") * xp.sum(where.mask("portal") * leaving) - leaving - decay * y["plasma"],
        "tissue": nodes * xp.sum(others * lymph) - lymph + c["release_tissue"],
        "venous": xp.sum(where.mask("systemic") * leaving) + xp.take(lymph, where.nodes) + c["release_venous"]
        - pulmonary * venous - decay * y["venous"],
        "arterial": xp.take(leaving, where.lung) - xp.sum(c["flow"]) * arterial - decay * y["arterial"],
    }  # fmt: skip


def _label(xp: Any, y: Blocks, c: Blocks, flows: dict[str, Any], urine: Any) -> dict[str, Any]:
    """Add loss of label from vesicles, residue of processed ones, free label, and the two sinks."""
    per_organ = sum(y[f"inside_{k}"] for k in CELLS)
    processed = c["processing"] * per_organ
    out = c["residue_out"] * y["residue"]
    labelled = xp.sum(sum(y[k] for k in VESICLES)) + y["venous"] + y["arterial"]
    lost = c["label_loss"] * labelled
    decayed = c["plasma_decay"] * (xp.sum(y["plasma"]) + y["venous"] + y["arterial"])
    for k in (*VESICLES, "venous", "arterial"):
        flows[k] = flows[k] - c["label_loss"] * y[k]
    excreted = c["free_out"] * y["label_blood"]
    return flows | {
        "residue": c["label_kept"] * processed - out,
        "label_blood": xp.sum(out) + c["label_detached"] * lost - excreted,
        "urine": urine + excreted,
        "gone": (1.0 - c["label_kept"]) * xp.sum(processed) + (1.0 - c["label_detached"]) * lost + decayed,
    }


def _outputs(xp: Any, y: Blocks, c: Blocks) -> dict[str, Any]:
    organ = sum(y[k] for k in (*VESICLES, "residue"))
    whole = xp.sum(organ) + sum(y[k] for k in BODY_STATES)
    return {"organ_total": organ, "venous_concentration": y["venous"] / c["venous_volume"], "total": whole}
