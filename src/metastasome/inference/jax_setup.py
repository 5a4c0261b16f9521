"""JAX, loaded once in double precision, on one thread's worth of work, with a compilation cache."""

from __future__ import annotations

import functools
from typing import Any

from ..core.errors import MissingExtraError


@functools.cache
def jax() -> Any:
    """Return the module ``jax`` in double precision.

    Raises:
        MissingExtraError: the extra ``infer`` is not installed.
    """
    try:
        import jax as found
    except ImportError as error:
        raise MissingExtraError("jax", "infer", "fitting") from error
    configure: Any = found.config.update
    configure("jax_enable_x64", True)
    # Chains run on threads of ours: sent off to JAX's own few threads, two programs can each hold one and wait.
    configure("jax_cpu_enable_async_dispatch", False)
    _cache(configure)
    return found


def numpyro() -> Any:
    """Return the module ``numpyro.infer``; :class:`MissingExtraError` where it is not installed."""
    jax()
    try:
        import numpyro.infer as found
    except ImportError as error:
        raise MissingExtraError("numpyro", "infer", "sampling with NUTS") from error
    return found


def arviz() -> Any:
    """Return the module ``arviz``; :class:`MissingExtraError` where it is not installed."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import arviz as found
    except ImportError as error:
        raise MissingExtraError("arviz", "infer", "diagnosing a fit") from error
    return found


def _cache(configure: Any) -> None:
    from ..numerics.cache import cache_folder

    folder = cache_folder() / "jax"
    configure("jax_compilation_cache_dir", str(folder))
    configure("jax_persistent_cache_min_compile_time_secs", 0.5)
