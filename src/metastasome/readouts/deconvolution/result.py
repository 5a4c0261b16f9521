"""The answer of a deconvolution: shares with intervals, how well they explain the profile, cases against controls."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...core.files import atomic_folder
from .groups import BACKGROUND
from .profile import Profiles
from .signatures import Signatures

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Deconvolution:
    """Shares of sources in profiles.

    Attributes:
        profiles, signatures, method: what was taken apart, into what, how.
        sources: names, ``k``.
        shares: point estimates, ``(n, k)``; low, high: 90% intervals, NaN where the method gives none.
        misfit: share of each profile that the sources do not explain (total variation distance), ``(n,)``.
        groups: cases against controls; None without labels.
        limits: least share of each source that would have been seen; None without controls.
        notes: what was decided, one sentence each.
        settings: seed and options.
    """

    profiles: Profiles
    signatures: Signatures
    method: str
    sources: tuple[str, ...]
    shares: Floats
    low: Floats
    high: Floats
    misfit: Floats
    groups: pd.DataFrame | None = None
    limits: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Deconvolution of {len(self.shares)} profiles by {self.method}. {self.summary()[0]}>"

    def summary(self) -> list[str]:
        """Return the answer in sentences, the most important first."""
        out = [self._groups_sentence()] if self.groups is not None else []
        mean = self.shares.mean(axis=0)
        best = [k for k in np.argsort(-mean)[:4] if mean[k] >= 0.005]
        told = ", ".join(f"{_words(self.sources[k])} {mean[k]:.0%}" for k in best)
        out.append(f"Mean shares: {told}.")
        out.append(f"The sources leave {np.median(self.misfit):.0%} of a profile unexplained (median).")
        if self.limits is not None:
            seen = self.limits.dropna()
            blind = [_words(s) for s in self.limits.loc[self.limits["least_share_seen"].isna(), "source"]]
            if len(seen):
                first = seen.sort_values("least_share_seen").iloc[0]
                out.append(
                    f"In one profile {_words(str(first['source']))} would be seen from {first['least_share_seen']:.1%} "
                    f"of reads on, {_words(str(seen.sort_values('least_share_seen').iloc[-1]['source']))} from "
                    f"{seen['least_share_seen'].max():.1%}."
                )
            if blind:
                out.append(f"Not seen even at 30% of reads: {', '.join(blind)}.")
        return out

    def _groups_sentence(self) -> str:
        assert self.groups is not None
        found = self.groups[(self.groups["fdr"] < 0.05) & (self.groups["source"] != BACKGROUND)]
        a, b = int(self.groups["n_cases"].iloc[0]), int(self.groups["n_controls"].iloc[0])
        if not len(found):
            return f"No source's share differs between {a} cases and {b} tested controls (FDR 5%, donors permuted)."
        count = "One source differs" if len(found) == 1 else f"{len(found)} sources differ"
        best = found.sort_values("p")
        parts = ", ".join(
            f"{_words(str(name))} {100 * float(d):+.2g} points"
            for name, d in zip(best["source"], best["difference"], strict=True)
        )
        return f"{count} between {a} cases and {b} tested controls (FDR 5%, donors permuted): {parts}."

    def to_frame(self) -> pd.DataFrame:
        """Return one row per sample and source: share, low, high; and the sample's label, reads and misfit."""
        import pandas as pd

        n, k = self.shares.shape
        p = self.profiles
        return pd.DataFrame({
            "sample": np.repeat(p.samples, k), "label": np.repeat(p.labels, k), "source": np.tile(self.sources, n),
            "share": self.shares.ravel(), "low": self.low.ravel(), "high": self.high.ravel(),
            "method": self.method, "reads": np.repeat(p.counts.sum(axis=1), k), "misfit": np.repeat(self.misfit, k),
        })  # fmt: skip

    def plot(self) -> Figure:
        """Return a figure: mean shares, or with labels cases beside controls."""
        from .figure import draw

        return draw(self)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write shares.csv, groups.csv, limits.csv, notes.txt and the figure into `folder`, whole or not at all.

        Raises:
            StoreError: the folder exists and `overwrite` is false.
        """
        with atomic_folder(folder, overwrite=overwrite) as part:
            self.to_frame().to_csv(part / "shares.csv", index=False, float_format="%.6g")
            for name, table in (("groups", self.groups), ("limits", self.limits)):
                if table is not None:
                    table.to_csv(part / f"{name}.csv", index=False, float_format="%.6g")
            lines = [*self.summary(), *self.notes, f"method: {self.method}; {self.settings}"]
            (part / "notes.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
            for kind in ("svg", "png"):
                self.plot().savefig(
                    part / f"shares.{kind}", dpi=160, metadata={"Date": None} if kind == "svg" else None
                )
        return Path(folder)


def _words(name: str) -> str:
    return name.replace("_", " ")
