"""Sites kept through evolution: an optional table of families and genes that adds to predicted repression.

A site that evolution kept is more likely one that works: the biochemical+ model of McGeary 2019
(doi:10.1126/science.aav1741) lets the probability of preferential conservation tighten K_D by 0.922 per unit. Here the
evidence is a score per seed family and gene, such as TargetScan's, ``s <= 0``, and

    ln FC = -sqrt(prediction^2 + (c e)^2),   e = min(1, a / a_HeLa) (1 - exp(2 s))

because both speak of the same sites: the sum in quadrature is close to the larger of the two. No pair falls by more
than `c` below its prediction, however low its score; `a` is the free loaded complex. A pair or family that the table
lacks has s = 0. `c` was learned on HeLa (``matchmaking.train_conserved``). A table of predicted sites knows the 3'UTRs
and alignments that it was made with: what is gained by it is not a prediction from the sequence given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.files import existing

if TYPE_CHECKING:
    import pandas as pd

F8 = NDArray[np.float64]
FILE = "conserved.json"
STEEP = 2.0
"""Of the score: 1, 2 and a cut at 1 are as good on HeLa (mean r2 0.2395, 0.2398, 0.2384); 2 trusts outliers least."""
GENE_COLUMNS = ("gene", "feature")
ID_COLUMNS = ("Transcript ID", "Gene ID", "Gene symbol")


@dataclass(frozen=True)
class Conserved:
    """Scores of conserved sites.

    Attributes:
        scores: score by gene, by seed family (7 nt, RNA) or miRNA name; 0 or less.
        symbols: gene as in `scores` by transcript or gene id without version; may be empty.
    """

    scores: Mapping[str, Mapping[str, float]]
    symbols: Mapping[str, str] = field(default_factory=dict)

    def evidence(
        self, mirnas: Sequence[str], guides: Sequence[str], ids: Sequence[str]
    ) -> tuple[F8, NDArray[np.bool_]]:
        """Return ``1 - exp(2 score)``, 0 to 1, ``(u, m)``, and which miRNAs the table knows, ``(m,)``.

        Args:
            mirnas: names, looked up where their seed is not in the table.
            guides: sequences; nucleotides 2-8 are the family.
            ids: transcripts or genes, with or without version.

        Raises:
            InputError: no family of these miRNAs, or none of these ids, is in the table.
        """
        families = [guide.strip().upper().replace("T", "U")[1:8] for guide in guides]
        rows = [self.scores.get(f, self.scores.get(n)) for f, n in zip(families, mirnas, strict=True)]
        known = np.array([row is not None for row in rows], bool)
        if not known.any():
            hint = f"asked were {_some(families)}, the table has {_some(self.scores)}"
            raise InputError("no family of these miRNAs is in the table", field="conserved", hint=hint)
        genes = [self._gene(name) for name in ids]
        table = set().union(*self.scores.values())
        if not table & set(genes):
            hint = f"3'UTRs have {_some(ids)}, the table has {_some(sorted(table))}; read_conserved takes gene_info"
            raise InputError("no 3'UTR is a gene of the table", field="conserved", hint=hint)
        score = np.array([[(row or {}).get(gene, 0.0) for row in rows] for gene in genes])
        return np.asarray(-np.expm1(STEEP * score)), known

    def _gene(self, name: str) -> str:
        return self.symbols.get(name) or self.symbols.get(name.split(".")[0]) or name


def combined(plain: F8, evidence: F8, c: float) -> F8:
    """Return ln fold changes from those without evidence (0 or less) and the evidence (0 to 1), of one shape."""
    return np.where(evidence > 0, -np.hypot(np.minimum(plain, 0.0), c * evidence), plain)


@dataclass(frozen=True)
class Coefficient:
    """What training left behind: largest fall (ln) that evidence alone gives, its sd, and how it was learned."""

    value: float
    sd: float
    provenance: Mapping[str, object]


@lru_cache(maxsize=1)
def coefficient() -> Coefficient:
    """Return the coefficient that ships with the package."""
    d = json.loads(resources.files(__package__).joinpath("data", FILE).read_text(encoding="utf-8"))
    return Coefficient(float(d["coefficient"]), float(d["sd"]), d["provenance"])


def read_conserved(path: str | PathLike[str], *, gene_info: str | PathLike[str] | None = None) -> Conserved:
    """Read a table of conserved sites: TSV, or CSV by its name, gzip or plain.

    Args:
        path: columns ``family`` (nucleotides 2-8) or ``mirna``, ``gene`` (or ``feature``) and ``score``; others, such
            as ``sites``, are kept out (beside the score they add nothing on HeLa).
        gene_info: TargetScan's ``Gene_info.txt``: from then on 3'UTRs may go by transcript or gene id.

    Raises:
        InputError: no such file or column, a score above 0 or no number, a pair named twice.
    """
    frame = _read(existing(path))
    return table_of(frame, symbols=_symbols(existing(gene_info)) if gene_info is not None else None, file=path)


def table_of(
    frame: pd.DataFrame, *, symbols: Mapping[str, str] | None = None, file: str | PathLike[str] | None = None
) -> Conserved:
    """Return the scores of a table in memory; columns and errors as in :func:`read_conserved`."""
    import pandas as pd

    who = _column(frame, ("family", "mirna"), file)
    gene, column = _column(frame, GENE_COLUMNS, file), _column(frame, ("score",), file)
    score = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64)
    bad = np.flatnonzero(~(np.isfinite(score) & (score <= 0)))
    if bad.size:
        row, value = int(bad[0]), frame[column].iloc[int(bad[0])]
        raise InputError("not a score", file=file, row=row + 2, field=column, value=value, expected="0 or less")
    names, genes = frame[who].astype(str).tolist(), frame[gene].astype(str).tolist()
    out: dict[str, dict[str, float]] = {}
    for row, (name, own, value) in enumerate(zip(names, genes, score.tolist(), strict=True)):
        key = name.strip().upper().replace("T", "U") if who == "family" else name.strip()
        pairs = out.setdefault(key, {})
        if own in pairs:
            raise InputError("a pair is named twice", file=file, row=row + 2, field=gene, value=f"{name} {own}")
        pairs[own] = value
    if not out:
        raise InputError("no rows", file=file, field="conserved", expected="one family and gene or more")
    return Conserved(out, dict(symbols or {}))


def _column(frame: pd.DataFrame, names: tuple[str, ...], file: str | PathLike[str] | None) -> str:
    for name in names:
        if name in frame.columns:
            return name
    hint = f"it has {_some(list(map(str, frame.columns)), 8)}"
    raise InputError("missing column", file=file, field=names[0], expected=" or ".join(names), hint=hint)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    comma = path.name.removesuffix(".gz").endswith(".csv")
    try:
        return pd.read_csv(path, sep="," if comma else "\t", dtype=str, keep_default_na=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError("not a table", file=path, expected="TSV or CSV", hint=str(error).splitlines()[0]) from None


def _symbols(path: Path) -> dict[str, str]:
    """Return the gene symbol by transcript and gene id without version."""
    table = _read(path)
    for name in ID_COLUMNS:
        _column(table, (name,), path)
    transcript, gene = (table[name].str.split(".").str[0] for name in ID_COLUMNS[:2])
    symbol = table[ID_COLUMNS[2]]
    return {**dict(zip(gene, symbol, strict=True)), **dict(zip(transcript, symbol, strict=True))}


def _some(names: Sequence[str] | Mapping[str, object], limit: int = 3) -> str:
    return ", ".join(list(map(str, names))[:limit])
