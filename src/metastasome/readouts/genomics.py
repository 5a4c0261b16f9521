"""What sequencing would show of a lesion, by its origin: truncal, private and transferred variants, with noise.

A variant present in one of c copies per cell of a lesion of tumour purity P, beside normal cells with two copies, has
the allele fraction ``P / (c P + 2 (1 - P))`` (c = 2; 4 in a hybrid of two diploid cells). At a mean depth D its reads
are Poisson, and it is called with `reads` of them or more, so that the chance to be called is

    called = 1 - Poisson cdf(reads - 1; D fraction),   false = the same at the error rate per base.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from ..core.streams import stream
from ..mechanisms.origins import ORIGINS, origin

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
#: genome -> what multiplies the copies of a variant's locus in a cell
_COPIES = {"tumour": 2.0, "hybrid": 4.0, "transferred": 2.0, "resident": 2.0}


@dataclass(frozen=True)
class Genomics:
    """What is assumed of variants and sequencing; no figure here was read in a source but where said.

    Attributes:
        truncal: truncal variants per tumour (exome).
        kept: mean share of truncal variants that a tumour-derived lesion still carries (deletion takes the rest).
        kept_spread: pseudo-count of the Beta law of that share over lesions.
        transferred: mean share of truncal variants that a resident cell takes up with tumour DNA (genometastasis).
        transferred_spread: pseudo-count of the Beta law of that share.
        private_per_day: variants a lineage of the primary gains per day until it founds a lesion.
        host: variants of its own that a normal cell brings.
        error: chance per read of a wrong base that looks like the variant.
        reads: reads with the variant that a call needs.
    """

    truncal: int = 50
    kept: float = 0.95
    kept_spread: float = 20.0
    transferred: float = 0.1
    transferred_spread: float = 10.0
    private_per_day: float = 0.0014
    host: float = 10.0
    error: float = 1e-3
    reads: int = 3

    def __post_init__(self) -> None:
        bounds = {"kept": (0, 1), "transferred": (0, 1), "error": (0, 0.5)}
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            low, high = bounds.get(f.name, (0, np.inf))
            if not (low <= value <= high and np.isfinite(value)):
                raise InputError("outside its range", field=f.name, value=value, expected=f"{low:g} to {high:g}")
        for name in ("truncal", "reads"):
            if getattr(self, name) < 1:
                raise InputError("not a number of variants or reads", field=name, expected="1 or more")

    def shares(self, genome: str) -> tuple[float, float] | None:
        """Return the Beta law (a, b) over lesions of the share of truncal variants carried; None: none at all."""
        mean, size = (self.kept, self.kept_spread) if genome != "transferred" else (
            self.transferred, self.transferred_spread
        )  # fmt: skip
        return None if genome == "resident" else (max(mean * size, 1.0), max((1 - mean) * size, 1.0))

    def called(self, genome: str, depth: ArrayLike, purity: ArrayLike) -> Floats:
        """Return the chance that a variant which is there is called, any shape."""
        p = np.asarray(purity, dtype=np.float64)
        fraction = p / (_COPIES[genome] * p + 2.0 * (1.0 - p))
        return self._reaches(np.asarray(depth, dtype=np.float64) * fraction)

    def false(self, depth: ArrayLike) -> Floats:
        """Return the chance that a variant which is not there is called."""
        return self._reaches(np.asarray(depth, dtype=np.float64) * self.error)

    def _reaches(self, mean: Floats) -> Floats:
        from scipy.special import pdtrc

        return np.asarray(pdtrc(self.reads - 1, mean))


def expected(lesions: pd.DataFrame, *, assumed: Genomics | None = None) -> pd.DataFrame:
    """Return `lesions` with what each is expected to carry: truncal_share, private_share, transferred_share.

    Args:
        lesions: with the columns ``origin`` and ``founded_day``.
        assumed: what is assumed of variants.

    `truncal_share` is by definition of the origin (transferred DNA counts as the share taken up). `private_share` is
    the share of the lesion's clonal variants that the primary does not have; for a lesion of tumour cells it grows
    with the day of founding, ``v t / (truncal + v t)``.
    """
    g = assumed or Genomics()
    made = lesions.copy()
    labels = made["origin"].astype("category").cat
    at = labels.codes.to_numpy()
    if (at < 0).any():
        raise InputError("a lesion has no origin", field="origin", row=int(np.argmax(at < 0)))
    genomes = np.array([origin(str(o)).genome for o in labels.categories], dtype=str)
    from_tumour = np.isin(genomes, ("tumour", "hybrid"))[at]
    taken_up = (g.transferred * (genomes == "transferred"))[at]
    truncal = from_tumour + taken_up
    own = g.private_per_day * made["founded_day"].to_numpy(dtype=np.float64) * from_tumour
    own = own + (g.host * (genomes != "tumour"))[at]
    made["truncal_share"] = truncal
    made["private_share"] = own / np.maximum(own + g.truncal * truncal, 1e-12)
    made["transferred_share"] = taken_up
    return made


def sequence(
    lesions: pd.DataFrame,
    *,
    seed: int,
    depth: float | Sequence[float] = 100.0,
    purity: float | Sequence[float] = 0.5,
    assumed: Genomics | None = None,
) -> pd.DataFrame:
    """Return what sequencing the lesions would report: patient, lesion, organ, origin, truncal, shared, depth, purity.

    The table can be given to :func:`metastasome.origin_evidence`, which does not look at `origin`.

    Args:
        lesions: with the columns ``origin`` and ``founded_day`` (of a run: ``run.lesions``).
        seed: of the noise; a lesion's draws depend on its row only.
        depth: mean reads per position; one number or one per lesion.
        purity: share of tumour cells in the sample, above 0.
        assumed: what is assumed of variants and calls.

    Raises:
        InputError: a depth or purity that is none.
    """
    import pandas as pd

    g = assumed or Genomics()
    reads, pure = _fit(depth, len(lesions), "depth", np.inf), _fit(purity, len(lesions), "purity", 1.0)
    shared = [
        _draw(g, origin(str(o)).genome, reads[i], pure[i], stream(seed, "genomics/sequence", i))
        for i, o in enumerate(lesions["origin"])
    ]
    names: dict[str, Any] = {"patient": lesions.get("patient", 0), "lesion": np.arange(len(lesions))}
    told = {"organ": lesions["organ"]} if "organ" in lesions else {}
    rest = {"truncal": g.truncal, "shared": shared, "depth": reads, "purity": pure}
    return pd.DataFrame({**names, **told, "origin": lesions["origin"].astype(str), **rest}, index=lesions.index)


def _draw(g: Genomics, genome: str, depth: float, purity: float, rng: np.random.Generator) -> int:
    law = g.shares(genome)
    share = rng.beta(*law) if law else 0.0
    there = rng.binomial(g.truncal, share)
    found = rng.binomial(there, float(g.called(genome, depth, purity)))
    return int(found + rng.binomial(g.truncal - there, float(g.false(depth))))


def _fit(value: float | Sequence[float], n: int, field: str, high: float) -> Floats:
    made = np.broadcast_to(np.asarray(value, dtype=np.float64), (n,))
    if not ((made > 0) & (made <= high) & np.isfinite(made)).all():
        raise InputError("not usable", field=field, value=value, expected="above 0" + (", to 1" if high == 1 else ""))
    return made


__all__ = ["ORIGINS", "Genomics", "expected", "sequence"]
