"""Which organ drains where: the circuit of blood and lymph, by position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..body import Body
from ..core.errors import InputError

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Structure:
    """Positions of the organs with a special place in the circuit, and who drains through the portal vein.

    Venous blood passes the lung to the arteries; arterial blood reaches every organ; gut, spleen, pancreas and the
    like drain to the liver; the lymph of all organs passes the lymph nodes to venous blood.
    """

    organs: tuple[str, ...]
    lung: int
    liver: int
    kidney: int
    nodes: int
    portal: tuple[bool, ...]

    @property
    def size(self) -> int:
        """Number of organs."""
        return len(self.organs)

    def mask(self, which: str) -> Vector:
        """Return ones where an organ is `which`: lung, liver, kidney, nodes, portal, or systemic (to venous blood)."""
        if which == "portal":
            return np.array(self.portal, dtype=np.float64)
        if which == "systemic":
            return 1.0 - self.mask("portal") - self.mask("lung")
        made = np.zeros(self.size)
        made[getattr(self, which)] = 1.0
        return made

    def plasma_flows(self, flow: Any, lymph: Any, xp: Any = np) -> tuple[Any, Any]:
        """Return plasma leaving each organ and lymph leaving each interstitium, mL/day, ``(o,)`` each.

        What enters leaves: plasma less the lymph formed from it; lymph nodes pass on everybody's lymph. `xp` is a
        namespace of :mod:`..numerics.namespace`, or NumPy.
        """
        own = flow - lymph
        portal, liver, lung, nodes = (self.mask(k) for k in ("portal", "liver", "lung", "nodes"))
        through_portal = total(xp, portal * own)
        drained = lymph * (1.0 - nodes) + nodes * total(xp, lymph)
        return own + liver * through_portal + lung * self.pulmonary(flow, lymph, xp), drained

    def pulmonary(self, flow: Any, lymph: Any, xp: Any = np) -> Any:
        """Return plasma flow from venous blood through the lung, mL/day, ``(1,)``, with the lung's lymph."""
        lung = self.mask("lung")
        return total(xp, (1.0 - lung) * flow + lung * lymph)

    def connect(self, m: Vector, flow: Vector, lymph: Vector, outflow: Vector, drained: Vector) -> None:
        """Add blood and lymph flow between compartments to the matrix of :mod:`steady`, in place."""
        o = self.size
        p, t, v, a = np.arange(o), np.arange(o, 2 * o), 2 * o, 2 * o + 1
        pulmonary = float(self.pulmonary(flow, lymph)[0])
        m[p, a] -= flow
        m[self.lung, v] -= pulmonary
        m[self.liver, p] -= outflow * self.mask("portal")
        m[v, p] -= outflow * self.mask("systemic")
        m[a, self.lung] -= outflow[self.lung]
        others = 1.0 - self.mask("nodes")
        m[o + self.nodes, t] -= drained * others
        m[v, o + self.nodes] -= drained[self.nodes]
        m[v, v] += pulmonary
        m[a, a] += float(flow.sum())


def total(xp: Any, x: Any) -> Any:
    """Return the sum over organs, kept as an axis of length 1."""
    return np.asarray(x).sum(axis=-1, keepdims=True) if xp is np else xp.sum(x)


def structure(body: Body) -> Structure:
    """Return the circuit of `body`; :class:`InputError` when lung, liver, kidney or lymph nodes are missing."""
    if not hasattr(body, "organs"):
        raise InputError("not a body", field="body", value=body, expected="metastasome.body.human(), mouse() or rat()")
    for needed in ("lung", "liver", "kidney", "lymph_node"):
        if needed not in body.organs:
            raise InputError("the circuit needs this organ", field="organs", expected=needed)
    return Structure(
        organs=body.organs,
        lung=body.index("lung"),
        liver=body.index("liver"),
        kidney=body.index("kidney"),
        nodes=body.index("lymph_node"),
        portal=tuple(bool(x) for x in body.portal),
    )
