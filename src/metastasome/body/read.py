"""A body from another laboratory's file, YAML or CSV."""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError, nearest
from ..core.files import existing
from ..core.organs import find_organ
from ..core.units import to
from .body import CELL_CLASSES, Body
from .make import human, mouse, rat, scaled

WHOLE: Mapping[str, str] = {
    "weight_kg": "kg",
    "cardiac_output": "mL/day",
    "blood_volume": "mL",
    "plasma_volume": "mL",
}
ORGAN: Mapping[str, str] = {
    "flow": "mL/day",
    "vascular": "mL",
    "interstitial": "mL",
    "cellular": "mL",
    "lymph": "mL/day",
    **dict.fromkeys(CELL_CLASSES, "cell"),
}
_BASES = {"human": human, "mouse": mouse, "rat": rat}
_HINT = "docs/kinetics.md shows a file"


def read(path: str | os.PathLike[str]) -> Body:
    """Return the body described in `path`.

    YAML: ``species``, ``weight_kg`` and what differs from our body of that species and weight: ``cardiac_output``,
    ``blood_volume``, ``plasma_volume`` and ``organs: {liver: {flow: 300 mL/min, vascular: 0.3 L, macrophage: 1e10}}``.
    CSV: columns ``organ, quantity, value, unit`` (whole-body rows leave `organ` empty). A number without a unit is in
    mL, mL/day, cells or kg. "rest" takes up what the flows leave of the cardiac output unless its flow is given.

    Raises:
        InputError: unknown field, organ or unit; a negative volume; flows that do not balance.
    """
    file = existing(path)
    whole, organs = _csv(file) if file.suffix.lower() == ".csv" else _yaml(file)
    return _assemble(whole, organs, file)


def _yaml(file: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    import yaml

    try:
        made = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError("not readable as YAML", file=file, hint=str(error).splitlines()[0]) from error
    if not isinstance(made, dict) or not isinstance(made.get("organs", {}), dict):
        raise InputError("not a body", file=file, expected="a mapping with species and organs", hint=_HINT)
    organs = made.pop("organs", {})
    for name, fields in organs.items():
        if not isinstance(fields, dict):
            raise InputError("not a mapping", file=file, field=f"organs.{name}", value=fields, hint=_HINT)
    return made, organs


def _csv(file: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    whole: dict[str, Any] = {}
    organs: dict[str, dict[str, Any]] = {}
    with file.open(newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        if missing := {"organ", "quantity", "value", "unit"} - set(reader.fieldnames or ()):
            raise InputError("columns are missing", file=file, row=1, expected=", ".join(sorted(missing)))
        for row in reader:
            value: Any = f"{row['value']} {row['unit']}".strip() if row["unit"] else _plain(row["value"])
            into = organs.setdefault(row["organ"], {}) if row["organ"] else whole
            into[row["quantity"]] = row["value"] if row["quantity"] == "species" else value
    return whole, organs


def _plain(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _assemble(whole: dict[str, Any], organs: dict[str, dict[str, Any]], file: Path) -> Body:
    species = str(whole.pop("species", "human"))
    if species not in _BASES:
        raise InputError("unknown species", file=file, field="species", value=species, expected=", ".join(_BASES))
    numbers = {k: _number(v, k, WHOLE, file) for k, v in whole.items()}
    base = _BASES[species]()
    base = scaled(base, numbers["weight_kg"]) if "weight_kg" in numbers else base
    fields: dict[str, NDArray[np.float64]] = {
        k: np.array(getattr(base, k)) for k in ("flow", "vascular", "interstitial", "cellular", "lymph", "cells")
    }
    closed = True
    for name, given in organs.items():
        o = base.index(_organ(name, base, file))
        closed = closed and not (base.organs[o] == "rest" and "flow" in given)
        for key, raw in given.items():
            value = _number(raw, key, ORGAN, file, prefix=f"organs.{name}.")
            if key in CELL_CLASSES:
                fields["cells"][o, CELL_CLASSES.index(key)] = value
            else:
                fields[key][o] = value
    output = numbers.get("cardiac_output", base.cardiac_output)
    if closed:
        fields["flow"][-1] = _closing(fields["flow"][:-1], output, file)
    made: dict[str, Any] = fields | {k: numbers.get(k, getattr(base, k)) for k in WHOLE}
    try:
        return Body(
            species=species,
            organs=base.organs,
            portal=base.portal,
            sources={**base.sources, "file": file.name},
            **made,
        )
    except InputError as error:
        raise InputError(
            error.problem, file=file, field=error.field, value=error.value, expected=error.expected
        ) from None


def _closing(flow: NDArray[np.float64], output: float, file: Path) -> float:
    if (rest := output - float(flow.sum())) < 0:
        raise InputError(
            "flows do not balance",
            file=file,
            field="flow",
            value=float(flow.sum()),
            expected=f"at most the cardiac output {output:g} mL/day",
        )
    return rest


def _organ(name: str, base: Body, file: Path) -> str:
    found = "rest" if name == "rest" else find_organ(str(name))
    if found is None or found not in base.organs:
        hint = nearest(str(name), base.organs) or f"known: {', '.join(base.organs)}"
        raise InputError(f"organ '{name}' is unknown", file=file, field="organs", hint=hint)
    return found


def _number(value: Any, key: str, units: Mapping[str, str], file: Path, prefix: str = "") -> float:
    if key not in units:
        raise InputError(
            "unknown field", file=file, field=prefix + key, hint=nearest(key, units) or f"known: {', '.join(units)}"
        )
    try:
        if isinstance(value, str):
            with contextlib.suppress(ValueError):  # YAML 1.1 reads 1e10 as text; a bare number is in our unit already
                value = float(value)
        number = to(value, units[key], field=prefix + key)
    except InputError as error:
        raise InputError(error.problem, file=file, field=error.field, value=value, expected=error.expected) from None
    if number < 0:
        raise InputError("must not be negative", file=file, field=prefix + key, value=number)
    return number
