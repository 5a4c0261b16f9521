"""The no-U-turn sampler (Hoffman & Gelman 2014, through numpyro), one chain at a time, each kept as it is finished."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.files import atomic_file
from ..core.progress import SILENT, Progress
from ..core.streams import stream
from .compiled import Compiled
from .jax_setup import jax, numpyro
from .observation import Data, Floats
from .optimum import Optimum


@dataclass(frozen=True)
class Chains:
    """Draws ``(chains, n, d)`` on the scale of z, whether each diverged, and the mean acceptance of each chain."""

    z: Floats
    diverging: Floats
    acceptance: Floats


def sample(
    compiled: Compiled,
    start: Optimum,
    *,
    chains: int = 4,
    draws: int = 1000,
    warmup: int = 500,
    seed: int = 0,
    data: tuple[Data, ...] | None = None,
    keep: Path | None = None,
    progress: Progress = SILENT,
    target: float = 0.9,
) -> Chains:
    """Return draws of the posterior.

    Args:
        start: from :func:`.optimum.optimum`; chains start around it, spread as the curvature says.
        keep: folder in which finished chains are kept; chains found there are not drawn again.
        target: acceptance aimed at while adapting.
    """
    run = _runner(compiled, chains=chains, draws=draws, warmup=warmup, target=target, data=data)
    root = np.linalg.cholesky(start.covariance + 1e-9 * np.eye(len(start.z)))
    made = []
    with progress.task(f"chains of {compiled.explanation.key}", chains) as tick:
        for c in range(chains):
            rng = stream(seed, "inference/nuts", c)
            z0 = start.z + root @ rng.standard_normal(len(start.z))
            made.append(_kept(keep, c, functools.partial(run, z0, int(rng.integers(2**31)))))
            tick(1)
    return Chains(*(np.stack([m[i] for m in made]) for i in range(3)))


Drawn = tuple[Floats, Floats, Floats]


def _runner(
    compiled: Compiled, *, chains: int, draws: int, warmup: int, target: float, data: tuple[Data, ...] | None
) -> Callable[[Floats, int], Drawn]:
    infer, j = numpyro(), jax()
    given = compiled.explanation.data if data is None else data
    kernel = infer.NUTS(potential_fn=lambda z: compiled.potential(z, given), target_accept_prob=target)
    sampler = infer.MCMC(kernel, num_warmup=warmup, num_samples=draws, num_chains=1, progress_bar=False)

    def run(z0: Floats, key: int) -> Drawn:
        sampler.run(j.random.PRNGKey(key), init_params=j.numpy.asarray(z0), extra_fields=("diverging", "accept_prob"))
        extra = sampler.get_extra_fields()
        accepted = np.asarray(extra["accept_prob"], float).mean()
        return np.asarray(sampler.get_samples(), float), np.asarray(extra["diverging"], float), np.asarray(accepted)

    return run


def _kept(folder: Path | None, chain: int, make: Callable[[], Drawn]) -> Drawn:
    """Return the chain kept in `folder`, or make it and keep it."""
    if folder is None:
        return make()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"chain-{chain}.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as found:
            return found["z"], found["diverging"], found["acceptance"]
    z, diverging, acceptance = make()
    with atomic_file(path) as part, part.open("wb") as file:
        np.savez(file, z=z, diverging=diverging, acceptance=acceptance)
    return z, diverging, acceptance
