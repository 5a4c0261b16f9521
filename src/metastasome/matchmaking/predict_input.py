"""What users give a prediction of repression, checked and brought into one form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from ..reference.names import looks_like_mirna
from .kmers import OTHER, UtrIndex, named, one_column
from .sites import seed_of

F8 = NDArray[np.float64]
LONGEST = 35
"""Letters of a guide. Mature human miRNAs of miRBase v22 have 16 to 28; what is much longer is a precursor."""
_VERSION = re.compile(r"^(ENS[A-Z]*\d{11}|[NX][MR]_\d+)\.\d+$")


def guides_of(given: Mapping[str, str] | Sequence[str], index: UtrIndex) -> tuple[tuple[str, ...], list[str]]:
    """Return names and sequences of the guides; a list is named by its sequences.

    Raises:
        InputError: see :func:`metastasome.matchmaking.predict.predict_repression`.
    """
    field = "mirna_sequences"
    names, guides = named(given, what=field)
    if not hasattr(one_column(given, field), "items"):
        names = tuple(map(str, guides))
    elif again := [name for name, n in Counter(names).items() if n > 1]:
        raise InputError("a miRNA is named twice", field=field, value=again[0])
    if not guides:
        raise InputError("no miRNA", field=field, expected="one sequence or more")
    if not len(index):
        raise InputError("no 3'UTR", field="utrs", expected="one sequence or more")
    for name, guide in zip(names, guides, strict=True):
        check_guide(name, guide, field)
    if again := [name for name, n in Counter(index.names).items() if n > 1]:
        raise InputError("a transcript is named twice", field="utrs", value=sorted(again)[0])
    return names, guides


def check_guide(name: str, guide: Any, field: str) -> None:
    """Raise :class:`InputError` where `guide` is no mature sequence whose seed is known."""
    if isinstance(guide, str) and looks_like_mirna(guide):
        hint = "metastasome.reference.mirna_names() has sequences by name"
        raise InputError("a name, not a sequence", field=field, value=guide, hint=hint)
    seed = seed_of(guide, name=f"{field}: {name}")
    if (seed == OTHER).any():
        problem = "a seed (nucleotides 2 to 8) with an open letter pairs with nothing that is known"
        raise InputError(problem, field=f"{field}: {name}", value=guide, expected="A, C, G and U in it")
    if len(guide) > LONGEST:
        hint = "is it the precursor? give the mature sequence"
        wanted = f"up to {LONGEST} letters"
        raise InputError("too long for a miRNA", field=f"{field}: {name}", value=len(guide), expected=wanted, hint=hint)


def passengers_of(names: tuple[str, ...], passenger: Mapping[str, str] | Sequence[str] | None) -> dict[str, str]:
    """Return the passenger strand of each miRNA that has one; ``None`` or an empty text in a list is none.

    Raises:
        InputError: a passenger of an unknown miRNA, or not one for each.
    """
    if passenger is None:
        return {}
    keys, strands = named(passenger, what="passenger")
    if hasattr(one_column(passenger, "passenger"), "items"):
        if unknown := [key for key in keys if key not in names]:
            raise InputError("passenger of a miRNA that was not given", field="passenger", value=unknown[0])
        return dict(zip(keys, strands, strict=True))
    if len(strands) != len(names):
        expected = f"{len(names)} sequences, one for each miRNA"
        raise InputError("passengers do not fit", field="passenger", value=len(strands), expected=expected)
    return {name: strand for name, strand in zip(names, strands, strict=True) if strand is not None and strand != ""}


def levels_of(expression: Mapping[str, float] | ArrayLike, names: tuple[str, ...]) -> F8:
    """Return TPM in the order of `names`; a transcript that a map lacks counts as 0, several rows of one as their sum.

    Raises:
        InputError: no transcript in common, another number of them, or a level that is no number of 0 or more.
    """
    given: Any = one_column(expression, "expression")
    if not hasattr(given, "items"):
        found = [_level(value, None) for value in np.ravel(np.asarray(given, object))]
        if np.shape(given) != (len(names),):
            wanted = f"one level for each of {len(names)} 3'UTRs"
            raise InputError("does not fit the UTRs", field="expression", value=np.shape(given), expected=wanted)
        return np.array(found)
    table: dict[str, float] = {}
    for key, value in given.items():
        table[str(key)] = table.get(str(key), 0.0) + _level(value, str(key))
    wanted_names: Sequence[str] = names
    if not set(table) & set(names):  # ids of two releases differ in their versions
        bare: dict[str, float] = {}
        for key, level in table.items():
            bare[_bare(key)] = bare.get(_bare(key), 0.0) + level
        wanted_names, table = [_bare(name) for name in names], bare
    if not set(table) & set(wanted_names):
        hint = f"expression has {list(table)[:3]}, UTRs have {list(names[:3])}"
        raise InputError("no transcript is in both tables", field="expression", hint=hint)
    return np.array([table.get(name, 0.0) for name in wanted_names])


def _bare(name: str) -> str:
    found = _VERSION.match(name)
    return found.group(1) if found else name


def _level(value: Any, key: str | None) -> float:
    field = "expression" if key is None else f"expression: {key}"
    try:
        level = float(value)
    except (TypeError, ValueError):
        raise InputError("not a level", field=field, value=value, expected="TPM") from None
    if level < 0:
        hint = "is it on a logarithmic scale?"
        raise InputError("less than nothing", field=field, value=level, expected="TPM", hint=hint)
    if level == float("inf"):
        raise InputError("not a level", field=field, value=level, expected="TPM")
    return level if level == level else 0.0  # not measured: not seen
