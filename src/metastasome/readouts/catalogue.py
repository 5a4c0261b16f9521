"""Assays by name, and from words: ``elisa:limit=20,well=0.1``."""

from __future__ import annotations

from collections.abc import Callable

from ..core.errors import InputError, nearest
from .assay import Assay
from .cells import CirculatingCells, PleuralFluid
from .ctdna import informed, screening
from .elisa import Elisa, caveolin
from .imaging import Imaging
from .particles import PUBLISHED, MarkedVesicles, ParticleTracking, published


def makers() -> dict[str, Callable[[], Assay]]:
    """Return every assay that can be had by name: its maker with the default parameters."""
    found: dict[str, Callable[[], Assay]] = {
        "ctdna": informed,
        "cancerseek": screening,
        "cappseq": lambda: screening(bases=300_000, mutations=10),
        "ctc": CirculatingCells,
        "nta": ParticleTracking,
        "marked_ev": MarkedVesicles,
        "elisa": Elisa,
        "caveolin": caveolin,
        "mirna_panel": _panel,
        "pleural": PleuralFluid,
        "imaging": Imaging,
    }
    return found | {name: (lambda name=name: published(name)) for name in PUBLISHED}


def make_assay(words: str) -> Assay:
    """Return the assay called by `words`: a name, then maybe ``:parameter=value,...``.

    Raises:
        InputError: an unknown name or parameter, a value out of range, or no limit of detection (``limit=none``).
    """
    name, _, rest = words.strip().partition(":")
    known = makers()
    if name not in known:
        hint = nearest(name, known) or f"known: {', '.join(known)}"
        raise InputError("unknown assay", field="assay", value=name, hint=hint)
    return known[name]().with_(**dict(_setting(s, words) for s in rest.split(",") if s.strip()))


def _setting(text: str, words: str) -> tuple[str, object]:
    key, equal, value = text.partition("=")
    if not equal:
        raise InputError("not a setting", field="assay", value=text, expected="parameter=value", hint=f"in {words!r}")
    if value.strip().lower() in ("none", "nan", ""):
        return key.strip(), None
    try:
        return key.strip(), float(value)
    except ValueError as error:
        raise InputError("not a number", field=key.strip(), value=value) from error


def _panel() -> Assay:
    from .deconvolution.panel import tissue_panel

    return tissue_panel("bowel")
