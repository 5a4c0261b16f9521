"""``metastasome cite``: this software, the two papers it implements, and where a model's figures come from."""

from __future__ import annotations

import click

from .. import __version__
from .options import Voice, voiced

REFERENCES: tuple[dict[str, str], ...] = (
    {
        "key": "metastasome",
        "type": "software",
        "author": "The metastasome developers",
        "title": "metastasome: a quantitative laboratory for vesicle-driven metastasis",
        "version": __version__,
        "year": "2026",
    },
    {
        "key": "spugnini2018",
        "type": "article",
        "author": "Spugnini, E. and others",
        "year": "2018",
        "title": "A role of tumor-released exosomes in paracrine dissemination and metastasis",
        "journal": "International Journal of Molecular Sciences 19(12):3968",
    },
    {
        "key": "ghasemi2013",
        "type": "article",
        "author": "Ghasemi, R. and others",
        "year": "2013",
        "title": "Tumor-derived microvesicles: the metastasomes",
        "journal": "Medical Hypotheses 80(1):75-82",
    },
)


@click.command("cite")
@click.option("--bibtex", is_flag=True, help="As BibTeX.")
@click.option("--sources", is_flag=True, help="Also the source of every parameter of the mechanisms.")
@voiced
def command(bibtex: bool, sources: bool, voice: Voice) -> None:
    """Print what to cite."""
    found = {"references": list(REFERENCES), **({"sources": parameter_sources()} if sources else {})}
    text = "\n\n".join(map(_bibtex, REFERENCES)) if bibtex else "\n".join(map(_line, REFERENCES))
    if sources:
        text += "\n" + "\n".join(f"{where}: {', '.join(names)}" for where, names in parameter_sources().items())
    voice.data(found, text)


def parameter_sources() -> dict[str, list[str]]:
    """Return source (DOI, address or "assumption") -> parameters that rest on it, assumptions first."""
    from ..mechanisms import catalogue

    found: dict[str, list[str]] = {}
    for key, kind in catalogue().items():
        for p in kind.parameters():
            found.setdefault(p.source, []).append(f"{key}.{p.name}")
    return dict(sorted(found.items(), key=lambda item: (item[0] != "assumption", item[0])))


def _line(item: dict[str, str]) -> str:
    where = item.get("journal") or f"version {item['version']}"
    return f"{item['author']} ({item['year']}). {item['title']}. {where}."


def _bibtex(item: dict[str, str]) -> str:
    fields = ",\n".join(f"  {k} = {{{v}}}" for k, v in item.items() if k not in ("key", "type"))
    return f"@{item['type']}{{{item['key']},\n{fields}\n}}"
