"""The same Bayesian deconvolution by NUTS (numpyro, extra ``infer``): the witness of the quadratic draws.

The concentration is held at its mode, as there: with many reads its likelihood is flat towards infinity.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import MissingExtraError
from .dirichlet import INFLATION, mode

Floats = NDArray[np.float64]


def draws(
    signatures: Floats, counts: Floats, *, seed: int, inflation: float = INFLATION, warmup: int = 300, n: int = 400
) -> Floats:
    """Return draws of the shares, ``(n, k)``; model and `inflation` as in :mod:`.dirichlet`.

    Raises:
        MissingExtraError: jax or numpyro is not installed.
    """
    try:
        import jax
        import numpyro
        from numpyro.infer import MCMC, NUTS, init_to_value
    except ImportError as error:
        raise MissingExtraError("numpyro", "infer", "deconvolution by NUTS") from error
    at = mode(signatures, counts)
    lax: Any = jax
    enable = lax.enable_x64 if hasattr(lax, "enable_x64") else lax.experimental.enable_x64
    with enable(True):
        inside = np.maximum(at.shares, 1e-3)
        start = init_to_value(values={"shares": jax.numpy.asarray(inside / inside.sum())})
        kernel = NUTS(_model(numpyro, jax), init_strategy=start)
        run = MCMC(kernel, num_warmup=warmup, num_samples=n, progress_bar=False)
        data = (jax.numpy.asarray(signatures), jax.numpy.asarray(counts), at.kappa, inflation)
        run.run(jax.random.PRNGKey(seed % 2**31), *data)
        return np.asarray(run.get_samples()["shares"], dtype=np.float64)


def _model(numpyro: Any, jax: Any) -> Any:
    import numpyro.distributions as dist
    from jax.scipy.special import gammaln

    jnp = jax.numpy

    def model(signatures: Any, counts: Any, kappa: float, inflation: float) -> None:
        shares = numpyro.sample("shares", dist.Dirichlet(jnp.ones(signatures.shape[1])))
        a = jnp.maximum(kappa * (signatures @ shares), 1e-12)
        total = (gammaln(counts + a) - gammaln(a)).sum()
        numpyro.factor("reads", total / inflation)

    return model
