"""``programmes.tsv``: programme, gene, sign, weight and source, from ``programmes.toml`` and published gene sets."""

from __future__ import annotations

import gzip
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np

from metastasome.matchmaking.response import PROGRAMMES
from metastasome.stockroom import read_expression, read_gene_map
from metastasome.stockroom.build import FILES

from .manifest import Record

SETS = ("rna/h.all.v7.0.symbols.gmt", "rna/enrichr.GO_Biological_Process_2021.gmt.gz", "rna/ecm_gene_sets.gmt")
SPEC = Path(__file__).parent / "programmes.toml"


def spec() -> dict[str, dict[str, object]]:
    """Return the table of programmes kept by hand."""
    return tomllib.loads(SPEC.read_text(encoding="utf-8"))


def build(record: Record) -> None:
    """Write the programmes."""
    symbols = read_gene_map(record.source(FILES["genes"]))
    expressed = read_expression(record.source(FILES["tissue"]), symbols=symbols)
    level = dict(zip(expressed.genes, np.nanmax(expressed.tpm, axis=1), strict=True))
    sets = _sets(record)
    rows: list[tuple[str, str, int, str, str]] = []
    missing: dict[str, str] = {}
    wanted = spec()
    if set(wanted) - {"markers"} != set(PROGRAMMES):
        raise SystemExit("programmes.toml does not hold the programmes of matchmaking")
    for programme in PROGRAMMES:
        rows += _programme(programme, wanted[programme], sets, level, missing)
    record.table("programmes.tsv", ("programme", "gene", "sign", "weight", "source"), rows)
    record.choices["programme genes without a level, left out"] = missing
    record.choices["programmes"] = {p: str(wanted[p]["meaning"]) for p in PROGRAMMES}


def _programme(
    programme: str,
    found: dict[str, object],
    sets: dict[str, set[str]],
    level: dict[str, float],
    missing: dict[str, str],
) -> list[tuple[str, str, int, str, str]]:
    named = {"raises": str(found["raises"]).split(), "lowers": str(found["lowers"]).split()}
    unknown = [g for genes in named.values() for g in genes if g not in level]
    missing.update(dict.fromkeys(unknown, programme))
    named = {side: [g for g in genes if g in level] for side, genes in named.items()}
    if both := set(named["raises"]) & set(named["lowers"]):
        raise SystemExit(f"programmes.toml, {programme}: on both sides: {both}")
    rows = [(programme, g, s, "1", "by hand") for side, s in (("raises", 1), ("lowers", -1)) for g in named[side]]
    counts = {side: Counter(g for name in found[f"{side}_sets"] for g in sets[name]) for side in named}  # type: ignore[attr-defined]
    taken = {r[1] for r in rows}
    for side, other, sign in (("raises", "lowers", 1), ("lowers", "raises", -1)):
        free = [g for g in counts[side] if g in level and g not in taken and g not in counts[other] and level[g] >= 5]
        free.sort(key=lambda g: (-counts[side][g], -level[g], g))
        for gene in free[: int(str(found[f"add_{side}"]))]:
            source = next(name for name in found[f"{side}_sets"] if gene in sets[name])  # type: ignore[attr-defined]
            rows.append((programme, gene, sign, "0.5", source))
    return rows


def _sets(record: Record) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for name in SETS:
        path = record.source(name)
        data = path.read_bytes()
        text = gzip.decompress(data).decode() if name.endswith(".gz") else data.decode()
        for line in text.splitlines():
            title, _, *genes = line.split("\t")
            out[title] = {g for g in genes if g}
    return out
