"""What a run compiles: the kernel once, with a digest of its parts; of each model its bare equations."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HERE = Path(__file__).parent
_PARTS = (
    "handle", "inner", "philox", "samplers", "laws", "table", "clones", "founders", "lesions", "work", "lanes", "cells",
    "results", "status", "plan", "kernel", "pool_kernel", "../numerics/pointer", "../numerics/straightline",
)  # fmt: skip


@dataclass(frozen=True)
class Kernel:
    """The compiled `module` of the engine, and the `model` it is given: addresses of its functions, and sizes."""

    module: ModuleType
    model: tuple[NDArray[np.int64], tuple[int, int, int, int]]


def sources(compiled: Any, burden: str | None) -> tuple[tuple[str, str], ...]:
    """Return (name, text) of the generated modules that solve `compiled`: what a worker must have.

    `burden` names the parameter block of lesion cells, which grow within a window.
    """
    return ("native", _model_text(_Equal(compiled), burden)), ("cohort", _kernel_text())


class _Equal:
    """A compiled system as a key: two of one digest have the same equations and layouts."""

    def __init__(self, compiled: Any) -> None:
        self.compiled = compiled

    def __hash__(self) -> int:
        return hash(self.compiled.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Equal) and bool(self.compiled.digest == other.compiled.digest)


@functools.lru_cache(maxsize=8)
def _model_text(system: _Equal, burden: str | None) -> str:
    """Return the model's text, which takes a second to write; arms of a comparison share it."""
    from ..numerics.native import source

    return source(system.compiled, burden)


@functools.lru_cache(maxsize=32)
def build(parts: tuple[tuple[str, str], ...]) -> Kernel:
    """Return the kernel for a model; compiled at the first call on a machine and loaded from disk later."""
    from ..numerics.cache import compile_module
    from ..numerics.native import addresses

    model, kernel = (compile_module(text, name) for name, text in parts)
    return Kernel(kernel, (addresses(model), (model.STATES, model.CONSTANTS, model.OUTPUTS, model.LU)))


@functools.cache
def build_pools() -> Any:
    """Return the compiled functions of `pool_kernel.py`, a problem of constant rates."""
    from ..numerics.cache import compile_module

    return compile_module(_kernel_text("pool_kernel"), "pools")


def _kernel_text(name: str = "kernel") -> str:
    return f"# engine {engine_digest()}\n" + (_HERE / f"{name}.py").read_text()


@functools.cache
def engine_digest() -> str:
    """Return a digest of every file compiled into the kernels.

    numba keeps compiled code by the text of a function's own file and does not see that a function it calls has
    changed. So the parts are not kept on disk; only the kernels are, and their text carries this digest.
    """
    made = hashlib.sha256()
    for name in _PARTS:
        made.update((_HERE / f"{name}.py").read_bytes())
    return made.hexdigest()
