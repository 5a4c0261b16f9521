"""Gene programmes: what a set of gene changes means for a recipient.

The shift of a programme is the weighted mean of its genes' ln FC,

    s = sum_j w_j sign_j lnFC_j / sum_j w_j,    w_j = weight_j t_j / (t_j + 1)

with t_j the mRNA copies per cell: a gene the recipient hardly expresses carries little, and no single abundant gene
carries all. A negative shift lowers the programme.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.files import existing
from .response import PROGRAMMES

if TYPE_CHECKING:
    import pandas as pd

EXPRESSED = 1.0
"""Copies per cell at which a gene carries half of its weight, and above which it counts as expressed."""
COLUMNS = ("programme", "gene", "sign", "weight")


@dataclass(frozen=True)
class Programmes:
    """Signed gene sets.

    Attributes:
        names: programmes, ``p`` of them.
        programme: index into `names` of each membership, ``(k,)``.
        gene: symbol of each membership.
        weight: signed weight of each membership, ``(k,)``: positive where more of the gene is more of the programme.
        origin: where the sets come from.
    """

    names: tuple[str, ...]
    programme: NDArray[np.int64]
    gene: tuple[str, ...]
    weight: NDArray[np.float64]
    origin: str = ""

    def weights(self, genes: Sequence[str], mrna: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the signed weights that turn ln FC into shifts, ``(p, g, r)``; ``|weights|`` sum to 1 over genes.

        A programme none of whose genes is expressed in a recipient has zeros there.

        Args:
            genes: symbols of the rows of `mrna`.
            mrna: copies per cell, ``(g, r)``; NaN counts as not expressed.

        Raises:
            InputError: no gene of any programme is among `genes`.
        """
        place = {symbol: i for i, symbol in enumerate(genes)}
        hits = np.array([place.get(symbol, -1) for symbol in self.gene], np.int64)
        if not (hits >= 0).any():
            raise InputError(
                "no programme gene is in the stockroom",
                field="programmes",
                value=list(self.gene[:3]),
                expected=f"gene symbols like {list(genes[:3])}",
            )
        copies = np.nan_to_num(mrna, nan=0.0)
        out = np.zeros((len(self.names), *mrna.shape))
        ok = hits >= 0
        np.add.at(
            out,
            (self.programme[ok], hits[ok]),
            self.weight[ok, None] * (copies / (copies + EXPRESSED))[hits[ok]],
        )
        sums = np.abs(out).sum(axis=1, keepdims=True)
        return np.asarray(np.divide(out, sums, out=np.zeros_like(out), where=sums > 0))

    def members(self, genes: Sequence[str]) -> NDArray[np.bool_]:
        """Return which of `genes` belong to which programme, ``(p, g)``."""
        place = {symbol: i for i, symbol in enumerate(genes)}
        out = np.zeros((len(self.names), len(genes)), bool)
        for p, symbol in zip(self.programme, self.gene, strict=True):
            if symbol in place:
                out[p, place[symbol]] = True
        return out

    def network(self) -> pd.DataFrame:
        """Return the memberships as decoupler reads them: source (programme), target (gene), weight."""
        import pandas as pd

        names = [self.names[p] for p in self.programme]
        return pd.DataFrame({"source": names, "target": list(self.gene), "weight": self.weight})


def from_table(table: pd.DataFrame, *, names: Sequence[str] | None = None, origin: str = "") -> Programmes:
    """Return programmes from a table with columns programme, gene and, where given, sign and weight.

    Args:
        table: one membership a row.
        names: order of the programmes; default the order of appearance.
        origin: where the sets come from.

    Raises:
        InputError: a column is missing, or a sign or weight is not a number.
    """
    missing = [c for c in COLUMNS[:2] if c not in table.columns]
    if missing:
        raise InputError("column missing", field=missing[0], value=list(table.columns), expected=", ".join(COLUMNS))
    weight = np.ones(len(table))
    for column in COLUMNS[2:]:
        if column in table.columns:
            weight = weight * _numbers(table, column)
    wanted = tuple(names) if names is not None else tuple(dict.fromkeys(table["programme"].astype(str)))
    place = {name: i for i, name in enumerate(wanted)}
    index = np.array([place.get(str(x), -1) for x in table["programme"]], np.int64)
    genes = [str(x) for x in table["gene"]]
    keep = np.flatnonzero(index >= 0)
    return Programmes(wanted, index[keep], tuple(genes[i] for i in keep), weight[keep], origin)


def reference_programmes() -> Programmes:
    """Return the embedded programmes, in the order the mechanisms know."""
    from ..reference.programmes import programmes

    rows = [x for x in programmes() if x.programme in PROGRAMMES]
    index = np.array([PROGRAMMES.index(x.programme) for x in rows], np.int64)
    weight = np.array([x.sign * x.weight for x in rows])
    return Programmes(PROGRAMMES, index, tuple(x.gene for x in rows), weight, "embedded reference")


def read_gmt(path: str | os.PathLike[str], *, only: Sequence[str] | None = None) -> Programmes:
    """Return programmes from a GMT file; sets ending in ``_DN`` or ``_DOWN`` lower the set of the same stem.

    Args:
        path: tab-separated: name, description, genes.
        only: keep these stems (names without ``_UP``, ``_DN``, ``_DOWN``).

    Raises:
        InputError: a row has no gene, or nothing is left.
    """
    names: list[str] = []
    rows: list[tuple[int, str, float]] = []
    for number, line in enumerate(existing(path, field="programmes").read_text(encoding="utf-8").splitlines(), 1):
        cells = [c.strip() for c in line.split("\t")]
        if not line.strip():
            continue
        genes = [c.split(",")[0] for c in cells[2:] if c]
        if not genes:
            raise InputError(
                "gene set without genes", file=path, row=number, expected="name, description, gene, gene ..."
            )
        stem, sign = _stem(cells[0])
        if only is not None and stem not in only:
            continue
        if stem not in names:
            names.append(stem)
        rows += [(names.index(stem), gene, sign) for gene in genes]
    if not rows:
        raise InputError(
            "no gene set was read", file=path, value=list(only or ()), expected="one of the sets in the file"
        )
    index, symbols, signs = zip(*rows, strict=True)
    return Programmes(tuple(names), np.array(index, np.int64), tuple(symbols), np.array(signs, float), str(path))


def enrichment(ln_fc: pd.DataFrame, programmes: Programmes, *, fewest: int = 5) -> pd.DataFrame:
    """Return decoupler's univariate linear model of each programme on each recipient's ln FC.

    The t value asks whether the genes of a programme change more, in the direction of their weights, than the other
    genes of the stockroom do (doi:10.1093/bioadv/vbac016). Programmes with fewer than `fewest` genes are left out.

    Args:
        ln_fc: recipients x genes.
        programmes: the sets.
        fewest: smallest number of genes of a set in the table.

    Returns:
        recipient, programme, t, p, q (Benjamini-Hochberg over all rows).
    """
    import decoupler as dc
    import pandas as pd
    from scipy.stats import false_discovery_control

    net = _in_table(programmes, set(ln_fc.columns), fewest)
    if net.empty or ln_fc.to_numpy().std() == 0:
        return pd.DataFrame(columns=["recipient", "programme", "t", "p", "q"])
    score, p = dc.mt.ulm(ln_fc, net, tmin=fewest, verbose=False)
    frame: pd.DataFrame = (
        score.rename_axis("recipient").reset_index().melt("recipient", var_name="programme", value_name="t")
    )
    frame["p"] = p.rename_axis("recipient").reset_index().melt("recipient")["value"].to_numpy()
    frame["q"] = false_discovery_control(np.clip(frame["p"].fillna(1.0), 0.0, 1.0))
    return frame


def _in_table(programmes: Programmes, genes: set[str], fewest: int) -> pd.DataFrame:
    """Return the memberships among `genes`, of programmes that keep at least `fewest`."""
    from collections import Counter

    import pandas as pd

    total: dict[tuple[str, str], float] = {}
    for p, gene, weight in zip(programmes.programme, programmes.gene, programmes.weight, strict=True):
        if gene in genes:
            key = (programmes.names[p], gene)
            total[key] = total.get(key, 0.0) + float(weight)
    size = Counter(name for name, _ in total)
    rows = [(name, gene, w) for (name, gene), w in total.items() if size[name] >= fewest]
    return pd.DataFrame(rows, columns=["source", "target", "weight"])


def _stem(name: str) -> tuple[str, float]:
    for ending, sign in (("_UP", 1.0), ("_DN", -1.0), ("_DOWN", -1.0)):
        if name.upper().endswith(ending):
            return name[: -len(ending)], sign
    return name, 1.0


def _numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    out = np.empty(len(table))
    for i, value in enumerate(table[column]):
        try:
            out[i] = float(value)
        except (TypeError, ValueError):
            out[i] = np.nan
        if not np.isfinite(out[i]):
            raise InputError("not a number", row=i + 2, field=column, value=value, expected="a sign or weight")
    return out
