"""``metastasome doctor``: is everything here that a run needs?"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from .options import DATA_DIR, Voice, voiced

Check = Callable[[], str]


@click.command("doctor")
@DATA_DIR
@voiced
def command(data_dir: Path | None, voice: Voice) -> int:
    """Check this installation.

    Exit code 1 when something a run needs does not work.
    """
    checks: dict[str, Check] = {
        "python": _python,
        "libraries": _libraries,
        "compiler": _compiler,
        "mechanisms": _mechanisms,
        "presets": _presets,
        "machine": _machine,
        "data folder": lambda: _data(data_dir),
        "extras": _extras,
    }
    found = {name: _try(check) for name, check in checks.items()}
    lines = [f"{'ok ' if ok else 'BAD'}  {name}: {text}" for name, (ok, text) in found.items()]
    voice.data({name: {"ok": ok, "says": text} for name, (ok, text) in found.items()}, "\n".join(lines))
    return 0 if all(ok for ok, _ in found.values()) else 1


def _try(check: Check) -> tuple[bool, str]:
    try:
        return True, check()
    except Exception as error:
        return False, " ".join(f"{type(error).__name__}: {error}".split())


def _python() -> str:
    return sys.version.split()[0]


def _libraries() -> str:
    from ..core.provenance import versions

    found = versions()
    absent = [k for k, v in found.items() if v == "not installed"]
    if absent:
        raise RuntimeError(f"not installed: {', '.join(absent)}; run pip install metastasome again")
    return ", ".join(f"{k} {v}" for k, v in found.items() if k != "python")


def _compiler() -> str:
    import time

    import numba

    began = time.monotonic()
    total = numba.njit(lambda n: n * (n + 1) // 2)(10)
    if total != 55:
        raise RuntimeError(f"numba computed {total} instead of 55")
    return f"numba compiles ({time.monotonic() - began:.1f} s)"


def _mechanisms() -> str:
    from ..core.organs import NAMES
    from ..mechanisms import catalogue, compose

    return f"{len(catalogue())} known, {len(compose(NAMES).mechanisms)} on unless a study says otherwise"


def _presets() -> str:
    from ..study import preset_names, read_study

    return ", ".join(read_study(name).name for name in preset_names())


def _machine() -> str:
    import shutil

    free = shutil.disk_usage(Path.cwd()).free / 1e9
    return f"{os.cpu_count()} cores, {free:.1f} GB free in the working folder"


def _data(data_dir: Path | None) -> str:
    from ..study.files import VARIABLE, data_folder

    folder = data_folder(data_dir)
    if folder is None:
        return f"none given (--data-dir or {VARIABLE}): the embedded reference stands in"
    return str(folder)


def _extras() -> str:
    from importlib.util import find_spec

    known = {
        "jax": "infer", "sklearn": "deconvolve", "libsbml": "sbml", "petab": "petab", "distributed": "cluster",
    }  # fmt: skip
    return ", ".join(f"{extra} {'there' if find_spec(module) else 'not installed'}" for module, extra in known.items())
