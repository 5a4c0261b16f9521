"""The no-U-turn sampler (Hoffman & Gelman 2014, through numpyro), compiled once per explanation.

Data are arguments of the compiled program, not constants, so that chains of simulated data meet the same machine code.
Chains of one posterior run side by side on the machine's cores and each is kept as it is finished; chains of many data
sets (:func:`sample_many`) run in lockstep as one program.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.files import atomic_file
from ..core.progress import SILENT, Progress
from ..core.streams import stream
from .compiled import Compiled
from .jax_setup import jax, numpyro
from .many import stack
from .observation import Data, Floats
from .optimum import Optimum

Drawn = tuple[Floats, Floats, Floats]


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
        start: from :func:`.optimum.optimum`; chains start around it and its rivals by turns, spread as the curvature
            says, and move in the coordinates in which the curvature of the best is the unit matrix. Where chains do not
            pass from one maximum to another, they disagree: R-hat shows it.
        keep: folder in which finished chains are kept; chains found there are not drawn again.
        target: acceptance aimed at while adapting.
    """
    given = compiled.explanation.data if data is None else data
    root = _root(start)
    made: list[Drawn | None] = [_found(keep, c) for c in range(chains)]
    todo = [c for c in range(chains) if made[c] is None]
    with progress.task(f"chains of {compiled.explanation.key}", chains) as tick:
        if len(todo) < chains:
            tick(chains - len(todo))
        if todo:
            run = _program(compiled, draws, warmup, target, given)

            def one(c: int) -> Drawn:
                rng = stream(seed, "inference/nuts", c)
                u0, key = rng.standard_normal(len(start.z)), int(rng.integers(2**31))
                if top := c % (1 + len(start.rivals)):
                    u0 = _seen_from(start, root, start.rivals[top - 1], u0)
                drawn = run(u0, jax().random.PRNGKey(key), start.z, root, given)
                return _keep(keep, c, tuple(np.asarray(part, dtype=float) for part in drawn))

            # Compiled code lets go of Python's lock: threads are enough to use several cores.
            with ThreadPoolExecutor(max_workers=max(1, min(len(todo), _cores()))) as pool:
                waiting = {pool.submit(one, c): c for c in todo}
                for done in as_completed(waiting):
                    made[waiting[done]] = done.result()
                    tick(1)
    return Chains(*(np.stack([m[i] for m in made if m is not None]) for i in range(3)))


def _seen_from(start: Optimum, root: Floats, other: Optimum, u: Floats) -> Floats:
    """Return a point `u` ``(d,)`` in the coordinates of the maximum `other` in those of `start`."""
    return np.asarray(np.linalg.solve(root, other.z + _root(other) @ u - start.z))


def _root(at: Optimum) -> Floats:
    return np.asarray(np.linalg.cholesky(at.covariance + 1e-9 * np.eye(len(at.z))), dtype=np.float64)


def sample_many(
    compiled: Compiled,
    data: Sequence[tuple[Data, ...]],
    *,
    draws: int,
    warmup: int,
    starts: Sequence[Optimum | None],
    seed: int,
    target: float = 0.8,
    depth: int = 7,
) -> Chains:
    """Return one chain for each of many data sets of the same shape: draws ``(sets, n, d)``.

    Chains run in lockstep, one compiled program for all. Like those of :func:`sample` they start around the likeliest
    point and move in the coordinates of its curvature; where no such point is known, around the prior's centre.
    """
    d, n = len(compiled.explanation.names), len(data)
    name = ("many", draws, warmup, target, depth)
    if name not in compiled.programs:
        one = _chain(compiled, draws, warmup, target, (min(depth, 6), depth))
        compiled.programs[name] = jax().jit(jax().vmap(one))
    keys = jax().random.split(jax().random.PRNGKey(seed), n)
    u0 = 0.5 * stream(seed, "inference/nuts/many").standard_normal((n, d))
    centre = np.stack([np.zeros(d) if s is None else s.z for s in starts])
    root = np.stack([np.eye(d) if s is None else _root(s) for s in starts])
    drawn = compiled.programs[name](u0, keys, centre, root, stack(data))
    return Chains(*(np.asarray(part, dtype=float) for part in drawn))


def _program(compiled: Compiled, draws: int, warmup: int, target: float, data: tuple[Data, ...]) -> Callable[..., Any]:
    """Return the compiled chain ``f(u0, key, centre, root, data)``."""
    d = len(compiled.explanation.names)
    shapes = tuple((k, np.shape(v)) for part in data for k, v in sorted(part.items()))
    name = ("one", draws, warmup, target, shapes)
    if name not in compiled.programs:
        j = jax()
        one = j.jit(_chain(compiled, draws, warmup, target, (10, 10)))
        compiled.programs[name] = one.lower(np.zeros(d), j.random.PRNGKey(0), np.zeros(d), np.eye(d), data).compile()
    return compiled.programs[name]  # type: ignore[no-any-return]


def _chain(compiled: Compiled, draws: int, warmup: int, target: float, depth: tuple[int, int]) -> Callable[..., Any]:
    """Return ``f(u0, key, centre, root, data)`` -> draws ``(n, d)``, diverging ``(n,)``, mean acceptance.

    `u0` is where the chain starts in the coordinates u of ``z = centre + root u``; `depth` the greatest depth of a tree
    while adapting and after.
    """
    from numpyro.infer.hmc import hmc
    from numpyro.infer.hmc_util import euclidean_kinetic_energy

    numpyro()
    lax = jax().lax

    def potential(data: Any, centre: Any, root: Any) -> Callable[[Any], Any]:
        return lambda u: compiled.potential(centre + root @ u, data)

    def run(u0: Any, key: Any, centre: Any, root: Any, data: Any) -> Any:
        given = (data, centre, root)
        begin, step = hmc(potential_fn_gen=potential, kinetic_fn=euclidean_kinetic_energy, algo="NUTS")
        state = begin(
            u0, num_warmup=warmup, step_size=0.3, dense_mass=True, target_accept_prob=target, rng_key=key,
            model_args=given, max_tree_depth=depth,
        )  # fmt: skip
        state = lax.fori_loop(0, warmup, lambda _, s: step(s, given), state)

        def draw(s: Any, _: Any) -> Any:
            s = step(s, given)
            return s, (centre + root @ s.z, s.diverging, s.accept_prob)

        _, (z, diverging, accepted) = lax.scan(draw, state, None, length=draws)
        return z, diverging, accepted.mean()

    return run


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _found(folder: Path | None, chain: int) -> Drawn | None:
    """Return the chain kept in `folder`, or None."""
    path = None if folder is None else folder / f"chain-{chain}.npz"
    if path is None or not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as found:
        return found["z"], found["diverging"], found["acceptance"]


def _keep(folder: Path | None, chain: int, drawn: Any) -> Drawn:
    """Keep a finished chain in `folder` and return it."""
    z, diverging, acceptance = drawn
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_file(folder / f"chain-{chain}.npz") as part, part.open("wb") as file:
            np.savez(file, z=z, diverging=diverging, acceptance=acceptance)
    return z, diverging, acceptance
