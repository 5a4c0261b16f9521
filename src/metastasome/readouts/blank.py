"""What healthy people would show: the quantiles that set thresholds, from fixed random numbers."""

from __future__ import annotations

import functools

import numpy as np

from .assay import Assay, Floats
from .noise import uniforms

HEALTHY = 20_000
_SEED = 20201  # fixed: a threshold belongs to the assay, not to a study


def healthy_values(assay: Assay, n: int = HEALTHY, *, seed: int = _SEED) -> Floats:
    """Return what `n` people without a tumour would be reported, one draw each, ``(n,)``."""
    person = uniforms(seed, f"readouts/blank/{assay.name}/person", n, assay.person_numbers)[:, None, :]
    draw = uniforms(seed, f"readouts/blank/{assay.name}/draw", n, assay.draw_numbers)[:, None, :]
    return np.asarray(assay.measure({assay.reads: np.zeros((n, 1))}, person, draw)[:, 0])


@functools.lru_cache(maxsize=256)
def healthy_quantile(assay: Assay, share: float) -> float:
    """Return the value below which `share` of healthy draws lie."""
    return float(np.quantile(healthy_values(assay), share))


class CalledByBlank(Assay):
    """Base of assays called positive above what healthy people show, never below their limit of detection."""

    specificity: float

    @property
    def threshold(self) -> float:
        """The healthy quantile at `specificity`, never below the limit; by 20,000 fixed healthy draws."""
        return max(self.lod, healthy_quantile(self, self.specificity))
