"""``fit``: the posterior of one explanation with its diagnostics, what it predicts, and how to keep it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.jsons import json_text
from ..core.progress import SILENT, Progress
from .compiled import compiled
from .explanation import Explanation
from .jax_setup import arviz
from .observation import Floats
from .posterior import Method, Posterior, posterior
from .words import contraction_words, sampler_words

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Fit:
    """What the data say about the parameters of one hypothesis.

    Attributes:
        explanation: hypothesis and data. posterior: draws. seed: of every random number.
    """

    explanation: Explanation
    posterior: Posterior
    seed: int

    @functools.cached_property
    def theta(self) -> Floats:
        """Parameter values ``(chains, n, d)``."""
        z = self.posterior.z
        return self.explanation.scale.rows(self.posterior.flat).reshape(z.shape) if z.shape[-1] else z

    @functools.cached_property
    def pointwise(self) -> Floats:
        """ln p of every datum at every draw, ``(chains, n, data)``."""
        z = self.posterior.z
        return compiled(self.explanation).pointwise(self.posterior.flat).reshape(*z.shape[:2], -1)

    @property
    def log_evidence(self) -> float:
        """ln p(data) under this hypothesis."""
        return self.posterior.log_evidence

    @functools.cached_property
    def diagnostics(self) -> dict[str, float]:
        """Worst R-hat, least effective number of draws, divergences, k-hat."""
        p = self.posterior
        made = {"divergences": float(p.diverging.sum()), "k_hat": p.k_hat, "draws": float(np.prod(p.z.shape[:2]))}
        if p.method == "nuts":
            az = arviz()
            columns = [p.z[:, :, k] for k in range(p.z.shape[-1])]
            made["r_hat"] = max(float(az.rhat(c)) for c in columns)
            made["ess"] = min(float(az.ess(c)) for c in columns)
        else:
            made |= {"r_hat": 1.0, "ess": made["draws"]}
        return made

    @property
    def words(self) -> list[str]:
        """Whether the draws can be trusted, then what was learnt about each parameter."""
        d = self.diagnostics
        first = sampler_words(
            method=self.posterior.method, r_hat=d["r_hat"], ess=d["ess"], divergences=int(d["divergences"]),
            draws=int(d["draws"]), k_hat=d["k_hat"], peaks=self.posterior.peaks,
        )  # fmt: skip
        gained = self.contraction
        return [*first, *(contraction_words(n, gained[n]) for n in self.explanation.names), *self.contradictions]

    @property
    def trusted(self) -> bool:
        """True where no check failed."""
        return not self.words[0].startswith("Do not trust")

    @functools.cached_property
    def contraction(self) -> dict[str, float]:
        """Parameter -> 1 - posterior variance over prior variance, on the scale of z (0: nothing learnt, 1: known)."""
        var = self.posterior.flat.var(axis=0)
        return {n: float(1 - v) for n, v in zip(self.explanation.names, var, strict=True)}

    @property
    def contradictions(self) -> list[str]:
        """One sentence per parameter that the data push beyond 3 prior standard deviations."""
        flat = self.posterior.flat
        return [
            f"The prior of {p.name} contradicts the data: its posterior lies {abs(m):.1f} prior deviations from "
            f"the prior's median ({p.prior.describe()})."
            for m, p in zip(flat.mean(axis=0), self.explanation.scale.parameters, strict=True)
            if abs(m) > 3
        ]

    def summary(self) -> pd.DataFrame:
        """Return per parameter prior and posterior median and 95% interval, 95% upper bound, contraction, source."""
        import pandas as pd

        rows = []
        for k, p in enumerate(self.explanation.scale.parameters):
            low, mid, high, upper = np.quantile(self.theta[..., k], [0.025, 0.5, 0.975, 0.95])
            prior = np.ravel(self.explanation.scale.rows(_normal_points(len(self.explanation.names), k))[:, k])
            rows.append({
                "parameter": p.name, "unit": p.unit, "median": mid, "low": low, "high": high,
                "upper_95": upper, "prior_median": prior[1], "prior_low": prior[0], "prior_high": prior[2],
                "contraction": self.contraction[p.name], "source": p.source,
            })  # fmt: skip
        return pd.DataFrame(rows)

    def loo(self) -> tuple[float, float, Floats, float]:
        """Return PSIS-LOO: elpd, its standard error, elpd of every datum, worst k-hat (Vehtari 2017)."""
        import warnings

        if not self.explanation.names:  # nothing was fitted, so nothing can be left out
            each = self.pointwise[0, 0]
            return float(each.sum()), float(np.sqrt(len(each) * each.var())), each, 0.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = arviz().loo(self.inference_data(), pointwise=True)
        return (
            float(found.elpd_loo),
            float(found.se),
            np.asarray(found.loo_i),
            float(np.max(np.asarray(found.pareto_k))),
        )

    def inference_data(self) -> Any:
        """Return ArviZ's InferenceData: posterior, log_likelihood, sample_stats and observed_data."""
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            columns = {n: self.theta[..., k] for k, n in enumerate(self.explanation.names)}
            columns = columns or {"nothing": np.zeros(self.posterior.z.shape[:2])}
            observed = {f"{o.name}.{k}": v for o in self.explanation.observations for k, v in o.data.items()}
            return arviz().from_dict(
                posterior=columns, log_likelihood={"data": self.pointwise},
                sample_stats={"diverging": self.posterior.diverging.astype(bool)}, observed_data=observed,
                coords={"datum": list(self.explanation.labels)}, dims={"data": ["datum"]},
            )  # fmt: skip

    def predict(self, n: int = 200) -> list[tuple[Any, ...]]:
        """Return `n` data sets simulated from draws of the posterior (posterior predictive)."""
        from ..core.streams import stream

        rng = stream(self.seed, "inference/predictive")
        rows = self.posterior.flat[rng.choice(len(self.posterior.flat), size=n)]
        return [self.explanation.simulate(self.explanation.scale.theta(z), rng) for z in rows]

    def save(self, folder: Path) -> None:
        """Write ``<key>.nc`` (InferenceData, netCDF) and ``<key>.json`` (summary and words) into `folder`."""
        from ..core.files import atomic_file

        folder.mkdir(parents=True, exist_ok=True)
        with atomic_file(folder / f"{self.explanation.key}.nc") as part:
            self.inference_data().to_netcdf(str(part), engine="h5netcdf")
        with atomic_file(folder / f"{self.explanation.key}.json") as part:
            part.write_text(json_text(self.as_dict()) + "\n", encoding="utf-8")

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        return {
            "hypothesis": self.explanation.key,
            "title": self.explanation.title,
            "method": self.posterior.method,
            "seed": self.seed,
            "log_evidence": self.log_evidence,
            "log_evidence_error": self.posterior.error,
            "diagnostics": {k: (None if np.isnan(v) else v) for k, v in self.diagnostics.items()},
            "words": self.words,
            "parameters": self.summary().to_dict(orient="records"),
        }

    def __repr__(self) -> str:
        return f"<Fit of {self.explanation.key}: {self.words[0]}>"


def fit(
    explanation: Explanation,
    *,
    method: Method = "auto",
    draws: int = 1000,
    chains: int = 4,
    warmup: int = 500,
    seed: int = 0,
    keep: Path | None = None,
    progress: Progress = SILENT,
) -> Fit:
    """Return the posterior of one explanation.

    Args:
        explanation: a hypothesis with its observations.
        method: ``grid`` (up to three parameters), ``importance``, ``nuts``, or by the number of parameters.
        draws, chains, warmup: of the sampler.
        keep: folder in which finished chains are kept, so that a killed fit goes on where it was.

    Raises:
        ModelError: the hypothesis gives zero probability to what was seen (the sentence says to which datum).
        MissingExtraError: the extra ``infer`` is not installed.
    """
    explanation.check_possible()
    made = posterior(
        compiled(explanation),
        method=method,
        draws=draws,
        chains=chains,
        warmup=warmup,
        seed=seed,
        keep=keep,
        progress=progress,
    )
    return Fit(explanation, made, seed)


def _normal_points(d: int, k: int) -> Floats:
    z = np.zeros((3, d))
    z[:, k] = (-1.959964, 0.0, 1.959964)
    return z
