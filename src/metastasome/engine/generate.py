"""The kernel of a model: the text of `kernel`, with the model's own functions in place of `no_model`."""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

_HERE = Path(__file__).parent
_IMPORT = re.compile(r"from metastasome\.engine\.no_model import (\([^)]*\)|[^\n(]*)\n")
_PARTS = (
    "philox",
    "samplers",
    "laws",
    "table",
    "clones",
    "founders",
    "lesions",
    "work",
    "results",
    "status",
    "plan",
    "kernel",
)


def sources(compiled: Any) -> tuple[tuple[str, str], ...]:
    """Return (name, text) of the generated modules that solve `compiled`, in order of need: what a worker must
    have."""
    from ..numerics.explicit import window_module

    window = window_module(compiled)
    found = []
    for module in (compiled.module, window):
        stem = module.__name__.rsplit(".", 1)[1]
        found.append((stem.rsplit("_", 1)[0], Path(str(module.__file__)).read_text()))
    found.append(("cohort", _kernel_text(compiled.module_name, window.__name__)))
    return tuple(found)


@functools.lru_cache(maxsize=32)
def build(parts: tuple[tuple[str, str], ...]) -> ModuleType:
    """Return the kernel's module, compiled at its first call on a machine and loaded from disk later."""
    from ..numerics.cache import compile_module

    return [compile_module(text, name) for name, text in parts][-1]


def _kernel_text(model: str, window: str) -> str:
    text = (_HERE / "kernel.py").read_text()
    own = f"from {model} import N_CONSTANTS, observe_c, prepare, rhs_c\n"
    own += f"from {window} import WORK_EXTRA, WORK_ROWS, step_window\n"
    made, replaced = _IMPORT.subn(own, text)
    if replaced != 1:
        raise RuntimeError("kernel.py no longer imports the model as generate.py expects")
    return f"# engine {engine_digest()}\n" + made


@functools.cache
def engine_digest() -> str:
    """Return a digest of every file compiled into the kernel: numba's cache looks only at the kernel's own text."""
    made = hashlib.sha256()
    for name in _PARTS:
        made.update((_HERE / f"{name}.py").read_bytes())
    return made.hexdigest()
