"""``metastasome.deconvolve``: whose vesicles a plasma profile holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError, nearest
from ...core.progress import SILENT, Progress
from ...core.streams import stream
from . import dirichlet, groups, least_squares
from .profile import Profiles, cases, controls, read_profiles
from .result import Deconvolution
from .signatures import Signatures, embedded, read_signatures

if TYPE_CHECKING:
    from ...cargo.classes import Marks
    from ...cargo.counts import CountTable

Floats = NDArray[np.float64]
Method = Literal["dirichlet", "nuts", "nnls", "nu-svr"]
METHODS = ("dirichlet", "nuts", "nnls", "nu-svr")
_LOW, _HIGH = 0.05, 0.95


def deconvolve(
    profile: str | os.PathLike[str] | CountTable | Mapping[str, float],
    *,
    signatures: Signatures | str | os.PathLike[str] | None = None,
    method: Method = "dirichlet",
    tissues: Iterable[str] | None = None,
    samples: str | os.PathLike[str] | Mapping[str, str] | None = None,
    case: Marks = None,
    control: Marks = None,
    background: bool | None = None,
    permutations: int = groups.PERMUTATIONS,
    inflation: float = dirichlet.INFLATION,
    seed: int = 1,
    progress: Progress = SILENT,
) -> Deconvolution:
    """Return the shares of tissues and blood cells in vesicle miRNA profiles, with 90% intervals.

    With cases and controls, half of the controls make the library's own background as one more source, and the test is
    what cases hold beyond it, donors permuted. Without them shares are of the whole profile, whatever the library
    puts into it: they compare samples, they are no tissue's mass.

    Args:
        profile: counts: a file (samples in rows or columns), a count table, or a mapping miRNA -> reads.
        signatures: a table or file of signatures; the embedded ones when not given.
        method: ``"dirichlet"`` (Bayesian, fast), ``"nuts"`` (the same by numpyro), ``"nnls"``, ``"nu-svr"``.
        tissues: only these sources.
        samples, case, control: classes, as in :func:`metastasome.cargo.read_mirna_counts`.
        background: whether controls' mean is a source; by default when there are controls.
        permutations: of donors' labels.
        inflation: see :mod:`.dirichlet`.
        seed: of draws, of the split of controls, of permutations.
        progress: whom to tell how far it is.

    Raises:
        InputError: unknown miRNAs or tissues, a profile of zeros, too few controls.
        MissingExtraError: the method's library is not installed.
    """
    if method not in METHODS:
        hint = nearest(method, METHODS) or f"known: {', '.join(METHODS)}"
        raise InputError("unknown method", field="method", value=method, hint=hint)
    if not (np.isfinite(inflation) and inflation > 0):
        raise InputError("must be positive", field="inflation", value=inflation)
    known = _signatures(signatures)
    known = known if tissues is None else known.only(tissues)
    found = read_profiles(profile, known, samples=samples, case=case, control=control)
    with_background = bool(len(controls(found))) if background is None else background
    if not with_background:
        return _solve(found, known, method, inflation, seed, progress, {})
    return _against_background(found, known, method, inflation, seed, permutations, progress)


def _signatures(given: Signatures | str | os.PathLike[str] | None) -> Signatures:
    if given is None:
        return embedded()
    return given if isinstance(given, Signatures) else read_signatures(given)


def _against_background(
    found: Profiles, known: Signatures, method: str, inflation: float, seed: int, permutations: int, progress: Progress
) -> Deconvolution:
    """Take cases and half of the controls apart into sources and the other half's mean."""
    import dataclasses

    base, tested = groups.split_controls(found, seed=seed)
    profile = groups.background(found, base)
    wider = known.add(groups.BACKGROUND, found.mirnas, profile, donors=len(base))
    kept = np.concatenate([cases(found), tested])
    made = _solve(found.rows(kept), wider, method, inflation, seed, progress, {"permutations": permutations})
    note = (
        f"Background: the mean of {len(base)} controls drawn by key, which are not tested; {len(tested)} controls and "
        f"{len(cases(found))} cases are."
    )
    table = None
    if len(cases(found)) >= 2:
        table = groups.compare(made.shares, made.profiles.labels, made.sources, seed=seed, permutations=permutations)
    limits = groups.least_seen(found, tested, wider.on(found.mirnas), wider.sources, seed=seed)
    return dataclasses.replace(made, groups=table, limits=limits, notes=(*made.notes, note))


def _solve(
    found: Profiles, known: Signatures, method: str, inflation: float, seed: int, progress: Progress,
    settings: dict[str, object],
) -> Deconvolution:  # fmt: skip
    matrix = known.on(found.mirnas)
    n, k = len(found.samples), len(known.sources)
    shares, low, high = np.empty((n, k)), np.full((n, k), np.nan), np.full((n, k), np.nan)
    with progress.task("deconvolve", total=n) as bar:
        for i in range(n):
            shares[i], drawn = _one(matrix, found.counts[i], method, inflation, seed, i)
            if drawn is not None:
                low[i], high[i] = np.quantile(drawn, [_LOW, _HIGH], axis=0)
            bar(1)
    observed = found.counts / found.counts.sum(axis=1, keepdims=True)
    misfit = 0.5 * np.abs(observed - shares @ matrix.T).sum(axis=1)
    told = {"seed": seed, "inflation": inflation, **settings}
    return Deconvolution(
        found, known, method, known.sources, shares, low, high, misfit, notes=(*known.notes, *found.notes),
        settings=told,
    )  # fmt: skip


def _one(
    matrix: Floats, counts: Floats, method: str, inflation: float, seed: int, i: int
) -> tuple[Floats, Floats | None]:
    """Return the point estimate of one profile, and draws where the method has them."""
    plain: dict[str, Callable[[Floats, Floats], Floats]] = {
        "nnls": least_squares.nnls, "nu-svr": least_squares.nu_svr,
    }  # fmt: skip
    if method in plain:
        return plain[method](matrix, counts), None
    if method == "nuts":
        from . import nuts

        drawn = nuts.draws(matrix, counts, seed=seed + i, inflation=inflation)
        return drawn.mean(axis=0), drawn
    at = dirichlet.mode(matrix, counts)
    return at.shares, dirichlet.draws(at, stream(seed, "readouts/deconvolution/draws", i), inflation=inflation)
