"""``metastasome mechanisms``: the hypotheses, their parameters and sources, and how they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from .options import Voice, voiced

if TYPE_CHECKING:
    from ..mechanisms import Mechanism


@click.group("mechanisms")
def command() -> None:
    """List, explain and draw the hypotheses."""


@command.command("list")
@voiced
def list_(voice: Voice) -> None:
    """List every mechanism, with its usual switch, and every intervention."""
    from ..interventions import catalogue as interventions
    from ..mechanisms import catalogue

    kinds, actions = list(catalogue().values()), list(interventions().values())
    found = {
        "mechanisms": [{"key": k.key, "title": k.title, "on": k.default_on, "claims": list(k.claims)} for k in kinds],
        "interventions": [{"do": a.key, "title": a.title} for a in actions],
    }
    mechanisms = _table([(k.key, "on" if k.default_on else "off", k.title) for k in kinds])
    voice.data(found, f"{mechanisms}\n\ninterventions\n{_table([(a.key, a.title) for a in actions])}")


@command.command("show")
@click.argument("key")
@voiced
def show(key: str, voice: Voice) -> None:
    """Show the parameters of a mechanism with unit, range, prior and source."""
    from ..mechanisms import mechanism

    kind = mechanism(key)
    told = _described(kind)
    rows = [
        (p["name"], f"{p['default']:g} {p['unit']}".removesuffix(" 1"), f"{p['low']:g} to {p['high']:g}", p["source"])
        for p in told["parameters"]
    ]
    head = f"{kind.key}: {kind.title} ({'on' if kind.default_on else 'off'} unless a study says otherwise)"
    needs = f"\nneeds: {', '.join(kind.requires)}" if kind.requires else ""
    voice.data(told, f"{head}{needs}\n{_table([('parameter', 'default', 'range', 'source'), *rows])}")


@command.command("graph")
@click.argument("study", default="colorectal")
@voiced
def graph(study: str, voice: Voice) -> None:
    """Print who writes what for whom in a study, as Graphviz DOT (or JSON)."""
    from ..core.organs import NAMES
    from ..mechanisms import compose
    from ..study import read_study

    model = compose(NAMES, read_study(study).mechanisms)
    wires = model.wiring()
    lines = [f'  "{a}" -> "{b}" [label="{what}"];' for a, what, b in wires]
    dot = "\n".join(["digraph mechanisms {", "  rankdir=LR; node [shape=box];", *lines, "}"])
    voice.data([{"from": a, "quantity": what, "to": b} for a, what, b in wires], dot)


def _described(kind: type[Mechanism]) -> dict[str, Any]:
    return {
        "key": kind.key,
        "title": kind.title,
        "on": kind.default_on,
        "claims": list(kind.claims),
        "requires": list(kind.requires),
        "meaning": " ".join((kind.__doc__ or "").split()),
        "parameters": [
            {
                "name": p.name,
                "default": p.default,
                "unit": p.unit,
                "low": p.low,
                "high": p.high,
                "prior": p.prior.describe(),
                "source": p.source,
                "meaning": p.meaning,
            }
            for p in kind.parameters()
        ],
    }


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows)
