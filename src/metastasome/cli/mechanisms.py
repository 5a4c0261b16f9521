"""``metastasome mechanisms``: the hypotheses, their parameters and sources, and how they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import DATA_DIR, Voice, voiced

if TYPE_CHECKING:
    from ..mechanisms import Mechanism, Model


@click.group("mechanisms")
def command() -> None:
    """List, explain, draw and export the hypotheses."""


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
@click.option("--latex", is_flag=True, help="Print its equations as LaTeX instead, one line each.")
@voiced
def show(key: str, latex: bool, voice: Voice) -> None:
    """Show a mechanism's wiring, and its parameters with unit, range, prior and source."""
    from ..mechanisms import mechanism
    from ..mechanisms.equations import equations

    kind = mechanism(key)
    lines = equations(kind())
    if latex:
        voice.data([vars(e) for e in lines], "\n".join(e.latex for e in lines))
        return
    told = {**_described(kind), "equations": [vars(e) for e in lines]}
    rows = [
        (p["name"], f"{p['default']:g} {p['unit']}".removesuffix(" 1"), f"{p['low']:g} to {p['high']:g}", p["source"])
        for p in told["parameters"]
    ]
    head = f"{kind.key}: {kind.title} ({'on' if kind.default_on else 'off'} unless a study says otherwise)"
    wiring = "".join(f"\n{what}: {', '.join(told[what])}" for what in _WIRING if told[what])
    table = f"\n{_table([('parameter', 'default', 'range', 'source'), *rows])}" if rows else ""
    voice.data(told, f"{head}\n{told['meaning']}{wiring}{table}")


@command.command("graph")
@click.argument("study", default="colorectal")
@click.option("--all", "every", is_flag=True, help="Every mechanism there is, instead of a study's.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Draw it there as SVG.")
@voiced
def graph(study: str, every: bool, out: Path | None, voice: Voice) -> None:
    """Say who reads what in a study: a drawing with -o, else Graphviz DOT (or JSON)."""
    from ..mechanisms.wiring import wires

    model = _model(study, every=every)
    drawn = [w for w in wires(model) if w.kind != "origin"]
    if out is not None:
        from ..core.files import atomic_file
        from ..report.wiring import wiring_svg

        with atomic_file(out) as part:
            part.write_text(wiring_svg(model, title=_title(study, every)), encoding="utf-8")
        voice.say(f"wrote {out}")
        return
    lines = [
        f'  "{w.writer}" -> "{w.reader}" [label="{w.name}"{", style=dashed" if w.kind == "factor" else ""}];'
        for w in drawn
    ]
    dot = "\n".join(["digraph mechanisms {", "  rankdir=LR; node [shape=box];", *lines, "}"])
    told = [{"from": w.writer, "quantity": w.name, "to": w.reader, "kind": w.kind} for w in drawn]
    voice.data(told, dot)


@command.command("sbml")
@click.argument("study", default="colorectal")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@DATA_DIR
@voiced
def sbml(study: str, out: Path, data_dir: Path | None, voice: Voice) -> None:
    """Write a study's deterministic model, its mean lesions and interventions, as SBML (needs the extra sbml)."""
    from ..study.sbml import export_sbml

    text = export_sbml(study, out, data_dir=data_dir)
    voice.say(f"wrote {out}: {len(text) / 1e6:.1f} MB of SBML Level 3 Version 2, valid by libSBML's checker")


_WIRING = ("claims", "requires", "states", "derives", "reads", "modifies", "opens", "levers")


def _model(study: str, *, every: bool) -> Model:
    from ..core.organs import NAMES
    from ..mechanisms import catalogue, compose
    from ..study import read_study

    return compose(NAMES, dict.fromkeys(catalogue(), True) if every else read_study(study).mechanisms)


def _title(study: str, every: bool) -> str:
    return "Every mechanism: who reads what" if every else f"{Path(study).stem}: who reads what"


def _described(kind: type[Mechanism]) -> dict[str, Any]:
    return {
        "key": kind.key,
        "title": kind.title,
        "on": kind.default_on,
        "claims": list(kind.claims),
        "requires": list(kind.requires),
        "states": [q.name for q in kind.states],
        "derives": [q.name for q in kind.derives],
        "reads": [*kind.reads, *(f"{n} (if there)" for n in kind.reads_if_there)],
        "modifies": list(kind.modifies),
        "opens": list(kind.opens),
        "levers": [i.name for i in kind.inputs if i.provider == "lever"],
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
