"""The folder of generated code: written once, imported by name, compiled once per machine.

A generated module is a file ``<name>_<hash of its text>.py`` in the folder of this version; it is imported as
``metastasome_generated.<name>_<hash>``. numba keeps its machine code in ``__pycache__`` beside it, so a second
process compiles nothing. Several processes may write at the same time: files are renamed into place whole, equal
names mean equal text, and the time stamp (which numba compares) is fixed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import platform
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from ..core.errors import InputError
from ..core.files import atomic_file

PACKAGE = "metastasome_generated"
GENERATOR = 4  # raise when the generated text changes its meaning without changing its content
_STAMP = 1_600_000_000


def cache_folder() -> Path:
    """Return the folder of generated code, made if missing.

    It lies in METASTASOME_CACHE, else XDG_CACHE_HOME/metastasome, else ~/.cache/metastasome; where that cannot be
    written, in a temporary folder (then every start compiles again).

    Raises:
        InputError: METASTASOME_CACHE is set to a folder that cannot be written.
    """
    import numba

    version = f"python{platform.python_version()}-numba{numba.__version__}-{GENERATOR}"
    chosen = os.environ.get("METASTASOME_CACHE")
    base = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "metastasome"
    folder = base / "numerics" / version
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    if chosen:
        raise InputError("cannot write the cache", file=chosen, field="METASTASOME_CACHE", expected="a writable folder")
    return _temporary()


def _temporary() -> Path:
    package = sys.modules.get(PACKAGE)
    for path in getattr(package, "__path__", []):
        if Path(path).name.startswith("metastasome-"):
            return Path(path)
    return Path(tempfile.mkdtemp(prefix="metastasome-"))


def compile_module(source: str, name: str) -> ModuleType:
    """Return the module of `source`, written to the cache folder and imported from there.

    `source` may hold ``@njit(cache=True, nogil=True, error_model="numpy")`` functions and may import from other
    generated modules by their ``__name__`` (``from metastasome_generated.system_... import rhs``): numba then caches
    the whole on disk. Nothing else may vary the meaning of `source`, because its text is the key of the cache.

    Args:
        source: Python source text.
        name: start of the module's name, a Python identifier.
    """
    if not name.isidentifier():
        raise InputError("not a module name", field="name", value=name, expected="a Python identifier")
    folder = cache_folder()
    stem = f"{name}_{hashlib.sha256(source.encode()).hexdigest()[:20]}"
    path = folder / f"{stem}.py"
    if not path.exists() or path.read_text() != source:
        with atomic_file(path) as part:
            part.write_text(source)
            os.utime(part, (_STAMP, _STAMP))
    return load_module(f"{PACKAGE}.{stem}")


def load_module(name: str) -> ModuleType:
    """Return a generated module by its full name (``metastasome_generated.system_...``) from the cache folder."""
    if name in sys.modules:
        return sys.modules[name]
    _package(cache_folder())
    importlib.invalidate_caches()
    return importlib.import_module(name)


def _package(folder: Path) -> None:
    """Make the cache folder importable as a package, so that generated modules find each other by name."""
    package = sys.modules.get(PACKAGE)
    if package is None:
        package = ModuleType(PACKAGE, "Generated code; see metastasome.numerics.cache.")
        package.__path__ = []
        sys.modules[PACKAGE] = package
    if str(folder) not in package.__path__:
        package.__path__.insert(0, str(folder))
