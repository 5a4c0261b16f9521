"""Cases against controls with donors as the unit: which source's share differs, and what would have been seen.

Half of the controls (drawn by key) make the library's background and are not tested; the other half and all cases
are, so that under no difference their labels are exchangeable and the permutation test is exact. How small a share
of each tissue would have been seen is measured by spiking the tested controls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.streams import stream
from .least_squares import nnls
from .mixtures import spiked
from .profile import Profiles, controls

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
BACKGROUND = "background"
MIN_CONTROLS = 6
PERMUTATIONS = 9999
SPIKES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
_POWER, _SPECIFIC = 0.8, 0.95


def split_controls(profiles: Profiles, *, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return controls that make the background, and those that are tested.

    Raises:
        InputError: fewer than 6 controls.
    """
    all_of = controls(profiles)
    if len(all_of) < MIN_CONTROLS:
        raise InputError(
            "too few controls for a background and a test", field="control", value=len(all_of),
            expected=f"at least {MIN_CONTROLS}",
        )  # fmt: skip
    order = stream(seed, "readouts/deconvolution/split").permutation(all_of)
    half = len(order) // 2
    return np.sort(order[:half]), np.sort(order[half:])


def background(profiles: Profiles, at: NDArray[np.int64]) -> Floats:
    """Return the mean shares of some samples, ``(m,)``."""
    shares = profiles.counts[at] / profiles.counts[at].sum(axis=1, keepdims=True)
    return np.asarray(shares.mean(axis=0))


def compare(
    shares: Floats, labels: tuple[str, ...], sources: tuple[str, ...], *, seed: int, permutations: int = PERMUTATIONS
) -> pd.DataFrame:
    """Return per source the difference of mean shares (cases - controls), its p-value over donors and its FDR.

    Args:
        shares: ``(n, k)`` of tested donors. labels: ``"case"`` or ``"control"`` of each.
        sources: names of the columns.
        seed, permutations: of the permutation test; p = (1 + beyond)/(1 + permutations), two-sided.
    """
    import pandas as pd

    is_case = np.array([x == "case" for x in labels])
    a, b = int(is_case.sum()), int((~is_case).sum())
    if min(a, b) < 2:
        raise InputError("too few donors to compare", field="samples", value=f"{a} cases, {b} tested controls")
    seen = shares[is_case].mean(axis=0) - shares[~is_case].mean(axis=0)
    rng = stream(seed, "readouts/deconvolution/permutation")
    total, beyond = shares.sum(axis=0), np.zeros(len(sources))
    for _ in range(permutations):
        chosen = shares[rng.permutation(a + b)[:a]].sum(axis=0)
        beyond += np.abs(chosen / a - (total - chosen) / b) >= np.abs(seen) - 1e-15
    p = (1 + beyond) / (1 + permutations)
    return pd.DataFrame({
        "source": sources, "cases": shares[is_case].mean(axis=0), "controls": shares[~is_case].mean(axis=0),
        "difference": seen, "p": p, "fdr": benjamini_hochberg(p), "n_cases": a, "n_controls": b,
    })  # fmt: skip


def benjamini_hochberg(p: Floats) -> Floats:
    """Return false discovery rates of p-values (Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x)."""
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.minimum(out, 1.0)


def least_seen(
    profiles: Profiles, tested: NDArray[np.int64], signatures: Floats, sources: tuple[str, ...], *, seed: int
) -> pd.DataFrame:
    """Return per source the least spiked share seen in one profile: 80% of spiked controls above 95% of plain ones.

    By weighted NNLS. NaN: none of the shares tried (0.1% to 30%) is seen.
    """
    import pandas as pd

    plain = np.array([nnls(signatures, profiles.counts[i]) for i in tested])
    limits = np.quantile(plain, _SPECIFIC, axis=0)
    rows = []
    for k, name in enumerate(sources):
        if name == BACKGROUND:
            continue
        found = np.nan
        for s, share in enumerate(SPIKES):
            rng = stream(seed, "readouts/deconvolution/spike", k, s)
            with_it = [
                nnls(signatures, spiked(profiles.counts[i], signatures[:, k], share, rng=rng))[k] for i in tested
            ]
            if np.mean(np.array(with_it) > limits[k]) >= _POWER:
                found = share
                break
        rows.append((name, found, float(limits[k])))
    return pd.DataFrame(rows, columns=["source", "least_share_seen", "control_95th_percentile"])
