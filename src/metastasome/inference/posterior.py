"""One door to the posterior of an explanation: the method by its number of parameters, the same answer from each."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from ..core.errors import InputError
from ..core.progress import SILENT, Progress
from ..core.streams import stream
from .bridge import log_evidence
from .compiled import Compiled
from .grid import MOST, grid
from .importance import importance
from .nuts import sample
from .observation import Data, Floats
from .optimum import Optimum, optimum
from .words import K_HAT

Method = Literal["auto", "grid", "importance", "nuts"]


@dataclass(frozen=True)
class Posterior:
    """Draws of one explanation's posterior.

    Attributes:
        z: ``(chains, n, d)`` on the scale of z. diverging: ``(chains, n)``, all zero but for NUTS.
        log_evidence, error: ln p(data) and its standard error.
        method: which one. optimum: the likeliest point, where one was sought. k_hat: Pareto's shape, where importance
            sampling was tried.
    """

    z: Floats
    diverging: Floats = field(repr=False)
    log_evidence: float
    error: float
    method: str
    optimum: Optimum | None = None
    k_hat: float = float("nan")

    @property
    def flat(self) -> Floats:
        """All draws, ``(chains * n, d)``."""
        return self.z.reshape(self.z.shape[0] * self.z.shape[1], self.z.shape[2])

    @property
    def peaks(self) -> int:
        """Maxima that were met, 1 where none was sought."""
        return 1 if self.optimum is None else 1 + len(self.optimum.rivals)


def posterior(
    compiled: Compiled,
    *,
    data: tuple[Data, ...] | None = None,
    method: Method = "auto",
    draws: int = 1000,
    chains: int = 4,
    warmup: int = 500,
    seed: int = 0,
    keep: Path | None = None,
    progress: Progress = SILENT,
) -> Posterior:
    """Return the posterior: a grid for up to three parameters, else NUTS with bridge sampling, unless `method` says.

    Importance sampling that fails its own check (Pareto k-hat) gives way to NUTS.

    Raises:
        InputError: a grid is asked for more than three parameters. ModelError: the data are impossible.
    """
    d = len(compiled.explanation.names)
    chosen = ("grid" if d <= MOST else "nuts") if method == "auto" else method
    if d == 0:
        chosen = "grid"
    if chosen == "grid" and d > MOST:
        raise InputError(
            "too many parameters for a grid", field="method", value=d, expected=f"{MOST} or fewer, or nuts"
        )
    if chosen == "nuts":
        return _nuts(compiled, data, draws, chains, warmup, seed, keep, progress)
    rng = stream(seed, "inference/draws")
    zeros = np.zeros((chains, draws))
    if chosen == "grid":
        on = grid(compiled, data)
        return Posterior(on.draw(rng, chains * draws).reshape(chains, draws, d), zeros, on.log_evidence, 0.0, "grid")
    made = importance(compiled, rng, data, n=max(4096, chains * draws))
    if not made.k_hat < K_HAT:
        chained = _nuts(compiled, data, draws, chains, warmup, seed, keep, progress)
        return dataclasses.replace(chained, k_hat=made.k_hat)
    z = made.draw(rng, chains * draws).reshape(chains, draws, d)
    return Posterior(z, zeros, made.log_evidence, made.error, "importance", None, made.k_hat)


def _nuts(
    compiled: Compiled, data: tuple[Data, ...] | None, draws: int, chains: int, warmup: int, seed: int, keep: Path |
    None,
    progress: Progress,
) -> Posterior:  # fmt: skip
    start = optimum(compiled, data, seed=seed, several=True)
    folder = None if keep is None else keep / fingerprint(compiled, data, draws, warmup, seed)
    found = sample(
        compiled, start, chains=chains, draws=draws, warmup=warmup, seed=seed, data=data, keep=folder, progress=progress
    )
    value, error = log_evidence(compiled, found.z, stream(seed, "inference/bridge"), data=data)
    return Posterior(found.z, found.diverging, value, error, "nuts", start)


def fingerprint(compiled: Compiled, data: tuple[Data, ...] | None, *more: object) -> str:
    """Return a short hash of the question: parameters, priors, data, settings, and the law itself.

    The law (options of an observation, switches of a hypothesis) enters by the values it takes at two points.
    """
    e = compiled.explanation
    given = e.data if data is None else data
    d = len(e.names)
    points = (np.zeros(d), 0.3 * (-1.0) ** np.arange(d))
    law = [f"{float(compiled.value_and_gradient(z, given)[0]):.8g}" for z in points]
    text = hashlib.sha256(repr((e.key, e.scale, more, [o.weight for o in e.observations], law)).encode())
    for part in given:
        for name in sorted(part):
            text.update(name.encode() + np.ascontiguousarray(part[name], dtype=np.float64).tobytes())
    return text.hexdigest()[:16]
