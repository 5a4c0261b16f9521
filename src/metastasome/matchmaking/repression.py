"""From the occupancy of an mRNA to its fall, after McGeary et al. 2019 (doi:10.1126/science.aav1741).

A mRNA with N bound silencing complexes is degraded (1 + b N) times faster, so at steady state

    ln FC = ln(1 + b N_bg) - ln(1 + b N)

where N_bg is what the same guides would occupy if every site were no site (relative K_D = 1).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

B_BIOCHEMICAL = math.exp(0.8655766)
"""Repression per bound complex, biochemical model of McGeary 2019 (log_decay, miRNA_models, MIT)."""
B_BIOCHEMICAL_PLUS = math.exp(0.5735143)
"""The same in the biochemical+ model."""


def ln_fc(n: ArrayLike, n_background: ArrayLike, *, b: float = B_BIOCHEMICAL_PLUS) -> NDArray[np.float64]:
    """Return the natural-log fold change of mRNAs with occupancy `n` against no guide at all, any shape.

    Args:
        n: summed occupancy of all sites of an mRNA.
        n_background: summed occupancy had none of them been a site.
        b: relative rise of decay per bound complex.

    >>> round(float(ln_fc(0.5412267, 0.1072253)), 6)
    -0.498969
    """
    low, high = np.asarray(n_background, np.float64), np.asarray(n, np.float64)
    return np.asarray(np.log1p(b * low) - np.log1p(b * high))


def occupancy(free: ArrayLike, ln_kd: ArrayLike) -> NDArray[np.float64]:
    """Return the bound share of a site at `free` guide (relative units): ``free / (free + K_D)``; shapes broadcast."""
    a = np.asarray(free, np.float64)
    return np.asarray(a / (a + np.exp(np.asarray(ln_kd, np.float64))))
