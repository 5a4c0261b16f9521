"""Deconvolution without a noise model: non-negative least squares, and nu-SVR as in CIBERSORT."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
from numpy.typing import NDArray

from ...core.errors import MissingExtraError

Floats = NDArray[np.float64]
_FLOOR = 1e-6
NU = (0.25, 0.5, 0.75)
_MAX_STEPS = 20_000


def nnls(shares: Floats, counts: Floats) -> Floats:
    """Return source shares ``(k,)`` by NNLS, each miRNA weighted by one over the root of its mean signature.

    The weights are those of counting noise; without them a handful of abundant miRNAs decides everything.

    Args:
        shares: signatures, ``(m, k)``.
        counts: one profile, ``(m,)``.
    """
    from scipy.optimize import nnls as solve

    weight = 1 / np.sqrt(shares.mean(axis=1) + _FLOOR)
    weight /= weight.max()
    found, _ = solve(shares * weight[:, None], counts / counts.sum() * weight)
    total = found.sum()
    return np.asarray(found / total if total > 0 else np.full(len(found), 1 / len(found)))


def plain_nnls(shares: Floats, counts: Floats) -> Floats:
    """Return source shares ``(k,)`` by NNLS on shares as they are: the baseline."""
    from scipy.optimize import nnls as solve

    found, _ = solve(shares, counts / counts.sum())
    return np.asarray(found / found.sum())


def nu_svr(shares: Floats, counts: Floats) -> Floats:
    """Return source shares ``(k,)`` by linear nu-SVR on standardised shares, the best of three nu by RMSE.

    As CIBERSORT does (Newman et al. 2015, doi:10.1038/nmeth.3337): negative coefficients become 0, the rest sums to 1.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        exceptions, svm = importlib.import_module("sklearn.exceptions"), importlib.import_module("sklearn.svm")
    except ImportError as missing:
        raise MissingExtraError("scikit-learn", "deconvolve", "deconvolution by nu-SVR") from missing
    target = counts / counts.sum()
    x = (shares - shares.mean()) / shares.std()
    y = (target - target.mean()) / target.std()
    best, least = np.full(shares.shape[1], 1 / shares.shape[1]), np.inf
    for nu in NU:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", exceptions.ConvergenceWarning)
            made = svm.NuSVR(kernel="linear", nu=nu, C=1.0, max_iter=_MAX_STEPS).fit(x, y)
        weights = np.maximum(made.coef_.ravel(), 0.0)
        if weights.sum() <= 0:
            continue
        weights /= weights.sum()
        error = float(np.sqrt(np.mean((shares @ weights - target) ** 2)))
        if error < least:
            best, least = weights, error
    return np.asarray(best)
