"""Who reads what from whom in a composed model: quantities, factors, and the origins that mechanisms open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .equations import reads_of
from .model import Model

#: rank -> stage of the cascade that it opens; a mechanism belongs to the last stage at or below its rank
STAGES: dict[int, str] = {
    0: "primary", 20: "vesicles", 30: "niche", 40: "transformation", 50: "cells", 60: "lesions", 70: "patient",
}  # fmt: skip


@dataclass(frozen=True)
class Wire:
    """One connection.

    Attributes:
        writer, reader: keys of mechanisms; the reader of an origin is ``"lesions"``.
        name: the quantity, the target of the factor, or the origin.
        kind: which of them.
    """

    writer: str
    reader: str
    name: str
    kind: Literal["quantity", "factor", "origin"]


def wires(model: Model) -> tuple[Wire, ...]:
    """Return every connection of `model`, in the order of the cascade.

    Reads and factors are those that happen when the mechanisms run, not only those declared; ``founding`` acts on every
    mechanism that opens an origin.
    """
    owner = {q.name: m.key for m in model.mechanisms for q in (*m.states, *m.derives)}
    made = []
    for m in model.mechanisms:
        read = reads_of(m)
        made += [Wire(owner[n], m.key, n, "quantity") for n in sorted(read.quantities) if n in owner]
        targets = {*read.targets, *(("founding",) if m.opens else ())}
        made += [
            Wire(other.key, m.key, t, "factor")
            for t in sorted(targets) for other in model.mechanisms if t in other.modifies
        ]  # fmt: skip
        made += [Wire(m.key, "lesions", o, "origin") for o in m.opens]
    return tuple(w for w in made if w.writer != w.reader)


def stage(rank: int) -> str:
    """Return the stage of the cascade of a mechanism's rank."""
    return STAGES[max(r for r in STAGES if r <= rank)]
