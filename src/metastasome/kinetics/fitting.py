"""Learn kinetic parameters from biodistribution and plasma data: MAP by gradient, then NUTS in whitened coordinates."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, ModelError, nearest
from ..core.parameters import Prior, parameters_of
from ..core.streams import check_seed, stream
from .coefficients import theta_of
from .forward import Experiment, double_precision, experiments, jax_modules, predictor
from .parameters import KineticParameters
from .table import Measurement, read_table

if TYPE_CHECKING:
    import pandas as pd

Float = NDArray[np.float64]
DEFAULT_FREE = ("macrophage_clearance", "endothelium_clearance", "processing")
SCAVENGING = Prior("lognormal", 1.0, 1.0)  # between donors of vesicles: assumption
NOISE = Prior("lognormal", 0.3, 0.7)  # sd of ln value, between animals and laboratories: assumption
_RANGE = (0.05, 0.95)


def _none() -> Float:
    return np.empty(0)


@dataclass(frozen=True)
class Fit:
    """What the data said.

    Attributes:
        names: fitted quantities: parameters, ``scavenging[donor]`` per donor, ``noise`` (sd of ln value).
        prior_median, prior_sd: of each, the sd on the log scale, ``(k,)``.
        estimate: maximum a posteriori, ``(k,)``.
        posterior_sd: log-scale sd, from draws where there are, else from the curvature, ``(k,)``.
        draws: posterior draws, ``(n, k)``; empty after a MAP fit.
        rows: the data.
        predicted: at the estimate, ``(rows,)``.
        band: 5% and 95% of predictions for a new measurement, ``(rows, 2)``; from draws, else from the curvature.
        divergences: of NUTS.
        rhat, ess: split R-hat and effective draws of each quantity, ``(k,)``; empty after a MAP fit.
    """

    names: tuple[str, ...]
    prior_median: Float
    prior_sd: Float
    estimate: Float
    posterior_sd: Float
    draws: Float
    rows: tuple[Measurement, ...]
    predicted: Float
    band: Float
    divergences: int = 0
    rhat: Float = field(default_factory=_none)
    ess: Float = field(default_factory=_none)

    def sampling(self) -> str:
        """Return in words whether the draws can be trusted; nothing after a MAP fit."""
        if not len(self.draws):
            return ""
        worst, least = float(np.max(self.rhat)), float(np.min(self.ess))
        trust = worst < 1.05 and least > 100 and not self.divergences
        return (
            f"{len(self.draws)} draws: R-hat at most {worst:.3f}, at least {least:.0f} effective draws, "
            f"{self.divergences} divergences: {'they agree' if trust else 'draw more before trusting the spread'}"
        )

    @property
    def shrinkage(self) -> Float:
        """1 - (posterior sd / prior sd)^2 of each quantity on the log scale: zero where the data said nothing."""
        return np.clip(1.0 - (self.posterior_sd / self.prior_sd) ** 2, 0.0, 1.0)

    @property
    def fold_errors(self) -> Float:
        """max(predicted/measured, measured/predicted) of each row, ``(rows,)``."""
        ratio = self.predicted / np.array([r.value for r in self.rows])
        return np.asarray(np.maximum(ratio, 1.0 / ratio))

    def parameters(self) -> KineticParameters:
        """Return the kinetic parameters at the estimate."""
        known = set(theta_of(KineticParameters()))
        fitted = {n: float(v) for n, v in zip(self.names, self.estimate, strict=True) if n in known}
        return KineticParameters().with_(**fitted)

    def identifiability(self) -> pd.DataFrame:
        """Return per quantity: prior, posterior, shrinkage, and in words whether the data informed it."""
        import pandas as pd

        words = ["informed" if s > 0.75 else "partly informed" if s > 0.25 else "prior only" for s in self.shrinkage]
        table = {
            "quantity": self.names, "prior_median": self.prior_median, "prior_fold": np.exp(self.prior_sd),
            "estimate": self.estimate, "posterior_fold": np.exp(self.posterior_sd), "shrinkage": self.shrinkage,
            "verdict": words,
        }  # fmt: skip
        return pd.DataFrame(table)

    def to_frame(self) -> pd.DataFrame:
        """Return per row of data: what was measured, predicted, the 90% band and the fold error."""
        import pandas as pd

        return pd.DataFrame({
            "row": [r.row for r in self.rows], "study": [r.study for r in self.rows],
            "source": [r.source for r in self.rows], "label": [r.label for r in self.rows],
            "organ": [r.organ for r in self.rows], "time_day": [r.time for r in self.rows],
            "measured": [r.value for r in self.rows], "unit": [r.unit for r in self.rows],
            "predicted": self.predicted, "low": self.band[:, 0], "high": self.band[:, 1],
            "fold_error": self.fold_errors,
        })  # fmt: skip


def fit(
    rows: Sequence[Measurement],
    *,
    free: Sequence[str] = DEFAULT_FREE,
    method: Literal["map", "nuts"] = "map",
    vesicle: str = "small",
    draws: int = 300,
    warmup: int = 200,
    seed: int = 1,
) -> Fit:
    """Return parameters fitted to `rows` (log-normal errors), below saturation.

    Labels are never pooled: each row is read through its own label's kinetics. Each donor of vesicles has its own
    `scavenging` (relative binding by macrophages), the rest is common to all: one clearance law.

    Args:
        rows: measurements above zero, from :func:`read_table`.
        free: kinetic parameters to fit; their declared priors are used.
        method: ``"map"`` (curvature gives the spread) or ``"nuts"`` (draws).
        vesicle: size class.
        draws, warmup, seed: of NUTS, one chain, in coordinates whitened by the curvature.

    Raises:
        InputError: an unknown parameter, or a value of zero.
        ModelError: the optimiser found no finite estimate.
        MissingExtraError: the extra ``infer`` is not installed.
    """
    jax, jnp = jax_modules()
    check_seed(seed)
    ordered = experiments(_positive(rows), vesicle_class=vesicle)
    with double_precision(jax):
        problem = _problem(ordered, tuple(free), jax, jnp)
        best, curvature = _maximum(problem)
        half = np.linalg.cholesky(np.linalg.inv(curvature))
        sample, diverged = np.empty((0, len(best))), 0
        if method == "nuts":
            sample, diverged = _nuts(problem, best, half, draws, warmup, seed, jax, jnp)
        elif method != "map":
            raise InputError("unknown method", field="method", value=method, expected="map or nuts")
        return _finish(problem, best, half, sample, diverged, seed)


def fit_table(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    particles_per_ug: float | None = None,
    **options: Any,
) -> Fit:
    """Return :func:`fit` of a table file; with `out`, write predictions.csv, identifiability.csv and draws.csv there.

    `options` are those of :func:`fit`; this is what the command ``kinetics fit`` calls.
    """
    from ..core.files import atomic_folder

    found = fit(read_table(path, particles_per_ug=particles_per_ug), **options)
    if out is not None:
        import pandas as pd

        with atomic_folder(out, overwrite=False) as folder:
            found.to_frame().to_csv(folder / "predictions.csv", index=False)
            found.identifiability().to_csv(folder / "identifiability.csv", index=False)
            pd.DataFrame(found.draws, columns=list(found.names)).to_csv(folder / "draws.csv", index=False)
    return found


@dataclass(frozen=True)
class _Problem:
    names: tuple[str, ...]
    median: Float
    sd: Float
    experiments: tuple[Experiment, ...]
    predict: Callable[[Any], Any]  # z -> values of all rows
    energy: Callable[[Any], Any]  # z -> -log posterior density of z (log scale, standardised by the prior)
    slope: Callable[[Any], Any]

    def natural(self, z: Float) -> Float:
        """Return quantities from standardised coordinates."""
        return np.asarray(self.median * np.exp(self.sd * z))


def _positive(rows: Sequence[Measurement]) -> tuple[Measurement, ...]:
    for r in rows:
        if not r.value > 0:
            raise InputError("a value of zero cannot be fitted with log-normal errors", row=r.row, field="value")
    if not rows:
        raise InputError("no data to fit")
    return tuple(rows)


def _problem(ordered: tuple[Experiment, ...], free: tuple[str, ...], jax: Any, jnp: Any) -> _Problem:
    known = {p.name: p for p in parameters_of(KineticParameters)}
    for name in free:
        if name not in known:
            raise InputError(f"kinetic parameter '{name}' is unknown", field="free", hint=nearest(name, known) or None)
        if known[name].prior.kind != "lognormal" or name == "leak_pore":
            raise InputError("this parameter has no log-normal prior, or can't be fitted", field="free", value=name)
    donors = tuple(dict.fromkeys(e.source for e in ordered))
    names = (*free, *(f"scavenging[{d}]" for d in donors), "noise")
    priors = [*(known[n].prior for n in free), *(SCAVENGING for _ in donors), NOISE]
    median, sd = np.array([p.a for p in priors]), np.array([p.b for p in priors])
    defaults, models = theta_of(KineticParameters()), [predictor(e, jnp) for e in ordered]
    measured = jnp.log(jnp.concatenate([jnp.asarray(e.values) for e in ordered]))

    def predict(z: Any) -> Any:
        x = median * jnp.exp(sd * z)
        common = {**defaults, **{n: x[k] for k, n in enumerate(free)}}
        parts = []
        for e, model in zip(ordered, models, strict=True):
            theta = {**common, "scavenging": x[len(free) + donors.index(e.source)]}
            parts.append(model(theta))
        return jnp.concatenate(parts)

    def energy(z: Any) -> Any:
        noise = median[-1] * jnp.exp(sd[-1] * z[-1])
        gap = (jnp.log(jnp.maximum(predict(z), 1e-300)) - measured) / noise
        return 0.5 * jnp.sum(z**2) + 0.5 * jnp.sum(gap**2) + len(measured) * jnp.log(noise)

    return _Problem(names, median, sd, ordered, jax.jit(predict), energy, jax.jit(jax.value_and_grad(energy)))


def _maximum(problem: _Problem) -> tuple[Float, Float]:
    """Return the mode and the curvature (Hessian) there, by central differences of the exact gradient."""
    from scipy.optimize import minimize

    def value(z: Float) -> tuple[float, Float]:
        v, g = problem.slope(z)
        return float(v), np.asarray(g, dtype=np.float64)

    found = minimize(
        value, np.zeros(len(problem.names)), jac=True, method="L-BFGS-B", bounds=[(-6.0, 6.0)] * len(problem.names)
    )
    if not (np.isfinite(found.fun) and np.isfinite(found.x).all()):
        raise ModelError(f"no estimate was found: {found.message}")
    best, step = np.asarray(found.x), 1e-4
    rows = [(value(best + step * e)[1] - value(best - step * e)[1]) / (2 * step) for e in np.eye(len(best))]
    curvature = 0.5 * (np.array(rows) + np.array(rows).T)
    eigenvalues, vectors = np.linalg.eigh(curvature)
    return best, (vectors * np.maximum(eigenvalues, 0.05)) @ vectors.T


def _nuts(
    problem: _Problem, best: Float, half: Float, draws: int, warmup: int, seed: int, jax: Any, jnp: Any
) -> tuple[Float, int]:
    """Draw with NUTS (Hoffman & Gelman 2014, jmlr.org/papers/v15/hoffman14a) in ``z = best + half w``."""
    from numpyro.infer import MCMC, NUTS

    kernel = NUTS(potential_fn=lambda w: problem.energy(best + half @ w), max_tree_depth=6)
    chain = MCMC(kernel, num_warmup=warmup, num_samples=draws, progress_bar=False)
    chain.run(jax.random.PRNGKey(seed), init_params=jnp.zeros(len(best)), extra_fields=("diverging",))
    sample = best + np.asarray(chain.get_samples()) @ half.T
    return np.asarray(sample, dtype=np.float64), int(np.sum(chain.get_extra_fields()["diverging"]))


def _finish(problem: _Problem, best: Float, half: Float, sample: Float, diverged: int, seed: int) -> Fit:
    predicted = np.asarray(problem.predict(best))
    rng = stream(seed, "kinetics/band")
    spread = sample if len(sample) else best + rng.standard_normal((200, len(best))) @ half.T
    chosen = spread[:: max(1, len(spread) // 200)]
    curves = np.stack([np.asarray(problem.predict(z)) for z in chosen])
    noise = problem.natural(chosen)[:, -1:]
    new = curves * np.exp(noise * rng.standard_normal(curves.shape))
    sd = (sample.std(axis=0, ddof=1) if len(sample) > 1 else np.sqrt(np.diag(half @ half.T))) * problem.sd
    rows = tuple(r for e in problem.experiments for r in e.rows)
    rhat, ess = _agreement(sample)
    return Fit(
        problem.names, problem.median, problem.sd, problem.natural(best), sd, problem.natural(sample), rows, predicted,
        np.quantile(new, _RANGE, axis=0).T, diverged, rhat, ess,
    )  # fmt: skip


def _agreement(sample: Float) -> tuple[Float, Float]:
    """Return split R-hat and effective draws (Vehtari et al. 2021, doi:10.1214/20-BA1221) of each column."""
    if len(sample) < 4:
        return _none(), _none()
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    return np.atleast_1d(split_gelman_rubin(sample[None])), np.atleast_1d(effective_sample_size(sample[None]))


__all__ = ["Fit", "fit", "fit_table"]
