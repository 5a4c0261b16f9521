"""The papers' rival explanations as named sets of switches of the mechanisms.

A mixture is written with plus signs (``"totr+tota_promoter"``). A hypothesis whose mechanisms are not in the house is
unknown; nothing else needs changing when a mechanism is added.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.errors import InputError, nearest

Switches = Mapping[str, bool | Mapping[str, Any]]

#: Mechanisms that set hypotheses apart: off unless a hypothesis says otherwise.
RIVALS = (
    "niche_training", "tota_direct", "tota_indirect", "growth_bonus", "marrow_education", "oncogene_transfer",
    "genometastasis", "emt_met", "stem_mutation", "macrophage_transformation", "fusion_hybrids", "immune_escape",
)  # fmt: skip
#: Origins of lesions that grow from the patient's own cells at the site and so share no truncal variant.
RESIDENT = frozenset(
    {"tota_direct", "tota_indirect", "stem_mutation", "macrophage_transformation", "macrophage", "genometastasis"}
)


@dataclass(frozen=True)
class Hypothesis:
    """One explanation.

    Attributes:
        key: short name. title: in words. claims: of the two papers. switches: of the mechanisms, over all rivals off.
    """

    key: str
    title: str
    claims: tuple[str, ...]
    switches: Switches

    def on(self, mechanism: str) -> bool:
        """Return whether `mechanism` is on."""
        return self.switches.get(mechanism, False) is not False

    def setting(self, mechanism: str) -> str | None:
        """Return the setting a mechanism is given, where it has several."""
        given = self.switches.get(mechanism)
        return str(given["setting"]) if isinstance(given, Mapping) and "setting" in given else None

    @property
    def resident(self) -> bool:
        """True where it makes lesions of the patient's own cells at the site."""
        from ..mechanisms import catalogue

        opened = {o for key, kind in catalogue().items() if self.on(key) for o in kind.opens}
        return bool(opened & RESIDENT) and self.setting("tota_direct") != "transient"


_TABLE: tuple[tuple[str, str, tuple[str, ...], Switches], ...] = (
    ("cells_only", "circulating cells alone", ("A1", "B1"), {}),
    ("emt", "epithelial-mesenchymal transition", ("A2",), {"emt_met": True}),
    ("stem_mutation", "mutation of stem cells at the site", ("A3",), {"stem_mutation": True}),
    ("macrophage", "transformation of macrophages", ("A4",), {"macrophage_transformation": True}),
    ("hybrids", "macrophage-tumour fusion hybrids", ("A5",), {"fusion_hybrids": True}),
    ("totr", "vesicles train the niche (TOTr)", ("B3", "B4", "B7", "A8"), {"niche_training": True}),
    ("tota_alone", "vesicles transform residents alone (TOTa)", ("B5", "B8"), {"tota_direct": {"setting": "alone"}}),
    ("tota_promoter", "vesicles initiate, a promoter is needed (TOTa)", ("B5", "B8"),
     {"tota_direct": {"setting": "needs_promoter"}}),
    ("tota_transient", "vesicles change residents for a while only (TOTa)", ("B5", "B10"),
     {"tota_direct": {"setting": "transient"}}),
    ("tota_indirect", "the trained niche transforms residents (TOTa indirect)", ("B9", "B11"),
     {"niche_training": True, "tota_indirect": True}),
    ("growth_bonus", "vesicles give residents a passing growth bonus", ("B10",), {"growth_bonus": True}),
    ("genometastasis", "DNA in plasma transforms residents (genometastasis)", ("A11",), {"genometastasis": True}),
    ("marrow", "vesicles educate the marrow", ("B3",), {"niche_training": True, "marrow_education": True}),
)  # fmt: skip


@functools.cache
def hypotheses() -> dict[str, Hypothesis]:
    """Return key -> hypothesis for every one whose mechanisms exist."""
    from ..mechanisms import catalogue

    there = set(catalogue())
    off: dict[str, bool] = {m: False for m in RIVALS if m in there}
    return {
        key: Hypothesis(key, title, claims, {**off, **switches})
        for key, title, claims, switches in _TABLE
        if set(switches) <= there
    }


def hypothesis(name: str) -> Hypothesis:
    """Return the hypothesis called `name`, or the mixture of those joined by plus signs.

    Raises:
        InputError: a name is unknown (the nearest known one is named).
    """
    known = hypotheses()
    parts = [part.strip() for part in name.split("+")]
    for part in parts:
        if part not in known:
            raise InputError(
                f"hypothesis '{part}' is unknown",
                field="hypotheses",
                hint=nearest(part, known) or f"known: {', '.join(known)}",
            )
    if len(parts) == 1:
        return known[parts[0]]
    merged: dict[str, Any] = dict(known["cells_only"].switches)
    for part in parts:
        merged |= {k: v for k, v in known[part].switches.items() if v is not False}
    claims = tuple(dict.fromkeys(c for part in parts for c in known[part].claims))
    return Hypothesis(name, " and ".join(known[p].title for p in parts), claims, merged)
